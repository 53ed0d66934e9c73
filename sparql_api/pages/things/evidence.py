"""Prepares what ties a document to principles: indices, constats, appraisals, and the wordings as deposited.

Knows how the kinds of evidence are shown on a document's page; what each means is the ontology's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from ontologie import PREFIXES, read_table, sentence_table
from sparql_api.fiches.things import local_id
from sparql_api.pages.things.presentation import Property, Reader, Shown, instrument_of
from sparql_api.words import i18n

COMMENT: Final = PREFIXES["rdfs"] + "comment"
SHOWN_OF_A_FINDING: Final = (
    *("applique", "debiteur", "regle", "premisse", "premisseManquante"),
    *("classeRisque", "dateePar", "confiance"),
)
DATED: Final = ("dateePar", "dateeEnsuitePar")
"""What dates a rule: the day from which its text applies, and that of a second case."""
Pairs = Mapping[str, Iterable[str]]


def evidence(reader: Reader, subject: str, dimensions: Pairs, dates: Pairs) -> dict[str, Any]:
    """Return what the evidence part of a page shows.

    `dimensions` gives each criterion's dimension, `dates` the days from which provisions apply.
    """
    findings = [finding(reader, str(v)[1:-1], dates) for v in said(reader, subject, "constat")]
    return {
        "principles": principles(reader, subject),
        "indications": [indication(reader, str(v)[1:-1]) for v in said(reader, subject, "indice")],
        "findings": sorted(findings, key=lambda row: -row["confidence"]),
        "appraisals": appraisals(reader, subject, dimensions),
        "mentions": [mention(reader, str(v)[1:-1]) for v in said(reader, subject, "mention")],
    }


def said(reader: Reader, subject: str, *terms: str) -> list[ox.NamedNode | ox.Literal]:
    """Return the values of our properties, in the order of their texts."""
    term = reader.view.service.iris.term
    return sorted((v for name in terms for v in reader.values(subject, term(name))), key=str)


def links(reader: Reader, subject: str, *terms: str) -> list[Shown]:
    """Return the things that our properties lead to, by label."""
    found = [str(v)[1:-1] for v in said(reader, subject, *terms) if isinstance(v, ox.NamedNode)]
    return sorted((reader.thing(iri) for iri in found), key=lambda value: i18n.collation(value.text))


def first_text(reader: Reader, subject: str, term: str) -> str:
    """Return a text of one of our properties, or nothing."""
    return reader.text(subject, reader.view.service.iris.term(term))


def field_name(reader: Reader, name: str) -> str:
    """Return what a field of the deposit is called: `champ` holds a document's key or a column's name."""
    return reader.view.pick(fields().get(name, {})) or name


@cache
def fields() -> Mapping[str, Mapping[str, str]]:
    """Return {document key or column name: label by language}; a key wins over a column of its name."""
    rows = read_table("donnees", "colonnes.csv")
    labels = [(row, {language: row[f"label_{language}"] for language in ("fr", "en")}) for row in rows]
    return {row["colonne"]: label for row, label in labels} | {row["cle"]: label for row, label in labels}


def principles(reader: Reader, subject: str) -> list[tuple[Shown, list[Shown]]]:
    """Return (instrument, principles) of what the document concerns."""
    groups: dict[str, list[str]] = {}
    for value in said(reader, subject, "concerne"):
        iri = str(value)[1:-1]
        groups.setdefault(instrument_of(iri, reader.view.service.iris.base), []).append(iri)
    shown = [
        (
            Shown(reader.label(instrument), reader.view.href(instrument)),
            [Shown(reader.label(iri), reader.view.href(iri)) for iri in found],
        )
        for instrument, found in groups.items()
    ]
    return sorted(shown, key=lambda group: i18n.collation(group[0].text))


def indication(reader: Reader, iri: str) -> dict[str, Any]:
    """Return an indice: the words, their field, what they speak to and in which way, by which rule."""
    polarities = [local_id(str(v)[1:-1]) for v in said(reader, iri, "polarite")]
    return {
        "anchor": iri.partition("#")[2],
        "extract": first_text(reader, iri, "extrait"),
        "passage": first_text(reader, iri, "passage"),
        "field": field_name(reader, first_text(reader, iri, "champ")),
        "polarity": links(reader, iri, "polarite"),
        "sign": next((one for one in polarities if f"fiche.sign.{one}" in sentence_table("pages")), ""),
        "principles": links(reader, iri, "evoque"),
        "rules": links(reader, iri, "regle"),
    }


def finding(reader: Reader, iri: str, dates: Pairs) -> dict[str, Any]:
    """Return a constat: its verdict, what it says, the rule, the provisions and the premises."""
    term = reader.view.service.iris.term
    # Editions of before 2.2.0 repeat on the finding what its outcome says.
    outcome = next((str(v)[1:-1] for v in said(reader, iri, "issue")), iri)
    rules = [str(v)[1:-1] for v in said(reader, iri, "regle")]
    confidence = first_text(reader, outcome, "confiance")
    shown: list[Property] = []
    for name in SHOWN_OF_A_FINDING:
        values = reader.values(iri, term(name))
        if name == "premisse":
            texts = [Shown(premise(reader, str(v)[1:-1])) for v in values]
        elif name == "dateePar":
            dated = (v for rule in rules for v in said(reader, rule, *DATED))
            days = {day for v in dated for day in dates.get(str(v)[1:-1], ())}
            texts = [Shown(reader.view.date(day)) for day in sorted(days)]
        elif name == "confiance":
            texts = [Shown(reader.view.decimal(confidence))] if float(confidence or 0) else []
        else:
            texts = list(reader.property(term(name), values, iri).values)
        if texts:
            shown.append(Property(term(name), reader.property_name(term(name)), tuple(texts)))
    verdict, message = next((v.text for v in links(reader, iri, "verdict")), ""), reader.text(outcome, COMMENT)
    verdicts = [local_id(str(v)[1:-1]) for v in said(reader, iri, "verdict")]
    return {
        "anchor": iri.partition("#")[2],
        "verdict_id": next(iter(verdicts), ""),
        "missing": [str(v)[1:-1] for v in said(reader, iri, "premisseManquante")],
        "verdict": "" if message.startswith(verdict) else verdict,
        "message": message,
        "confidence": float(confidence or 0),
        "properties": shown,
    }


def premise(reader: Reader, iri: str) -> str:
    """Return the statement that a finding rests on, in words: `niveau : 4e`."""
    rdf = PREFIXES["rdf"]
    predicate = next((str(v)[1:-1] for v in reader.values(iri, rdf + "predicate")), "")
    value = next(iter(reader.values(iri, rdf + "object")), None)
    text = reader.literal(value) if isinstance(value, ox.Literal) else reader.label(str(value)[1:-1])
    return reader.view.t("evidence.premise", property=reader.property_name(predicate), value=text)


def appraisals(reader: Reader, subject: str, dimensions: Pairs) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return (dimension, appraisals) of an analysis, in the order of the criteria's ids."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for value in said(reader, subject, "comporte"):
        iri = str(value)[1:-1]
        criteria = [str(v)[1:-1] for v in said(reader, iri, "critere")]
        found = [reader.label(d) for c in criteria for d in dimensions.get(c, ())]
        groups.setdefault(next(iter(found), ""), []).append(appraisal(reader, iri))
    first = {name: i18n.collation(min(row["anchor"] for row in rows)) for name, rows in groups.items()}
    return [
        (name, sorted(groups[name], key=lambda row: i18n.collation(row["anchor"])))
        for name in sorted(groups, key=lambda name: first[name])
    ]


def appraisal(reader: Reader, iri: str) -> dict[str, Any]:
    """Return one judgement: the criterion, the step chosen, what it rests on."""
    proofs = [str(v)[1:-1] for v in said(reader, iri, "preuve")]
    nothing = [Shown("—")]
    return {
        "anchor": iri.partition("#")[2],
        "criterion": (links(reader, iri, "critere") or nothing)[0],
        "step": (links(reader, iri, "echelon") or nothing)[0],
        "comment": reader.text(iri, COMMENT),
        "proofs": [
            {
                "extract": first_text(reader, proof, "extrait"),
                "field": field_name(reader, first_text(reader, proof, "champ")),
            }
            for proof in proofs
        ],
    }


def mention(reader: Reader, iri: str) -> dict[str, Any]:
    """Return a wording as deposited, and what it was taken to mean."""
    return {
        "anchor": iri.partition("#")[2],
        "field": field_name(reader, first_text(reader, iri, "champ")),
        "wording": first_text(reader, iri, "libelleDepose"),
        "resolved": links(reader, iri, "resoluEn"),
    }
