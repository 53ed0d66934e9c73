"""HTML is made by templates alone: where they lie, that every value is escaped, and that none turns its neighbours."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ontologie.directions import closed, closed_in_html

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def html_templates(package: str, folder: str = "templates") -> Environment:
    """Return the templates of a package; every value is escaped, and a name that does not exist is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, Template

    class ClosedTemplate(Template):
        def render(self, *args: Any, **kwargs: Any) -> str:
            return closed_in_html(super().render(*args, **kwargs))

    made = Environment(
        loader=PackageLoader(package, folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_closed,
    )
    made.template_class = ClosedTemplate
    return made


def _closed(value: object) -> object:
    """Return a value that turns nothing of what a template writes after it; what is HTML already was made so."""
    return closed(value) if type(value) is str else value
