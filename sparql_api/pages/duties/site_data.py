"""What the first page says to search engines: a site to search, and the edition as a dataset (schema.org)."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request

from ingestion import Edition, has_dump
from ontologie import LANGUAGES, PREFIXES
from sparql_api.description.licences import licences_of
from sparql_api.http.site import site_of
from sparql_api.pages.common.service import Service
from sparql_api.words import i18n

MEDIA_TYPES: Final = {"nq": "application/n-quads", "ttl": "text/turtle", "jsonl": "application/jsonl"}


def site_data(service: Service, request: Request, edition: Edition) -> dict[str, Any]:
    """Return the site and its current dataset as JSON-LD, their names in both languages."""
    site = site_of(request)
    root = f"{site}/editions/{edition.number}"
    publisher = service.settings.notices.publisher
    files = [
        {"@type": "DataDownload", "contentUrl": f"{root}/dump.{name}.gz", "encodingFormat": media_type}
        for name, media_type in MEDIA_TYPES.items()
        if has_dump(edition, f"dump.{name}.gz")
    ]
    dataset = {
        "@type": "Dataset",
        "@id": service.iris.entity("edition", str(edition.number)),
        "name": both("site.name"),
        "description": both("site.description"),
        "url": root,
        "version": str(edition.number),
        "datePublished": edition.manifest["date"],
        "license": licences_of(edition).of(),
        "isAccessibleForFree": True,
        "inLanguage": ["fr", "en"],
        "distribution": files,
        **({"publisher": {"@type": "Organization", "name": publisher}} if publisher else {}),
    }
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{site}/fiches?q={{words}}"},
        "query-input": "required name=words",
    }
    page = {"@type": "WebSite", "@id": f"{site}/", "url": f"{site}/", "name": both("site.short")}
    return {"@context": {"@vocab": PREFIXES["schema"]}, "@graph": [page | {"potentialAction": search}, dataset]}


def both(key: str) -> list[dict[str, str]]:
    """Return a text of the pages in each language, as JSON-LD writes it."""
    return [{"@language": tag, "@value": i18n.message(key, tag)} for tag in LANGUAGES]
