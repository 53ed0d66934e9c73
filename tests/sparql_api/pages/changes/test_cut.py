"""Pages of the stream are cut by places and by bytes, once for all: an address tells for good what it told when full."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import Editions, GraphChange
from ingestion.publication.changelist import CHANGES, CHANGES_INDEX, ChangeList, write_changes
from sparql_api.pages.changes import stream as cutting
from sparql_api.pages.changes.stream import HEAVY, NODE, Stream, StreamPage, stream_of
from tests.laws.lengths import examples
from tests.sparql_api.pages.changes.conftest import Changing
from tests.sparql_api.pages.changes.test_stream import last_of_each, members, pages

MEGABYTE = 1 << 20


def edition(var: Path, sizes: Sequence[int], *, noted: bool = True) -> None:
    """Put an edition beside those that stand, which changed as many graphs of these lengths; of an older program, without."""
    folder = var / "editions"
    folder.mkdir(exist_ok=True)
    number = sum(one.is_dir() and not one.is_symlink() for one in folder.iterdir()) + 1
    (path := folder / str(number)).mkdir()
    (path / "manifest.json").write_text(json.dumps({"date": f"2026-01-01T00:00:{number:02}Z"}))
    write_changes(path, [GraphChange(f"https://x/{place:09}", "new", size) for place, size in enumerate(sizes)])
    if not noted:
        (path / CHANGES_INDEX).unlink()
    (folder / "current").unlink(missing_ok=True)
    (folder / "current").symlink_to(str(number))


def streamed(var: Path) -> Stream:
    current = Editions(var).current()
    assert current is not None
    return stream_of(Editions(var), current.number)


def leaves(stream: Stream, parts: Sequence[StreamPage]) -> list[StreamPage]:
    """Return the pages that some parts are, or lead to."""
    return [page for part in parts for page in (leaves(stream, [*stream.parts_of(part)]) if part.leads else [part])]


def test_a_page_of_large_documents_ends_by_their_bytes(tmp_path: Path) -> None:
    edition(tmp_path, [MEGABYTE] * 6 + [9 * MEGABYTE, 1, 1])
    told = [(page.first, page.last, page.end, page.full) for page in streamed(tmp_path).parts()]
    assert told == [(0, 99, 3, True), (4, 99, 5, True), (6, 99, 6, True), (7, 99, 8, False)], "one alone may be heavier"


def test_what_an_older_program_published_stays_at_its_address(tmp_path: Path) -> None:
    edition(tmp_path, [HEAVY] * 1050, noted=False)
    before = {(page.first, page.last): page.end for page in streamed(tmp_path).parts() if page.full}
    assert before == {(0, 999): 999}
    edition(tmp_path, [MEGABYTE] * 60)
    after = [(page.first, page.last, page.end, page.full) for page in streamed(tmp_path).parts()]
    assert after[0] == (0, 999, 999, True)
    assert after[1] == (1000, 1099, 1053, True), "the open page takes new ones until they are heavy"
    assert all(end - first < 4 for first, _, end, _ in after[2:])
    assert [last for *_, last, _ in after][-1] == 1109


def test_no_more_is_read_of_a_large_stream_than_its_end(tmp_path: Path) -> None:
    edition(tmp_path, [1] * (NODE * 23 + 1234))
    parts = [(part.first, part.last) for part in streamed(tmp_path).parts()]
    assert parts[:6] == [(0, 99_999), (100_000, 199_999), *((n * NODE, (n + 1) * NODE - 1) for n in (20, 21, 22)), (230_000, 230_999)]
    assert len(parts) == 6 + 3
    stream = streamed(tmp_path)
    ends = [(page.first, page.end) for page in leaves(stream, [*stream.parts()])]
    assert ends[0][0] == 0 and ends[-1][1] == stream.total - 1
    assert all(a[1] + 1 == b[0] for a, b in pairwise(ends))
    for first, last in ((1, NODE), (0, 19_999), (NODE * 23, NODE * 24 - 1), (5, 99_999), (0, 10**9 - 1)):
        assert stream.part(first, last) is None


HISTORIES = st.lists(st.lists(st.sampled_from([0, 1, 9, 10, 40]), min_size=1, max_size=60), min_size=1, max_size=8)


@settings(max_examples=examples(20), deadline=None)
@given(history=HISTORIES)
def test_a_full_page_never_changes_whatever_comes(
    tmp_path_factory: pytest.TempPathFactory, history: list[list[int]]
) -> None:
    var = tmp_path_factory.mktemp("history")
    with pytest.MonkeyPatch.context() as patched:
        for name, value in (("LARGE", 20), ("SMALL", 5), ("NODE", 40), ("FAN", 2), ("HEAVY", 40)):
            patched.setattr(cutting, name, value)
        full: dict[tuple[int, int], StreamPage] = {}
        for sizes in history:
            edition(var, sizes)
            stream = streamed(var)
            parts = [*stream.parts()]
            nodes = [part for part in parts if part.leads]
            all_parts = parts + [one for node in nodes for one in stream.parts_of(node)]
            found = leaves(stream, parts)
            assert [place for page in found for place in range(page.first, page.end + 1)] == list(range(stream.total))
            weights = [size for one in Editions(var).all() for size in ChangeList(one.path).sizes(0, len(ChangeList(one.path)))]
            assert all(sum(weights[p.first : p.end + 1]) <= 40 or p.first == p.end for p in found)
            for part in all_parts:
                assert stream.part(part.first, part.last) == part
            full |= {(part.first, part.last): part for part in all_parts if part.full}
            for (first, last), part in full.items():
                assert stream.part(first, last) == part, "also once a larger one tells its places"


def test_the_list_is_read_at_places_as_it_is_read_whole(tmp_path: Path) -> None:
    rows = [GraphChange(f"https://x/{name}", "new", len(name)) for name in sorted(["é", "a", "a/b", "zz", "œ\u0301"])]
    write_changes(tmp_path, rows)
    told = ChangeList(tmp_path)
    assert (tmp_path / CHANGES).read_text(encoding="utf-8").split("\n")[0] == "5" == str(len(told))
    for first in range(6):
        for stop in range(first, 7):
            found = told.rows(first, stop)
            assert found == rows[first:stop] and [one.size for one in found] == told.sizes(first, stop)[: len(found)]
    assert [told.became(row.graph) for row in rows] == ["new"] * 5 and told.became("https://x/b") is None
    assert [*told.beginning("https://x/a")] == rows[:2] and [*told.beginning("https://x/b")] == []


@pytest.mark.long
def test_a_client_has_the_edition_however_pages_are_cut(changing: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("LARGE", 60), ("SMALL", 30), ("NODE", 120), ("FAN", 2), ("HEAVY", 150_000)):
        monkeypatch.setattr(cutting, name, value)
    assert last_of_each(changing.client, "?edition=4") == changing.quads["4"]
    assert len([*members(changing.client, "?edition=4")]) == sum(len(ChangeList(one.path)) for one in Editions(changing.state.var).all())
    sizes = [len(changing.client.get(node).content) for node, _ in pages(changing.client, "?edition=4")]
    alone = max(len(lines) for _, lines in dumped(changing))
    assert max(sizes) < 1.5 * max(150_000, alone)


def dumped(changing: Changing) -> list[tuple[str, bytes]]:
    """Return (name, N-Quads) of each graph of the current edition, by its own dump."""
    found: dict[str, bytes] = {}
    for line in changing.quads["4"]:
        graph = line[line.rindex(b" <") + 2 : -3].decode()
        found[graph] = found.get(graph, b"") + line + b"\n"
    return [*found.items()]
