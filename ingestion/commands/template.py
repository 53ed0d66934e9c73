"""Writes a table to fill: a header with its notes, lists to choose from, an example, a sheet that explains.

Knows the forms (XLSX, ODS, CSV); columns, helps and choices come from the tables and the vocabularies.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from ingestion.resolution.resolve import resolve
from ingestion.words.columns import Column, columns, names_of
from ontologie import Language, read_table, sentence
from shapes import BYTE_ORDER_MARK, SPREADSHEET_SEPARATOR, column_letters, csv_line

MOST_CHOICES: Final = 400
"""Choices of a list; a longer vocabulary is no list to choose from."""

_ROWS: Final = 1_000
_WIDTH: Final = 24


def template(form: str, lang: Language) -> bytes:
    """Return a table to fill, as `xlsx`, `ods` or `csv`. Raises KeyError for another form."""
    return _FORMS[form](lang)


def choices(column: Column) -> list[str]:
    """Return the names that a cell may take, each resolving to its concept; none where it is free or they are many."""
    if column.kind == "booleen":
        return ["oui", "non"]
    found = names_of(column)
    if len(found) > MOST_CHOICES:
        return []
    return [name for name in found if resolve(column.name, name).state == "found"]


def example() -> dict[str, str]:
    """Return the cells of the example by their columns."""
    return {row["colonne"]: row["valeur"] for row in read_table("donnees", "gabarit.csv")}


def _note(column: Column, lang: Language) -> str:
    """Return what the note of a header says; its last line is the name that files and commands use."""
    named = sentence("rapport", "template-name", lang, name=column.name)
    return f"{column.label[lang]}\n{column.help[lang]}\n{named}"


def _explained(lang: Language) -> list[str]:
    """Return the lines of the sheet that explains: how to fill it, each column; of one cell, so that it is no table."""
    given = example()
    lines = sentence("rapport", "template-guide", lang).split(" | ")
    for name, column in columns().items():
        code = "template-required" if column.required else "template-column"
        told = sentence("rapport", code, lang, label=column.label[lang], help=column.help[lang])
        shown = sentence("rapport", "template-example", lang, value=given[name]) if name in given else ""
        lines.append(f"{told} {shown}".strip())
    return lines


def _csv(lang: Language) -> bytes:
    given = example()
    rows = [[column.label[lang] for column in columns().values()], [given.get(name, "") for name in columns()]]
    return (BYTE_ORDER_MARK + "".join(csv_line(row, SPREADSHEET_SEPARATOR) for row in rows)).encode()


def _sheets(lang: Language) -> tuple[str, str, str]:
    fiches, lists, guide = sentence("rapport", "template-sheets", lang).split(" | ")
    return fiches, lists, guide


def _xlsx(lang: Language) -> bytes:
    out, given = io.BytesIO(), example()
    fiches, lists, guide = _sheets(lang)
    import xlsxwriter  # seldom asked for

    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        table, listed, told = book.add_worksheet(fiches), book.add_worksheet(lists), book.add_worksheet(guide)
        table.freeze_panes(1, 0)
        for index, (name, column) in enumerate(columns().items()):
            table.write_string(0, index, column.label[lang], bold)
            table.write_comment(0, index, _note(column, lang), {"x_scale": 2, "y_scale": 2})
            table.set_column(index, index, _WIDTH)
            table.write_string(1, index, given.get(name, ""))
            found = choices(column)
            if found:
                # Columns without choices have no header here: this sheet would be taken for one of fiches.
                listed.write_column(0, index, [column.label[lang], *found])
                letter = column_letters(index + 1)
                source = f"='{lists}'!${letter}$2:${letter}${len(found) + 1}"
                # Several values stand in one cell: another one than those of the list is no error.
                rule = {"validate": "list", "source": source, "show_error": False}
                table.data_validation(1, index, _ROWS, index, rule)
        for line, text in enumerate(_explained(lang)):
            told.write_string(line, 0, text)
        told.set_column(0, 0, 100)
    return out.getvalue()


_NAMESPACES: Final = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table")
)
_OFFICE: Final = "application/vnd.oasis.opendocument.spreadsheet"


def _ods(lang: Language) -> bytes:
    """Write the same as an ODS (OpenDocument 1.3 part 3, 9.4): no library of ours does."""
    given, (fiches, lists, guide) = example(), _sheets(lang)
    found = {name: choices(column) for name, column in columns().items()}
    letters = {name: column_letters(index) for index, name in enumerate(columns(), 1)}
    rules = "".join(
        f'<table:content-validation table:name="{name}" table:display-list="unsorted" table:base-cell-address='
        + quoteattr(f"${fiches}.{letters[name]}2")
        + " table:condition="
        + quoteattr(f"of:cell-content-is-in-list([${lists}.${letters[name]}$2:${letters[name]}${len(values) + 1}])")
        + '><table:error-message table:display="false"/></table:content-validation>'
        for name, values in found.items()
        if values
    )
    header = [_ods_cell(column.label[lang], note=_note(column, lang)) for column in columns().values()]
    first = [_ods_cell(given.get(name, ""), rule=name if found[name] else "") for name in columns()]
    empty = [_ods_cell("", rule=name if found[name] else "") for name in columns()]
    filled = _ods_row(header) + _ods_row(first) + _ods_row(empty, _ROWS)
    longest = max(map(len, found.values()))
    padded = [
        [columns()[name].label[lang] if values else "", *values, *[""] * (longest - len(values))]
        for name, values in found.items()
    ]
    columned = [list(map(_ods_cell, line)) for line in zip(*padded, strict=True)]
    told = [[_ods_cell(text)] for text in _explained(lang)]
    tables = (
        _ods_table(fiches, filled),
        _ods_table(lists, "".join(map(_ods_row, columned))),
        _ods_table(guide, "".join(map(_ods_row, told))),
    )
    return _ods_file(f"<table:content-validations>{rules}</table:content-validations>{''.join(tables)}")


def _ods_file(body: str) -> bytes:
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMESPACES} '
        'xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" office:version="1.3"><office:body><office:spreadsheet>'
        f"{body}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.3" '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_OFFICE}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), _OFFICE)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


def _ods_table(name: str, rows: str) -> str:
    return f"<table:table table:name={quoteattr(name)}>{rows}</table:table>"


def _ods_row(cells: Sequence[str], times: int = 1) -> str:
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{repeated}>{''.join(cells)}</table:table-row>"


def _ods_cell(text: str, *, note: str = "", rule: str = "") -> str:
    attributes = f" table:content-validation-name={quoteattr(rule)}" if rule else ""
    if not text:
        return f"<table:table-cell{attributes}/>"
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in note.split("\n"))
    comment = f"<office:annotation>{lines}</office:annotation>" if note else ""
    shown = f"{comment}<text:p>{escape(text)}</text:p>"
    return f'<table:table-cell office:value-type="string"{attributes}>{shown}</table:table-cell>'


_FORMS: Final[Mapping[str, Callable[[Language], bytes]]] = {"xlsx": _xlsx, "ods": _ods, "csv": _csv}
FORMS: Final = tuple(_FORMS)
