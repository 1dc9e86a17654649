"""Authors as people name them: `network:id`, or an id, which holds for every network."""

from __future__ import annotations

import re

from socialscore.errors import UnknownName
from socialscore.model.network import BY_NAME, DEFAULT_NETWORK, NETWORKS

__all__ = ["checked_author", "networks_of"]

_FORMS = (
    f'write the id that the network gave them, "{DEFAULT_NETWORK}:12345" or "12345": '
    "`author_id` in what you import"
)


def checked_author(author: object) -> object:
    """What names an author; what is no text is left to others to refuse.

    Raises:
        ValueError: it is a handle, an address or anything else that is no id.
    """
    if not isinstance(author, str):
        return author
    network, identifier = _parted(author)
    if network and network not in BY_NAME and re.fullmatch(r"\w+:[^/]*", author):
        raise ValueError(str(UnknownName("network", network, NETWORKS)))
    networks = [network] if network else NETWORKS
    if not any(name in BY_NAME and _is_id(name, identifier) for name in networks):
        raise ValueError(f"{author[:80]!r} is no author's id; {_FORMS}")
    return author


def networks_of(author: str) -> tuple[tuple[str, ...], str]:
    """The networks for which a checked author is meant, and the id there."""
    network, identifier = _parted(author)
    return (network,) if network else NETWORKS, identifier


def _parted(author: str) -> tuple[str, str]:
    """Network and id; a bare id, colons and all, has none."""
    if any(_is_id(name, author) for name in NETWORKS):
        return "", author
    network, colon, identifier = author.partition(":")
    return (network, identifier) if colon else ("", author)


def _is_id(network: str, text: str) -> bool:
    return re.fullmatch(BY_NAME[network].id_pattern, text) is not None
