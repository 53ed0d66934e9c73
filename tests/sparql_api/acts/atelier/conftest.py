"""Who works in the workshop: a browser without script that keeps its cookies and sends forms as they stand."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.sparql_api.acts.conftest import Acting

TOKEN = re.compile(r'name="form" value="([0-9a-f]{64})"')


@dataclass
class Worker:
    """Somebody signed in, whose forms bear the token of the page last seen."""

    acting: Acting
    who: str
    cookie: str = ""
    token: str = ""
    seen: list[str] = field(default_factory=list)

    def get(self, path: str) -> httpx.Response:
        return self._kept(self._ask("GET", path))

    def post(self, path: str, data: Any = None, **sent: Any) -> httpx.Response:
        fields = {"form": self.token, **(data or {})}
        return self._kept(self._ask("POST", path, data=fields, **sent))

    def done(self, path: str, data: Any = None) -> str:
        """Send a form that is taken, and return the page that it leads to."""
        sent = self.post(path, data)
        assert sent.status_code == 303, (sent.status_code, said(sent))
        return said(self.get(sent.headers["location"]))

    def _ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        headers = {"Cookie": self.cookie, "Accept": "text/html"}
        return httpx.request(method, f"{self.acting.client.base_url}{path}", headers=headers, timeout=60, **sent)

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        if found := TOKEN.search(answer.text):
            self.token = found[1]
        return answer


def said(answer: httpx.Response) -> str:
    """Return what a page says, without its marks, its spaces made one."""
    main = answer.text.partition("<main")[2].partition("</main>")[0] or answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).replace("\xa0", " ").replace("\u202f", " ").split())


@pytest.fixture
def worker(acting: Acting) -> Any:
    """Return what signs somebody in."""

    def sign_in(who: str) -> Worker:
        answer = httpx.post(f"{acting.client.base_url}/atelier/sign-in", data={"token": acting.tokens[who]}, timeout=60)
        assert answer.status_code == 303
        one = Worker(acting, who, answer.headers["set-cookie"].partition(";")[0])
        one.get("/atelier")
        return one

    return sign_in
