"""Any bytes under any name end with exit 0, 1 or 2, never a trace: noise, and real files with pieces changed."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.hostile.files import HEADER, ODS_TABLE, PREFIXES, ROW, TABLE, ods, one, xlsx
from bench.hostile.run import attempt
from tests.laws.lengths import examples

SUFFIXES = ("", ".csv", ".xlsx", ".xls", ".ods", ".json", ".jsonl", ".jsonld", ".ttl", ".nq", ".trig", ".rdf", ".toml", ".rq")
COMMANDS = ("ingest", "validate", "mapping", "query")
REAL = (
    HEADER + ROW,
    (HEADER + ROW).decode().encode("utf-16"),
    xlsx(TABLE),
    ods(ODS_TABLE),
    one(niveaux=["4e"]).encode(),
    b'{"id": "projet/10-E1", "type": "Projet", "titre": "Un", "fiche": {"id": "graphe/projet/10-E1"}}',
    (PREFIXES + '<https://w3id.org/observatoire-ia/projet/1> a oia:Projet ; oia:titre "Un"@fr .').encode(),
    b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description r:about="http://x/s"/></r:RDF>',
    b'"Nom du projet" = "titre"\n',
    b"SELECT * WHERE { ?s ?p ?o } LIMIT 1",
)
PIECES = (b"", b"\0", b"\r", b'"', b"\xff", b"{", b"[" * 300, b"<", b"&a;", b"\xed\xa0\x80", b"9" * 5_000, b"|" * 2_000, b"@", b"\\ud800")


def mutant(seed: int) -> bytes:
    """Return a real file with a few pieces cut, doubled or put in; the same for the same seed."""
    chance = random.Random(seed)
    content = chance.choice(REAL)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(content) + 1)
        end = min(len(content), start + chance.choice((0, 0, 1, 4, 40)))
        content = content[:start] + chance.choice((*PIECES, content[start:end] * 3)) + content[end:]
    return content


def ends(content: bytes, stem: str, suffix: str, command: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "depot" / f"{stem}{suffix}"
        path.parent.mkdir()
        path.write_bytes(content)
        # Without an edition a question ends before it is run: reading the file is what is tried.
        outcome = attempt(command, path, Path(folder) / "var")
        assert outcome.trace is None, (command, path.name, content, outcome.trace)
        assert outcome.exit in (0, 1, 2)
        assert "Traceback" not in outcome.said
        shutil.rmtree(Path(folder) / "var", ignore_errors=True)


stems = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..")
)
anything = {"content": st.binary(max_size=300), "stem": stems, "suffix": st.sampled_from(SUFFIXES), "command": st.sampled_from(COMMANDS)}
unhurried = [HealthCheck.too_slow]


@settings(max_examples=examples(15), deadline=None, suppress_health_check=unhurried)
@given(**anything)
def test_any_bytes_under_any_name_end_with_a_code(content: bytes, stem: str, suffix: str, command: str) -> None:
    ends(content, stem, suffix, command)


@pytest.mark.parametrize("seed", range(20))
def test_real_files_with_pieces_changed_end_with_a_code(seed: int) -> None:
    ends(mutant(seed), "depot", SUFFIXES[seed % len(SUFFIXES)], COMMANDS[seed % 3])


@pytest.mark.long
@settings(max_examples=200, deadline=None, suppress_health_check=unhurried)
@given(**anything)
def test_any_bytes_under_any_name_end_with_a_code_at_length(content: bytes, stem: str, suffix: str, command: str) -> None:
    ends(content, stem, suffix, command)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1_000, 1_150))
def test_many_real_files_with_pieces_changed_end_with_a_code(seed: int) -> None:
    ends(mutant(seed), "depot", SUFFIXES[seed % len(SUFFIXES)], COMMANDS[seed % 3])
