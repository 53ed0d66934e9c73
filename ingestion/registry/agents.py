"""Who acts, from what a person types: an académie by code or name, an organisation by its acronym, a scope."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Final

from ingestion.registry.accounts import WrongAccount
from ingestion.resolution.resolve import resolve
from ingestion.rights.model import Agent, Grant
from ingestion.rights.table import WHOLE, scopes
from ingestion.words.errors import IngestionError
from ontologie import BASE, fold_text, read_table

TEAM: Final = Agent("equipe-projet", (Grant("national"),), "organisation/equipe-projet")
"""The project's own team, which vouches for what is bundled; the demonstration declares it."""

_NAME: Final = re.compile(r"[^\W_](?:[^\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]{0,94}\S)?")
_INSTRUMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class UnknownAcademie(IngestionError):
    """A text that names no académie; `suggestions` are the nearest names."""

    def __init__(self, text: str, suggestions: tuple[str, ...]) -> None:
        super().__init__(text)
        self.text = text
        self.suggestions = suggestions


def new_agent(
    name: str, given: Sequence[str], scope: str = "", organisation: str | None = None, expires: str | None = None
) -> Agent:
    """Return an agent with these roles in one scope. Raises WrongAccount, saying what a role takes."""
    if not _NAME.fullmatch(name):
        raise WrongAccount("account-name", agent=name.encode("ascii", "backslashreplace").decode())
    kind = scope.partition("/")[0] or WHOLE
    for role in given:
        if kind not in scopes()[role]:
            taken = ", ".join(_OPTIONS[one] for one in scopes()[role])
            raise WrongAccount("account-scope", role=role, scopes=taken)
    if expires is not None:
        try:
            date.fromisoformat(expires)
        except ValueError as error:
            raise WrongAccount("account-date", date=expires) from error
    found = organisation_named(organisation) if organisation else None
    return Agent(name, tuple(Grant(role, scope) for role in dict.fromkeys(given)), found, expires)


_OPTIONS: Final = {
    "academie": "--academie", "region-academique": "--region", "instrument": "--instrument", WHOLE: "—",
}  # fmt: skip
"""How the scope of a role is given."""


def scope_of(academie: str | None, region: str | None, instrument: str | None, base: str = BASE) -> str:
    """Return the scope that is asked for, by code or name; of none, nothing. Raises UnknownAcademie, WrongAccount."""
    if sum(map(bool, (academie, region, instrument))) > 1:
        raise WrongAccount("account-one-scope")
    if academie:
        return f"academie/{academie_code(academie, base)}"
    if region:
        answer = resolve("region_academique", region, base)
        iris = {region, f"region-academique/{region}"} & _regions(base) or set(answer.iris)
        if len(iris) != 1:
            raise WrongAccount("account-region", text=region, suggestions=", ".join(answer.suggestions) or "—")
        return iris.pop()
    if instrument and not _INSTRUMENT.fullmatch(instrument):
        raise WrongAccount("account-instrument", text=instrument)
    return f"instrument/{instrument}" if instrument else ""


def academie_code(text: str | None, base: str = BASE) -> str | None:
    """Return the code of an académie given by code or name, None for none. Raises UnknownAcademie."""
    if not text:
        return None
    answer = resolve("academie", text, base)
    if answer.state != "found" or len(answer.iris) != 1:
        raise UnknownAcademie(text, tuple(answer.suggestions))
    return answer.iris[0].rpartition("/")[2]


def organisation_named(text: str) -> str:
    """Return an organisation (`organisation/{id}`) by its acronym, its name or its id. Raises WrongAccount."""
    found = _organisations().get(fold_text(text.removeprefix("organisation/")))
    if found is None:
        raise WrongAccount("account-organisation", text=text, known=", ".join(sorted(set(_organisations().values()))))
    return found


@cache
def _organisations() -> dict[str, str]:
    """Return the organisations of the tables by their folded acronym, name and id; functions are no organisations."""
    tables = (("instruments", "acteurs.csv"), ("acteurs_projet.csv",))
    rows = [row for table in tables for row in read_table("donnees", *table) if row["type"] != "fonction"]
    named = ((fold_text(row[key]), f"organisation/{row['id']}") for key in ("nom_fr", "sigle", "id") for row in rows)
    return {name: iri for name, iri in named if name}


@cache
def _regions(base: str) -> set[str]:
    """Return the régions académiques, each as it is in a document."""
    rows = read_table("donnees", "territoires", "academies.csv")
    return {iri for row in rows for iri in resolve("region_academique", row["region_academique"], base).iris}
