"""What the service says of itself to clients of reconciliation, in the form of each version of the protocol."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, NamedTuple

from ingestion import label_types
from ontologie import Language, table_beside
from sparql_api.pages.reconciliation.batches import BATCH
from sparql_api.words.i18n import message

VERSIONS: Final = ("0.2", "1.0-draft")
WIDTH, HEIGHT = 420, 200


class KnownProperty(NamedTuple):
    """What may be asked of a thing: its id, its SPARQL path, its name by language."""

    id: str
    path: str
    name: dict[str, str]


@cache
def properties() -> dict[str, KnownProperty]:
    """Return what may be asked of things, by id."""
    rows = table_beside("sparql_api.pages.reconciliation", "properties.csv")
    names = {row["id"]: {"fr": row["name_fr"], "en": row["name_en"]} for row in rows}
    return {row["id"]: KnownProperty(row["id"], row["path"], names[row["id"]]) for row in rows}


def types(language: Language) -> list[dict[str, str]]:
    """Return the types with their names: the columns of a deposit whose labels name things."""
    return [{"id": name, "name": column.label[language]} for name, column in label_types().items()]


def manifest(version: str, site: str, base: str, language: Language) -> dict[str, Any]:
    """Return the manifest in the form of a version (0.2 §3.1, 1.0-draft §3.1)."""
    endpoint = f"{site}/reconcile"
    limit = {"type": "number", "default": 0}
    limit_name, limit_help = message("reconcile.limit", language), message("reconcile.limit_help", language)
    said: dict[str, Any] = {
        "versions": list(VERSIONS),
        "name": message("reconcile.name", language),
        "defaultTypes": types(language),
        "batchSize": BATCH,
    }
    if version == VERSIONS[0]:
        paths = {kind: {"service_url": endpoint, "service_path": f"/suggest/{kind}"} for kind in SUGGESTED}
        setting = {**limit, "label": limit_name, "name": "limit", "help_text": limit_help}
        return said | {
            "identifierSpace": base,
            "schemaSpace": f"{base}ontologie#",
            "view": {"url": "{{id}}"},
            "preview": {"url": endpoint + "/preview?id={{id}}", "width": WIDTH, "height": HEIGHT},
            "suggest": paths,
            "extend": {
                "propose_properties": {"service_url": endpoint, "service_path": "/extend/propose"},
                "property_settings": [setting],
            },
        }
    setting = {**limit, "id": "limit", "name": limit_name, "helpText": limit_help}
    return said | {
        "view": {"url": "{id}"},
        "lang": language,
        "standardizedScore": True,
        "preview": {"width": WIDTH, "height": HEIGHT},
        "suggest": dict.fromkeys(SUGGESTED, True),
        "extend": {"proposeProperties": True, "propertySettings": [setting]},
    }


SUGGESTED: Final = ("entity", "type", "property")
