"""What review refuses: a step that a document's state, or whose it is, does not allow; said in two languages."""

from __future__ import annotations

from typing import Final

from ingestion.words.errors import IngestionError

_STATES: Final = {
    "depose": ("déposée, à valider", "deposited, to be validated"),
    "valide": ("validée, à publier", "validated, to be published"),
    "publie": ("publiée", "published"),
    "retourne": ("renvoyée avec des remarques", "sent back with remarks"),
    "retire": ("retirée", "withdrawn"),
}
_REASONS: Final = {
    "state": (
        "La fiche {identifier} est {fr} : cette étape n'est pas possible. "
        "« observatoire review show {identifier} » dit où elle en est.",
        "The fiche {identifier} is {en}: this step is not possible. "
        "“observatoire review show {identifier}” says where it stands.",
    ),
    "other-academie": (
        "La fiche {identifier} est d'une autre académie : "
        "seul un valideur de cette académie, ou national, peut agir.",
        "The fiche {identifier} belongs to another académie: "
        "only a reviewer of that académie, or a national one, may act.",
    ),
    "agent-academie": (
        "Le valideur donné est déjà connu au registre pour une autre académie, ou au niveau national : "
        "retirez « --academie », ou donnez un autre nom.",
        "The reviewer given is already known to the registry for another académie, or at national level: "
        "leave out --academie, or give another name.",
    ),
}


class RefusedTransition(IngestionError):
    """A step of review that is not allowed; `messages` says why and what to do, in `fr` and `en`."""

    def __init__(self, reason: str, identifier: str, state: str) -> None:
        fr, en = _REASONS[reason]
        said = dict(zip(("fr", "en"), _STATES[state], strict=True))
        self.messages = {
            "fr": fr.format(identifier=identifier, **said),
            "en": en.format(identifier=identifier, **said),
        }
        super().__init__(self.messages["en"])
