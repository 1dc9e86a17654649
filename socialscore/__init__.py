"""How well public bodies answer the people who write to them on social networks.

In Python:

    >>> import socialscore
    >>> board = socialscore.rank(messages, panel="panel.csv", ranking="socially-devoted")
    >>> board.to_pandas()

docs/python.md shows the rest. What has the name of a command does the same, with its options.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from socialscore.version import __version__

if TYPE_CHECKING:
    from socialscore.api import break_down, demo, explain, history, limit, rank, sensitivity

__all__ = [
    "__version__",
    "break_down",
    "demo",
    "explain",
    "history",
    "limit",
    "rank",
    "sensitivity",
]


def __getattr__(name: str) -> Any:
    """The functions of the API, which import engines: whoever needs none does not wait for them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("socialscore.api"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
