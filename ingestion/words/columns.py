"""The columns of a deposit, as `ontologie/donnees/colonnes.csv` describes them, and the names they go by.

Knows which column feeds which key of a document; what values mean is the resolution's business.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from ontologie import concepts, fold_label, read_table

LIST: Final = "|"
"""What separates the items of a list in one cell."""

SIBLINGS: Final = {
    "date": ("dateMois", "dateAnnee"),
    "dateFin": ("dateFinMois", "dateFinAnnee"),
    "academie": ("academieAssociee",),
}
"""Keys that a column feeds besides its own."""

OURS: Final = (
    "identifiant_publie", "annee_scolaire_deduite", "premier_jour_deduit", "genres_de_preuve", "iri", "graphe"
)  # fmt: skip
"""Columns that only the tables we write have: they say nothing new, so that they are left out where they come back.

The project's identifier in the graph (`dct:identifier`), what publication deduces from its date, by which kinds of
evidence it is tied to principles, its IRI, and that of its fiche, which is the graph of its document.
"""

MOST_ITEMS: Final = 1_000
"""Items of a list, and keys of an object, that a document may have; each is looked up on its own."""

_LONGEST_NAME: Final = 200
"""Characters of a name that is worth comparing with others."""

_CHOICES: Final = "{choices}"
"""Stands in an advice for the names to choose from."""

_MOST_NAMED: Final = 25
"""Names that an advice says; a longer list is in the table to fill."""

IGNORED: Final = ""
"""What a mapping gives for a column to leave out."""


def too_many(found: int) -> dict[str, str]:
    """Return the words that say how many items or keys there are, and may be."""
    return {"found": str(found), "most": str(MOST_ITEMS)}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the key it feeds, the kind of its values, and its bounds in characters.

    `kind` is texte, concept, iri, entier, booleen, date, identifiant, etapes or prive. `schemes` are the
    vocabularies its labels are looked up in. `node` says whether the key belongs to the document or to its
    fiche. `form` is the pattern of a text that has one.
    """

    name: str
    key: str
    kind: str
    schemes: tuple[str, ...]
    is_list: bool
    required: bool
    label: Mapping[str, str]
    advice: Mapping[str, str]
    node: str
    longest: int
    form: re.Pattern[str] | None

    @property
    def help(self) -> Mapping[str, str]:
        """Return what a cell should hold, in both languages, the values to choose from by the names that they go by."""
        return _help(self.name)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of what its vocabularies hold, in the order of letters; none where it has none."""
        return names_of(self)


@cache
def columns() -> Mapping[str, Column]:
    """Return every column by its name, in the order of a deposit."""
    return MappingProxyType({row["colonne"]: _column(row) for row in read_table("donnees", "colonnes.csv")})


def _column(row: Mapping[str, str]) -> Column:
    return Column(
        name=row["colonne"],
        key=row["cle"],
        kind=row["genre"],
        schemes=tuple(row["schema"].split()),
        is_list=row["liste"] == "oui",
        required=row["obligatoire"] == "oui",
        label={lang: row[f"label_{lang}"] for lang in ("fr", "en")},
        advice={lang: row[f"aide_{lang}"] for lang in ("fr", "en")},
        node=row["noeud"],
        longest=int(row["longueur_max"]),
        form=re.compile(row["motif"]) if row["motif"] else None,
    )


@cache
def _help(name: str) -> Mapping[str, str]:
    column = columns()[name]
    if not any(_CHOICES in text for text in column.advice.values()):
        return column.advice
    names = names_of(column)
    listed = ", ".join([*names[:_MOST_NAMED], *["…"] * (len(names) > _MOST_NAMED)])
    return {lang: text.replace(_CHOICES, listed) for lang, text in column.advice.items()}


@cache
def _names(schemes: tuple[str, ...]) -> tuple[str, ...]:
    found = (one for one in concepts().values() if one.current and not one.schemes.isdisjoint(schemes))
    return tuple(sorted({one.displayed for one in found if LIST not in one.displayed}, key=fold_label))


def names_of(column: Column) -> tuple[str, ...]:
    """Return the names of what the vocabularies of a column hold, in the order of letters; none where it has none."""
    return _names(column.schemes) if column.kind == "concept" else ()


@cache
def column_of_key(key: str) -> Column | None:
    """Return the column that feeds a key of a document."""
    own = next((name for name, others in SIBLINGS.items() if key in others), key)
    return next((column for column in columns().values() if own and column.key == own), None)


@cache
def _by_folded_name() -> Mapping[str, str]:
    return {fold_label(name): name for name in columns()}


def is_our_own(header: str) -> bool:
    """Tell whether a header is that of a column that only the tables we write have."""
    return fold_label(header) in {fold_label(name) for name in OURS}


def column_name(header: str) -> str | None:
    """Return our name for a header: itself after folding case, accents and punctuation, or None.

    >>> column_name("Académie"), column_name("Outils IA"), column_name("Météo")
    ('academie', 'outils_ia', None)
    """
    return _by_folded_name().get(fold_label(header))


_KEY_ALIKE: Final = 75
"""How alike a key must be to one of ours: a part in common is no likeness (`schoolPhase`, `phase`)."""


def nearest_keys(name: str, keys: Collection[str]) -> tuple[str, ...]:
    """Return up to three keys that a key was meant for, nearest first: by their own name, or their column's label.

    >>> nearest_keys("titel", ("titre", "niveau")), nearest_keys("levels", ("titre", "niveau"))
    (('titre',), ('niveau',))
    """
    if len(name) > _LONGEST_NAME:
        return ()
    labels = ((fold_label(label), one.key) for one in columns().values() for label in one.label.values())
    folded = {label: key for label, key in labels if key in keys} | {fold_label(key): key for key in keys}
    from rapidfuzz import fuzz, process  # a document without a fault never loads it

    found = process.extract(fold_label(name), list(folded), scorer=fuzz.ratio, limit=6, score_cutoff=_KEY_ALIKE)
    return tuple(dict.fromkeys(folded[match] for match, _, _ in found))[:3]


def nearest_names(name: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return up to three names that look like this one, nearest first."""
    if len(name) > _LONGEST_NAME:
        return ()
    folded = {fold_label(candidate): candidate for candidate in names}
    from rapidfuzz import fuzz, process  # a header that is known never loads it

    found = process.extract(fold_label(name), list(folded), scorer=fuzz.WRatio, limit=3, score_cutoff=70)
    return tuple(folded[match] for match, _, _ in found)
