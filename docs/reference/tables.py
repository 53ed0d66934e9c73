"""The page of the research tables."""

from __future__ import annotations

from docs.reference.markdown import NOTE, table
from sparql_api.tables.dictionary import Table, tables, words


def tables_page() -> str:
    """Return the page of the research tables: each, and its columns."""
    intro = (
        "An edition as tables, made from one dictionary (`sparql_api/tables/columns.csv`), which also makes what "
        "describes them to programs. `/tables` shows them; each is whole at `/editions/{n}/tables/{table}.csv` and "
        "`.parquet`, all of them in `tables.duckdb`, which answer requests for ranges, and which `/tables/sql` asks in "
        "the browser; `parts.tsv` beside lists the Parquet files that they are "
        "made of, each named by SHA-256: between two editions only the parts of what changed are others. "
        "`datapackage.json` (Frictionless), `csv-metadata.json` (CSVW), `croissant.json` and `cube.ttl` (W3C Data "
        "Cube) describe them. `observatoire export tables --out DIR` writes all of that into a folder. The form "
        "that a deposit takes stays at `/fiches.csv`."
    )
    notes = (
        "A use is a project; invented examples are in no table. A concept is four columns: its IRI, its id, its "
        "labels. A date is its text, and the year, month and day that it says. Who appraises is known by "
        "organisation alone, and by rank among the analyses of one use: nothing joins what one person judged of two"
        " projects. Cells are texts as they were deposited: what opens a CSV as a spreadsheet may take one for a "
        "formula."
    )
    return "\n\n".join(["# Research tables", NOTE, intro, notes, *map(section, tables().values())]) + "\n"


def section(one: Table) -> str:
    """Return what the page says of a table."""
    rows = [
        (f"`{column.name}`", column.type, column.title["fr"], column.title["en"], words()[column.missing]["en"])
        for column in one.columns
    ]
    listed = table(("column", "type", "French", "English", "when empty"), rows)
    return f"## {one.name}\n\n{one.title['fr']} · {one.title['en']}. {one.about['en']}\n\n{listed}"
