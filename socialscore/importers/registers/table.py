"""Any table of bodies: `--map` says which column is which."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from socialscore.errors import UnknownName, UsageError, listed
from socialscore.importers.registers.entries import (
    ListedAccount,
    RegisterEntry,
    accounts_in,
    slug,
    text_of,
)
from socialscore.model.network import NAMES_AS_WRITTEN, NETWORKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from socialscore.importers.registers.opened import RegisterFile

__all__ = ["OURS", "entries"]

_OF_BODY = ("body_id", "body", "category")
_OF_ACCOUNT = ("network", "handle", "account_id", "role")
OURS = (*_OF_BODY, *_OF_ACCOUNT, *NETWORKS, *(f"{name}_id" for name in NETWORKS))
"""What columns of a table may be: those of a panel, or the accounts on one network, and their
identifiers."""


def entries(file: RegisterFile) -> Iterator[RegisterEntry]:
    """One entry per row."""
    unknown = [ours for ours in file.columns if ours not in OURS]
    if unknown:
        raise UnknownName("column", unknown[0], OURS)
    columns: dict[str, str] | None = None
    for place, record in file.records():
        if columns is None:
            columns = _columns(record, file.columns)
        said = {ours: text_of(record.get(theirs)) for ours, theirs in columns.items()}
        name = said.get("body") or said.get("body_id", "")
        yield RegisterEntry(
            place,
            said.get("body_id") or slug(name),
            name,
            said.get("category", ""),
            tuple(_accounts(said)),
        )


def _columns(record: Mapping[str, Any], pairs: Mapping[str, str]) -> dict[str, str]:
    """From ours to the table's: those that are mapped, and those that are called like ours.

    A column X is taken for nothing unless it is mapped: in many registers it is a coordinate.
    """
    for theirs in pairs.values():
        if theirs not in record:
            raise UnknownName("column", theirs, record)
    called = {
        NAMES_AS_WRITTEN.get(name.lower(), name.lower()): name
        for name in record
        if name not in pairs.values() and len(name) > 1
    }
    columns = {ours: name for ours, name in called.items() if ours in OURS} | dict(pairs)
    if not {"body", "body_id"} & columns.keys():
        raise UsageError(
            f"no column is called body or body_id; say which one it is: --map body=COLUMN. The "
            f"file has {listed(list(record))}"
        )
    return columns


def _accounts(said: Mapping[str, str]) -> Iterator[ListedAccount]:
    of_row = (said.get(column, "") for column in ("network", "handle", "account_id"))
    for account in accounts_in(*of_row):
        yield replace(account, role=said.get("role", ""))
    for network in NETWORKS:
        yield from accounts_in(network, said.get(network, ""), said.get(f"{network}_id", ""))
