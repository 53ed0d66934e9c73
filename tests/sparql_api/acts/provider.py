"""A sign-on service of the tests' own on a free port: OpenID Connect's code flow with PKCE, and how it may misbehave."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "observatoire", "secret-des-essais"


@dataclass
class Provider:
    """Who it says signed in, and by what each of its next tokens is wrong: claims, or `key`, `alg`."""

    issuer: str = ""
    subject: str = "sujet-1"
    claims: dict[str, Any] = field(default_factory=dict)
    alg: str = "RS256"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "un"}, private=True))
    signed: RSAKey | None = None
    about: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    redirects: tuple[str, ...] = ()

    def token(self, nonce: str) -> str:
        moment = int(time.time())
        claims = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "exp": moment + 300, "iat": moment, "nonce": nonce, **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.alg == "none":
            parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
            return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        if self.alg == "HS256":
            head, body = (base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in ({"alg": "HS256"}, claims))
            import hmac

            seal = hmac.new(SECRET.encode(), head + b"." + body, hashlib.sha256).digest()
            return b".".join((head, body, base64.urlsafe_b64encode(seal).rstrip(b"="))).decode()
        return jwt.encode({"alg": self.alg, "kid": "un"}, claims, self.signed or self.key)


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self, said: Any, status: int = 200) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            time.sleep(provider.slow)
            asked = urlsplit(self.path)
            given = {name: values[0] for name, values in parse_qs(asked.query).items()}
            if asked.path == "/.well-known/openid-configuration":
                said = {name: f"{provider.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
                self.answer({"issuer": provider.issuer, **said, **provider.about})
            elif asked.path == "/jwks_uri":
                self.answer({"keys": [provider.key.as_dict(private=False)]})
            elif asked.path == "/authorization_endpoint":
                # As the standard has it: the exact address that was registered, or no redirection at all.
                if given["redirect_uri"] not in provider.redirects or given["client_id"] != CLIENT or given["code_challenge_method"] != "S256":
                    self.answer({"error": "invalid_request"}, 400)
                    return
                code = secrets.token_urlsafe(16)
                provider.codes[code] = given
                self.send_response(302)
                self.send_header("Location", f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}")
                self.end_headers()
            else:
                self.answer({}, 404)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = {name: values[0] for name, values in parse_qs(sent).items()}
            basic = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
            asked = provider.codes.pop(given["code"], None)
            challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
            right = asked and asked["code_challenge"] == challenge and asked["redirect_uri"] == given["redirect_uri"]
            if not right or basic != f"{CLIENT}:{SECRET}":
                self.answer({"error": "invalid_grant"}, 400)
                return
            assert asked
            self.answer({"access_token": "x", "token_type": "Bearer", "id_token": provider.token(asked["nonce"])})

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


@contextmanager
def provided() -> Iterator[Provider]:
    """Run a service of sign-on on loopback."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
