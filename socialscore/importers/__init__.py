"""Importers: from any file to rows that can be staged.

Three things are found apart: the container (zip, workbook, encoding: `tabular`), the layout (which
column is which: `layout`), and how times are written (`times`). Only pages of the X API v2 have a
reader of their own, for what they say about one post stands in several places.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from socialscore.errors import InputError, UnknownName, UsageError, listed
from socialscore.importers import x_jsonl
from socialscore.importers.archive import opened
from socialscore.importers.beside import said_beside
from socialscore.importers.json_table import JsonFile
from socialscore.importers.layout import (
    OWN_NAMES,
    Layout,
    nearly_recognised,
    read_layout,
    recognised,
    shipped_layouts,
)
from socialscore.importers.mapped import chosen, columns_within, staged_rows
from socialscore.importers.parquet_file import ArrowTable
from socialscore.importers.staged import Clock
from socialscore.importers.synonyms import headers_of
from socialscore.importers.tabular import tabular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from socialscore.errors import SocialscoreError
    from socialscore.importers.mapped import Mapped
    from socialscore.importers.source import Source
    from socialscore.importers.staged import StagedRows
    from socialscore.importers.synonyms import Headers
    from socialscore.importers.tabular import Tabular

__all__ = [
    "X_PAGES",
    "FileOptions",
    "FileReading",
    "each_read",
    "layout_named",
    "layout_names",
    "read",
    "read_arrow",
]

T = TypeVar("T")

X_PAGES = Layout("x-jsonl", {}, "pages of the X API v2, and what twarc writes of them")
"""The one layout that is code."""


@dataclass(frozen=True)
class FileOptions:
    """What somebody says of a file; whatever is not said is found."""

    layout: str | None = None  # the name of one, or the path of a TOML file
    columns: Mapping[str, str] = field(default_factory=dict)  # from ours to the file's
    encoding: str | None = None
    skip_lines: int | None = None  # before the header
    sheet: str | None = None  # of a workbook
    clock: Clock = field(default_factory=Clock)


@dataclass(frozen=True)
class FileReading:
    """What a file was taken for, and its rows."""

    layout: Layout
    rows: StagedRows
    content: Tabular | None = None  # None: pages of X
    mapped: Mapped | None = None  # likewise

    @property
    def what(self) -> str:
        """The container, in words."""
        return self.content.what if self.content else "JSON"

    @property
    def remarks(self) -> list[str]:
        """What to know of such a file, and of this one, as far as it has been read."""
        said = (self.content.remark if self.content else "", self.layout.remark)
        return [*filter(None, said), *self._likenesses, *self._absent]

    @property
    def _absent(self) -> Iterator[str]:
        """What a layout of one's own names, and may be a mistake: JSON may have it later."""
        if self.content and self.mapped and self.layout.own:
            known = set(columns_within(self.layout, self.content.columns, self.content.place))
            absent = [
                self.mapped.in_words(ours)
                for ours, choices in self.mapped.columns.items()
                if not any(known.issuperset(choice) for choice in choices)
            ]
            if absent:
                yield f"nothing at its beginning is called {listed(absent)}, as the layout has it"

    @property
    def _likenesses(self) -> Iterator[str]:
        """Which layouts a file may be of that is known by its headers alone."""
        if self.content and self.layout.guessed:
            for layout, lacking in nearly_recognised(self.content.columns):
                if _layout_of(self.content.columns, layout, {}):
                    yield (
                        f"it has the columns of {layout.name} except {lacking}; "
                        f"if that is what wrote it, add --layout {layout.name}"
                    )

    @property
    def taken(self) -> str:
        """Of a file that is known by its headers alone: which column was taken for what."""
        if self.mapped is None or not self.layout.guessed:
            return ""
        pairs = (f"{ours} from {self.mapped.in_words(ours)}" for ours in self.mapped.columns)
        return f"read by its headers: {', '.join(pairs)}"


@dataclass(frozen=True)
class Recognised:
    """A file that was opened, before it is known whether all that is needed is there."""

    content: Tabular
    layout: Layout | None  # that was named, or that knows it
    headers: Headers  # what those say, where there is no such layout


def layout_names() -> dict[str, str]:
    """The layouts that `--layout` takes by name, with what writes such files."""
    titles = {name: layout.title for name, layout in shipped_layouts().items()}
    return dict(sorted((titles | {it.name: it.title for it in (X_PAGES, OWN_NAMES)}).items()))


def layout_named(name: str) -> Layout:
    """A shipped layout by its name, or that in a TOML file.

    Raises:
        UnknownName: there is none.
        InputError: the file is none.
    """
    if name.endswith(".toml"):
        return read_layout(Path(name))
    known = {**shipped_layouts(), OWN_NAMES.name: OWN_NAMES}
    if name not in known:
        raise UnknownName("layout (nor is it a TOML file)", name, layout_names())
    return known[name]


def read(source: Source, options: FileOptions | None = None) -> FileReading:
    """Begin to read a file.

    Args:
        source: the file, of which nothing has been read yet.
        options: what is said of it.

    Raises:
        UnknownName: there is no such layout or column.
        UsageError: an option does not go with the file.
        InputError: no layout fits the file, or not the one that was named.
    """
    said = options or FileOptions()
    found = recognise(source, said)
    return x_pages(source) if found is None else under_layout(source, found, said)


def x_pages(source: Source) -> FileReading:
    """The posts in pages of the X API."""
    return FileReading(X_PAGES, x_jsonl.read(source))


def recognise(source: Source, said: FileOptions) -> Recognised | None:
    """What a file is; None: pages of the X API.

    Raises:
        What `read` does, but nothing for missing columns.
    """
    if said.layout == X_PAGES.name or (
        said.layout is None and not said.columns and x_jsonl.claims(source.head())
    ):
        _check_x_pages(said)
        return None
    named = layout_named(said.layout) if said.layout else None

    def is_header(names: Sequence[str]) -> bool:
        known = _layout_of(names, named, said.columns)
        return known is not None or (not named and not headers_of(names, said.columns).missing)

    content = tabular(
        source,
        is_header=is_header,
        encoding=said.encoding,
        skip_lines=said.skip_lines,
        sheet=said.sheet,
    )
    layout = _layout_of(content.columns, named, said.columns) or named
    return Recognised(content, layout, headers_of(content.columns, said.columns))


def under_layout(source: Source, found: Recognised, said: FileOptions) -> FileReading:
    """The rows of a file in a layout. Raises an InputError where columns are missing."""
    content = found.content
    layout = found.layout or _by_headers(found, said)
    mapped = chosen(
        layout,
        said.columns,
        content.columns,
        content.place,
        may_have_more=isinstance(content, JsonFile),
    )
    mapped = said_beside(source, layout, mapped)
    rows = staged_rows(content, layout, mapped)
    rows = replace(rows, clock=_clock(said.clock, layout.clock))
    return FileReading(layout, rows, content, mapped)


def each_read(
    path: Path, looked: Callable[[Source], T], pass_over: Callable[[str], object]
) -> Iterator[tuple[Source, T]]:
    """A file or, of an archive, each file in it that can be read, with what a look at it says.

    An archive holds other files as well; they are told with the reasons, unless no file can be
    read.

    Args:
        path: the file.
        looked: looks at a file, such as `read`; it raises an error if that cannot be read.
        pass_over: is told, in words, which files of an archive are passed over.

    Raises:
        What `looked` does, of a file that is in no archive, or if no file of the archive can be
        read.
    """
    n_read, refusals = 0, []
    for source in opened(path):
        try:
            found = looked(source)
        except (InputError, UnknownName, UsageError) as error:
            if source.archive is None:
                raise
            refusals.append((source.path.relative_to(source.archive), error))
            continue
        n_read += 1
        yield source, found
    if refusals and not n_read:
        raise refusals[0][1]
    if refusals:
        pass_over(f"{path}: passed over what cannot be read as messages:{_by_reason(refusals)}")


def _by_reason(refusals: Sequence[tuple[Path, SocialscoreError]]) -> str:
    """A line for each reason, with the files that it is about."""
    names: dict[str, list[str]] = {}
    for name, error in refusals:
        what, _, _ = str(error).removeprefix(f"{getattr(error, 'place', None)}: ").partition(";")
        names.setdefault(what, []).append(str(name))
    return "".join(f"\n  {what}: {listed(those)}" for what, those in names.items())


def _by_headers(found: Recognised, said: FileOptions) -> Layout:
    """The layout that the headers of a file make up.

    Raises:
        InputError: a column is missing, or several could be one.
    """
    headers, content = found.headers, found.content
    if headers.missing and said.columns:
        chosen(headers.layout, said.columns, content.columns, content.place)  # says what is wrong
    if headers.problem:
        ways = headers.ways_out()
        columns = f"its columns are {listed(content.columns)}"
        problem = f"is {content.what}, but of no known layout; {columns}. {headers.problem}"
        way_out = f"; name those that are needed, as in {' or '.join(ways)}" if ways else ""
        raise InputError(content.place, problem + way_out, ways)
    return headers.layout


def read_arrow(data: pa.Table) -> StagedRows:
    """The rows of a table in memory, in our columns.

    Raises:
        InputError: it lacks a column that is needed.
    """
    content = ArrowTable(data)
    mapped = chosen(OWN_NAMES, {}, content.columns, content.place)
    return staged_rows(content, OWN_NAMES, mapped)


def _layout_of(
    names: Sequence[str], named: Layout | None, pairs: Mapping[str, str]
) -> Layout | None:
    """The layout with a name under which a file with these columns can be read, if there is one."""
    layout = named or recognised(names) or (OWN_NAMES if pairs else None)
    if layout is None:
        return None
    try:
        chosen(layout, pairs, names, "")
    except (InputError, UnknownName):
        return None
    return layout


def _clock(said: Clock, of_layout: Clock) -> Clock:
    """What somebody says of the times of a file goes before what its layout says."""
    return Clock(said.date_format or of_layout.date_format, said.timezone or of_layout.timezone)


def _check_x_pages(said: FileOptions) -> None:
    given = {
        "--map": said.columns,
        "--encoding": said.encoding,
        "--skip-lines": said.skip_lines,
        "--sheet": said.sheet,
    }
    for option, value in given.items():
        if value:
            raise UsageError(f"{option} does not go with {X_PAGES.name}, which is always the same")
