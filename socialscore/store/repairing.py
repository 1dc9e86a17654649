"""Repairing a store: what can be saved is, what is damaged is moved aside, nothing is deleted.

A commit is restored from its spare copy. A data file that is not sound is replaced, in one commit,
by the rows of its sound groups. Only files of which the table consists by its log are read, so what
was erased does not come back. The time of lost messages is withdrawn from the coverage first: a
lost month must not look as if nobody had written.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from deltalake import write_deltalake

from socialscore.errors import Damaged, SocialscoreError, StoreError
from socialscore.inputs.panel import format_panel
from socialscore.inputs.panel_file import read_panel
from socialscore.model.network import NETWORKS
from socialscore.runtime.duckdb import connect
from socialscore.runtime.write_file import write_file
from socialscore.store.checking import beside, copies, lost_of
from socialscore.store.checksums import unseal
from socialscore.store.commits import NEXT, next_version
from socialscore.store.damaged_coverage import withdrawn
from socialscore.store.damaged_folder import DamagedFolder
from socialscore.store.data_files import MISSING, data_files, look_through, sound_rows
from socialscore.store.delta_log import COPY, LOG, damage_of, hint_damage, spare_of
from socialscore.store.journal import collecting
from socialscore.store.location import Folder
from socialscore.store.rebuilding import put_together, remains
from socialscore.store.schema import MESSAGE, TABLES
from socialscore.store.spare import keep_log, note_checksums
from socialscore.store.table_files import ZSTD, delta, put_month, undescribed, upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from deltalake import DeltaTable

    from socialscore.store.data_files import DataFile
    from socialscore.store.lake import Store

__all__ = ["NOTHING", "Repair", "repair"]

NOTHING = "nothing"
"""What was lost where all is saved."""


@dataclass(frozen=True)
class Repair:
    """What was done about a file, or would be."""

    file: str
    action: str
    lost: str = NOTHING


def repair(store: Store, *, repaired_at: datetime, act: bool) -> Iterator[Repair]:
    """Repair a store, and say what was done, file by file.

    Args:
        store: in a folder; of which `store.json` may be damaged as well.
        repaired_at: the moment to note, aware; the folder for what is moved aside is named by it.
        act: False: only say what would be done. Of a table whose log is damaged, the data files can
            be looked at only when the log is repaired.

    Raises:
        Overtaken: somebody is collecting or writing.
        StoreError: the store is in a bucket, or cannot be written.
    """
    if not isinstance(store.location, Folder):
        problem = "is in a bucket; restore the earlier versions of the objects that are damaged"
        raise StoreError(f"{store.location}: {problem}")
    work = _Repairs(store, repaired_at, act)
    yield from work.locks()
    with work.alone():
        yield from work.store_json()
        yield from work.panel()
        yield from work.journals()
        for name in TABLES:
            yield from work.log(name)
        for name in reversed(TABLES):  # coverage before the messages that go
            yield from work.data(name)


@dataclass(frozen=True)
class _Repairs:
    store: Store
    repaired_at: datetime
    act: bool

    @property
    def root(self) -> Path:
        """The folder of the store, as the table library names it."""
        return self.store.root.absolute()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody collects or writes meanwhile."""
        with ExitStack() as held:
            if self.act:
                for network in NETWORKS:
                    held.enter_context(collecting(self.store.root, network))
                held.enter_context(self.store.writing())
            yield

    @property
    def aside(self) -> DamagedFolder:
        """Where what is damaged goes."""
        return DamagedFolder(self.root, self.repaired_at)

    # --- files that are no tables -----------------------------------------------------------------

    def locks(self) -> Iterator[Repair]:
        """What should be a file to lock, and is none."""
        for found in beside(self.root):
            if found.file.endswith(".lock"):
                if self.act:
                    self.aside.move(Path(found.file))
                yield Repair(found.file, "moved aside")

    def journals(self) -> Iterator[Repair]:
        """Pages that wait to be merged: not in the coverage yet, so they are asked for again."""
        for found in beside(self.root):
            if found.file.endswith(".jsonl"):
                if self.act:
                    self.aside.move(Path(found.file))
                lost = "pages that were not merged; the next `socialscore collect` asks for them"
                yield Repair(found.file, "moved aside", lost)

    def store_json(self) -> Iterator[Repair]:
        """What marks the folder as a store, from its spare copy."""
        try:
            self.store.checked()
        except Damaged as error:
            spare = self.store.location.spare("store.json")
            if spare is None:
                problem = "nobody can tell which key made the pseudonyms"
                way_out = "put the file back from a backup"
                raise StoreError(f"{error.file}: has no spare copy; {problem}: {way_out}") from None
            if self.act:
                self.aside.copy(self.root / "store.json")
                self.store.location.amend("store.json", lambda _: spare)
            yield Repair(error.file, "restored from its spare copy")

    def panel(self) -> Iterator[Repair]:
        """The accounts that the store knows, from what can be read and the spare copy."""
        path = self.root / "panel.csv"
        try:
            self.store.panel()
        except Damaged as error:
            spare = self.store.location.spare("panel.csv")
            if self.act:
                self.aside.copy(path)
            if spare is None:
                if self.act:
                    path.unlink()
                lost = "all names and handles; import again with --panel"
                yield Repair(error.file, "moved aside", lost)
                return
            if self.act:
                self.store.location.amend("panel.csv", lambda text: _merged(text, spare))
            lost = "what was edited by hand since the last import, where it cannot be read"
            yield Repair(str(path), "restored from its spare copy", lost)

    # --- logs -------------------------------------------------------------------------------------

    def log(self, name: str) -> Iterator[Repair]:
        """The log of a table, from its spare copies, else from what there is."""
        folder = self.root / name
        for found in copies(folder):
            if self.act:
                self.aside.move(Path(found.file))
            yield Repair(found.file, "moved aside, and made again from what is sound")
        broken = list(damage_of(folder))
        restored = {found.file: unseal(_copy_of(folder, found.file)) for found in broken}
        if broken and all(restored.values()):
            for file, content in restored.items():
                if self.act:
                    self.aside.copy(Path(file))
                    Path(file).parent.mkdir(parents=True, exist_ok=True)
                    write_file(Path(file), content or b"")
                yield Repair(file, "restored from its spare copy")
        elif broken:
            yield from self._rebuilt(name)
        yield from self._hint(folder)

    def _rebuilt(self, name: str) -> Iterator[Repair]:
        """The log of a table of which neither a commit nor its copy can be read, made anew."""
        folder = self.root / name
        found = remains(self.store, name)
        lying = [path for path in folder.rglob("*.parquet") if LOG not in path.parts]
        if self.act:
            self.aside.move(folder / LOG)
            self.aside.move(spare_of(folder) / LOG)
            put_together(self.store, name, found, self.repaired_at)
            for path in lying:
                self.aside.move(path)
        lost = f"whatever is in none of its {len(found.used):,} sound data files"
        yield Repair(str(folder / LOG), "made anew from the data files", lost)
        for file in found.refused:
            yield Repair(file.path, f"moved aside, for it {file.problem}", _lost(name, file))

    def _hint(self, folder: Path) -> Iterator[Repair]:
        """The note of the last checkpoint, without which a log can be read as well."""
        if found := hint_damage(folder):
            if self.act:
                self.aside.move(Path(found.file))
            yield Repair(found.file, "moved aside")

    # --- data files -------------------------------------------------------------------------------

    def data(self, name: str) -> Iterator[Repair]:
        """The data files of a table, which are replaced by what is sound of them."""
        folder = self.root / name
        if any(damage_of(folder)):
            yield Repair(str(folder), "to be looked through when its log is repaired", "unknown")
            return
        if (table := delta(self.store.location, name)) is None:
            return
        if self.act:
            keep_log(folder)
        files = data_files(table)
        for file in files:
            look_through(file, folder)
            if self.act and not file.problem:
                note_checksums(Path(file.path), folder)
        damaged = [file for file in files if file.problem]
        if damaged and name != "message" and self.act:
            self._overwrite(table, name, files, damaged)
        for file in damaged:
            if self.act and name == "message":
                self._replace(table, file)
            yield Repair(file.path, _done(file), _lost(name, file))

    def _overwrite(
        self, table: DeltaTable, name: str, files: Sequence[DataFile], damaged: Sequence[DataFile]
    ) -> None:
        """Let a small table have the rows that are sound."""
        schema = undescribed(TABLES[name])
        upgrade(table, TABLES[name])
        batches = [_in(schema, rows) for file in files for rows in sound_rows(file)]
        for file in damaged:
            self.aside.copy(Path(file.path))
        with next_version(table):
            write_deltalake(
                table,
                pa.Table.from_batches(batches, schema),
                mode="overwrite",
                writer_properties=ZSTD,
                commit_properties=NEXT,
            )
        for file in damaged:
            Path(file.path).unlink(missing_ok=True)

    def _replace(self, table: DeltaTable, file: DataFile) -> None:
        """Replace a file of messages by what is sound of it, once its time is withdrawn."""
        network, month = file.partition["network"], file.partition["month"]
        moment = self.store.moment(self.repaired_at)
        self.store.amend_coverage(lambda rows: withdrawn(rows, network, month, file.lost, moment))
        self.aside.copy(Path(file.path))
        Path(file.path).parent.mkdir(parents=True, exist_ok=True)
        written = pa.schema([it for it in MESSAGE if it.name not in ("network", "month")])
        upgrade(table, MESSAGE)
        with connect() as connection:
            batches = (_in(written, rows) for rows in sound_rows(file))
            rows = connection.from_arrow(pa.RecordBatchReader.from_batches(written, batches))
            put_month(self.store.location, table, (network, month), [file.logged], rows)
        Path(file.path).unlink(missing_ok=True)


def _done(file: DataFile) -> str:
    if file.problem == MISSING:
        return "no longer part of the table"
    return f"moved aside; {file.n_sound:,} sound rows saved" if file.sound else "moved aside"


_AFTER = {  # what a repair makes of the loss of rows of a table
    "message": "; their time is a gap in the coverage of all accounts of the network",
    "coverage": "; what only they covered counts as not collected",
    "run": "; `socialscore status --runs` does not list them any more",
    "arrival": "; a withdrawal may take what other runs brought as well",
    "erasure": "; `verify` calls changed what they counted as erased",
}


def _lost(name: str, file: DataFile) -> str:
    return lost_of(file) + _AFTER.get(name, "")


def _copy_of(folder: Path, file: str) -> Path:
    """The spare copy of a commit or a checkpoint."""
    return spare_of(folder) / LOG / (Path(file).name + COPY)


def _merged(text: bytes | None, spare: bytes) -> bytes:
    """The panel as it can be read, with what else the spare copy has."""
    known = read_panel("panel.csv", spare, accepted=True)
    whole = text[: text.rfind(b"\n") + 1] if text else b""  # the last line may be cut
    try:
        found = read_panel("panel.csv", whole, accepted=True) if whole else known
    except SocialscoreError:
        return spare
    return format_panel(found.merged(known)).encode()


def _in(schema: pa.Schema, rows: pa.RecordBatch) -> pa.RecordBatch:
    """Rows in the columns of a schema, NULL in those that a file of an earlier version lacks."""
    columns = [
        rows[column.name].cast(column.type)
        if column.name in rows.schema.names
        else pa.nulls(rows.num_rows, column.type)
        for column in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
