"""What was counted once of months that are settled, as files beside the tables of the store.

    settled/
      DIGEST.json       one per month and way of counting: its files, written after them
      UUID.parquet      rows of `scoring/sql/settled.sql`, in its order

Nothing here is trusted for being here: it is only found by the digest of all that it was counted
from, and can be removed at any time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from uuid import uuid4

from socialscore.embedded import connect, reach, steady
from socialscore.errors import StoreError
from socialscore.store.disk import cause_of, put_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    import pyarrow as pa

    from socialscore.store.place import Place

__all__ = ["Settled", "keep", "names_of", "settled", "tidy"]

_FORMAT = 1  # of the files about months; those of another are not found
_FOLDER = "settled"
_GROUP = 131_072  # rows: a few hours of a large store
_ABOUT_ALL = "README.txt"
_README = """\
What `socialscore settle` has counted of months that are over, so that rankings of parts of them are
quick. It follows from the messages, names nobody, and can be removed at any time.
"""


@dataclass(frozen=True)
class Settled:
    """What is kept of one month, or of several."""

    files: tuple[str, ...]  # addresses, for an engine to read
    n_rows: int
    newest: datetime  # when the store learnt the last of what was counted, aware, UTC
    read: tuple[datetime, datetime]  # between which messages mattered, aware, UTC
    read_from: frozenset[str]  # the names of the files that may hold them


def settled(place: Place) -> dict[str, Settled]:
    """What is kept, by the digest of all that it was counted from."""
    found = {}
    there = set(place.names(_FOLDER))
    for name in there:
        text = place.read(name) if name.endswith(".json") else None
        about = json.loads(text) if text else {}
        paths = [f"{_FOLDER}/{file}" for file in about.get("files", ())]
        if about.get("format") == _FORMAT and there.issuperset(paths):
            first, last, newest = map(datetime.fromisoformat, (*about["read"], about["newest"]))
            found[PurePosixPath(name).stem] = Settled(
                tuple(map(place.at, paths)),
                about["n_rows"],
                newest,
                (first, last),
                frozenset(about["read_from"]),
            )
    return found


def keep(
    place: Place,
    digest: str,
    tables: Iterable[pa.Table],
    *,
    newest: datetime,
    read: tuple[datetime, datetime],
    read_from: Collection[str],
) -> int:
    """Keep what was counted of a month, and return how many rows it is.

    Args:
        place: of the store.
        digest: of all that it was counted from.
        tables: the rows, some at a time, each in order.
        newest: as in `Settled`, and so are those that follow.
        read: two instants.
        read_from: names of files.

    Raises:
        StoreError: the disk is full or read-only.
    """
    _put(place, _ABOUT_ALL, _README)
    names, n_rows = [], 0
    for table in tables:
        names.append(f"{uuid4()}.zstd.parquet")
        n_rows += table.num_rows
        with steady(), connect() as connection:
            reach(connection, [place.at(_FOLDER)])
            rows = connection.from_arrow(table)
            put_file(place, f"{_FOLDER}/{names[-1]}", rows, n_grouped=_GROUP)
    about = {
        "format": _FORMAT,
        "files": names,
        "n_rows": n_rows,
        "newest": newest.isoformat(),
        "read": [instant.isoformat() for instant in read],
        "read_from": sorted(read_from),
    }
    _put(place, f"{digest}.json", json.dumps(about, indent=1) + "\n")
    return n_rows


def _put(place: Place, name: str, text: str) -> None:
    try:
        place.amend(f"{_FOLDER}/{name}", lambda _: text.encode())
    except OSError as error:
        problem = f"cannot be written: {cause_of(error)}"
        raise StoreError(f"{place.at(_FOLDER)}: {problem}") from None


def tidy(place: Place, is_valid: Callable[[Settled], bool]) -> None:
    """Remove what is found no more, for messages have changed, or was never named.

    Somebody on another host may be about to name a file that goes: then nothing is found of that
    month, and it is settled again the next time.
    """
    valid = {digest: each for digest, each in settled(place).items() if is_valid(each)}
    used = {file for each in valid.values() for file in each.files}
    for name in place.names(_FOLDER):
        path = PurePosixPath(name)
        is_about = path.suffix == ".json" and path.stem in valid
        if not (is_about or place.at(name) in used or path.name == _ABOUT_ALL):
            place.remove(name)


def names_of(files: Iterable[str]) -> frozenset[str]:
    """The names of files, which stay the same where a store is moved."""
    return frozenset(PurePosixPath(file).name for file in files)
