"""The files that pages load: style sheets, scripts, fonts, served as they are, with their policy."""

from __future__ import annotations

from typing import Any, ClassVar

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from sparql_api.http.policies import COMPILED, STATIC, Policy, under


@under(STATIC)
class Assets(StaticFiles):
    """A folder of a package over HTTP."""

    policy: ClassVar[Policy] = STATIC

    def file_response(self, *args: Any, **options: Any) -> Response:
        """Return a file, or 304 where the client has it."""
        response = super().file_response(*args, **options)
        response.headers.update(self.policy.headers())
        return response


@under(COMPILED)
class CompiledAssets(Assets):
    """The folder of scripts that compile WebAssembly; what ends in `.wasm.gz` is sent as the module that it holds."""

    policy = COMPILED

    def file_response(self, full_path: Any, *args: Any, **options: Any) -> Response:
        """Return a file, or 304 where the client has it."""
        response = super().file_response(full_path, *args, **options)
        if str(full_path).endswith(".wasm.gz"):
            response.headers.update({"Content-Encoding": "gzip", "Content-Type": "application/wasm"})
        return response
