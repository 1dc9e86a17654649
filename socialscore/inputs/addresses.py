"""Handles of accounts, out of what people write for them: addresses of pages, with or without @."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from socialscore.model.network import BY_NAME

if TYPE_CHECKING:
    from socialscore.model.network import Network

__all__ = ["NamedAccount", "account_named", "host_of", "network_of", "wrong_handle"]


@dataclass(frozen=True)
class NamedAccount:
    """An account, as an address or a handle names it."""

    network: str
    handle: str
    account_id: str  # empty: neither says


def account_named(text: str, network: str = "") -> NamedAccount:
    """The account that a text names.

    Args:
        text: `@TownRiverton`, `https://x.com/TownRiverton?lang=fr`,
            `m.facebook.com/riverton/about`, `https://mastodon.example/@riverton` or the like.
        network: on which it is; empty: the address says.

    Raises:
        ValueError: it names none, or one that cannot be; the message says why.
    """
    text = text.strip().strip("<>\"' ")
    if "/" not in text and not network:
        raise ValueError(f"{text!r} is no address, and nothing says on which network it is")
    if "/" not in text:
        return _named(BY_NAME[network], text.removeprefix("@"), "")
    found = network_of(text)
    if network and found != network and (found or not BY_NAME[network].federated):
        other = f"one of {BY_NAME[found].label}" if found else "of another site"
        raise ValueError(f"{text!r} is no address of {BY_NAME[network].label} but {other}")
    if not (found or network):
        raise ValueError(f"{text!r} is an address of no network that is known")
    return _shown(BY_NAME[found or network], text)


def network_of(address: str) -> str:
    """The network whose host the address surely has; empty: none."""
    host = host_of(address)
    return next((it.name for it in BY_NAME.values() if re.fullmatch(it.hosts, host)), "")


def host_of(address: str) -> str:
    """The host of an address, in small letters and without www; empty: it has none."""
    return _parts(address)[0]


def wrong_handle(network: Network, handle: str) -> str:
    """Why this can be no handle of the network; empty: it can."""
    if re.fullmatch(network.handle_pattern, handle):
        return ""
    return f"{handle!r} cannot be a handle of {network.label} ({network.handle_rule})"


def _parts(address: str) -> tuple[str, str]:
    """The host, and what follows its slashes, decoded."""
    try:
        split = urlsplit(address if "://" in address else f"https://{address.lstrip('/')}")
        host = (split.hostname or "").removeprefix("www.")
    except ValueError:
        return "", ""
    fragment = f"#{split.fragment}" if split.fragment.startswith("!") else ""
    query = f"?{split.query}" if split.query else ""
    return host, f"{unquote(split.path).lstrip('/ ')}{fragment}{unquote(query)}"


def _shown(network: Network, address: str) -> NamedAccount:
    """The account whose page an address is."""
    host, rest = _parts(address)
    matches = (re.fullmatch(pattern, rest) for pattern in network.profiles)
    said = next((match.groupdict() for match in matches if match), {})
    account_id = said.get("id") or ""
    handle = said.get("handle") or account_id
    if not handle or re.fullmatch(network.not_handles, handle.lower()):
        raise ValueError(
            f"{address!r} shows no account of {network.label}: take the address of the account, "
            "not of a post, a search or a group"
        )
    if network.federated and "@" not in handle:
        handle = f"{handle}@{host}"
    return _named(network, handle, account_id)


def _named(network: Network, handle: str, account_id: str) -> NamedAccount:
    if problem := wrong_handle(network, handle):
        raise ValueError(problem)
    if network.federated and "@" not in handle:
        raise ValueError(f"{handle!r} lacks its server: {network.label} has {network.handle_rule}")
    inside = re.search(network.id_in_handle, handle)
    return NamedAccount(network.name, handle, account_id or (inside[1] if inside else ""))
