"""The log of a Delta table as files, and whether they are what was written.

The table library reads a commit that is empty or cut at the end of a line as if it said no more,
and a table whose last commit is missing as it was before: files drop out of the table, and nobody
is told. So each commit and checkpoint has a copy in the folder `spare` (`spare.py`), with which it
is compared before the table is read.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from socialscore.store.checksums import is_known_sound, unseal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "COPY",
    "LOG",
    "Damage",
    "actions",
    "damage_of",
    "hint_damage",
    "names_in",
    "spare_of",
    "version_of",
]

LOG = "_delta_log"
COPY = ".copy"
"""What the names of spare copies end with, so that nobody takes one of a checkpoint for Parquet."""

_NAMES = re.compile(r"\d{20}\.(json|checkpoint\.parquet)")
_PARQUET = b"PAR1"  # with which such a file begins and ends


class Damage(NamedTuple):
    """What is wrong with a file of the store."""

    file: str
    problem: str
    meaning: str  # for whoever uses the store


def spare_of(folder: Path) -> Path:
    """Where the spare copies and checksums of a table are."""
    return folder.parent / "spare" / folder.name


def names_in(log: Path) -> set[str]:
    """The names of the commits and checkpoints in a folder, or of their copies."""
    try:
        names = {path.name.removesuffix(COPY) for path in log.iterdir()}
        return {name for name in names if _NAMES.fullmatch(name)}
    except (FileNotFoundError, NotADirectoryError):
        return set()


def version_of(name: str) -> int:
    """Which version of the table a file of the log makes."""
    return int(name[:20])


def actions(commit: bytes) -> list[dict[str, Any]]:
    """What a commit says, a line each.

    Raises:
        ValueError: it is none.
    """
    lines = [json.loads(line) for line in commit.decode().splitlines()]
    if not lines or not all(isinstance(line, dict) for line in lines):
        raise ValueError("no commit")
    return lines


def damage_of(folder: Path) -> Iterator[Damage]:
    """What is wrong with the log of a table: with the part of it that readers need.

    Args:
        folder: of the table; where it is missing, there may be no table yet.
    """
    log, spare = folder / LOG, spare_of(folder) / LOG
    copies = names_in(spare)  # first: a copy is made after its commit
    names = names_in(log)
    known = names | copies
    if not known and any(folder.rglob("*.parquet")):
        yield Damage(str(log), "is missing", "nobody knows which files the table consists of")
        return
    since = max((version_of(name) for name in known if not name.endswith(".json")), default=-1)
    until = max(map(version_of, known), default=-1)
    needed = {name for name in known if version_of(name) == since and not name.endswith(".json")}
    needed |= {f"{version:020}.json" for version in range(since + 1, until + 1)}
    for name in sorted(needed):
        if problem := _problem_of(log / name, spare / (name + COPY)):
            meaning = (
                "what it brought or removed is not known; readers would see another table"
                if name.endswith(".json")
                else "the earlier state of the table cannot be read"
            )
            yield Damage(str(log / name), problem, meaning)


def hint_damage(folder: Path) -> Damage | None:
    """What is wrong with the note of the last checkpoint of a table; None: nothing, or no note."""
    path = folder / LOG / "_last_checkpoint"
    if not path.exists():
        return None
    try:
        version = json.loads(path.read_bytes())["version"]
        if f"{version:020}.checkpoint.parquet" in names_in(folder / LOG):
            return None
    except (OSError, ValueError, KeyError, TypeError):
        pass
    meaning = "readers look for the newest checkpoint themselves, if they can read this at all"
    return Damage(str(path), "is not what was written", meaning)


def _problem_of(path: Path, spare: Path) -> str | None:
    """What is wrong with a commit or a checkpoint; None: nothing."""
    try:
        if is_known_sound(path):
            return None
        content = path.read_bytes()
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    copy = unseal(spare)
    if not content:
        return "is empty"
    if copy is not None and content != copy:
        return "is cut short" if copy.startswith(content) else "is not what was written"
    if copy is None and not _is_whole(content, path.name):
        return "is garbled or cut short"
    is_known_sound(path, now=True)
    return None


def _is_whole(content: bytes, name: str) -> bool:
    if not name.endswith(".json"):
        return content.startswith(_PARQUET) and content.endswith(_PARQUET)
    try:
        return bool(actions(content))
    except ValueError:
        return False
