"""The command line in the language of who calls it: help, usage errors, and what no command has said itself.

Knows the French of help and of the libraries' errors (`phrases/traductions.csv`), and where a caller says their
language: `--lang`, else LANGUAGE, LC_ALL, LC_MESSAGES, LANG as gettext reads them; French by default.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn

import typer
import typer.core
from typer.core import TyperGroup
from typer.exceptions import TyperException

from ontologie import sentence, sentence_table, system_reason, translated, translations

if TYPE_CHECKING:
    from ontologie import Language

_VARIABLES: Final = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_UNUSABLE: Final = 2
_PREFIX: Final = "OBSERVATOIRE_"
COLLECTED_AT: Final = 250_000
"""New objects after which Python looks for cycles: a short command ends before, and a tenth of its time was that."""
_TITLE: Final = "help-"
"""What the codes of those sentences begin with that stand for Typer's own words in a help."""


class Spoken(TyperGroup):
    """The root of the commands: speaks the caller's language, and ends with a sentence whatever happens."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command; leave with its exit code."""
        gc.set_threshold(COLLECTED_AT)
        given = sys.argv[1:] if args is None else list(args)
        lang = caller_language(given, os.environ)
        setattr(typer.core, "_", _titles(lang))  # noqa: B010
        speak(self, lang)
        try:
            code = super().main(given, prog_name, complete_var, standalone_mode=False, **extra)
            sys.stdout.flush()
        except TyperException as error:
            _say_usage(error, lang)
            sys.exit(error.exit_code)
        except OSError as error:
            _leave(error, lang)
        except ValueError as error:
            said = wrong_settings(error, lang)
            if not said:
                raise
            typer.echo(said, err=True)
            sys.exit(_UNUSABLE)
        sys.exit(code if isinstance(code, int) else 0)


def caller_language(args: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language that a caller asks for."""
    for name, value in zip(args, (*args[1:], ""), strict=False):
        if name == "--lang" or name.startswith("--lang="):
            asked = name.partition("=")[2] or value
            return "en" if asked == "en" else "fr"
    said = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return "en" if said.lower().startswith("en") else "fr"


def speak(command: Any, lang: Language) -> None:
    """Put the help of a command and of all below it in a language, which is also their messages' by default."""
    command.help = in_language(command.help or "", lang)
    command.short_help = command.help.split("\n\n")[0]  # whole, where Typer would cut it at the end of a line
    own_help = command.get_help_option(typer.Context(command))
    for parameter in (*command.params, *filter(None, [own_help])):
        if getattr(parameter, "help", None):
            parameter.help = in_language(parameter.help, lang)
        if parameter.name == "lang":
            parameter.default = type(parameter.default)(lang)
    for below in getattr(command, "commands", {}).values():
        speak(below, lang)


def _titles(lang: Language) -> Callable[[str], str]:
    """Return what stands for gettext in Typer's help: its titles and marks, in a language."""
    said = {texts["en"]: texts[lang] for code, texts in sentence_table("commandes").items() if code.startswith(_TITLE)}
    return lambda english: said.get(english, english)


def in_language(text: str, lang: Language) -> str:
    """Return a help text in a language, paragraph by paragraph; one that nobody has translated stays as it is."""
    if lang == "en":
        return text
    return "\n\n".join(translations("help").get(part, part) for part in text.split("\n\n"))


def usage_error(message: str, lang: Language) -> str:
    """Return what is wrong with a command as it was written."""
    if lang == "en":
        return message
    return translated("command-line", message) or sentence("commandes", "usage", lang)


def _say_usage(error: TyperException, lang: Language) -> None:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        return  # the help was shown instead
    typer.echo(usage_error(error.format_message(), lang), err=True)
    if context is not None:
        typer.echo(sentence("commandes", "help", lang, command=f"{context.command_path} --help"), err=True)


def wrong_settings(error: ValueError, lang: Language) -> str:
    """Return what is wrong with the settings of the environment, a line each; nothing where the error is another.

    The values are not repeated: an address may hold a password.
    """
    if not type(error).__module__.startswith("pydantic"):
        return ""  # who reads no settings has not loaded what checks them
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    if isinstance(error, SettingsError):
        return sentence("commandes", "wrong-setting", lang, names=f"{_PREFIX}REMOTE_…", reason=_reason("", lang))
    if not isinstance(error, ValidationError):
        return ""
    prefix = f"{_PREFIX}REMOTE_" if error.title.startswith("Remote") else _PREFIX
    return "\n".join(
        sentence(
            "commandes",
            "wrong-setting",
            lang,
            names=", ".join(prefix + str(part).upper() for part in one["loc"]) or f"{prefix}…",
            reason=_reason(one["msg"], lang),
        )
        for one in error.errors(include_input=False, include_context=False, include_url=False)
    )


def _reason(message: str, lang: Language) -> str:
    """Return why a setting cannot be used; a pattern says nothing to who reads it."""
    if not message or "pattern" in message:
        return sentence("commandes", "setting-form", lang)
    english = message.removeprefix("Value error, ")
    return english if lang == "en" else translated("settings", english) or sentence("commandes", "setting-form", lang)


def _leave(error: OSError, lang: Language) -> NoReturn:
    """Say why the system would not write the answer; what is still to be flushed goes nowhere, not to a trace."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    typer.echo(sentence("commandes", "answer-not-written", lang, reason=system_reason(error, lang)), err=True)
    sys.exit(_UNUSABLE)
