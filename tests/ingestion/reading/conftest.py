"""Small deposits written to files, and the shortest way through the reading of one."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ingestion import BuiltDocument, UnreadableDeposit, build_document, read_deposit
from ingestion.reading.records import Deposit

USAGES = Path(__file__).parents[3] / "ingestion" / "demo" / "usages.csv"
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write bytes, or text in UTF-8, to a file of a given name."""

    def write(content: str | bytes, name: str = "depot.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refusal(path: Path, **options: Any) -> UnreadableDeposit:
    """Return why a file cannot be used as a whole."""
    with pytest.raises(UnreadableDeposit) as caught:
        read_deposit(path, **options)
    error = caught.value
    assert error.message["fr"] and error.message["en"]
    assert error.remedy["fr"] and error.remedy["en"]
    return error


def built(deposit: Deposit, **options: Any) -> list[BuiltDocument]:
    return [build_document(record, **options) for record in deposit.records]


def codes(document: BuiltDocument) -> dict[str, str]:
    """Return what is said of a document: code → field."""
    return {issue.rule.removeprefix("depot:"): issue.field for issue in document.issues}


def row(write: Write, **cells: str) -> BuiltDocument:
    """Return the document of a table of one row, with an id, a title and a kind of AI unless told otherwise."""
    values = {"id": "A1", "titre": "Un titre", "type_ia": "generative", **cells}
    header = ";".join(values)
    line = ";".join('"' + cell.replace('"', '""') + '"' for cell in values.values())
    (document,) = built(read_deposit(write(f"{header}\n{line}\n", "ligne.csv")))
    return document


def workbook(sheets: Mapping[str, list[list[Any]]], path: Path) -> Path:
    """Write an XLSX of inline texts and numbers; dates are given as (days since 1899-12-30,)."""
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def cell(column: int, line: int, value: Any) -> str:
        place = f"{chr(65 + column)}{line}"
        if isinstance(value, tuple):
            return f'<c r="{place}" s="1"><v>{value[0]}</v></c>'
        if isinstance(value, bool):
            return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
        if isinstance(value, (int, float)):
            return f'<c r="{place}"><v>{value}</v></c>'
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'

    with zipfile.ZipFile(path, "w") as archive:
        names = list(sheets)
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for i, _ in enumerate(names, 1)
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{types}"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/xl/workbook.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
            '<Override PartName="/xl/styles.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
            f"{overrides}</Types>",
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        listed = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="r{i}"/>' for i, n in enumerate(names, 1))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>',
        )
        linked = "".join(
            f'<Relationship Id="r{i}" Type="{office}/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i, _ in enumerate(names, 1)
        )
        styles = f'<Relationship Id="rs" Type="{office}/styles" Target="styles.xml"/>'
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{relations}">{linked}{styles}</Relationships>',
        )
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{main}"><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders>'
            '<cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14" '
            'applyNumberFormat="1"/></cellXfs></styleSheet>',
        )
        for number, lines in enumerate(sheets.values(), 1):
            data = "".join(
                f'<row r="{i}">' + "".join(cell(j, i, v) for j, v in enumerate(line) if v != "") + "</row>"
                for i, line in enumerate(lines, 1)
            )
            archive.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>',
            )
    return path
