"""What the service sends is what the policies say: one address of each, with and without its edition named."""

from __future__ import annotations

import httpx
import pytest

FOREVER = "public, max-age=31536000, s-maxage=3600, immutable"
ASK_AGAIN = "public, max-age=0, s-maxage=60, must-revalidate"
SOON = "public, max-age=60, stale-while-revalidate=600"
DAY = "public, max-age=86400, s-maxage=3600"
HOUR = "public, max-age=3600"
ALL = "accept, accept-language, accept-encoding"
FORMAT = "accept, accept-encoding"
HTML = {"accept": "text/html"}
TTL = {"accept": "text/turtle"}

CASES = [
    ("/sparql?query=ASK%7B%7D", {}, ASK_AGAIN, FORMAT),
    ("/sparql?query=ASK%7B%7D&edition=1", {}, FOREVER, FORMAT),
    ("/sparql?query=SELECT(NOW()AS%20%3Fn)%7B%7D", {}, "no-store", FORMAT),
    ("/sparql", TTL, SOON, ALL),
    ("/sparql", HTML, SOON, ALL),
    ("/rdf-graph-store?default&format=nt&edition=1", {}, FOREVER, FORMAT),
    ("/queries/instruments", {}, ASK_AGAIN, FORMAT),
    ("/queries/instruments?edition=1", {}, FOREVER, FORMAT),
    ("/queries/instruments?format=csv", {}, ASK_AGAIN, FORMAT),
    ("/queries/instruments?format=csv&edition=1", {}, FOREVER, FORMAT),
    ("/queries/instruments", HTML, SOON, ALL),
    ("/fiches.csv", {}, ASK_AGAIN, FORMAT),
    ("/fiches.csv?edition=1", {}, FOREVER, FORMAT),
    ("/fiches.geojson?edition=1", {}, FOREVER, FORMAT),
    ("/fiches", {}, SOON, ALL),
    ("/fiches?edition=1", {}, DAY, ALL),
    ("/fiches?edition=1", HTML, DAY, ALL),
    ("/projet/18-UR005.ttl", {}, SOON, ALL),
    ("/projet/18-UR005.ttl?edition=1", {}, DAY, ALL),
    ("/projet/18-UR005", {}, "no-cache", "accept, accept-datetime, accept-profile"),
    ("/edition/1", {}, "no-cache", "accept"),
    ("/.well-known/void", {}, "no-cache", "accept"),
    ("/editions/1", {}, SOON, ALL),
    ("/editions/1/dump.nq.gz", {}, FOREVER, None),
    ("/editions/current/dump.nq.gz", {}, ASK_AGAIN, None),
    ("/ontologie", TTL, HOUR, ALL),
    ("/ontologie", HTML, SOON, ALL),
    ("/shapes", TTL, HOUR, ALL),
    ("/contexte.jsonld", {}, HOUR, ALL),
    ("/contexte/1.0.0.jsonld", {}, FOREVER, ALL),
    ("/problems/syntax", {}, HOUR, ALL),
    ("/openapi.json", {}, HOUR, ALL),
    ("/health", {}, "no-store", None),
    ("/metrics", {}, "no-store", None),
    ("/static/observatoire.css", {}, SOON, "accept-encoding"),
    ("/nothing", {}, "no-store", ALL),
    ("/nothing", HTML, "no-store", ALL),
    ("/sparql?query=x", {}, "no-store", ALL),
]


@pytest.mark.parametrize(("path", "headers", "kept", "vary"), CASES, ids=lambda case: str(case))
def test_an_answer_has_the_headers_of_its_policy(
    client: httpx.Client, path: str, headers: dict[str, str], kept: str, vary: str | None
) -> None:
    answer = client.get(path, headers=headers, follow_redirects=False)
    assert answer.headers["cache-control"] == kept
    assert answer.headers.get("vary", "").lower() == (vary or "")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert ("etag" in answer.headers) == (answer.status_code == 200 and kept != "no-store")
    if "etag" in answer.headers and "dump" not in path:
        again = client.get(path, headers={**headers, "if-none-match": answer.headers["etag"]})
        assert again.status_code == 304
        for name in ("cache-control", "vary", "etag", "content-security-policy"):
            assert again.headers.get(name) == answer.headers.get(name)
