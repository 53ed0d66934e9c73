"""Makes a fiche of its own of a version that was taken for another fiche by its page: what its row would have made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from ingestion.documents.draft import renamed
from ingestion.documents.identity import PLACE, made
from ingestion.documents.row import NATIONAL
from ingestion.examination.recognition import page_of, texts
from ingestion.graphs.compression import pack
from ingestion.graphs.conversion import convert
from ingestion.registry.tables.model import NewDocument, Registered, digest_of
from ingestion.words.columns import LIST, columns
from ingestion.words.messages import RECOGNISED
from ontologie import BASE


def apart(found: Registered, taken: Callable[[str], bool], base: str = BASE) -> NewDocument:
    """Return a version as a document of its own, under the identifier that its row would have been given."""
    identifier = next(name for name in _names(found) if not taken(name))
    document = renamed(found.document or {}, f"{found.kind}/{identifier}") | {"identifiant": identifier}
    ordered = {key: document[key] for key in found.document or {}}
    (converted,) = convert([ordered], base, found.context)
    entries = [entry for entry in found.entries if entry.get("rule") not in RECOGNISED]
    return NewDocument(
        found.kind, identifier, found.academie, ordered, entries,
        graph=pack(converted.lines, base, found.context), graph_sha256=digest_of(b"".join(converted.lines)),
        context=found.context, held=found.held,
    )  # fmt: skip


def _names(found: Registered) -> Iterator[str]:
    """Yield the identifier that the row would have been given, then others."""
    document = found.document or {}
    values = {name: LIST.join(texts(document.get(columns()[name].key))) for name in PLACE}
    values |= {"titre": next(texts(document.get("titre")), ""), "url_source": next(page_of(document), "")}
    for rank in count():
        own = values if not rank else {**values, "titre": f"{values['titre']} {rank + 1}"}
        yield f"{found.academie or NATIONAL}-{made(own, found.academie)}"
