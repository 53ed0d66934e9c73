"""Makes `genere/formulaire.ttl`: what forms show of property shapes, from the tables of columns, fields and groups.

In SHACL's own words (§2.3.2: sh:name, sh:description, sh:order, sh:group), so that any program that makes forms of
shapes can take it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ontologie import BASE, read_table
from shapes.forms.view import CLASSES, Shapes, named_shapes, property_of

TABLE = "formulaire.ttl"
PROJECT = "Projet"
_HEAD = """# What forms show of the shapes: made by `python -m shapes.generation`.

@prefix formes: <{base}shapes#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""


_FIRST = re.compile(r"(?:Plusieurs : séparez par \| ; |Several: separate with \|; )(\w)")
"""What is said of the first of several values stays."""
_OF_CELLS = re.compile(
    r",? ?(?:plusieurs(?: réponses)? )?séparée?s? par \||,? ?(?:several(?: answers)? )?separated with \|"
    r"| ?; plusieurs : séparez par \||; several: separate with \|| ?: \{choices\}"
)


def made_table() -> str:
    """Return the text of the generated file. Raises LookupError where a group names no column, or a column no shape."""
    shapes = Shapes.packaged(named=False)
    return "\n".join([_HEAD.format(base=BASE), *_groups(), *_named(shapes)]).rstrip() + "\n"


def _groups() -> Iterator[str]:
    for order, row in enumerate(read_table("donnees", "groupes_formulaire.csv"), 1):
        yield f"formes:{_group(row)} a sh:PropertyGroup ;"
        yield f"    rdfs:label {_texts(row, 'label')} ;\n    sh:order {order} .\n"


def _group(row: Mapping[str, str]) -> str:
    """Return the name of a group; those of a project came first, and keep theirs."""
    of = "" if row["forme"] == PROJECT else f"{row['forme']}-"
    return f"groupe-{of}{row['groupe']}"


def _named(shapes: Shapes) -> Iterator[str]:
    """Yield what forms show of the property shapes of each row's fields: columns of a project, else keys."""
    columns = {row["colonne"]: row for row in read_table("donnees", "colonnes.csv")}
    by_key = {row["cle"]: row for row in reversed(columns.values())}
    told = read_table("donnees", "champs_formulaire.csv")
    own = {(form, row["cle"]): row for row in told for form in row["forme"].split()}
    order = 0
    for group in read_table("donnees", "groupes_formulaire.csv"):
        form = group["forme"]
        nodes = CLASSES if form == PROJECT else (f"{BASE}shapes#{form}",)
        for name in group["colonnes"].split():
            row = columns[name] if form == PROJECT else own.get((form, name)) or by_key[name]
            order += 1
            if not (path := property_of(row["cle"])):
                continue  # personal: no shape sees it
            subject = next(iter(named_shapes(shapes, path, nodes)), None)
            if subject is None:
                raise LookupError(name)
            yield f"<{subject}>\n    sh:name {_texts(row, 'label')} ;"
            if row["aide_fr"]:
                yield f"    sh:description {_texts(_in_a_form(row), 'aide')} ;"
            if row.get("noeud") and form != PROJECT and (form, name) in own:
                yield f"    sh:node formes:{row['noeud']} ;"
            yield f"    sh:order {order} ;\n    sh:group formes:{_group(group)} .\n"


def _in_a_form(row: Mapping[str, str]) -> dict[str, str]:
    """Return a row whose help leaves out what is of cells: a form has a place a value, and shows its lists."""
    told = dict(row)
    for name in ("aide_fr", "aide_en"):
        first = _FIRST.sub(lambda found: found[1].upper(), told[name])
        told[name] = _OF_CELLS.sub("", first)
    return told


def _texts(row: Mapping[str, str], name: str) -> str:
    escaped = {lang: row[f"{name}_{lang}"].replace("\\", "\\\\").replace('"', '\\"') for lang in ("fr", "en")}
    return " , ".join(f'"{text}"@{lang}' for lang, text in escaped.items())
