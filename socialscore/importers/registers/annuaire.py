"""The French directory of the administration: `api-lannuaire-administration`, of the DILA.

Fields looked up on 2026-12-01 in public programs that read it. Exports (JSON, JSON lines, CSV) and
answers of the API write lists as texts of JSON, the daily file as lists; both are read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError
from socialscore.importers.registers.entries import (
    ListedAccount,
    RegisterEntry,
    objects_in,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.importers.registers.opened import RegisterFile
    from socialscore.inputs.toml_files import FilePosition

__all__ = ["entries"]


def entries(file: RegisterFile) -> Iterator[RegisterEntry]:
    """One entry per service; the kind of service (`mairie`, `prefecture`) is its category."""
    for place, record in file.records():
        said = record.get("fields", record)
        if not isinstance(said, dict) or "nom" not in said or "reseau_social" not in said:
            problem = "lacks nom or reseau_social; export both, and is it the directory?"
            raise InputError(place, problem)
        accounts = (
            ListedAccount(text_of(it.get("custom_dico2")), text_of(it.get("valeur")))
            for it in _objects(said["reseau_social"], place)
        )
        kinds = _objects(said.get("pivot"), place)
        kind = kinds[0].get("type_service_local") if kinds else said.get("type_organisme")
        # The code never changes once it is there; the SIREN may be filled in later, and is that of
        # the whole ministry for each of its services.
        body_id = text_of(said.get("ancien_code_pivot")) or text_of(said.get("id"))
        yield RegisterEntry(
            place,
            body_id,
            text_of(said["nom"]),
            text_of(kind),
            tuple(it for it in accounts if it.text),
        )


def _objects(field: Any, place: FilePosition) -> list[dict[str, Any]]:
    """The objects of a field, which are there as such or as a text of JSON."""
    try:
        return objects_in(json.loads(field or "[]") if isinstance(field, str) else field)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(place, f"{field[:60]!r} is not JSON: {error}") from None
