"""The files that pages load: style sheets, scripts, fonts, served as they are, with their policy."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from sparql_api.http.policies import STATIC, under


@under(STATIC)
class Assets(StaticFiles):
    """A folder of a package over HTTP."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """Return a file, or 304 where the client has it."""
        response = super().file_response(*args, **options)
        response.headers.update(STATIC.headers())
        return response
