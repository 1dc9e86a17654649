"""Registers of public bodies that others keep, and what a panel takes from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialscore.importers.registers import annuaire, congress, parlement, table, wikidata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from socialscore.importers.registers.entries import RegisterEntry
    from socialscore.importers.registers.opened import RegisterFile

__all__ = ["REGISTERS", "Register"]


@dataclass(frozen=True)
class Register:
    """A kind of register."""

    name: str  # for `--as`
    title: str  # for people
    entries: Callable[[RegisterFile], Iterator[RegisterEntry]]


REGISTERS = {
    it.name: it
    for it in (
        Register("annuaire", "the French directory of the administration", annuaire.entries),
        Register("wikidata", "the result of a query of Wikidata", wikidata.entries),
        Register("congress", "accounts of the United States Congress", congress.entries),
        Register("parlement", "accounts of French members of parliament", parlement.entries),
        Register("csv", "any table, with --map", table.entries),
    )
}
