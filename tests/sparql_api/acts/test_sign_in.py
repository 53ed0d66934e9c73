"""Signing in from a browser: by a token, by OpenID Connect against a real service; what a session may and may not do."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
import sqlalchemy as sa
from joserfc.jwk import RSAKey

from ingestion import Agent, Forbidden, Grant, Registry
from ingestion.registry.accounts import WrongAccount
from ingestion.registry.sign_ins import MOST
from ingestion.registry.tables.schema import signed_in
from sparql_api.acts.atelier.signing import OF_A_CLIENT, Elsewhere
from sparql_api.acts.issuer import LARGEST, Bounded
from sparql_api.acts.session import COOKIE, form_token
from sparql_api.app import create_app
from sparql_api.settings import OpenIdSettings
from sparql_api.settings import Settings as ServiceSettings
from sparql_api.words.problems import ProblemError
from tests.making import OPERATOR, begun
from tests.sparql_api.acts.provider import CLIENT, SECRET, Provider, provided
from tests.sparql_api.endpoint.live import serve

REVIEWER = Agent("DRANE Orléans-Tours", (Grant("revue", "academie/18"),))
SET = re.compile(r"([^=]+)=([^;]*)")


@dataclass
class Browser:
    """Follows redirections one by one, keeps cookies as a browser does on this machine, `Secure` ones among them."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def ask(self, method: str, address: str, **sent: Any) -> httpx.Response:
        ours = not address.startswith("http") or address.startswith(self.base)
        address = address if address.startswith("http") else self.base + address
        headers = sent.pop("headers", {}) | ({"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if ours and self.cookies else {})
        answer = httpx.request(method, address, headers=headers, timeout=60, **sent)
        for line in answer.headers.get_list("set-cookie"):
            self.said.append(line)
            name, value = SET.match(line).groups()  # type: ignore[union-attr]
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def walk(self, address: str) -> httpx.Response:
        """Follow redirections from an address to where they end, or to the callback of this service."""
        answer = self.ask("GET", address)
        while answer.has_redirect_location:
            answer = self.ask("GET", answer.headers["location"])
        return answer

    def returning(self) -> str:
        """Go to sign in elsewhere; return the address to which the service sends the browser back, not yet asked."""
        there = self.ask("GET", "/atelier/openid").headers["location"]
        return self.ask("GET", there).headers["location"]


@dataclass(frozen=True)
class Signing:
    registry: Registry
    provider: Provider
    url: str
    token: str

    def browser(self) -> Browser:
        return Browser(self.url)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signing]:
    folder = tmp_path_factory.mktemp("signing")
    settings, registry = begun(folder)
    registry.accounts.declare(REVIEWER, OPERATOR)
    secret = folder / "secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        site = f"http://127.0.0.1:{free.getsockname()[1]}"
    with provided() as provider:
        openid = OpenIdSettings(issuer=provider.issuer, client_id=CLIENT, secret_file=secret)
        app = create_app(ServiceSettings(var=settings.var, workers=1, public_url=site, openid=openid))
        registry.sign_ins.bind(REVIEWER.name, provider.issuer, "sujet-1", OPERATOR)
        with serve(app) as url, registry:
            provider.redirects = (f"{site}/atelier/callback",)
            yield Signing(registry, provider, url, registry.accounts.token(REVIEWER.name, OPERATOR))


@pytest.fixture
def signing(running: Signing) -> Iterator[Signing]:
    yield running
    provider = running.provider
    provider.claims, provider.alg, provider.signed, provider.subject = {}, "RS256", None, "sujet-1"


def back(browser: Browser, address: str) -> httpx.Response:
    """Come back to the callback: the public name of the service leads to this machine."""
    return browser.ask("GET", "/atelier/callback?" + address.partition("?")[2])


def test_somebody_signs_in_elsewhere_acts_and_signs_out(signing: Signing) -> None:
    browser = signing.browser()
    address = browser.returning()
    done = back(browser, address)
    assert (done.status_code, done.headers["location"]) == (303, "/atelier")
    cookie = next(line for line in browser.said if line.startswith(f"{COOKIE}="))
    assert all(part in cookie for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/")) and "Domain" not in cookie
    page = browser.ask("GET", "/atelier")
    assert REVIEWER.name in page.text and "academie/18" in page.text and page.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in page.headers
    assert browser.ask("GET", "/reviews").status_code == 200
    # What it holds is kept as a hash.
    with signing.registry._sessions.snapshot() as connection:
        kept = connection.execute(sa.select(signed_in.c.hash)).scalars().all()
    assert kept and browser.cookies[COOKIE] not in kept
    # The code is of one use, and so is the way back.
    assert back(browser, address).status_code == 403
    held = {"Cookie": browser.said[0].partition(";")[0]}
    assert httpx.get(f"{signing.url}/atelier/callback?{address.partition('?')[2]}", headers=held, timeout=60).status_code == 403
    form = form_token(browser.cookies[COOKIE])
    session = browser.cookies[COOKIE]
    assert browser.ask("POST", "/atelier/sign-out", data={"form": form}).status_code == 303
    browser.cookies[COOKIE] = session
    assert browser.ask("GET", "/reviews").status_code == 401, "what was kept of it opens nothing"


@pytest.mark.parametrize(
    "wrong",
    [
        {"claims": {"nonce": "autre"}}, {"claims": {"nonce": None}}, {"claims": {"aud": "un-autre-client"}}, {"claims": {"exp": 1_700_000_000}},
        {"claims": {"iss": "https://ailleurs.example"}}, {"alg": "none"}, {"alg": "HS256"}, {"claims": {"aud": [CLIENT, "autre"], "azp": "autre"}},
        {"claims": {"sub": 3}}, {"signed": RSAKey.generate_key(2048, {"kid": "un"}, private=True)},
    ],
    ids=lambda wrong: "another key" if "signed" in wrong else str(wrong),
)  # fmt: skip
def test_a_token_that_does_not_hold_opens_nothing(signing: Signing, wrong: dict[str, Any]) -> None:
    browser = signing.browser()
    for name, value in wrong.items():
        setattr(signing.provider, name, value)
    refused = back(browser, browser.returning())
    assert refused.status_code == 403 and COOKIE not in browser.cookies


def test_a_way_back_that_was_not_begun_here_opens_nothing(signing: Signing) -> None:
    browser, other = signing.browser(), signing.browser()
    address = browser.returning()
    assert back(other, address).status_code == 403, "another browser"
    theirs = other.returning()
    assert back(browser, theirs).status_code == 403, "another's code: the state is not ours"
    assert back(browser, re.sub("state=[^&]+", "state=x", address)).status_code == 403
    assert back(browser, address + "&iss=https%3A%2F%2Failleurs.example").status_code == 403
    name = next(one for one in browser.cookies if one != COOKIE)
    browser.cookies[name] = browser.cookies[name][:-4] + "beef"
    assert back(browser, address).status_code == 403, "what it held was changed"
    assert COOKIE not in browser.cookies and COOKIE not in other.cookies


def test_an_unknown_identity_is_told_whom_to_ask_and_groups_give_nothing(signing: Signing) -> None:
    signing.provider.subject, signing.provider.claims = "inconnu-7", {"groups": ["national", "operateur"]}
    browser = signing.browser()
    refused = back(browser, browser.returning())
    assert refused.status_code == 403 and "inconnu-7" in refused.text and "opérateur" in refused.json()["detail"]
    assert COOKIE not in browser.cookies


def signed(signing: Signing) -> Browser:
    browser = signing.browser()
    sent = browser.ask("POST", "/atelier/sign-in", data={"token": signing.token})
    assert (sent.status_code, sent.headers["location"]) == (303, "/atelier"), sent.text
    return browser


def test_a_token_pasted_opens_the_same_session_and_a_planted_one_is_not_taken(signing: Signing) -> None:
    browser = signing.browser()
    browser.cookies[COOKIE] = "plante-par-un-autre"
    browser.ask("POST", "/atelier/sign-in", data={"token": signing.token})
    first = browser.cookies[COOKIE]
    assert first != "plante-par-un-autre" and REVIEWER.name in browser.ask("GET", "/atelier").text
    browser.ask("POST", "/atelier/sign-in", data={"token": signing.token})
    again = browser.cookies[COOKIE]
    assert again != first and signing.registry.sign_ins.holder(first) is None, "the one before has ended"
    for data in ({"token": "oia_faux"}, {"token": ""}, {"token": "x" * 500}):
        assert signing.browser().ask("POST", "/atelier/sign-in", data=data).status_code == 401


def test_a_session_is_not_opened_by_what_was_replaced_meanwhile(signing: Signing) -> None:
    agent = Agent("CAN en cours de connexion", (Grant("depot", "academie/18"),))
    accounts, sign_ins, issuer = signing.registry.accounts, signing.registry.sign_ins, signing.provider.issuer
    accounts.declare(agent, OPERATOR)
    old, new = accounts.token(agent.name, OPERATOR), accounts.token(agent.name, OPERATOR)
    sign_ins.bind(agent.name, issuer, "sujet-9", OPERATOR)
    assert sign_ins.holder(sign_ins.open(agent, token=new)[0]) == sign_ins.holder(sign_ins.open(agent, identity=(issuer, "sujet-9"))[0])
    with pytest.raises(Forbidden):
        sign_ins.open(agent, token=old)
    with pytest.raises(Forbidden):
        sign_ins.open(agent, identity=(issuer, "sujet-8"))
    accounts.revoke(agent.name, OPERATOR)
    for by in ({"token": new}, {"identity": (issuer, "sujet-9")}, {}):
        with pytest.raises(Forbidden):
            sign_ins.open(agent, **by)


def test_an_identity_is_unbound_and_its_sessions_end(signing: Signing) -> None:
    agent = Agent("CARDIE à délier", (Grant("depot", "academie/18"),))
    sign_ins, issuer = signing.registry.sign_ins, signing.provider.issuer
    signing.registry.accounts.declare(agent, OPERATOR)
    sign_ins.bind(agent.name, issuer, "sujet-7", OPERATOR)
    signing.provider.subject = "sujet-7"
    browser = signing.browser()
    assert back(browser, browser.returning()).status_code == 303
    with pytest.raises(Forbidden):
        sign_ins.unbind(issuer, "sujet-7", agent)
    assert sign_ins.unbind(issuer, "sujet-7", OPERATOR) == agent.name
    assert browser.ask("GET", "/reviews").status_code == 401
    again = signing.browser()
    assert back(again, again.returning()).status_code == 403
    with pytest.raises(WrongAccount):
        sign_ins.unbind(issuer, "sujet-7", OPERATOR)
    told = signing.registry.accounts.about(agent.name, OPERATOR)
    assert told["identities"] == [] and [one["event"] for one in told["events"]] == ["declared", "bound", "unbound"]


def test_a_client_has_its_share_of_those_who_wait_for_the_sign_on_service() -> None:
    free, asked = threading.Event(), Elsewhere(openid=None)  # type: ignore[arg-type]

    async def many() -> None:
        waiting = [asyncio.create_task(asked.asked("one", free.wait)) for _ in range(OF_A_CLIENT)]
        await asyncio.sleep(0)
        with pytest.raises(ProblemError):
            await asked.asked("one", free.wait)
        other = asyncio.create_task(asked.asked("another", free.wait))
        await asyncio.sleep(0)
        free.set()
        assert all(await asyncio.gather(*waiting, other)) and await asked.asked("one", free.wait)

    asyncio.run(many())


def test_an_act_by_a_session_bears_what_our_pages_alone_know(signing: Signing) -> None:
    browser = signed(signing)
    form = form_token(browser.cookies[COOKIE])
    place = "/reviews/projet/18-A0/opinion"

    def act(**headers: str) -> int:
        return browser.ask("POST", place, json={"text": "Vu."}, headers={name.replace("_", "-"): value for name, value in headers.items()}).status_code

    right = {"X_Observatoire_Form": form}
    assert act() == act(X_Observatoire_Form="x") == 403
    assert act(**right, Origin="https://ailleurs.example") == act(**right, Sec_Fetch_Site="cross-site") == act(**right, Origin="null") == 403
    told = browser.ask("POST", place, json={"text": "Vu."}, headers={"X-Observatoire-Form": form}).json()
    assert told["type"].endswith("/forbidden"), "it is the registry that refuses an opinion of a reviewer"
    for path, data in (("/atelier/sign-out", {"form": ""}), ("/atelier/sign-out", {"form": "x"})):
        assert browser.ask("POST", path, data=data).status_code == 403
    elsewhere = browser.ask("POST", "/atelier/sign-in", data={"token": signing.token}, headers={"Origin": "https://ailleurs.example"})
    assert elsewhere.status_code == 403, "nobody is signed in by a page of another site"


def test_a_session_does_what_its_account_may_at_each_act_and_ends_with_it(signing: Signing) -> None:
    short = Agent("CARDIE de passage", (Grant("depot", "academie/18"),))
    signing.registry.accounts.declare(short, OPERATOR)
    browser = signing.browser()
    browser.ask("POST", "/atelier/sign-in", data={"token": signing.registry.accounts.token(short.name, OPERATOR)})
    assert browser.ask("GET", "/reviews").status_code == 200
    with signing.registry._sessions.writing() as connection:
        connection.execute(sa.text("DELETE FROM roles WHERE agent = :name AND role = 'depot'"), {"name": short.name})
    assert browser.ask("GET", "/reviews").status_code == 401, "a role taken away counts at once"
    signing.registry.accounts.declare(short, OPERATOR)
    assert browser.ask("GET", "/reviews").status_code == 200
    signing.registry.accounts.revoke(short.name, OPERATOR)
    assert browser.ask("GET", "/reviews").status_code == 401
    assert short.name not in browser.ask("GET", "/atelier").text


def test_sessions_are_bounded_in_number_and_in_time(signing: Signing, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = [signing.registry.sign_ins.open(REVIEWER)[0] for _ in range(MOST + 5)]
    assert sum(signing.registry.sign_ins.holder(one) is not None for one in opened) <= MOST
    assert signing.registry.sign_ins.holder(opened[-1]) == signing.registry.accounts.known(REVIEWER.name)
    with signing.registry._sessions.writing() as connection:
        connection.execute(signed_in.update().values(until="2020-01-01T00:00:00Z"))
    assert signing.registry.sign_ins.holder(opened[-1]) is None
    signing.registry.sign_ins.open(REVIEWER)
    with signing.registry._sessions.snapshot() as connection:
        assert len(connection.execute(sa.select(signed_in)).all()) == 1, "what is over is let go of"


def test_nothing_leads_out_of_the_service_and_nothing_is_asked_elsewhere(signing: Signing, tmp_path: Path) -> None:
    browser = signing.browser()
    for parameter in ("next", "redirect_uri", "url"):
        address = f"/atelier/openid?{parameter}=https%3A%2F%2Failleurs.example"
        answer = browser.ask("GET", address)
        assert answer.status_code == 400 or answer.headers["location"].startswith(signing.provider.issuer)
        assert "ailleurs" not in answer.headers.get("location", "")
    bounded = Bounded("https://connexion.example")
    for elsewhere in ("https://ailleurs.example/", "http://connexion.example/", "https://connexion.example:8443/", "https://connexion.example.ailleurs.example/"):
        with pytest.raises(ValueError, match="host"):
            bounded.check(httpx2.URL(elsewhere))
    bounded.check(httpx2.URL("https://connexion.example/jwks"))
    with provided() as loud, httpx2.Client(transport=Bounded(loud.issuer), timeout=60) as client:
        loud.about = {"long": "x" * LARGEST}
        with pytest.raises(ValueError, match="long"):
            client.get(f"{loud.issuer}/.well-known/openid-configuration")


def test_without_a_sign_on_service_there_is_none_and_half_a_setting_is_refused(tmp_path: Path) -> None:
    for given in ({"issuer": "http://connexion.example"}, {"issuer": "https://connexion.example"}):
        with pytest.raises(ValueError):
            OpenIdSettings(**given)  # type: ignore[arg-type]
    secret = tmp_path / "secret"
    secret.write_text("x")
    openid = OpenIdSettings(issuer="https://connexion.example", client_id="a", secret_file=secret)
    with pytest.raises(ValueError, match="PUBLIC_URL"):
        ServiceSettings(openid=openid)
    assert not ServiceSettings().openid.issuer
