"""What people decided of findings, as publication derives it: whether it stands, and what it says (oia:Relecture).

Decided in docs/decisions/evidence.md.

A decision holds on the facts that it was taken on: what the rule retained, its premises, its dates, what it concludes.
Their hash is the `basis` of a decision; with another, the finding is as if nobody had looked at it. Of who decided, the
graph tells the function and the organisation, never a name (law 7).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

import pyoxigraph as ox

from ingestion.derivation.batch import Batch, DepositedGraphs
from ingestion.derivation.looks import predicate
from ingestion.derivation.templates import Conclusions
from ingestion.registry.tables.model import FindingReview
from ontologie import BASE, PREFIXES, RDF_TYPE, Iris

AFTER: Final = "premisses"
"""The step after which all facts of findings are known, and nothing is concluded of them yet."""

_CONCLUDED: Final = ("verdict", "classeRisque", "premisseManquante")
"""What a decision rests on of the outcome that a rule retained; its wording may be mended."""

_DATED: Final = ("dateePar", "dateeEnsuitePar")
"""What dates the text of a rule, part of the facts of its findings."""


class Reviews:
    """Tells the facts of findings by their hash, and what follows from decisions that rest on them."""

    def __init__(self, vocabularies: Sequence[bytes], base: str = BASE) -> None:
        """Take from the vocabularies what each outcome concludes."""
        self._base = base
        dated = {f"<{Iris(base).term(name)}>".encode() for name in _DATED}
        concluded = {f"<{Iris(base).term(name)}>".encode() for name in _CONCLUDED}
        self._outcomes: dict[bytes, list[bytes]] = {}
        self._dates: dict[bytes, list[bytes]] = {}
        # What decisions of before rest on named dates so, and still holds.
        dates = f"<{Iris(base).term('dateApplication')}> ".encode()
        for line in vocabularies:
            if predicate(line) in concluded:
                subject, said, value = line.split(b" ", 3)[:3]
                self._outcomes.setdefault(subject, []).append(said + b" " + value)
            elif predicate(line) in dated:
                rule, _, value = line.split(b" ", 3)[:3]
                self._dates.setdefault(rule, []).append(dates + value + b" .\n")

    def bases(self, batch: Batch, rank: int, project: str) -> dict[str, str]:
        """Return the hash of the facts of each finding of a project, by its identifier."""
        found: dict[bytes, list[bytes]] = {}
        start, retained = f"<{project}#constat-".encode(), f"<{self._base}travail#retenue>".encode()
        of_rule = f"<{Iris(self._base).term('regle')}>".encode()
        for line in batch.about(rank, start):
            subject, said, value = line.split(b" ", 2)
            facts = found.setdefault(subject, [])
            facts.append(said + b" " + value)
            if said == retained:
                facts += self._outcomes.get(value.removesuffix(b" .\n"), ())
            elif said == of_rule:
                facts += self._dates.get(value.removesuffix(b" .\n"), ())
        own = len(project) + 2
        return {
            subject[own:-1].decode(): hashlib.sha256(b"\n".join(sorted(facts))).hexdigest()
            for subject, facts in found.items()
        }

    def conclusions(self, batch: Batch, there: Sequence[DepositedGraphs]) -> Conclusions:
        """Return what follows from the decisions on projects that rest on the facts of today."""
        found: Conclusions = {}
        for rank, one in enumerate(there):
            bases = self.bases(batch, rank, one.project) if one.reviews else {}
            for review in one.reviews:
                if bases.get(review.finding) == review.basis:
                    for line in _lines(review, one.project, self._base):
                        about = found.setdefault(predicate(line), {})
                        about.setdefault(one.project.encode(), set()).add(line)
        return found


def _lines(review: FindingReview, project: str, base: str) -> Iterator[bytes]:
    """Yield the lines of N-Triples of a review, and what has its finding conclude nothing where it dismisses it."""
    terms, iris = _terms(base), Iris(base)
    node, finding = f"<{project}#relecture-{review.finding}>", f"<{project}#{review.finding}>"
    local = review.academie is not None
    role = "relecture-academique" if local else "pilotage-national"
    body = iris.entity("academie", str(review.academie)) if local else f"{base}{review.organisation}"
    said = {
        f"<{RDF_TYPE}>": terms["Relecture"],
        terms["relitConstat"]: finding,
        terms["avis"]: f"<{iris.entity('concept/avis-relecture', 'confirme' if review.upheld else 'ecarte')}>",
        terms["fonctionRelecteur"]: f"<{iris.entity('organisation', role)}>",
        terms["organisationRelecteur"]: f"<{body}>",
        terms["motifRelecture"]: str(ox.Literal(review.reason, language=review.language)),
        terms["dateRelecture"]: f'"{review.at[:10]}"^^<{PREFIXES["xsd"]}date>',
    }
    for name, value in said.items():
        yield f"{node} {name} {value} .\n".encode()
    if not review.upheld:
        yield f"{finding} <{base}travail#ecarte> <{iris.entity('regle', 'relecture')}#ecarte> .\n".encode()


@cache
def _terms(base: str) -> Mapping[str, str]:
    names = (
        "Relecture", "relitConstat", "avis", "fonctionRelecteur", "organisationRelecteur", "motifRelecture",
        "dateRelecture",
    )  # fmt: skip
    return {name: f"<{Iris(base).term(name)}>" for name in names}
