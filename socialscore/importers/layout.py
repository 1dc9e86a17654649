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
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, PlainValidator, create_model

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
from socialscore.inputs.toml_files import place_of
from socialscore.model.messages import KINDS
from socialscore.model.network import NETWORKS, network_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = [
    "CONSTANTS",
    "OWN_NAMES",
    "Choices",
    "Layout",
    "LayoutSettings",
    "nearly_recognised",
    "read_layout",
    "recognised",
    "shipped_layouts",
]

Choices = tuple[tuple[str, ...], ...]
"""Columns of a file for one of ours: the first of these choices that says something counts; each is
a column, or several that are joined by spaces."""

CONSTANTS = {"network": NETWORKS, "kind": KINDS}
"""Of our columns, those for which a layout may name a value, which all rows then have."""

_Notice = tuple[str, str | None]  # a column, and the value that says it; None: any

_COLUMN = 'write a column in quotation marks, {join = ["Date", "Time"]}, or a list of these'
_NOTICE = 'write a column in quotation marks, or {column = "type", value = "deletion"}'


def _choices(value: object) -> Choices:
    """The columns of the file that a value of ours names.

    Raises:
        ValueError: it names none.
    """
    return tuple(map(_choice, at_least_one(tuple(value) if isinstance(value, list) else (value,))))


def _choice(value: object) -> tuple[str, ...]:
    match value:
        case str():
            return (value,)
        case {"join": [str(), *_] as names, **others} if not others and _are_texts(names):
            return tuple(names)
    raise ValueError(_COLUMN)


def _notice(value: object) -> _Notice:
    match value:
        case str():
            return value, None
        case {"column": str(column), "value": str(said), **others} if not others:
            return column, said
    raise ValueError(_NOTICE)


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _file_name(text: str) -> str:
    if not text or text in (".", "..") or set(text) & set("/\\\0"):
        raise ValueError("name a file in the same folder, without the folder")
    return text


class Beside(Table):
    """A file in the same folder that says who wrote the messages: JSON, of which dotted names."""

    file: Annotated[str, AfterValidator(_file_name)]
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
    text_escapes: Listed[Literal["html", "newlines"]] = ()  # what texts have for <, >, & and \n
    walls: bool = False  # posts stand on walls, by whose identifiers their own begin
    # Rows that are no messages, as in streams: what they are, and a column that only they have.
    notices: dict[str, Annotated[_Notice, PlainValidator(_notice)]] = Field(default_factory=dict)
    beside: Beside | None = None
    remark: str | None = None  # what to know of such files, said when one is imported


_columns: dict[str, Any] = {
    name: (Annotated[Choices | None, PlainValidator(_choices)], None) for name in COLUMNS
}
LayoutFile = create_model("LayoutFile", __base__=LayoutSettings, **_columns)


@dataclass(frozen=True)
class Layout:
    """Which columns of a file are which of ours."""

    name: str
    columns: Mapping[str, Choices]  # by our name
    title: str = ""
    source: str = ""  # where the columns are described
    described: date | None = None  # when they were looked up there
    recognised_by: frozenset[str] = frozenset()
    rows: str = ""
    clock: Clock = field(default_factory=Clock)
    text_escapes: tuple[str, ...] = ()
    walls: bool = False
    notices: tuple[tuple[str, str, str | None], ...] = ()  # what a row is, a column and its value
    beside: Beside | None = None
    remark: str = ""
    path: Path | None = None  # of somebody's own: it names columns that are there
    guessed: bool = False  # by the headers of a file alone

    @property
    def own(self) -> bool:
        """Whether it is somebody's own."""
        return self.path is not None

    def place(self, *keys: str) -> object:
        """Where it says a key."""
        return place_of(self.path, *keys) if self.path else self.name

    def claims(self, columns: Collection[str]) -> bool:
        """Whether a file with these columns is of this layout, by what only such files have."""
        return bool(self.recognised_by) and self.recognised_by <= set(columns)

    def constants(self, columns: Collection[str]) -> dict[str, str]:
        """Of our columns, those with one value for all rows: a network's name, or a kind."""
        found = {}
        for ours, values in CONSTANTS.items():
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
        {ours: value for ours in COLUMNS if (value := getattr(said, ours)) is not None},
        said.title or path.stem,
        said.source or "",
        said.described,
        frozenset(said.recognised_by),
        said.rows,
        Clock(said.date_format, zone),
        said.text_escapes,
        said.walls,
        tuple((name, *value) for name, value in said.notices.items()),
        said.beside,
        said.remark or "",
        path,
    )


@cache
def shipped_layouts() -> Mapping[str, Layout]:
    """The layouts that are shipped, by name."""
    return {name: replace(read_layout(layout_path(name)), path=None) for name in layout_names()}


def recognised(columns: Collection[str]) -> Layout | None:
    """The layout of a file with these columns: the shipped one that knows most of them, or ours."""
    found = [layout for layout in shipped_layouts().values() if layout.claims(columns)]
    if found:
        return max(found, key=lambda layout: len(layout.recognised_by))
    return OWN_NAMES if set(NEEDED) <= set(columns) else None


def nearly_recognised(columns: Collection[str]) -> Iterator[tuple[Layout, str]]:
    """Shipped layouts of whose telling columns a file lacks one, of three or more; and that one."""
    for layout in shipped_layouts().values():
        lacking = [*(layout.recognised_by - set(columns))]
        if len(lacking) == 1 and len(layout.recognised_by) > 2:
            yield layout, lacking[0]
