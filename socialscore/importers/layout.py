"""Layouts: which columns of a file are which of ours, and how its times are written.

Each is a TOML file: those in `layouts/` are shipped, and `--layout mine.toml` takes another one.
The keys are our columns, and the settings of `LayoutFile`. A value names a column of the file, or
several of which the first counts that says something, or `{join = [...]}` of columns that make up a
value together. In JSON, names are dotted: `user.id_str`, `entities.user_mentions[].id_str`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date  # noqa: TC003 - pydantic reads it
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, create_model

from socialscore.importers.columns import COLUMNS, NEEDED
from socialscore.importers.staged import Clock
from socialscore.importers.time_formats import checked_date_format
from socialscore.inputs.checked_toml import (
    Listed,
    Table,
    at_least_one,
    checked_timezone,
    read_checked,
)
from socialscore.inputs.shipped import layout_names, layout_path
from socialscore.model.messages import KINDS
from socialscore.model.network import NETWORKS, network_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

__all__ = ["OWN_NAMES", "Choices", "Layout", "read_layout", "recognised", "shipped_layouts"]

Choices = tuple[tuple[str, ...], ...]
"""Columns of a file for one of ours: the first of these choices that says something counts; each is
a column, or several that are joined by spaces."""

_Names = Annotated[Listed[str], AfterValidator(at_least_one)]


class Joined(Table):
    """A value that stands in several columns."""

    join: _Names


_Column = str | Joined | Annotated[Listed[str | Joined], AfterValidator(at_least_one)]


class Beside(Table):
    """A file in the same folder that says who wrote the messages: JSON, of which dotted names."""

    file: str
    author_id: str
    author_handle: str | None = None


class LayoutSettings(Table):
    """What a layout says beside its columns."""

    title: str | None = None  # what writes such files
    source: str | None = None  # where the columns are described
    described: date | None = None  # when they were looked up there
    recognised_by: Listed[str] = ()  # columns that only such files have
    rows: str = ""  # JSON: where in a document its messages are, such as "statuses[]"
    timezone: Annotated[str, AfterValidator(checked_timezone)] | None = None
    date_format: Annotated[str, AfterValidator(checked_date_format)] | None = None
    notices: Listed[str] = ()  # columns of rows that are no messages, as in streams
    beside: Beside | None = None
    remark: str | None = None  # what to know of such files, said when one is imported


_fields: dict[str, Any] = dict.fromkeys(COLUMNS, (_Column | None, None))
LayoutFile = create_model("LayoutFile", __base__=LayoutSettings, **_fields)


@dataclass(frozen=True)
class Layout:
    """Which columns of a file are which of ours."""

    name: str
    columns: Mapping[str, Choices]  # by our name
    title: str = ""
    recognised_by: frozenset[str] = frozenset()
    rows: str = ""
    clock: Clock = field(default_factory=Clock)
    notices: tuple[str, ...] = ()
    beside: Beside | None = None
    remark: str = ""
    own: bool = False  # somebody's own: it names columns that are there
    guessed: bool = False  # by the headers of a file alone

    def claims(self, columns: Collection[str]) -> bool:
        """Whether a file with these columns is of this layout, by what only such files have."""
        return bool(self.recognised_by) and self.recognised_by <= set(columns)

    def constants(self, columns: Collection[str]) -> dict[str, str]:
        """Of our columns, those with one value for all rows: a network's name, or a kind."""
        found = {}
        for ours, values in (("network", NETWORKS), ("kind", KINDS)):
            for (name, *others), *_ in filter(None, [self.columns.get(ours)]):
                said = network_named(name) if ours == "network" else name
                if not others and said in values and name not in columns:
                    found[ours] = said
        return found


OWN_NAMES = Layout("table", {name: ((name,),) for name in COLUMNS}, "columns with our own names")
"""The layout of files that use our names."""


def read_layout(path: Path) -> Layout:
    """A layout from its file.

    Raises:
        InputError: it cannot be read, or a value is wrong.
        UnknownName: it has an unknown key.
        SeveralProblems: several things are wrong.
    """
    said: Any = read_checked(path, "the layout", LayoutFile, {"beside": Beside})
    zone = said.timezone and ZoneInfo(said.timezone)
    return Layout(
        path.stem,
        {ours: _choices(value) for ours in COLUMNS if (value := getattr(said, ours)) is not None},
        said.title or path.stem,
        frozenset(said.recognised_by),
        said.rows,
        Clock(said.date_format, zone),
        said.notices,
        said.beside,
        said.remark or "",
        own=True,
    )


def _choices(value: str | Joined | Iterable[str | Joined]) -> Choices:
    values = [value] if isinstance(value, str | Joined) else value
    return tuple((each,) if isinstance(each, str) else each.join for each in values)


@cache
def shipped_layouts() -> Mapping[str, Layout]:
    """The layouts that are shipped, by name."""
    return {name: replace(read_layout(layout_path(name)), own=False) for name in layout_names()}


def recognised(columns: Collection[str]) -> Layout | None:
    """The layout of a file with these columns: the shipped one that knows most of them, or ours."""
    found = [layout for layout in shipped_layouts().values() if layout.claims(columns)]
    if found:
        return max(found, key=lambda layout: len(layout.recognised_by))
    return OWN_NAMES if set(NEEDED) <= set(columns) else None
