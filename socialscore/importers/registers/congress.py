"""Accounts of the United States Congress, in two forms.

`legislators-social-media.yaml` of github.com/unitedstates/congress-legislators has members;
`users-filtered.json` of github.com/alexlitel/congresstweets-automator also has committees, caucuses
and parties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError
from socialscore.importers.registers.entries import ListedAccount, RegisterEntry, slug
from socialscore.model.network import DEFAULT_NETWORK, NETWORKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from socialscore.importers.registers.opened import RegisterFile

__all__ = ["entries"]

_ROLES = {"campaign": "person"}
_NAMELESS = (
    "the file names nobody: bodies are called by their identifier of the Biographical Directory "
    "until another file, such as users-filtered.json, or you name them"
)


def entries(file: RegisterFile) -> Iterator[RegisterEntry]:
    """One entry per member, committee, caucus or party."""
    return _of_users(file) if file.is_json() else _of_legislators(file)


def _of_legislators(file: RegisterFile) -> Iterator[RegisterEntry]:
    file.remarks.append(_NAMELESS)
    for place, record in file.yaml():
        ids, social = record.get("id"), record.get("social")
        if not isinstance(ids, dict) or not isinstance(social, dict):
            raise InputError(place, "lacks id or social; is it legislators-social-media.yaml?")
        accounts = [
            ListedAccount(name, handle, social.get(f"{name}_id", "") if name in NETWORKS else "")
            for name, handle in social.items()
            if not name.endswith("_id")
        ]
        body_id = ids.get("bioguide", "")
        yield RegisterEntry(place, body_id, body_id, accounts=tuple(accounts))


def _of_users(file: RegisterFile) -> Iterator[RegisterEntry]:
    for place, record in file.records("name", "type", "accounts"):
        yield RegisterEntry(
            place,
            _body_id(record),
            record["name"],
            " ".join(filter(None, (record.get("chamber"), record["type"]))),
            tuple(
                ListedAccount(
                    DEFAULT_NETWORK,  # the list has no other
                    account["screen_name"],
                    str(account.get("id") or ""),
                    _ROLES.get(account.get("account_type", ""), ""),
                )
                for account in record["accounts"]
            ),
        )


def _body_id(record: Mapping[str, Any]) -> str:
    """Of members as in the other file, of committees their code, of others their name."""
    ids = record.get("id") or {}
    return str(ids.get("bioguide") or ids.get("thomas_id") or slug(record["name"]))
