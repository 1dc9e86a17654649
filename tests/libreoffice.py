"""Opens files in LibreOffice, as a reader would, and says what stands in the cells."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAMESPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}
_MOST_REPEATED = 100  # a sheet ends with thousands of empty cells and rows


@dataclass(frozen=True)
class Cell:
    """A cell of a sheet."""

    value: float | bool | str | None  # percentages are shares, durations hours; None: it is empty
    formula: str | None = None


def needed() -> str:
    """The program; a test is skipped where it is missing, but not where every change is tested."""
    found = shutil.which("soffice")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("LibreOffice is missing: install libreoffice-calc-nogui")
    return found or pytest.skip("LibreOffice is not installed")


def pages(path: Path) -> list[tuple[int, int]]:
    """The width and height of every page that a workbook prints on, in points."""
    _convert(path, "pdf")
    content = path.with_suffix(".pdf").read_bytes()
    page = rb"(?s)/Type */Page\b.*?/MediaBox *\[ *0 +0 +([\d.]+) +([\d.]+)"
    boxes = re.findall(page, content)
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def _convert(path: Path, kind: str, *options: str) -> None:
    profile = path.parent.parent / "libreoffice"
    command = [
        needed(),
        f"-env:UserInstallation={profile.absolute().as_uri()}",
        *("--headless", "--convert-to", kind, "--outdir", str(path.parent)),
    ]
    subprocess.run([*command, *options, str(path)], check=True, capture_output=True)


def opened(path: Path, *, separator: str = "", language: int = 0) -> dict[str, list[list[Cell]]]:
    """The rows of every sheet.

    Args:
        path: an XLSX or CSV file; a folder for LibreOffice's own files is made beside its folder.
        separator: of a CSV.
        language: in whose notation a CSV is read: 1036 is French.
    """
    tokens = f"{ord(separator)},34,76,1,,{language},false,true" if separator else ""
    options = [f"--infilter=Text - txt - csv (StarCalc):{tokens}"] if separator else []
    _convert(path, "fods", *options)
    document = ElementTree.parse(path.with_suffix(".fods")).getroot()  # noqa: S314 - it is ours
    tables = document.iterfind(".//table:table", _NAMESPACES)
    return {table.get(_name("table", "name"), ""): _rows(table) for table in tables}


def _rows(table: ElementTree.Element) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for row in table.iter(_name("table", "table-row")):
        n_times = int(row.get(_name("table", "number-rows-repeated"), 1))
        if n_times < _MOST_REPEATED:
            rows += [list(_cells(row))] * n_times
    while rows and all(cell.value is None for cell in rows[-1]):
        rows.pop()
    return rows


def _cells(row: ElementTree.Element) -> Iterator[Cell]:
    for cell in row.iterfind("table:table-cell", _NAMESPACES):
        n_times = int(cell.get(_name("table", "number-columns-repeated"), 1))
        if n_times < _MOST_REPEATED:
            yield from [Cell(_value(cell), cell.get(_name("table", "formula")))] * n_times


def _value(cell: ElementTree.Element) -> float | bool | str | None:
    kind = cell.get(_name("office", "value-type"))
    if kind == "boolean":
        return cell.get(_name("office", "boolean-value")) == "true"
    if kind in ("float", "percentage"):
        return float(cell.get(_name("office", "value"), ""))
    if kind == "time":
        hours, minutes, seconds = re.findall(r"[\d.]+", cell.get(_name("office", "time-value"), ""))
        return float(hours) + float(minutes) / 60 + float(seconds) / 3_600
    assert kind in (None, "string"), f"read as a {kind}"
    lines = cell.iterfind("text:p", _NAMESPACES)
    return None if kind is None else "\n".join("".join(line.itertext()) for line in lines)


def _name(namespace: str, name: str) -> str:
    return f"{{{_NAMESPACES[namespace]}}}{name}"
