"""Writes what is filled in: a partner's instrument and linkset, with example lines; a publication, a module, as JSON.

Knows the forms; columns, helps and examples are rows of `colonnes_partenaires.csv`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from functools import partial
from importlib.resources import files
from typing import Final

from ingestion.partners.columns import AT, PartnerColumn, partner_columns
from ingestion.words.owned import INSTRUMENT, LINKSET
from ontologie import BASE, Language, read_text, sentence

_LANGUAGES: Final = ("es", "ar")
"""The languages that the template has columns for, to be replaced by the partner's own."""

EXAMPLE: Final = "exemple-a-remplacer"
_ENDING: Final = {"tsv": "sssom.tsv"}
_HEAD: Final = (
    "mapping_set_id: https://example.org/sssom/exemple-2026",
    "license: https://creativecommons.org/licenses/by/4.0/",
    'mapping_set_title: "Exemple 2026"',
    "curie_map:",
    f"  oia: {BASE}",
)


def partner_template(kind: str, form: str, lang: Language) -> bytes:
    """Return what to fill in of a partner's document; raises KeyError for a form that it has not."""
    return FORMS_OF[kind][form](lang)


def files_to_fill() -> dict[str, Callable[[Language], bytes]]:
    """Return what depositors fill in, made in their language, by the name of its file: `linkset.sssom.tsv`."""
    from ingestion.commands.template import FORMS, template

    projects = {f"projet.{form}": partial(template, form) for form in FORMS}
    partners = {f"{kind}.{_ENDING.get(form, form)}": make for kind, of in FORMS_OF.items() for form, make in of.items()}
    documents = {f"{kind}.json": partial(_document, kind) for kind in ("publication", "module")}
    return {**projects, **documents, **partners}


def _document(kind: str, lang: Language) -> bytes:
    """Return a document of the project's own, under a name that nothing has: what it says is to be replaced."""
    first = json.loads(files("ingestion").joinpath("demo", f"{kind}s.json").read_text(encoding="utf-8"))[0]
    told = json.dumps(first, ensure_ascii=False, indent=2).replace(first["identifiant"], EXAMPLE)
    return told.encode() + b"\n"


def _headers() -> list[tuple[str, PartnerColumn, str]]:
    """Return (header, column, language) of an instrument's table; a column that stands once a language, each time."""
    return [
        (column.name + tag, column, tag)
        for column in partner_columns(INSTRUMENT)
        for tag in (_LANGUAGES if column.name.endswith(AT) else ("",))
    ]


def _rows() -> list[list[str]]:
    """Return the header and the example rows: the framework, a principle, a principle below it."""
    headers = _headers()
    first = [
        [column.examples[rank] if tag in ("", _LANGUAGES[0]) else "" for _, column, tag in headers] for rank in range(3)
    ]
    return [[name for name, _, _ in headers], *first]


def _instrument_csv(lang: Language) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(_rows())
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _instrument_xlsx(lang: Language) -> bytes:
    import xlsxwriter  # seldom asked for

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        table = book.add_worksheet(sentence("rapport", "partner-sheet", lang))
        table.freeze_panes(1, 0)
        for index, (_, column, _) in enumerate(_headers()):
            table.write_comment(0, index, column.help[lang], {"x_scale": 2, "y_scale": 2})
            table.set_column(index, index, 24)
        for line, row in enumerate(_rows()):
            for index, cell in enumerate(row):
                table.write_string(line, index, cell, None if line else bold)
    return out.getvalue()


def _instrument_ttl(lang: Language) -> bytes:
    return read_text("exemples", "partenaires", "exemple-2026.ttl").encode()


def _linkset_tsv(lang: Language) -> bytes:
    columns = partner_columns(LINKSET)
    note = f'comment: "{sentence("rapport", "partner-linkset", lang)}"'
    lines = [*(f"#{line}" for line in (note, *_HEAD)), "\t".join(one.name for one in columns)]
    return "".join(f"{line}\n" for line in (*lines, "\t".join(one.examples[0] for one in columns))).encode()


FORMS_OF: Final[Mapping[str, Mapping[str, Callable[[Language], bytes]]]] = {
    INSTRUMENT: {"xlsx": _instrument_xlsx, "csv": _instrument_csv, "ttl": _instrument_ttl},
    LINKSET: {"tsv": _linkset_tsv},
}
