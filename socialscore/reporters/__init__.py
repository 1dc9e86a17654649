"""From a scoreboard to text: pure functions, one per format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from socialscore.model import Scoreboard

__all__ = ["REPORTERS", "check_format", "render"]


def render(
    scoreboard: Scoreboard, format_name: str, *, width: int = 80, colour: bool = False
) -> str:
    """The scoreboard in a format, ending with a newline.

    Args:
        scoreboard: the result to show.
        format_name: one of `REPORTERS`.
        width: cells of the screen; only a table for people looks at it.
        colour: whether the screen shows ANSI colours; likewise.

    Raises:
        UnknownName: nobody declared that format.
    """
    check_format(format_name)
    return REPORTERS[format_name](scoreboard, width, colour)


def check_format(format_name: str) -> None:
    """Refuse a format that nobody declared, before the work that it would be for."""
    if format_name not in REPORTERS:
        raise UnknownName("format", format_name, REPORTERS)


# Each imports its module when it is called: a CSV is written without loading rich.


def _table(scoreboard: Scoreboard, width: int, colour: bool) -> str:
    from socialscore.reporters.console import to_console

    return to_console(scoreboard, width=width, colour=colour)


def _csv(scoreboard: Scoreboard, _width: int, _colour: bool) -> str:
    from socialscore.reporters.delimited import to_csv

    return to_csv(scoreboard)


def _json(scoreboard: Scoreboard, _width: int, _colour: bool) -> str:
    from socialscore.reporters.json_document import to_json

    return to_json(scoreboard)


def _markdown(scoreboard: Scoreboard, _width: int, _colour: bool) -> str:
    from socialscore.reporters.markdown import to_markdown

    return to_markdown(scoreboard)


REPORTERS: Mapping[str, Callable[[Scoreboard, int, bool], str]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "markdown": _markdown,
}
"""By the name that `--format` takes."""
