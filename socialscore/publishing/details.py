"""The files of a publication that say more of each body: networks, hours of the week, waits."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeAlias

from socialscore.errors import InputError
from socialscore.inputs.formulas import cell_text
from socialscore.model.details import Details, HourLine, NetworkLine, WaitLine
from socialscore.reporters import columns
from socialscore.reporters.delimited import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from socialscore.model.messages import Body

__all__ = ["FILES", "details_to_files", "read_details"]

_Line: TypeAlias = NetworkLine | HourLine | WaitLine

_KINDS: dict[str, type[_Line]] = {"networks": NetworkLine, "hours": HourLine, "waits": WaitLine}

FILES = tuple(f"{name}.csv" for name in _KINDS)
"""Their names, each that of a field of `Details`."""


def details_to_files(details: Details) -> dict[str, str]:
    """Each file by its name; where there is nothing to say, it has a header alone."""
    return {
        f"{name}.csv": written(columns.OF_DETAILS[name], map(asdict, getattr(details, name)))
        for name in _KINDS
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
    body_ids = {cell_text(body.body_id): body.body_id for body in bodies}
    return Details(**{
        name: tuple(_lines(contents[path], kind, body_ids, folder / path))
        for name, kind in _KINDS.items()
        if (path := f"{name}.csv") in contents
    })  # fmt: skip


def _lines(
    content: bytes, kind: type[_Line], body_ids: Mapping[str, str], path: Path
) -> Iterator[Any]:
    readers = {"str": str, "int": int, "float": float}
    types = {field.name: readers[str(field.type)] for field in fields(kind)}
    try:
        rows = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
        if next(rows, None) != list(types):
            raise InputError(path, f"does not have the columns {', '.join(types)}")
        for number, row in enumerate(rows, start=2):
            try:
                cells = zip(types.items(), row, strict=True)
                values = {name: read(cell) for (name, read), cell in cells}
                yield kind(**values | {"body_id": body_ids[str(values["body_id"])]})
            except (ValueError, KeyError):
                raise InputError(f"{path}:{number}", "is no line that `publish` writes") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(path, f"cannot be read ({error})") from None
