"""Makes a draft of a row: every cell by the kind of its column.

Knows what refuses a row and what only warns (docs/decisions/documents.md); how labels and values are read is elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from ingestion.documents.dates import is_month_and_figures, is_rentree, read_dates
from ingestion.documents.draft import Draft, content_name, node
from ingestion.documents.identity import made
from ingestion.documents.territories import owner, region_agrees
from ingestion.documents.totals import is_total
from ingestion.documents.values import (
    UNUSABLE,
    check_letter,
    read_address,
    read_boolean,
    read_integer,
    read_uai,
)
from ingestion.reading.records import Record, Value
from ingestion.reading.tables import SPACES
from ingestion.resolution.crcn import SCHEME as CRCN
from ingestion.resolution.crcn import Competences, label_of, read_competences
from ingestion.resolution.decided import NOTHING_DECIDED, Decided
from ingestion.resolution.items import Item, resolve_cell, resolve_together
from ingestion.resolution.resolve import certainly, resolve
from ingestion.words.columns import LIST, MOST_ITEMS, Column, column_of_key, columns, too_many
from ingestion.words.examples import is_example, types_of
from ingestion.words.identifiers import spelt
from ingestion.words.languages import FRENCH, language_of
from ingestion.words.personal import AUTHOR, READ_AT_MOST, find_personal, find_to_read, holds_private, is_of_a_person
from ontologie import character_name, fold_label, in_both

NATIONAL: Final = "n"
_ACADEMIE: Final = "academie"
_CALENDAR_YEARS: Final = frozenset(("academie/40", "academie/42"))
"""Where school starts in February: Nouvelle-Calédonie, Wallis-et-Futuna."""



def read_row(
    record: Record, kind: str, base: str, academie: str | None = None, *, examples: bool = False,
    decided: Decided = NOTHING_DECIDED,
) -> Draft:  # fmt: skip
    """Make the draft of a row. Raises nothing: what is wrong is in the draft's issues.

    With `examples`, a row may make an invented example. `decided` is what people decided of labels.
    """
    draft = Draft(record, kind, decided=decided)
    values = _usable(draft)
    for name, column in columns().items():
        if column.kind == "prive" and name in values:
            draft.personal[name] = _text(values.pop(name))
    _refuse_personal(draft, values)
    if is_total({name: _text(value) for name, value in values.items()}):
        draft.say("ligne-de-total", columns()["titre"])
        return draft  # nothing else of it is to be corrected
    _name(draft, values, base, academie, examples)
    if not draft.identifier:
        _stand_in(draft)
    draft.types = types_of(kind, draft.identifier, base)
    for name, column in columns().items():
        if name in values:
            _READERS[column.kind](draft, column, _items(column, values[name]), base)
        elif column.required and name not in record.values:
            draft.say("champ-absent", column)
    region_agrees(draft, base)
    return draft


def _usable(draft: Draft) -> dict[str, Value]:
    """Return the cells within their bounds and without unusable characters; the others refuse the row."""
    usable = {}
    given = draft.record.values
    suspect = UNUSABLE.search(_whole(given)) is not None
    for name, value in given.items():
        column = columns()[name]
        if (count := _count(column, value)) > MOST_ITEMS:
            draft.say("valeurs-trop-nombreuses", column, words=too_many(count))
        elif len(_text(value)) > column.longest and (longest := _longest(column, value)) > column.longest:
            words = {"found": str(longest), "most": str(column.longest)}
            draft.say("texte-trop-long", column, words=words)
        elif suspect and (found := UNUSABLE.search(_text(value))):
            named = {lang: character_name(found[0], lang) for lang in ("fr", "en")}
            draft.say("caractere-interdit", column, words={"character": named})
        else:
            usable[name] = value
    return usable


def _count(column: Column, value: Value) -> int:
    """Return how many items a cell has, at most; they are not taken apart for it."""
    if isinstance(value, tuple):
        return len(value)
    return value.count(LIST) + 1 if column.is_list else 1


def _longest(column: Column, value: Value) -> int:
    return max(map(len, _items(column, value)), default=0)


def _whole(values: Mapping[str, Value]) -> str:
    """Return all cells as one text, to look once for what few rows hold."""
    return "\n".join(map(_text, values.values()))


def _refuse_personal(draft: Draft, values: dict[str, Value]) -> None:
    """Refuse public text that holds personal data, or repeats what was given for the registry alone.

    An identifier that does is taken out: it would name the document in every message. What may be personal is kept, and
    said to whoever reviews it.
    """
    public = {name: _text(value) for name, value in values.items()} | _refused_already(draft, values)
    for name, whole in public.items():
        column, text = columns()[name], whole
        text, author = _looked_at(column, text), name == AUTHOR
        if kind := find_personal(text, author=author):
            draft.say("donnee-personnelle", column, words={"kind": kind})
        repeated = [private for private, given in draft.personal.items() if holds_private(whole, given)]
        if not kind and not repeated and (kind := find_to_read(text, author=author)):
            draft.say("passage-a-lire", column, words={"kind": kind})
        for private in repeated:
            draft.say("deposant-en-clair", column, words={"private": columns()[private].label})
    if any(found.refuses and found.field == draft.record.place("id").field for found in draft.issues):
        values.pop("id", None)


def _refused_already(draft: Draft, values: Mapping[str, Value]) -> dict[str, str]:
    """Return the cells that are refused for their form: what else they hold is said with it, as far as it is read."""
    given = draft.record.values
    left = (name for name in given if name not in values and columns()[name].kind != "prive")
    return {name: _text(given[name])[:READ_AT_MOST] for name in left}


def _looked_at(column: Column, text: str) -> str:
    """Return what of a cell could be personal: a date is not, nor is the number in an address of the web."""
    if column.kind == "iri":
        return text if is_of_a_person(text) else ""
    return "" if column.kind == "date" and read_dates(text) else text


def _name(draft: Draft, values: Mapping[str, Value], base: str, academie: str | None, examples: bool) -> None:
    """Give the draft its identifier: the code of the académie that owns it, and the external id; an example its own."""
    column = columns()["id"]
    external = _text(values.get("id", ""))
    labels = _items(columns()[_ACADEMIE], values.get(_ACADEMIE, ()))
    known, draft.academie = owner(draft, labels, base, academie)
    if is_example(draft.kind, external):
        if not examples:
            draft.say("identifiant-d-exemple", column, external)
            return
        draft.identifier = external
    elif not ((known and _ACADEMIE in values) or _ACADEMIE not in draft.record.values):
        return
    elif external:
        name = spelt(external, draft.academie)
        if name != external:
            draft.say("identifiant-adapte", column, external)
        draft.identifier = f"{draft.academie or NATIONAL}-{name}"
    elif "id" in draft.record.values or not values.get("titre"):
        return
    else:
        name, draft.made = made(values, draft.academie), True
        draft.say("identifiant-fait", column, name)
        draft.identifier = f"{draft.academie or NATIONAL}-{name}"
    draft.add(column, (draft.identifier,))


def _stand_in(draft: Draft) -> None:
    """Name what has no name, so that all its faults are said at once; the name never leaves the examination."""
    record = draft.record
    told = content_name(record.sheet, str(record.line), *map(_text, record.values.values()))
    draft.stands_in, draft.identifier = True, f"{draft.academie or NATIONAL}-{told}"
    draft.add(columns()["id"], (draft.identifier,))


def _items(column: Column, value: Value) -> list[str]:
    """Return the items of a cell, in order, each once."""
    if isinstance(value, tuple):
        items: Iterable[str] = value
    elif column.is_list and LIST in value:
        items = (part.strip(SPACES) for part in value.split(LIST))
    else:
        items = (value,)
    return list(dict.fromkeys(item for item in items if item))


def _text(value: Value) -> str:
    return value if isinstance(value, str) else LIST.join(value)


def _texts(draft: Draft, column: Column, items: list[str], base: str) -> None:
    for text in items:
        found = read_competences(text, base=base) if CRCN in column.schemes else None
        if found is not None:
            _competences(draft, column, text, found, base)
        elif column.form and not column.form.fullmatch(text):
            # Spreadsheets drop the leading zero of a code.
            if text.isdigit() and column.form.fullmatch(f"0{text}"):
                draft.add(column, (f"0{text}",))
            else:
                draft.say("forme-inattendue", column, text)
            draft.mention(column, text)
        else:
            draft.add(column, (text,))


def _competences(draft: Draft, column: Column, text: str, found: Competences, base: str) -> None:
    """Keep what a text says of the CRCN: its concepts, its wording, and a code that its label belies."""
    if found.codes:
        draft.add(columns()["competences_crcn"], found.iris)
        draft.mention(column, text, found.iris)
    else:
        draft.add(column, (text,)) if column.kind == "texte" else draft.mention(column, text)
    if found.unknown:
        draft.say("crcn-inconnu", column, text)
    if found.disagreement:
        code, other = found.disagreement
        words = {"code": code, "other": other, "expected": label_of(code, base)}
        draft.say("crcn-discordant", column, text, words=words)


def _concepts(draft: Draft, column: Column, items: list[str], base: str) -> None:
    if column.name == _ACADEMIE:
        return  # resolved with the document's name
    found: list[Item] = []
    # Items that come apart, in a table that we wrote or in JSON, are labels as they stand.
    apart = isinstance(draft.record.values.get(column.name), tuple)
    for text in items:
        if CRCN in column.schemes and (said := read_competences(text, bare=True, base=base)):
            _competences(draft, column, text, said, base)
        elif apart:
            found.append(Item(text, resolve_together(column.name, text, base)))
        else:
            found += resolve_cell(column.name, text, base)
    found = [_as_decided(draft, column, item) for item in found]
    for item in found:
        if apart or item.answer.state != "absent":
            draft.mention(column, item.text, item.answer.iris)
        for key, iris in item.answer.concepts:
            if _may_say(draft, column, key):
                draft.add(column, iris, key)
                _say_moved(draft, column, item.text, key, base)
    _say_unresolved(draft, column, found, base)


def _as_decided(draft: Draft, column: Column, item: Item) -> Item:
    """Return a label as it was read, or, where nothing knows it, as people decided that it is to be."""
    if item.answer.known:
        return item
    decision = draft.decided.of(column.name, item.text, draft.id)
    return item if decision is None else Item(item.text, decision.answer)


def _say_moved(draft: Draft, column: Column, text: str, key: str, base: str) -> None:
    """Say that a label went to another column, whose own it is: what a cell only implies is no such label."""
    other = column_of_key(key)
    if other is not None and other is not column and certainly(other.name, text, base):
        draft.say("valeur-rangee", column, text, words={"other": other.label})


def _may_say(draft: Draft, column: Column, key: str) -> bool:
    """Tell whether a column may give a value to another: one that holds one value is not given a second."""
    other = column_of_key(key)
    return other is None or other is column or other.is_list or other.name not in draft.record.values


def _say_unresolved(draft: Draft, column: Column, items: list[Item], base: str) -> None:
    """Say which labels of a cell are not understood; no suggestion repeats what the cell says."""
    written = {fold_label(item.text) for item in items}
    resolved = {iri for item in items for iri in item.answer.iris}
    for item in items:
        if code := _UNRESOLVED.get(item.answer.state):
            new = [
                name for name in item.answer.suggestions
                if fold_label(name) not in written
                and not resolved.issuperset(resolve(column.name, name, base).iris or [name])
            ]  # fmt: skip
            draft.say(code, column, item.text, new)


_UNRESOLVED: Final = {
    "none": "libelle-sans-concept",
    "ambiguous": "libelle-ambigu",
    "unknown": "libelle-inconnu",
}
"""What is said of a label, by its state; nothing where it is understood."""


def _dates(draft: Draft, column: Column, items: list[str], base: str) -> None:
    for text in items:
        found = _dated(draft, column, text)
        if not found:
            draft.say("date-non-reconnue", column, text)
            draft.mention(column, text)
            continue
        for key, value in found:
            draft.add(column, (value,), key)
        if [value for _, value in found] != [text]:
            draft.mention(column, text)


def _dated(draft: Draft, column: Column, text: str) -> tuple[tuple[str, str], ...]:
    """Return the keys and values of a date: a school year goes to its own column, an end has the forms of a date.

    A period is one of the column of dates alone, and only where the row does not say its end elsewhere.
    """
    found = read_dates(text)
    owners = draft.nodes["document"].get(_ACADEMIE, ())
    if not _CALENDAR_YEARS.isdisjoint(owners) and is_rentree(text):
        return ()
    language = draft.record.values.get("langue")
    if isinstance(language, str) and language_of(language) not in (None, FRENCH) and is_month_and_figures(text):
        return ()
    if column.key == "date" and found[1:] and "date_fin" not in draft.record.values:
        (start, first), (end, last) = found
        return (start, first), (f"dateFin{end.removeprefix('date')}", last)
    if len(found) != 1:
        return ()
    ((key, value),) = found
    if column.key == "dateFin" and key.startswith("date"):
        return ((column.key + key.removeprefix("date"), value),)
    return found if column.key in ("date", key) else ()


def _addresses(draft: Draft, column: Column, items: list[str], base: str) -> None:
    _parsed(draft, column, items, read_address, "adresse-invalide")


def _integers(draft: Draft, column: Column, items: list[str], base: str) -> None:
    _parsed(draft, column, items, read_integer, "nombre-invalide")


def _booleans(draft: Draft, column: Column, items: list[str], base: str) -> None:
    _parsed(draft, column, items, read_boolean, "booleen-invalide")


def _parsed(draft: Draft, column: Column, items: list[str], parse: Callable[[str], str | None], code: str) -> None:
    for text in items:
        value = parse(text)
        if value is None:
            draft.say(code, column, text)
            draft.mention(column, text)
        else:
            draft.add(column, (value,))


def _identifiers(draft: Draft, column: Column, items: list[str], base: str) -> None:
    if "uai" not in column.schemes:
        return  # said with the document's name
    for text in items:
        code = read_uai(text)
        if code is not None:
            draft.add(column, (code,))
            continue
        digits = text.strip()[:7]
        letter = check_letter(digits) if digits.isascii() and digits.isdigit() and len(digits) == 7 else ""
        expected = in_both("contenus", "uai-letter", digits=digits, letter=letter) if letter else ""
        draft.say("uai-invalide", column, text, words={"expected": expected})
        draft.mention(column, text)


def _phases(draft: Draft, column: Column, items: list[str], base: str) -> None:
    nodes = draft.nodes["document"].setdefault(column.key, [])
    for rank, text in enumerate(items, 1):
        said = {"description": [text], "ordre": [str(rank)]}
        nodes.append(node(f"{draft.id}#phase-{content_name(text)}", ["Phase"], said))


def _languages(draft: Draft, column: Column, items: list[str], base: str) -> None:
    for text in items:
        language = language_of(text)
        if language is None:
            draft.say("langue-inconnue", column, text)
        else:
            draft.add(column, (language,))
            if language != text:
                draft.mention(column, text, (language,))


_READERS: Final[Mapping[str, Callable[[Draft, Column, list[str], str], None]]] = {
    "texte": _texts,
    "concept": _concepts,
    "date": _dates,
    "iri": _addresses,
    "entier": _integers,
    "booleen": _booleans,
    "identifiant": _identifiers,
    "etapes": _phases,
    "langue": _languages,
}
