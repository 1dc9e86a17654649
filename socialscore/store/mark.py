"""The mark of a store, `store.json`: its format, which key made its pseudonyms, which rules judged.

It holds a checksum of its own, and the newest moment that a writer was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialscore.errors import Damaged, StoreError
from socialscore.language.rulebook import rulebook_digest
from socialscore.store.checksums import seal_json, unseal_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialscore.store.location import Location

__all__ = ["amend_mark", "is_of_today", "make_mark", "read_mark", "upgrade_mark"]

_NAME = "store.json"
_FORMAT = 3
# 2 had the columns of its first version, to which the first write adds those of today; as what read
# it fails on files with other columns, the number is another one. 1 had no edited_seen_at.
_READABLE = (2, _FORMAT)

Mark = dict[str, Any]


def make_mark(location: Location, key_id: str) -> None:
    """Mark a location as a store, unless it is one.

    Raises:
        StoreError: nothing can be written.
    """
    made = seal_json({"format": _FORMAT, "key_id": key_id, "rulebook": rulebook_digest()})
    try:
        location.amend(_NAME, lambda there: there or made)
    except OSError as error:
        raise StoreError(f"{location}: the store cannot be created ({error.strerror})") from None


def read_mark(location: Location) -> Mark:
    """What the mark says.

    Raises:
        StoreError: there is none, or it is damaged.
    """
    try:
        text = location.read(_NAME)
        if text is None:
            if location.spare(_NAME) or location.names("message/_delta_log"):
                raise Damaged(location.at(_NAME), "is missing")
            if not location.vacant():
                raise StoreError(f"{location}: is not a socialscore store")
            raise StoreError(
                f"{location}: there is no store yet; "
                f"`socialscore import FILE --store {location}` makes one"
            )
        return unseal_json(text)
    except OSError as error:
        raise StoreError(f"{location}: {_NAME} cannot be read ({error.strerror})") from None
    except ValueError:
        raise Damaged(location.at(_NAME), "is not what was written") from None


def amend_mark(location: Location, change: Callable[[Mark], Mark]) -> Mark:
    """Let the mark say what becomes of it, whoever else amends it."""

    def amended(text: bytes | None) -> bytes:
        return seal_json(change(unseal_json(text) if text else {}))

    return unseal_json(location.amend(_NAME, amended))


def is_of_today(location: Location) -> bool:
    """Whether a store has the format of today; if not, that of an earlier version.

    Raises:
        StoreError: there is none, its mark is damaged, or it has a format that cannot be read.
    """
    found = read_mark(location).get("format")
    if found not in _READABLE:
        problem = f"the store has format {found}, this socialscore reads {_FORMAT}; "
        earlier = isinstance(found, int) and found < _FORMAT
        way_out = "import and collect into a new one (--store DIR)" if earlier else "update it"
        raise StoreError(f"{location}: {problem}{way_out}")
    return bool(found == _FORMAT)


def upgrade_mark(location: Location) -> None:
    """Note the format of today; the tables get their columns where they are written to."""
    amend_mark(location, lambda mark: mark | {"format": _FORMAT})
