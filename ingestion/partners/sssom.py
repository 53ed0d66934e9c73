"""Makes the document of a linkset written as SSSOM: tab-separated lines under their metadata, a YAML comment.

SSSOM 1.1 (https://mapping-commons.github.io/sssom/). Knows its slots, its prefixes (`curie_map`) and what stands for no
value; whom it names as author or reviewer is left out, for a person is never published (law 7).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ingestion.partners.columns import Heading, named_columns
from ingestion.partners.linkset import SPACES_KNOWN, add_match, begun_linkset
from ingestion.partners.places import Draught, check_count
from ingestion.reading.locating import Row
from ingestion.reading.records import LanguageKey
from ingestion.reading.tables import SPACES
from ingestion.words.errors import unreadable
from ingestion.words.messages import Place, issue
from ingestion.words.owned import LINKSET
from ontologie import BASE

LANGUAGES_OF: Final = {"anglais": "en", "français": "fr"}
REQUIRED: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_PEOPLE: Final = re.compile(r"(author|reviewer|creator)_(id|label)")
_UNUSED: Final = re.compile(
    r"(subject|object|predicate)_(label(_\w+)?|source(_version)?|type|category|modifier)|mapping_(set_\w+|date|tool\w*)"
    r"|mapping_provider|mapping_source|license|other|see_also|record_id|subject_match_field|object_match_field|cardinality"
    r"|mapping_cardinality|match_string|similarity_\w+|issue_tracker_item|curation_rule\w*"
)
"""Slots that say what the ends' own descriptions say, or nothing of the match itself."""
_META: Final = re.compile(r"#\s?(\s*)([A-Za-z0-9_.-]*):\s*(.*?)\s*$")
_NOTHING: Final = ("", "sssom:NoTermFound")


def linkset_of(rows: Sequence[Row], text: Sequence[str], file: str, base: str = BASE, given: str = "") -> Draught:
    """Return the document of a mapping set; `text` are the lines of the file, `given` its identifier where said.

    Raises UnreadableDeposit where a required slot has no column, or nothing says which mapping set this is.
    """
    told, prefixes, where = _metadata(text)
    table = [row for row in rows if not row[1] or not row[1][0].startswith("#")]
    table = [row for row in table if any(cell.strip(SPACES) for cell in row[1])]
    (line, header), *below = table or [(1, [])]
    named, unknown = named_columns(LINKSET, header)
    lacking = [name for name in REQUIRED if name not in {one.column.name for one in named}]
    if lacking:
        raise unreadable("sssom-sans-colonne", Place(file, line), words={"columns": ", ".join(lacking)})
    made = begun_linkset(told, where, file, given, base)
    made.columns = tuple(one.column.name for one in named)
    people = [name for name in (*unknown, *told) if _PEOPLE.fullmatch(name)]
    if people:
        made.said.append(issue("personnes-laissees", Place(file, line), words={"columns": ", ".join(people)}))
    if left := [name for name in unknown if not _PEOPLE.fullmatch(name) and not _UNUSED.fullmatch(name)]:
        made.said.append(issue("colonnes-laissees", Place(file, line), words={"columns": ", ".join(left)}))
    known = {**SPACES_KNOWN, "oia": base, **prefixes}
    check_count(len(below), file)
    for number, cells in below:
        _take_row(made, named, number, cells, known, file, base)
    return made


def _take_row(
    made: Draught, named: Sequence[Heading], line: int, cells: Sequence[str], prefixes: Mapping[str, str], file: str,
    base: str,
) -> None:  # fmt: skip
    """Add the match that a row states."""
    node, places = dict[str, Any](), dict[tuple[Any, ...], tuple[int, int]]()
    for one in named:
        text = cells[one.index].strip(SPACES) if one.index < len(cells) else ""
        if text in _NOTHING:
            continue
        key, place = one.column.key, Place(file, line, one.index + 1, one.column.name, in_table=True)
        if tag := LANGUAGES_OF.get(one.column.values):
            node.setdefault(key, {})[tag] = [text]
            places[(key, LanguageKey(tag))] = line, one.index + 1
            continue
        if one.column.values == "adresse":
            iri = expanded(text, prefixes)
            if iri is None:
                made.said.append(issue("prefixe-inconnu", place, value=text))
                return
            text = iri.removeprefix(base)
        node[key] = text
        places[(key,)] = line, one.index + 1
    add_match(made, node, places, (line, 1), file)


def expanded(text: str, prefixes: Mapping[str, str]) -> str | None:
    """Return the IRI of a CURIE, or an IRI as it stands; None where its prefix is not declared.

    >>> expanded("ex:a", {"ex": "https://example.org/"}), expanded("<https://e.org/a>", {}), expanded("no:a", {})
    ('https://example.org/a', 'https://e.org/a', None)
    """
    text = text.removeprefix("<").removesuffix(">")
    if text.startswith(("http://", "https://")):
        return text
    prefix, colon, local = text.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else None


def _metadata(lines: Sequence[str]) -> tuple[dict[str, str], dict[str, str], dict[str, int]]:
    """Return the slots of the mapping set, its prefixes, and on which line each slot stands.

    Reads the part of YAML in which SSSOM is written: `slot: value`, and `curie_map:` with a prefix a line.
    """
    told, prefixes, where, inside = dict[str, str](), dict[str, str](), dict[str, int](), ""
    for number, line in enumerate(lines, 1):
        if not line.startswith("#"):
            break
        found = _META.match(line)
        if found is None:
            continue
        indent, name, value = found.groups()
        value = value.strip("\"'")
        if not indent:
            inside = name if not value else ""
            told[name], where[name] = value, number
        elif inside == "curie_map":
            prefixes[name] = value
    return told, prefixes, where
