"""Help, usage errors and default messages speak the caller's language: `--lang`, else the environment's, else French."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from ontologie import translations
from sparql_api.cli import main
from sparql_api.words.command_line import caller_language, usage_error

NONE = {"LANGUAGE": None, "LC_ALL": None, "LC_MESSAGES": None, "LANG": None}


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner(env={**NONE, "COLUMNS": "200", **environment}).invoke(main, list(arguments))


@pytest.mark.parametrize(
    ("args", "environment", "language"),
    [
        ([], {}, "fr"),
        ([], {"LANG": "C.UTF-8"}, "fr"),
        ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LANG": "en_GB.UTF-8", "LC_ALL": "fr_FR.UTF-8"}, "fr"),
        ([], {"LANG": "fr_FR.UTF-8", "LANGUAGE": "en:fr"}, "en"),
        (["ingest", "--lang", "en"], {"LANG": "fr_FR.UTF-8"}, "en"),
        (["ingest", "--lang=fr"], {"LANG": "en_GB"}, "fr"),
        (["ingest", "--lang"], {}, "fr"),
    ],
)
def test_the_language_is_the_one_asked_for(args: list[str], environment: dict[str, str], language: str) -> None:
    assert caller_language(args, environment) == language


WRONG = {
    ("ingest",): "Il manque un argument : files.",
    ("ingest", "a.csv", "--nope"): "L'option --nope n'existe pas.",
    ("validate", "x", "--format", "zz"): "« zz » n'est pas un choix possible.",
    ("serve", "--port", "abc"): "un nombre entier est attendu",
    ("serve", "--port", "99999999"): "au plus 65535",
    ("serve", "--workers", "0"): "au moins 1",
    ("nada",): "La commande « nada » n'existe pas.",
    ("review", "return", "x"): "Il manque une option : --reason.",
    ("ingest", "a", "--academie"): "L'option --academie attend une valeur.",
    ("check", "de trop"): "Argument en trop : de trop.",
}


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_a_usage_error_is_said_in_the_caller_s_language(arguments: tuple[str, ...]) -> None:
    french, english = run(*arguments), run(*arguments, LANG="en_US.UTF-8")
    assert (french.exit_code, english.exit_code) == (2, 2)
    assert WRONG[arguments] in french.stderr
    assert not {"Missing", "Invalid", "such", "requires", "Error"} & set(french.stderr.replace("'", " ").split())
    assert WRONG[arguments] not in english.stderr
    assert english.stderr.strip()


WRONG_SETTINGS = {
    "PUBLIC_URL=https://user:secret@example.org/ia": "OBSERVATOIRE_PUBLIC_URL n'est pas utilisable : sa valeur n'a",
    "QUERY_TIMEOUT=secret": "OBSERVATOIRE_QUERY_TIMEOUT n'est pas utilisable : un nombre est attendu",
    "QUERY_TIMEOUT=inf": "OBSERVATOIRE_QUERY_TIMEOUT n'est pas utilisable : un nombre fini est attendu",
    "QUEUE=-1": "un nombre d'au moins 0 est attendu",
    "COMPRESS=secret": "true ou false est attendu",
    "BASE_IRI=secret": "OBSERVATOIRE_BASE_IRI n'est pas utilisable : une adresse en http(s) qui finit par",
    "REMOTE=secret": "OBSERVATOIRE_REMOTE_… n'est pas utilisable",
    "REMOTE_CONNECTIONS=0": "OBSERVATOIRE_REMOTE_CONNECTIONS n'est pas utilisable : un nombre d'au moins 1",
    "REMOTE_QUERY_URL=https://secret/{slot}": "REMOTE_SEALS_URL est nécessaire quand l'adresse de l'entrepôt",
}


@pytest.mark.parametrize("setting", WRONG_SETTINGS)
def test_a_setting_that_cannot_be_used_is_named_and_never_quoted(setting: str) -> None:
    name, _, value = setting.partition("=")
    given = {f"OBSERVATOIRE_{name}": value}
    french, english = run("query", "x", **given), run("query", "x", LANG="en_US.UTF-8", **given)
    assert (french.exit_code, english.exit_code) == (2, 2)
    assert WRONG_SETTINGS[setting] in french.stderr
    assert "cannot be used" in english.stderr
    assert "secret" not in french.output + english.output


def test_an_empty_variable_is_a_setting_that_is_not_given() -> None:
    given = {"OBSERVATOIRE_QUERY_TIMEOUT": "", "OBSERVATOIRE_PUBLIC_URL": "", "OBSERVATOIRE_REMOTE_SLOTS": ""}
    assert "Il n'y a pas de question « x »" in run("query", "x", **given).stderr


def test_an_error_nobody_has_translated_is_not_said_in_english() -> None:
    assert usage_error("Some new words", "fr") == "Cette commande n'est pas écrite comme il faut."
    assert usage_error("Some new words", "en") == "Some new words"


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


def helps() -> set[str]:
    """Return every paragraph of help that the commands have, examples of commands apart."""
    found = set()
    for _, command in commands(typer.main.get_command(main)):
        texts = [command.help, *(getattr(parameter, "help", None) for parameter in command.params)]
        found |= {part for text in texts for part in (text or "").split("\n\n") if part and not part.startswith("  ")}
    return found


def test_every_help_has_its_french_and_no_french_is_left_over() -> None:
    assert helps() - translations("help").keys() == set()
    assert translations("help").keys() - helps() == {"Show this message and exit."}


def test_help_is_in_one_language() -> None:
    french, english = run("ingest", "--help"), run("ingest", "--help", LANG="en_US.UTF-8")
    assert "Codes de sortie" in french.stdout
    assert "Montre cette aide" in french.stdout
    assert "Exit codes" not in french.stdout
    assert "obligatoire" in french.stdout
    assert "par défaut : fr" in french.stdout
    assert "Exit codes" in english.stdout
    assert "required" in english.stdout


def test_the_list_of_commands_is_titled_in_french_and_cuts_no_sentence() -> None:
    shown = run("--help").stdout
    assert "Commandes:" in shown
    assert "..." not in shown.partition("Commandes:")[2]


def test_messages_follow_the_environment_where_no_language_is_asked_for() -> None:
    assert "could not be opened" in run("validate", "absent.ttl", LANG="en_US.UTF-8").stderr
    assert "n'a pas pu être ouvert" in run("validate", "absent.ttl").stderr
    assert "n'a pas pu être ouvert" in run("validate", "absent.ttl", "--lang", "fr", LANG="en_US.UTF-8").stderr


def test_a_french_error_repeats_no_more_than_its_pattern_caught() -> None:
    for of in ("command-line", "json", "rdf", "settings"):
        for english, french in translations(of).items():
            french.format(*["x"] * re.compile(english).groups)
