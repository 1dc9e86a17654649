"""Commits: what several writers, on several hosts, put into one table at once.

The table library lets an append through whatever others have committed since, for to it no row
contradicts another: two writers that bring the same message would both succeed. And of two
compactions that overlap both succeed as well, and every row stands twice (deltalake 1.6). So:

- a writer commits the very next version after the one that it has read, or nothing: then it reads
  again what others brought, and tries again (`next_version`, `NEXT`, and `retry`);
- what replaces files commits as long as these are still there, whatever came beside them: who
  rewrites a month would otherwise never be done while others save (`replace`; a merge
  bears what is appended to other months);
- before files are removed, or by the library's own ways made into one, a commit that changes
  nothing but the table's description stops everybody who has begun: the library fails whatever
  began before it and ends after it (`fence`).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa
from deltalake import CommitProperties
from deltalake.exceptions import DeltaError
from deltalake.transaction import RemoveAction

from socialscore.errors import Overtaken
from socialscore.store.spare import keep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deltalake import DeltaTable
    from deltalake.transaction import AddAction

__all__ = ["NEXT", "fence", "next_version", "replace"]

NEXT = CommitProperties(max_commit_retries=0)
"""The next version or none."""

_FENCE = "socialscore.fence"  # a property of the table


@contextmanager
def next_version(table: DeltaTable) -> Iterator[None]:
    """Around what commits what follows from the version that `table` has read.

    At the end it is on the disk, with its spare copies.

    Raises:
        OSError: it is committed, and may not be on the disk.
        Overtaken: another writer was faster, and nothing was committed.
    """
    read = table.version()
    try:
        yield
    except DeltaError:
        table.update_incremental()
        if table.version() == read:
            raise  # nobody was; it has another reason
        raise Overtaken("another process was writing to the store; try again later") from None
    keep(table)


def fence(table: DeltaTable) -> None:
    """Fail whoever has begun to write to a table and has not committed; it begins anew.

    `table` knows the version of the fence afterwards, and no later one.

    Raises:
        Overtaken: somebody has replaced files since `table` was read.
    """
    with next_version(table):
        table.alter.set_table_properties({_FENCE: str(uuid4())}, raise_if_not_exists=False)


def replace(table: DeltaTable, old: Sequence[str], new: Sequence[AddAction]) -> None:
    """Replace files by others, in one step.

    Args:
        table: as it was when the old files were read.
        old: their names in the log; of one partition.
        new: of the same partition.

    Raises:
        Overtaken: the old ones are not in the table any more, or somebody put up a fence.
    """
    # Readers have an hour from then; of a file without a successor nothing may be left anyway.
    gone_at = max((added.modification_time for added in new), default=0)
    fenced = table.metadata().configuration.get(_FENCE)
    while True:
        actions = pa.table(table.get_add_actions()).to_pylist()
        known = {action["path"]: action for action in actions}
        if not known.keys() >= set(old) or table.metadata().configuration.get(_FENCE) != fenced:
            raise Overtaken("another process was writing to the store; try again later")
        try:
            with next_version(table):
                table.create_write_transaction(
                    [*new, *(_gone(known[name], gone_at) for name in old)],
                    mode="append",
                    schema=table.schema(),
                    partition_by=table.metadata().partition_columns,
                    commit_properties=NEXT,
                )
        except Overtaken:
            continue  # by what may not matter
        return


def _gone(action: dict[str, Any], gone_at: int) -> RemoveAction:
    return RemoveAction(
        path=action["path"],
        data_change=True,
        deletion_timestamp=gone_at,
        size=action["size_bytes"],
        partition_values=action["partition"],
    )
