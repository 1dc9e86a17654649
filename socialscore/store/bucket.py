"""Buckets: a store in object storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import obstore
from obstore.exceptions import AlreadyExistsError, PreconditionError
from platformdirs import user_state_path

from socialscore.errors import Overtaken, StoreError
from socialscore.runtime.object_storage import BUCKETS, objects, telling
from socialscore.runtime.retrying import retry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Bucket"]


class Bucket:
    """A folder of a bucket; see `Location`.

    What must lie on a disk of this machine is in the user's folder for states, by the address: a
    page of a network was paid for, and is synced to a disk before the next one is.

    Raises:
        StoreError: nobody can read buckets, or the address names none.
    """

    def __init__(self, address: str) -> None:
        self._address = BUCKETS + address.removeprefix(BUCKETS).rstrip("/")
        self._objects = objects(self._address)

    def __str__(self) -> str:
        return self._address

    @property
    def here(self) -> Path:
        """See `Location`."""
        name = quote(self._address.removeprefix(BUCKETS), safe="")
        path = user_state_path("socialscore") / "buckets" / name
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{path}: cannot be written: {error.strerror}") from None
        return path

    def at(self, name: str) -> str:
        """See `Location`."""
        return f"{self._address}/{name}"

    def vacant(self) -> bool:
        """See `Location`."""
        with telling(self._address):
            return not any(len(found) for found in obstore.list(self._objects, chunk_size=1))

    def names(self, folder: str) -> list[str]:
        """See `Location`."""
        with telling(self._address):
            return [
                found["path"]
                for several in obstore.list(self._objects, prefix=folder)
                for found in several
            ]

    def read(self, name: str) -> bytes | None:
        """See `Location`."""
        return self._read(name)[0]

    def _read(self, name: str) -> tuple[bytes | None, str | None]:
        """What an object holds, and which version of it that is."""
        try:
            with telling(self._address):
                found = obstore.get(self._objects, name)
                return bytes(found.bytes()), found.meta["e_tag"]
        except FileNotFoundError:
            return None, None

    def spare(self, _name: str) -> bytes | None:
        """See `Location`: a bucket needs none."""
        return None

    def amend(self, name: str, change: Callable[[bytes | None], bytes]) -> bytes:
        """See `Location`."""
        return retry(lambda: self._amend(name, change))

    def _amend(self, name: str, change: Callable[[bytes | None], bytes]) -> bytes:
        before, version = self._read(name)
        after = change(before)
        try:
            if after != before:
                with telling(self._address):
                    only_if: Any = {"e_tag": version} if version else "create"
                    obstore.put(self._objects, name, after, mode=only_if)
        except (AlreadyExistsError, PreconditionError):
            raise Overtaken(f"{self.at(name)}: another process is writing; try again") from None
        return after

    def remove(self, name: str) -> None:
        """See `Location`."""
        with telling(self._address):
            obstore.delete(self._objects, name)

    def remove_folder(self, name: str) -> None:
        """See `Location`."""
        for found in self.names(name):
            self.remove(found)

    def about(self, name: str) -> tuple[int, int]:
        """See `Location`."""
        with telling(self._address):
            found = obstore.head(self._objects, name)
        return found["size"], int(found["last_modified"].timestamp() * 1000)
