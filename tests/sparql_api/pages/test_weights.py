"""What a page makes a browser fetch: itself, and all that it names of this service that is shown with it."""

from __future__ import annotations

import re

import httpx
import pytest

MOST = {"/": 300_000, "/projet/18-UR005.html": 150_000, "/instrument/cadre-usage.html": 150_000, "/carte": 150_000}
SHOWN = re.compile(r'<(?:link rel="(?:stylesheet|icon)"|img|script)[^>]*?(?:href|src)="([^"]+)"')


def weight(client: httpx.Client, address: str) -> tuple[int, str]:
    """Return the bytes that an address sends, as a browser asks for it, and its text."""
    headers = {"Accept": "text/html, */*;q=0.5", "Accept-Encoding": "gzip"}
    with client.stream("GET", address, headers=headers) as answer:
        assert answer.status_code == 200
        text = answer.read().decode()
        return answer.num_bytes_downloaded, text


@pytest.mark.parametrize("address", MOST)
def test_a_page_weighs_little(client: httpx.Client, address: str) -> None:
    sent, text = weight(client, address)
    beside = SHOWN.findall(text)
    assert any(one.endswith(".css") for one in beside) and all(one.startswith("/static/") for one in beside)
    assert sent + sum(weight(client, one)[0] for one in beside) < MOST[address]
