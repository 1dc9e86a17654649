"""Spare copies: what was committed reaches the disk, and is then noted a second time.

    socialscore-data/
      spare/message/_delta_log/….copy            a copy of each commit and checkpoint
      spare/message/network=…/month=…/….crc      the checksums of a data file
      spare/store.json, spare/panel.csv          copies of these

By them damage is found (`delta_log.py`, `checksums.py`), and `socialscore store repair` mends it.
They hold nothing that the store does not. A bucket needs none: it verifies its objects itself, and
has them on its disks before it says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlparse

from socialscore.errors import Damaged, Vanished
from socialscore.runtime.object_storage import BUCKETS
from socialscore.runtime.write_file import sync_file, sync_folder, write_file
from socialscore.store.checksums import changed, checksums, is_known_sound, seal, unseal
from socialscore.store.delta_log import COPY, LOG, actions, names_in, spare_of, version_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deltalake import DeltaTable

__all__ = ["checksums_of", "folder_of", "keep", "keep_log", "note_checksums", "prune", "verify"]


def folder_of(table: DeltaTable) -> Path | None:
    """The folder of a table; None: it is in a bucket."""
    uri = table.table_uri
    return None if uri.startswith(BUCKETS) else Path(unquote(urlparse(uri).path))


def checksums_of(file: Path, folder: Path) -> Path:
    """Where the checksums of a data file of a table are noted."""
    spare = spare_of(folder) / file.relative_to(folder)
    return spare.with_name(f"{spare.name}.crc")


# --- after a commit -------------------------------------------------------------------------------


def keep(table: DeltaTable) -> None:
    """Let what was committed to a table reach the disk, before anybody is told that it is there.

    The table library leaves that to the system, which may lose it in a power cut. What an earlier
    process has committed and not kept is kept as well.

    Raises:
        OSError: the disk is full or broken; the commit stands, and is kept with the next one.
    """
    if folder := folder_of(table):
        keep_log(folder)


def keep_log(folder: Path) -> None:
    """As `keep`, of the table in a folder."""
    log, spare = folder / LOG, spare_of(folder) / LOG
    new = {}
    for name in sorted(names_in(log) - names_in(spare)):
        content = _synced(log / name)
        files = list(_added(folder, content)) if name.endswith(".json") else []
        for file in files:
            note_checksums(file, folder)
        _sync_folders(folder, files)
        new[name] = content
    if new:
        sync_folder(log)
    for name, content in new.items():
        _write(spare / (name + COPY), content)


def note_checksums(file: Path, folder: Path) -> None:
    """Note what a data file looks like, and let it reach the disk."""
    noted = checksums_of(file, folder)
    if not noted.exists():
        sync_file(file)
        _write(noted, checksums(file))
        is_known_sound(file, now=True)


def _added(folder: Path, commit: bytes) -> Iterator[Path]:
    """The data files that a commit has brought and that are still there."""
    try:
        said = actions(commit)
    except ValueError:
        return  # damaged already: whoever reads it will say so
    for action in said:
        if "add" in action and (file := folder / unquote(action["add"]["path"])).exists():
            yield file


def _synced(path: Path) -> bytes:
    """What a file holds, once that is on the disk."""
    sync_file(path)
    return path.read_bytes()


def _sync_folders(folder: Path, files: Iterable[Path]) -> None:
    parents = {parent for file in files for parent in file.parents if parent.is_relative_to(folder)}
    for parent in sorted(parents, reverse=True):
        sync_folder(parent)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, seal(content), synced=False)  # half a copy is no copy, and known as that


# --- before a reading -----------------------------------------------------------------------------


def verify(files: Iterable[str], folder: Path) -> None:
    """Make sure that data files are what was written; once in a process is enough.

    Args:
        files: their paths; those of which no checksums were noted are taken as they are.
        folder: of their table.

    Raises:
        Damaged: one is not.
        Vanished: one is missing.
    """
    for name in files:
        file = Path(name)
        try:
            if is_known_sound(file):
                continue
            noted = unseal(checksums_of(file, folder))
            if noted is not None and changed(file, noted):
                raise Damaged(file, "is not what was written")
            is_known_sound(file, now=True)
        except FileNotFoundError:
            raise Vanished(name) from None
        except OSError as error:
            raise Damaged(file, f"cannot be read ({error.strerror})") from None


# --- after files are removed ----------------------------------------------------------------------


def prune(folder: Path) -> None:
    """Remove the checksums of data files that are gone, and copies of what the log needs no more.

    Args:
        folder: of a table from which files that it does not use have just been removed.
    """
    spare = spare_of(folder)
    for noted in spare.rglob("*.crc"):
        if not (folder / noted.relative_to(spare)).with_suffix("").exists():
            noted.unlink(missing_ok=True)
    copies, names = names_in(spare / LOG), names_in(folder / LOG)
    since = max((version_of(name) for name in names if not name.endswith(".json")), default=-1)
    for name in copies - names:
        if version_of(name) < since:
            (spare / LOG / (name + COPY)).unlink(missing_ok=True)
