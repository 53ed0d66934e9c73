"""The commands of an operator who keeps a state: backup, restore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ingestion.commands.acting import AsOption, allowed
from ingestion.commands.failures import explained, opened
from ingestion.words.identifiers import document_named
from ontologie import Refused, read_file
from ontologie.console import Lang, LangOption, fail, said, say, steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestion.backups.backup import Backup
    from ingestion.publication.cut import Face

LARGEST_LIST_MB: Final = 4


def backup_command(
    file: Annotated[Path, typer.Argument(help="The file to write; one that is there is left as it is.")],
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Write all that cannot be made anew into one file, while the service answers and others deposit.

    It holds personal data: keep it as the registry itself, apart from this machine.

    Example: observatoire backup sauvegarde-2026-11-30.zip
    """
    from ingestion.backups.backup import back_up
    from ingestion.settings import Settings

    settings = Settings()
    with _readable(lang, file), explained(lang, kept=lambda: ""), opened(settings, lang) as registry:
        allowed(registry, acting, settings, "backup")
        _tell(lang, "backed-up", file, back_up(settings, registry, file))


def restore(
    file: Path, acting: str | None, erased: Path | None, faces: Sequence[Face], lang: Lang, *, replace: bool, yes: bool
) -> None:
    """Put a backup in the place of the state, and say what came of it; ends the command (2) where it cannot be."""
    from ingestion.backups.restoring import look_at
    from ingestion.backups.restoring import restore as restored_from
    from ingestion.settings import Settings

    settings, listed = Settings(), [] if erased is None else _listed(erased, lang)
    with _readable(lang, file), explained(lang, kept=lambda: ""), opened(settings, lang) as registry:
        agent = allowed(registry, acting, settings, "restore")
        backup = look_at(file)
        known = erased is not None or registry.copies.holds()
        if not (known or yes or sure(said(lang, "restore-confirm", date=backup.at))):
            raise typer.Exit(1)
        with steps(lang) as progress:
            done = restored_from(settings, registry, file, agent, faces, progress, replace=replace, erased=listed)
    _tell(lang, "restored", file, done.backup)
    if done.edition is not None:
        say(lang, "restored-edition", number=done.edition.number, root=done.edition.manifest["sha256"])
    if done.erased:
        say(lang, "restored-erased", names=", ".join("/".join(name) for name in done.erased))
    say(lang, "restored-next")


def sure(question: str) -> bool:
    """Ask a person; who cannot answer is not sure."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        return False


def _listed(path: Path, lang: Lang) -> list[tuple[str, str]]:
    """Return the documents that a file names, one a line."""
    try:
        text = read_file(path, LARGEST_LIST_MB).decode("utf-8-sig")
    except Refused as error:
        fail(lang, "unreadable-file", name=path.name, reason=error.sentence(lang.value))
    except UnicodeDecodeError:
        fail(lang, "file-encoding", name=path.name)
    return [document_named(line.strip()) for line in text.splitlines() if line.strip()]


def _tell(lang: Lang, code: str, file: Path, backup: Backup) -> None:
    say(lang, code, file=file, date=backup.at, documents=backup.documents, digest=backup.digest)


@contextmanager
def _readable(lang: Lang, file: Path) -> Iterator[None]:
    """Leave, and say why, where a backup cannot be written or used."""
    from ingestion.backups import backup
    from ingestion.backups.verifying import DamagedEdition
    from ingestion.registry.copies import NotEmpty

    try:
        yield
    except backup.BackupExists:
        fail(lang, "backup-exists", file=file)
    except backup.NothingToBackUp:
        fail(lang, "backup-nothing")
    except backup.DamagedBackup:
        fail(lang, "backup-damaged", file=file)
    except DamagedEdition as error:
        fail(lang, "backup-damaged-edition", file=file, number=error.number, part=error.file)
    except backup.NewerBackup:
        fail(lang, "backup-newer", file=file)
    except NotEmpty:
        fail(lang, "restore-not-empty")
