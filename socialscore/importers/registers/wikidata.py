"""The result of the query of docs/panels.md, as query.wikidata.org lets people save it.

Columns: `body` (the item), `bodyLabel`, `categoryLabel`, `property` (of the network), `handle` and
`account_id`; only the first two are needed. JSON, verbose JSON, and CSV.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialscore.importers.registers.entries import ListedAccount, RegisterEntry, text_of
from socialscore.model.network import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from socialscore.importers.registers.opened import RegisterFile

__all__ = ["entries"]

_NETWORKS = {network.wikidata: network.name for network in BY_NAME.values() if network.wikidata}


def entries(file: RegisterFile) -> Iterator[RegisterEntry]:
    """One entry per row of the result: an account, or a body that has none."""
    for place, record in file.records("body", "bodyLabel"):
        said = {name: _value(value) for name, value in record.items()}
        listed = _account(said)
        yield RegisterEntry(
            place,
            said.get("body", "").rpartition("/")[2],
            said.get("bodyLabel", ""),
            said.get("categoryLabel", ""),
            (listed,) if listed else (),
        )


def _account(said: Mapping[str, str]) -> ListedAccount | None:
    if not said.get("handle"):
        return None
    named = said.get("property", "").rpartition("/")[2]
    return ListedAccount(_NETWORKS.get(named, named), said["handle"], said.get("account_id", ""))


def _value(cell: Any) -> str:
    """What a cell says: verbose JSON has the value beside its type."""
    return text_of(cell.get("value") if isinstance(cell, dict) else cell)
