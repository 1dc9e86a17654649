"""Checking a store: every file that it consists of is looked through, and nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from socialscore.errors import Damaged, StoreError
from socialscore.store.checksums import unseal
from socialscore.store.data_files import data_files, look_through
from socialscore.store.delta_log import (
    COPY,
    LOG,
    Damage,
    damage_of,
    hint_damage,
    names_in,
    spare_of,
)
from socialscore.store.journal import replay
from socialscore.store.location import Folder
from socialscore.store.schema import TABLES
from socialscore.store.spare import checksums_of, folder_of
from socialscore.store.table_files import delta

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from socialscore.store.data_files import DataFile
    from socialscore.store.lake import Store
    from socialscore.store.location import Location

__all__ = ["beside", "check", "copies", "lost_of", "panel_edited", "without_checksums"]

_MEANING = {  # of the rows of a table that are lost
    "message": "no ranking of that time is possible",
    "coverage": "nobody knows what was collected",
    "run": "nobody knows what could be withdrawn",
    "arrival": "a withdrawal would take what other runs brought as well",
    "erasure": "`verify` cannot tell what was erased from what was changed",
}
_UNKNOWN = "nobody knows what they noted"
_PANEL = "the store does not know whose messages it keeps"


def check(store: Store, progress: Callable[[str], object] = lambda _: None) -> Iterator[Damage]:
    """Everything that is wrong with the files of a store, one at a time.

    Args:
        store: of which `store.json` may be damaged as well.
        progress: told the name of every file before it is read.
    """
    yield from _marks(store)
    if isinstance(store.location, Folder):
        yield from beside(store.root.absolute())
    for name in TABLES:
        yield from _table(store.location, name, progress)


def _marks(store: Store) -> Iterator[Damage]:
    """The two files that are no tables."""
    for ask, meaning in (
        (store.checked, "nobody knows which key made the pseudonyms; every command stops"),
        (store.panel, _PANEL),
    ):
        try:
            ask()
        except Damaged as error:
            yield Damage(error.file, error.problem, meaning)


def panel_edited(store: Store) -> bool:
    """Whether the panel is not as the store wrote it: somebody edited it, or it is damaged."""
    spare = store.location.spare("panel.csv")
    return spare is not None and spare != store.location.read("panel.csv")


def without_checksums(store: Store) -> int:
    """How many data files of a sound store have no checksums; in a bucket, none needs any."""
    n_files = 0
    for name in TABLES:
        table = delta(store.location, name)
        if table and (folder := folder_of(table)):
            files = (Path(file.path) for file in data_files(table))
            n_files += sum(unseal(checksums_of(file, folder)) is None for file in files)
    return n_files


def beside(root: Path) -> Iterator[Damage]:
    """Locks, and pages that wait to be merged."""
    for path in sorted(root.glob("*.lock")):
        if not path.is_file():
            yield Damage(str(path), "is no file", "whoever writes to the store stops")
    for path in sorted((root / "journal").glob("*.jsonl")):
        try:
            if not path.name.endswith(".drift.jsonl"):
                replay(path)
        except StoreError as error:
            problem = str(error).removeprefix(f"{path}")
            yield Damage(str(path), problem.lstrip(":"), "collecting from that network stops")


def _table(location: Location, name: str, progress: Callable[[str], object]) -> Iterator[Damage]:
    """What is wrong with the log of a table, and if that is sound, with its files."""
    if isinstance(location, Folder):
        folder = Path(location.at(name))
        # Twice: see `delta`.
        broken = list(damage_of(folder)) and list(damage_of(folder))
        yield from broken
        yield from filter(None, [hint_damage(folder)])
        yield from copies(folder)
        if broken:
            return
    try:
        table = delta(location, name)
    except Damaged as error:
        yield Damage(error.file, error.problem, _MEANING.get(name, _UNKNOWN))
        return
    except StoreError as error:
        yield Damage(location.at(f"{name}/{LOG}"), str(error), _MEANING.get(name, _UNKNOWN))
        return
    for file in data_files(table) if table else ():
        progress(file.path)
        look_through(file, folder_of(table) if table else None)
        if file.problem and _is_used(file, location, name):
            yield Damage(
                file.path,
                file.problem,
                f"{lost_of(file)} cannot be trusted: {_MEANING.get(name, _UNKNOWN)}",
            )


def _is_used(file: DataFile, location: Location, name: str) -> bool:
    """Whether a table still has a file: others may have rewritten it meanwhile."""
    table = delta(location, name)
    return table is not None and file.logged in {each.logged for each in data_files(table)}


def lost_of(file: DataFile) -> str:
    """The rows of a damaged file that are lost: how many, and of which network and month."""
    where = " ".join(["", *(["of", *file.partition.values()] if file.partition else ())])
    if file.n_lost is None:
        return f"an unknown number of rows{where}"
    return f"{file.n_lost:,} of {file.n_rows:,} rows{where}"


def copies(folder: Path) -> Iterator[Damage]:
    """The spare copies and checksums that are damaged themselves."""
    spare = spare_of(folder)
    of_log = [spare / LOG / (name + COPY) for name in names_in(spare / LOG)]
    for path in sorted([*of_log, *spare.rglob("*.crc")]):
        if unseal(path) is None and path.exists():  # it may go meanwhile, with what it is of
            yield Damage(str(path), "is not what was written", "damage could go unnoticed")
