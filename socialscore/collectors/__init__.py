"""The networks that messages are collected from."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from socialscore.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.collectors.base import Collector, Options, Outside

__all__ = ["CREDENTIALS", "collector", "network_names"]

# By network, the module and the class; each is imported when it is needed, with its library.
_COLLECTORS = {
    "facebook": ("socialscore.collectors.facebook.collector", "FacebookCollector"),
    "twitter": ("socialscore.collectors.twitter.collector", "TwitterCollector"),
}

CREDENTIALS = {"facebook": ("page_token",), "twitter": ("bearer_token",)}
"""By network, the names of what it asks for. A page of several has its token as `page_token:ID`."""


def network_names() -> list[str]:
    """The networks that can be collected."""
    return sorted(_COLLECTORS)


def collector(
    network: str, credentials: Mapping[str, str], options: Options, outside: Outside
) -> Collector:
    """The collector of a network.

    Args:
        network: one of `network_names`.
        credentials: by the names of `CREDENTIALS`.
        options: how it is to be asked.
        outside: the clock, and who waits.

    Raises:
        UnknownName: for a network that cannot be collected.
        AuthError: the credentials lack what the network cannot do without.
        UsageError: for options that cannot be.
    """
    if network not in _COLLECTORS:
        raise UnknownName("network", network, _COLLECTORS)
    module, name = _COLLECTORS[network]
    made: Collector = getattr(import_module(module), name)(credentials, options, outside)
    return made
