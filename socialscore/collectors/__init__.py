"""Collectors: each asks one network, and is a folder of that network's name."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from socialscore.errors import UnknownName
from socialscore.model.network import BY_NAME, COLLECTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.collectors.base import Collector, Options, Outside

__all__ = ["collector"]


def collector(
    network: str, credentials: Mapping[str, str], options: Options, outside: Outside
) -> Collector:
    """The collector of a network.

    Args:
        network: one of `model.network.COLLECTED`.
        credentials: by the names that the network declares.
        options: how it is to be asked; a setting that is not among them has its default.
        outside: the clock, and who waits.

    Raises:
        UnknownName: for a network that cannot be collected, or a setting that does not exist.
        AuthError: the credentials lack what the network cannot do without.
        UsageError: for options that cannot be.
    """
    if network not in COLLECTED:
        raise UnknownName("network", network, COLLECTED)
    options = replace(options, settings=BY_NAME[network].checked(options.settings))
    folder = import_module(f"socialscore.collectors.{network}")  # only now, with its library
    made: Collector = folder.COLLECTOR(credentials, options, outside)
    return made
