"""The page of who may do what, from the tables that decide."""

from __future__ import annotations

from typing import Final, get_args

from docs.reference.markdown import NOTE, table
from ingestion.rights.model import Action
from ingestion.rights.table import rights, scopes
from ontologie import sentence

ROLES_TEXT: Final = (
    (
        "fr",
        "Qui peut quoi",
        "Un agent (`observatoire agent add`) a un ou plusieurs rôles, chacun avec sa portée. Une même fonction décide "
        "pour toutes les commandes, d'après ces tables. Sans `--as` ni `OBSERVATOIRE_AGENT`, l'opérateur agit.",
        ("rôle", "qui", "portée qu'il prend"),
        "acte",
    ),
    (
        "en",
        "Who may do what",
        "An agent (`observatoire agent add`) has one or several roles, each with its scope. One function decides for "
        "every command, by these tables. Without `--as` or `OBSERVATOIRE_AGENT` it is the operator who acts.",
        ("role", "who", "scope that it takes"),
        "act",
    ),
)


def roles_page() -> str:
    """Return the page of who may do what, from the tables that decide."""
    note = NOTE.replace("from the code", "from `ingestion/rights/`")
    text = ["# Qui peut quoi — Who may do what", note]
    for lang, title, said, head, act in ROLES_TEXT:
        known = [
            (f"`{role}`", sentence("relecture", f"role-{role}", lang),
             ", ".join(sentence("relecture", f"scope-{one}", lang) for one in taken))
            for role, taken in scopes().items()
        ]  # fmt: skip
        acts = [
            (sentence("relecture", f"action-{action}", lang), *(rights_text(role, action, lang) for role in scopes()))
            for action in get_args(Action)
        ]
        text += [f"## {title}", said, table(head, known), table((act, *(f"`{role}`" for role in scopes())), acts)]
    return "\n\n".join(text) + "\n"


def rights_text(role: str, action: str, lang: str) -> str:
    """Return how far a role may do an act, and on which types of documents where not on all."""
    told = []
    for right in rights().get((role, action), ()):
        kinds = f" ({', '.join(sorted(right.kinds))})" if right.kinds else ""
        told.append(sentence("relecture", f"extent-{right.extent}", lang) + kinds)
    return "; ".join(told) or "—"
