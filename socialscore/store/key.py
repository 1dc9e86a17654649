"""The pseudonyms of a store, for whoever looks for a person in it by the network's identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.errors import InputError
from socialscore.store.lake import Store
from socialscore.store.privacy import Pseudonyms, read_key

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["pseudonyms_of"]


def pseudonyms_of(store: Store, key_file: Path) -> Pseudonyms:
    """What tells under which identifier a store knows somebody.

    Raises:
        InputError: the key is missing: a new one would find nobody.
        StoreError: the pseudonyms of the store were made with another key.
    """
    if not key_file.exists():
        problem = "the pseudonym key is missing; without it nobody can tell whose row is whose"
        raise InputError(key_file, f"{problem}. Put it back (key_file in socialscore.toml)")
    pseudonyms = Pseudonyms(read_key(key_file))
    Store.create(store.location, key_id=pseudonyms.key_id)  # complains about another key
    return pseudonyms
