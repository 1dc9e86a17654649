"""What a register says of a body, before anything of it is believed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from socialscore.errors import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.inputs.toml_files import FilePosition

__all__ = ["ListedAccount", "RegisterEntry", "accounts_in", "objects_in", "slug", "text_of"]

# Cells with several addresses: after a bar, or where the next address begins.
_BETWEEN = re.compile(r"\s*\|\s*|[\s,;]+(?=https?://)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True)
class ListedAccount:
    """What a register gives as an account."""

    network: str  # as the register calls it; empty: the address says
    text: str  # an address, or a handle
    account_id: str = ""
    role: str = ""  # of inputs.panel.ROLES; empty: main


@dataclass(frozen=True)
class RegisterEntry:
    """What one place of a register says of one body; several places may name the same."""

    place: FilePosition
    body_id: str
    name: str
    category: str = ""
    accounts: tuple[ListedAccount, ...] = ()


def accounts_in(network: str, cell: str, account_id: str = "") -> Iterator[ListedAccount]:
    """The accounts of a cell: none, one or, apart by bars or where addresses begin, several."""
    texts = [text for text in _BETWEEN.split(cell.strip()) if text]
    for text in texts:
        yield ListedAccount(network, text, account_id if len(texts) == 1 else "")


def text_of(value: Any) -> str:
    """What a value says, on one line; lists and objects of JSON say nothing."""
    if not isinstance(value, (str, int, float)):
        return ""
    return _CONTROL.sub(" ", str(value)).strip()


def objects_in(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, or the one object; nothing else."""
    found = value if isinstance(value, list) else [value]
    return [it for it in found if isinstance(it, dict)]


def slug(name: str) -> str:
    """A short name such as `ville-d-armorelle`: letters without accents, digits and hyphens."""
    return folded(name).replace(" ", "-")
