"""Pseudonyms: citizens' identifiers become keyed digests before they reach the store.

The digest is BLAKE2b with a secret key, so that equal authors stay equal and nobody without the key
can tell whose identifier it is. The key lies in a file of its own, mode 0600, never in the store.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from socialscore.errors import InputError, StoreError
from socialscore.runtime.write_file import create_file

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path

__all__ = ["Pseudonyms", "read_key"]

_KEY_BYTES = 32
_DIGEST_BYTES = 12


@dataclass(frozen=True)
class Pseudonyms:
    """Turns identifiers into digests, except those of the panel's accounts.

    Attributes:
        key: the secret, 32 bytes.
        accounts: pairs of network and account_id that stay as they are.
    """

    key: bytes
    accounts: AbstractSet[tuple[str, str]] = frozenset()

    @property
    def key_id(self) -> str:
        """Tells keys apart without telling the key."""
        return self._digest("key", "id")

    @property
    def salt(self) -> str:
        """What makes digests of texts useless to anybody without the key."""
        return self._digest("salt", "text")

    def of(self, network: str, identifier: str) -> str:
        """The identifier of an account of the panel, or the digest of a citizen's."""
        if (network, identifier) in self.accounts:
            return identifier
        return self._digest(network, identifier)

    def applied(self, table: pa.Table) -> pa.Table:
        """The rows of `message` with every identifier of a person replaced."""
        networks = table["network"].combine_chunks()
        lists = table["addressed_ids"].combine_chunks()
        columns = [
            _pairs(networks, table["author_id"].combine_chunks()),
            _pairs(networks, table["reply_to_author_id"].combine_chunks()),
            _pairs(networks.take(pc.list_parent_indices(lists)), lists.flatten()),
        ]
        # Hashing in Python is slow, and people come back: each is hashed once.
        people = pa.concat_arrays(columns).dictionary_encode()
        names = pa.array(
            [self.of(*pair.split("\n", 1)) for pair in people.dictionary.to_pylist()], pa.string()
        )
        n = table.num_rows
        # Arrays of their own: Delta Lake fails on the empty end of a longer one.
        authors, replied_to, addressed = (
            names.take(people.indices.slice(*part)) for part in ((0, n), (n, n), (2 * n,))
        )
        replaced = {
            "author_id": authors,
            "reply_to_author_id": replied_to,
            "addressed_ids": pa.ListArray.from_arrays(
                _offsets(lists), addressed, mask=lists.is_null()
            ),
        }
        for name, column in replaced.items():
            table = table.set_column(table.schema.get_field_index(name), name, column)
        return table

    def _digest(self, network: str, identifier: str) -> str:
        digest = self._keyed.copy()
        digest.update(f"{network}\n{identifier}".encode())
        return digest.hexdigest()

    @cached_property
    def _keyed(self) -> hashlib.blake2b:
        """A digest that has read the key and nothing else: copying it saves reading it again."""
        return hashlib.blake2b(key=self.key, digest_size=_DIGEST_BYTES)


def _pairs(networks: pa.Array, identifiers: pa.Array) -> pa.Array:
    """Network and identifier as one text; NULL where there is no identifier."""
    return pc.binary_join_element_wise(networks, identifiers, "\n")


def _offsets(values: pa.ListArray) -> pa.Array:
    """Offsets that begin at 0, which those of a slice need not."""
    lengths = pc.fill_null(pc.list_value_length(values), 0)
    sums = pc.cumulative_sum(lengths)
    return pa.concat_arrays([pa.array([0], sums.type), sums]).cast(pa.int32())


def read_key(path: Path) -> bytes:
    """The key in `path`, which is made, readable by its owner only, when it is not there.

    Raises:
        InputError: the file is not a key, or others may read it.
        StoreError: it can be neither read nor written.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):  # another process has made it: its key is ours
                create_file(path, secrets.token_hex(_KEY_BYTES) + "\n", mode=0o600)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise InputError(path, f"the pseudonym key is readable by others: chmod 600 {path}")
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise StoreError(
            f"{path}: the pseudonym key can be neither read nor made ({error.strerror}); name "
            "another place with key_file in socialscore.toml, or SOCIALSCORE_KEY_FILE"
        ) from None
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise InputError(path, "is not a pseudonym key (64 hexadecimal digits)")
    return key
