"""Accounts of the United States Congress, in two forms.

`legislators-social-media.yaml` of github.com/unitedstates/congress-legislators has members;
`users-filtered.json` of github.com/alexlitel/congresstweets-automator also has committees, caucuses
and parties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError
from socialscore.importers.registers.entries import (
    ListedAccount,
    RegisterEntry,
    objects_in,
    slug,
    text_of,
)
from socialscore.model.network import DEFAULT_NETWORK

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
        accounts = (
            ListedAccount(name, text_of(handle), text_of(social.get(f"{name}_id")))
            for name, handle in social.items()
            if not name.endswith("_id")
        )
        body_id = text_of(ids.get("bioguide"))
        yield RegisterEntry(place, body_id, body_id, "", tuple(it for it in accounts if it.text))


def _of_users(file: RegisterFile) -> Iterator[RegisterEntry]:
    for place, record in file.records("name", "type", "accounts"):
        name = text_of(record.get("name"))
        ids = next(iter(objects_in(record.get("id"))), {})
        yield RegisterEntry(
            place,
            # Of members as in the other file, of committees their code, of others their name.
            text_of(ids.get("bioguide")) or text_of(ids.get("thomas_id")) or slug(name),
            name,
            f"{text_of(record.get('chamber'))} {text_of(record.get('type'))}".strip(),
            tuple(map(_of_user, objects_in(record.get("accounts")))),
        )


def _of_user(account: Mapping[str, Any]) -> ListedAccount:
    return ListedAccount(
        DEFAULT_NETWORK,  # the list has no other
        text_of(account.get("screen_name")),
        text_of(account.get("id")),
        _ROLES.get(text_of(account.get("account_type")), ""),
    )
