"""Writing a layout: the file that makes `--layout` read others like one that was looked at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from socialscore.importers.columns import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.importers.layout import Choices, Layout
    from socialscore.importers.mapped import Mapped
    from socialscore.importers.staged import Clock

__all__ = ["format_layout"]


def format_layout(file_name: str, layout: Layout, mapped: Mapped, clock: Clock) -> str:
    """A layout as a TOML file with comments, which `read_layout` reads.

    Args:
        file_name: of the file that was looked at.
        layout: the one that fits it.
        mapped: what that finds in it.
        clock: how it writes its times.
    """
    lines = [
        f"# How socialscore reads {' '.join(file_name.split())}, and files like it:",
        "# socialscore import FILE --layout THIS_FILE. On the left are our columns, which",
        "# docs/import.md describes, on the right those of the file. Of several in [ ], the first",
        "# that says something counts.",
        "",
        *_settings(layout, clock),
    ]
    for ours, says in COLUMNS.items():
        if ours in mapped.columns:
            lines += [f"# {says}", f"{ours} = {_value(mapped.columns[ours])}", ""]
        elif ours in mapped.constants and not _is_beside(layout, ours):
            lines += [f"# {says}", f"{ours} = {_quoted(mapped.constants[ours])}", ""]
    if layout.notices:
        lines += ["[notices]", *map(_notice, layout.notices), ""]
    if layout.beside:
        pairs = layout.beside.model_dump(exclude_none=True).items()
        lines += ["[beside]", *(f"{key} = {_quoted(value)}" for key, value in pairs), ""]
    return "\n".join(lines[:-1]) + "\n"


def _settings(layout: Layout, clock: Clock) -> Iterator[str]:
    if clock.timezone:
        yield from ("# Of times without an offset from UTC.", f'timezone = "{clock.timezone}"', "")
    if clock.date_format:
        yield from ("# How times are written.", f"date_format = {_quoted(clock.date_format)}", "")
    if layout.rows:
        yield from (f"rows = {_quoted(layout.rows)}", "")
    if layout.text_escapes:
        yield from (f"text_escapes = {_listed(layout.text_escapes)}", "")
    if layout.walls:
        yield from ("walls = true", "")


def _is_beside(layout: Layout, ours: str) -> bool:
    return layout.beside is not None and getattr(layout.beside, ours, None) is not None


def _notice(notice: tuple[str, str, str | None]) -> str:
    name, column, value = notice
    says = f"{{ column = {_quoted(column)}, value = {_quoted(value)} }}" if value else None
    return f"{_quoted(name)} = {says or _quoted(column)}"


def _value(choices: Choices) -> str:
    values = [_quoted(it[0]) if len(it) == 1 else f"{{ join = {_listed(it)} }}" for it in choices]
    return values[0] if len(values) == 1 else f"[{', '.join(values)}]"


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, names))}]"


def _quoted(text: str) -> str:
    """As a string of TOML, which has the escapes of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
