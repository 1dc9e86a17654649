"""Members of the French parliament: `deputes.csv`, `senateurs.csv` and their earlier editions.

Of github.com/regardscitoyens/twitter-parlementaires.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from socialscore.importers.registers.entries import (
    ListedAccount,
    RegisterEntry,
    accounts_in,
    text_of,
)
from socialscore.inputs.addresses import network_of
from socialscore.model.network import NETWORKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.importers.registers.opened import RegisterFile

__all__ = ["entries"]

_SITES, _INSTITUTION = "sites_web", "url_institution"
_CHAMBERS = {"assemblee-nationale.fr": "Assemblée nationale", "senat.fr": "Sénat"}


def entries(file: RegisterFile) -> Iterator[RegisterEntry]:
    """One entry per member: the account that has a column, and those among the web sites."""
    for place, said in file.records("nom", _SITES, _INSTITUTION):
        record = {name: text_of(value) for name, value in said.items()}
        of_columns = [name for name in NETWORKS if name in record]
        accounts = [
            ListedAccount(name, record[name], record.get(f"{name}_id", "")) for name in of_columns
        ]
        sites = accounts_in("", record.get(_SITES, ""))
        # An earlier account of theirs may still be among the sites.
        accounts += [it for it in sites if network_of(it.text) not in ("", *of_columns)]
        page = record.get(_INSTITUTION, "")
        yield RegisterEntry(
            place,
            # Of the chamber: slugs change with names.
            re.sub(r"^OMC_|\.html?$", "", page.rpartition("/")[2]),
            record.get("nom", ""),
            next((name for host, name in _CHAMBERS.items() if host in page), ""),
            tuple(it for it in accounts if it.text),
        )
