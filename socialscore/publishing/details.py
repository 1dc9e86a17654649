"""The files of a publication that say more of each body: networks, hours, waits, topics."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeAlias

from socialscore.errors import InputError
from socialscore.inputs.formulas import cell_text
from socialscore.model.details import Details, HourLine, NetworkLine, WaitLine
from socialscore.model.topics import TopicLine
from socialscore.reporters import columns
from socialscore.reporters.delimited import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from socialscore.model.messages import Body

__all__ = ["FILES", "details_to_files", "read_details"]

_Line: TypeAlias = NetworkLine | HourLine | WaitLine | TopicLine

_KINDS: dict[str, type[_Line]] = {
    "networks": NetworkLine,
    "hours": HourLine,
    "waits": WaitLine,
    "topics": TopicLine,
}

FILES = tuple(f"{name}.csv" for name in _KINDS)
"""Their names, each that of a field of `Details`."""


def details_to_files(details: Details) -> dict[str, str]:
    """Each file by its name; where there is nothing to say, it has a header alone."""
    return {
        f"{name}.csv": written(columns.OF_DETAILS[name], map(asdict, lines))
        for name in _KINDS
        if (lines := getattr(details, name)) is not None
    }


def read_details(contents: Mapping[str, bytes], bodies: Iterable[Body], folder: Path) -> Details:
    """What the files of a publication say; what an earlier version did not write is empty.

    Args:
        contents: of the files that there are, by name.
        bodies: those of its panel.
        folder: of the publication.

    Raises:
        InputError: a file is damaged.
    """
    # As the files name them, which no spreadsheet may take for a formula.
    bodies = list(bodies)
    known = {
        name: {cell_text(value): value for value in (getattr(body, name) for body in bodies)}
        for name in ("body_id", "category")
    }
    return Details(**{
        name: tuple(_lines(contents[path], kind, known, folder / path))
        for name, kind in _KINDS.items()
        if (path := f"{name}.csv") in contents
    })  # fmt: skip


def _lines(
    content: bytes, kind: type[_Line], known: Mapping[str, Mapping[str, str]], path: Path
) -> Iterator[Any]:
    readers: dict[str, Callable[[str], Any]] = {
        "str": str,
        "int": int,
        "float": float,
        "float | None": lambda cell: float(cell) if cell else None,
    }
    types = {field.name: readers[str(field.type)] for field in fields(kind)}
    names = known.keys() & types.keys()
    if len(names) > 1:  # a line is about one or the other
        known = {name: {"": "", **values} for name, values in known.items()}
    try:
        rows = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
        if next(rows, None) != list(types):
            raise InputError(path, f"does not have the columns {', '.join(types)}")
        for number, row in enumerate(rows, start=2):
            try:
                cells = zip(types.items(), row, strict=True)
                values = {name: read(cell) for (name, read), cell in cells}
                yield kind(**values | {name: known[name][str(values[name])] for name in names})
            except (ValueError, KeyError):
                raise InputError(f"{path}:{number}", "is no line that `publish` writes") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(path, f"cannot be read ({error})") from None
