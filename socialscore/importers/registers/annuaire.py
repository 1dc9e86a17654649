"""The French directory of the administration: `api-lannuaire-administration`, of the DILA.

Fields looked up on 2026-12-01 in public programs that read it. Exports (JSON, JSON lines, CSV) and
answers of the API write lists as texts of JSON, the daily file as lists; both are read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError
from socialscore.importers.registers.entries import ListedAccount, RegisterEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.importers.registers.opened import RegisterFile
    from socialscore.inputs.toml_files import FilePosition

__all__ = ["entries"]


def entries(file: RegisterFile) -> Iterator[RegisterEntry]:
    """One entry per service; the kind of service (`mairie`, `prefecture`) is its category."""
    for place, record in file.records():
        said = record.get("fields", record)
        if "nom" not in said or "reseau_social" not in said:
            problem = "lacks nom or reseau_social; export both, and is it the directory?"
            raise InputError(place, problem)
        networks = _objects(said["reseau_social"], place)
        accounts = (
            ListedAccount(str(it.get("custom_dico2") or ""), str(it.get("valeur") or ""))
            for it in networks
        )
        kinds = _objects(said.get("pivot"), place)
        kind = kinds[0].get("type_service_local") if kinds else said.get("type_organisme")
        # The code never changes once it is there; the SIREN may be filled in later, and is that of
        # the whole ministry for each of its services.
        body_id = str(said.get("ancien_code_pivot") or said.get("id") or "")
        yield RegisterEntry(
            place, body_id, said["nom"] or "", kind or "", tuple(it for it in accounts if it.text)
        )


def _objects(field: Any, place: FilePosition) -> list[dict[str, Any]]:
    """The objects of a field, which are there as such or as a text of JSON."""
    if isinstance(field, str):
        try:
            field = json.loads(field or "[]")
        except json.JSONDecodeError as error:
            raise InputError(place, f"{field[:60]!r} is not JSON: {error.msg}") from None
    found = field if isinstance(field, list) else [field]
    return [it for it in found if isinstance(it, dict)]
