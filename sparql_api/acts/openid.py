"""Signing in by another service (OpenID Connect Core 1.0, code flow with PKCE, RFC 7636): who somebody is, no more.

Knows the protocol, and the one host that it asks, within bounds of time and size. What an identity may do here is said
by the account that is bound to it, never by the service: its groups can only keep somebody out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any, Final

from sparql_api.settings import OpenIdSettings
from sparql_api.words.errors import ServiceError

CALLBACK: Final = "/atelier/callback"
PATIENCE: Final = 600
"""Seconds in which somebody who went to sign in must be back."""
FRESH: Final = 600.0
"""Seconds after which its description and its keys are asked for again."""
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures of a key pair: neither none, nor one that whoever knows our secret could make."""
LEEWAY: Final = 60


class SignInRefused(ServiceError):
    """A sign-in that does not hold; `code` is one of `phrases/requetes.csv`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Pending:
    """What a browser holds between going to sign in and coming back; `until` is in seconds since 1970."""

    state: str
    nonce: str
    verifier: str
    until: int


class OpenId:
    """One sign-on service, as the settings name it; asked in threads."""

    def __init__(self, openid: OpenIdSettings, site: str) -> None:
        self._openid = openid
        self._redirect = site.rstrip("/") + CALLBACK
        self._secret = openid.secret()
        self._key = hashlib.sha256(b"sign-in " + self._secret.encode()).digest()
        self._lock = Lock()
        self._known: tuple[float, dict[str, Any], Any] | None = None

    def begin(self) -> tuple[str, str]:
        """Return where to send a browser to sign in, and what it holds meanwhile. Raises SignInRefused."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        pending = Pending(state, nonce, verifier, int(time.time()) + PATIENCE)

        about, _ = self._about()
        with self._client() as client:
            address, _ = client.create_authorization_url(
                about["authorization_endpoint"], state=pending.state, nonce=pending.nonce,
                code_verifier=pending.verifier,
            )  # fmt: skip
        return address, self._sealed(pending)

    def subject(self, asked: Mapping[str, str], held: str | None) -> str:
        """Return who came back, as the service calls them: by what the browser was asked and what it held.

        Raises SignInRefused.
        """
        pending = self._unsealed(held)
        if not hmac.compare_digest(asked.get("state", "").encode(), pending.state.encode()):
            raise SignInRefused("sign-in-other")
        if asked.get("iss", self._openid.issuer) != self._openid.issuer:  # RFC 9207
            raise SignInRefused("sign-in-other")
        if "code" not in asked:
            raise SignInRefused("sign-in-denied")
        import httpx2

        about, _ = self._about()
        with self._client() as client:
            try:
                given = client.fetch_token(
                    about["token_endpoint"], code=asked["code"], code_verifier=pending.verifier,
                    grant_type="authorization_code",
                )  # fmt: skip
            except (httpx2.HTTPError, ValueError) as error:
                raise SignInRefused("sign-in-unreachable") from error
            except Exception as error:  # what the library raises of an answer that refuses
                raise SignInRefused("sign-in-denied") from error
        return self._identified(given.get("id_token"), pending.nonce)

    def _identified(self, token: object, nonce: str) -> str:
        """Return the subject of an identity token that holds (OpenID Connect Core 1.0, 3.1.3.7)."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        if not isinstance(token, str):
            raise SignInRefused("sign-in-invalid")
        ours = self._openid.client_id
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY, iss={"essential": True, "value": self._openid.issuer},
            aud={"essential": True, "value": ours}, exp={"essential": True}, iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )  # fmt: skip
        try:
            claims = self._decoded(token)
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise SignInRefused("sign-in-invalid") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else ours) != ours:
            raise SignInRefused("sign-in-invalid")
        self._of_allowed(claims)
        subject = claims.get(self._openid.subject_claim)
        if not isinstance(subject, str) or not subject:
            raise SignInRefused("sign-in-invalid")
        return subject

    def _decoded(self, token: str) -> dict[str, Any]:
        """Return the claims of a token whose signature is one of the service's keys, which may be new."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        try:
            return jwt.decode(token, self._about()[1], algorithms=[*ALGORITHMS]).claims
        except (JoseError, ValueError):
            return jwt.decode(token, self._about(at_most=LEEWAY)[1], algorithms=[*ALGORITHMS]).claims

    def _of_allowed(self, claims: Mapping[str, Any]) -> None:
        """Raise SignInRefused where the settings name groups, and somebody is in none."""
        said = claims.get(self._openid.groups_claim, [])
        several = said if isinstance(said, list) else [said]
        groups = {one for one in several if isinstance(one, str)}
        if self._openid.groups and not groups & {*self._openid.groups}:
            raise SignInRefused("sign-in-group")

    # What is asked of the service

    def _client(self) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        from sparql_api.acts.issuer import SECONDS, Bounded

        return OAuth2Client(
            self._openid.client_id, self._secret, scope="openid", redirect_uri=self._redirect,
            code_challenge_method="S256", transport=Bounded(self._openid.issuer), trust_env=False,
            timeout=SECONDS, follow_redirects=False,
        )  # fmt: skip

    def _about(self, at_most: float = FRESH) -> tuple[dict[str, Any], Any]:
        """Return what the service says of itself, and its keys, no older than some seconds."""
        import httpx2
        from joserfc.jwk import KeySet

        from sparql_api.acts.issuer import SECONDS, Bounded

        with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > at_most:
                issuer = self._openid.issuer
                bounded = Bounded(issuer)
                try:
                    with httpx2.Client(transport=bounded, trust_env=False, timeout=SECONDS) as client:
                        about = client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration").json()
                        if about["issuer"] != issuer:
                            raise SignInRefused("sign-in-unreachable")
                        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                            bounded.check(httpx2.URL(about[name]))
                        keys = KeySet.import_key_set(client.get(about["jwks_uri"]).json())
                except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError) as error:
                    raise SignInRefused("sign-in-unreachable") from error
                self._known = (time.monotonic(), about, keys)
            return self._known[1], self._known[2]

    # What a browser holds meanwhile

    def _sealed(self, pending: Pending) -> str:
        said = base64.urlsafe_b64encode(json.dumps(asdict(pending)).encode()).decode()
        return f"{said}.{self._seal(said)}"

    def _unsealed(self, held: str | None) -> Pending:
        said, _, seal = (held or "").partition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(said).encode()):
            raise SignInRefused("sign-in-other")
        pending = Pending(**json.loads(base64.urlsafe_b64decode(said)))
        if pending.until < time.time():
            raise SignInRefused("sign-in-late")
        return pending

    def _seal(self, said: str) -> str:
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()
