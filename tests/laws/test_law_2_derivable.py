"""Law 2. Derivable: the public store can be rebuilt from the registry, to a byte-identical canonical dump."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from pathlib import Path

import pyoxigraph as ox
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingestion import Agent, Editions, publish, rebuild
from ontologie import canonical_bytes
from tests.making import registry_with

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "titre": st.sampled_from(["Écrire un conte", "Débattre \u2028 de l'IA", "Vérifier <b>tout</b>"]),
            "objectifs": st.sampled_from(["Esprit critique", "Protéger ses données", "Différencier", ""]),
            "niveaux": st.sampled_from(["3e", "Seconde", "6e|5e", "De la 6e à la 3e"]),
            "date": st.sampled_from(["2025", "2025-03", "2025-03-04", "2024-2025", ""]),
        }
    ),
    min_size=1,
    max_size=5,
)


# Each example publishes twice: what fails is shown as found, not shrunk for minutes.
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(rows=ROWS, later=ROWS)
def test_whatever_was_deposited_the_store_can_be_thrown_away(
    rows: list[dict[str, str]], later: list[dict[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        named = [{**row, "id": f"A{number}"} for number, row in enumerate(rows)]
        state, registry = registry_with(Path(folder), named)
        publish(state, registry)
        again = [{**row, "id": f"A{number}"} for number, row in enumerate(later, 2)]
        registry_with(Path(folder), again)
        registry.withdraw("projet", "18-A0", Agent("essai"))
        edition = publish(state, registry).edition
        before = gzip.decompress((edition.path / "dump.nq.gz").read_bytes())
        shutil.rmtree(state.var / "store")
        (state.var / "graphes.sqlite").unlink()
        assert rebuild(state, registry).edition.number == edition.number
        assert not publish(state, registry).changed
        assert Editions(state.var).current() == edition
        assert canonical_dump(edition.store_path) == before


def canonical_dump(store_path: Path) -> bytes:
    """Return the canonical dump of a store: graphs in the order of their IRI's bytes, lines in byte order."""
    store = ox.Store.read_only(str(store_path))
    graphs = sorted(store.named_graphs(), key=lambda graph: graph.value.encode())
    assert not list(store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    return b"".join(canonical_bytes(store.quads_for_pattern(None, None, None, graph)) for graph in graphs)
