"""The page of the commands, in French and in English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final, get_args, get_origin

from typer.main import get_command

from docs.reference.markdown import NOTE, TYPES, Row, table
from ontologie import Language
from sparql_api.cli import build_main
from sparql_api.words.command_line import in_language

Words = Mapping[str, str]
COMMAND_LINE: Final[Mapping[Language, Words]] = {
    "en": {
        "title": "The command line",
        "intro": "Messages go to standard error, data to standard output. Help and messages are in French or English: "
        "`--lang`, else what the environment says (LANGUAGE, LC_ALL, LC_MESSAGES, LANG), else French. "
        "`observatoire COMMAND --help` says what this page says.",
        "codes": "Every command ends with one of three codes:",
        "code": "exit code", "when": "when",
        "0": "All good; warnings alone are no fault.",
        "1": "It ran, but something was refused, waits for somebody, or falls short: the report says what.",
        "2": "The input, an option or a setting could not be used; nothing was changed.",
        "argument": "argument", "option": "option", "value": "value", "default": "default",
        "what": "what it is", "does": "what it does", "or": " or ", "several": ", may be repeated",
        "required": "required", "lang": "the environment's, else `fr`", "options": "OPTIONS",
        "text": "text", "path": "path", "true or false": "true or false", "whole number": "whole number",
        "number": "number",
    },
    "fr": {
        "title": "La ligne de commande",
        "intro": "Les messages vont à la sortie d'erreur, les données à la sortie standard. Aide et messages sont en "
        "français ou en anglais : `--lang`, sinon ce que dit l'environnement (LANGUAGE, LC_ALL, LC_MESSAGES, LANG), "
        "sinon le français. `observatoire COMMANDE --help` dit ce que dit cette page.",
        "codes": "Chaque commande finit par l'un de trois codes :",
        "code": "code de sortie", "when": "quand",
        "0": "Tout est bon ; des avertissements seuls n'y changent rien.",
        "1": "La commande a tourné, mais quelque chose est refusé, attend quelqu'un ou manque : le rapport dit quoi.",
        "2": "Un fichier, une option ou un réglage n'était pas utilisable ; rien n'a changé.",
        "argument": "argument", "option": "option", "value": "valeur", "default": "par défaut",
        "what": "ce que c'est", "does": "ce qu'elle fait", "or": " ou ", "several": ", peut être répétée",
        "required": "obligatoire", "lang": "celle de l'environnement, sinon `fr`", "options": "OPTIONS",
        "text": "texte", "path": "chemin", "true or false": "vrai ou faux", "whole number": "nombre entier",
        "number": "nombre",
    },
}  # fmt: skip
"""What the page of the commands says by itself; all else is the commands' own help."""


def command_line_page(lang: Language) -> str:
    """Return the page of the commands in a language, in the order people meet them."""
    words = COMMAND_LINE[lang]
    codes = table((words["code"], words["when"]), ((code, words[code]) for code in ("0", "1", "2")))
    text = [f"# {words['title']}", NOTE, words["intro"], words["codes"], codes]
    for name, command in leaves(get_command(build_main())):
        text += command_text(name, command, lang)
    return "\n\n".join(text) + "\n"


def leaves(command: Any, path: Row = ()) -> Iterator[tuple[str, Any]]:
    """Yield (name, command) of every command of the program, those of groups by their whole name."""
    if not hasattr(command, "commands"):
        yield " ".join(path), command
        return
    for name in command.list_commands(None):
        yield from leaves(command.get_command(None, name), (*path, name))


def command_text(name: str, command: Any, lang: Language) -> list[str]:
    """Return what the page says of one command."""
    words = COMMAND_LINE[lang]
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    written = [
        f"{'' if p.required else '['}{p.name.upper()}{'' if p.required else ']'}" + "…" * (p.nargs < 0)
        for p in arguments
    ]
    usage = " ".join(["observatoire", name, *written, *([f"[{words['options']}]"] if options else [])])
    text = [f"## `{name}`", f"```\n{usage}\n```", in_language(command.help or "", lang)]
    if arguments:
        rows = [(f"`{p.name.upper()}`", in_language(p.help or "", lang)) for p in arguments]
        text.append(table((words["argument"], words["what"]), rows))
    if options:
        told = [
            (option_names(p), option_type(p, words), option_default(p, words), in_language(p.help or "", lang))
            for p in options
        ]
        text.append(table((words["option"], words["value"], words["default"], words["does"]), told))
    return text


def option_names(option: Any) -> str:
    """Return how an option is written."""
    return ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))


def option_type(option: Any, words: Words) -> str:
    """Return what an option takes: its choices, the name of its type, nothing for a switch."""
    if option.is_flag:
        return ""
    kind = option.type_descriptor.annotation
    kind = get_args(kind)[0] if get_origin(kind) is list else kind
    several = words["several"] if option.multiple else ""
    return (words["or"].join(f"`{c.value}`" for c in kind) if issubclass(kind, Enum) else words[TYPES[kind]]) + several


def option_default(option: Any, words: Words) -> str:
    """Return an option's default; what must be given says so."""
    value = getattr(option.default, "value", option.default)
    if option.required:
        return words["required"]
    if option.name == "lang":
        return words["lang"]
    return "" if option.is_flag or value in (None, "", (), []) or callable(value) else f"`{value}`"
