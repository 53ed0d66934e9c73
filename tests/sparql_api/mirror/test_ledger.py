"""The files of a mirror: what changed is written, what went is removed, a run that is cut is gone on with."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from sparql_api.mirror.ledger import FOLDER, MirrorRefused, Placed, WantedFile, open_ledger


def run(out: Path, key: str, files: dict[str, str]) -> Placed:
    """Make and place a mirror of some files."""
    with open_ledger(out) as ledger:
        ledger.begin(key, [WantedFile(f"/{name}", "", name) for name in files])
        for number, wanted in [*ledger.unmade()]:
            ledger.keep(number, wanted.file, BytesIO(files[wanted.file].encode()))
        return ledger.place()


def read(out: Path) -> dict[str, str]:
    """Return the files that a reader of a mirror meets."""
    paths = (path for path in out.rglob("*") if path.is_file() and FOLDER not in path.parts)
    return {str(path.relative_to(out)): path.read_text() for path in paths}


def test_a_second_run_writes_what_changed_alone_and_removes_what_went(tmp_path: Path) -> None:
    out = tmp_path / "mirror"
    first = {"index.html": "one", "projet/a.html": "a", "projet/b.html": "b", "c/d/e.ttl": "e"}
    assert run(out, "1", first) == Placed(4, 4, 0)
    before = (out / "projet/a.html").stat()
    second = {"index.html": "two", "projet/a.html": "a", "c": "a file where a folder was"}
    assert run(out, "2", second) == Placed(3, 2, 2)
    assert read(out) == second
    after = (out / "projet/a.html").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert run(out, "2", second) == Placed(3, 0, 0)


def test_a_file_that_somebody_took_away_is_written_again(tmp_path: Path) -> None:
    files = {"a": "1", "b": "2"}
    run(tmp_path, "1", files)
    (tmp_path / "a").unlink()
    assert run(tmp_path, "1", files) == Placed(2, 1, 0)
    assert read(tmp_path) == files


def test_a_run_cut_while_it_makes_leaves_the_former_whole_and_is_gone_on_with(tmp_path: Path) -> None:
    old, new = {"a": "1", "b": "2"}, {"a": "one", "b": "two", "c": "three"}
    run(tmp_path, "1", old)
    with open_ledger(tmp_path) as ledger:
        ledger.begin("2", [WantedFile(f"/{name}", "", name) for name in new])
        number, wanted = next(ledger.unmade())
        ledger.keep(number, wanted.file, BytesIO(new[wanted.file].encode()))
        ledger.save()
    assert read(tmp_path) == old
    with open_ledger(tmp_path) as ledger:
        ledger.begin("2", [])
        assert ledger.counts() == (1, 3)
        assert [wanted.file for _, wanted in ledger.unmade()] == ["b", "c"]
    assert run(tmp_path, "2", new) == Placed(3, 3, 0)
    assert read(tmp_path) == new


def test_what_was_made_for_another_edition_is_not_taken(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.begin("1", [WantedFile("/a", "", "a")])
        ledger.keep(next(ledger.unmade())[0], "a", BytesIO(b"old"))
    assert run(tmp_path, "2", {"a": "new"}) == Placed(1, 1, 0)
    assert read(tmp_path) == {"a": "new"}


def test_a_run_cut_while_it_places_is_completed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path, "1", {"gone": "0", "a": "1", "b": "2"})
    placed: list[Path] = []

    def cut(self: Path, target: Path) -> Path:
        if "staged" in self.parts and target.parent == tmp_path and placed:
            raise KeyboardInterrupt
        placed.extend([target] if target.parent == tmp_path else [])
        return before(self, target)

    before = Path.replace
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, "2", {"a": "one", "b": "two"})
    assert sorted(read(tmp_path).values()) in (["1", "two"], ["2", "one"])
    assert run(tmp_path, "3", {"a": "one", "b": "two"}) == Placed(2, 0, 0)
    assert read(tmp_path) == {"a": "one", "b": "two"}


def test_a_folder_of_others_and_a_second_run_at_once_are_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"")
    with pytest.raises(MirrorRefused, match="site-other-files"), open_ledger(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]
    with open_ledger(tmp_path / "mirror"), pytest.raises(MirrorRefused, match="site-busy"), open_ledger(tmp_path / "mirror"):
        pass


def test_what_is_the_same_as_what_stands_is_not_made_again(tmp_path: Path) -> None:
    run(tmp_path, "1", {"a": "1", "b": "2", "c": "3"})
    (tmp_path / "c").unlink()
    with open_ledger(tmp_path) as ledger:
        assert (ledger.done(), ledger.standing()) == ("1", None)
        wanted = [WantedFile(f"/{name}", "", name) for name in ("a", "b", "c", "d")]
        ledger.begin("2", wanted, lambda one: one.file in ("a", "c", "d"))
        assert ledger.done() == "" and [one.file for _, one in ledger.unmade()] == ["b", "c", "d"], "where it stands"
        for number, one in [*ledger.unmade()]:
            ledger.keep(number, one.file, BytesIO(b"new"))
        assert ledger.place() == Placed(4, 3, 0)
        assert (ledger.done(), ledger.standing()) == ("2", 4)
    assert read(tmp_path) == {"a": "1", "b": "new", "c": "new", "d": "new"}
