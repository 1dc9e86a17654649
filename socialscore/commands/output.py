"""`--format` and `--output`: what a command writes its result as, and where to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialscore.commands import completion
from socialscore.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from socialscore.errors import SocialscoreError
    from socialscore.reporters.locale import Locale

__all__ = [
    "FORMATS",
    "PROBLEMS",
    "FormatOption",
    "OutputOption",
    "chosen_format",
    "chosen_locale",
    "problem_record",
    "put",
    "put_listing",
    "put_problems",
]

FORMATS = ("table", "csv", "json")
"""What commands that list something write."""

_SUFFIXES = {
    ".txt": "table",
    ".csv": "csv",
    ".json": "json",
    ".md": "markdown",
    ".xlsx": "xlsx",
    ".sql": "sql",
    ".svg": "svg",
    ".png": "png",
    ".pdf": "pdf",
    ".html": "html",
}
_PLAIN = "text"
"""What `.txt` means where a command writes a page, and no table."""

_NOTATIONS = {"leaderboard": "csv"}
"""Formats that are written as another one is, and take its suffix if they are named."""

_FILES = {"xlsx": "workbook", "png": "picture"}
"""What terminals cannot show."""

FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        autocompletion=completion.among(FORMATS),
        help="Output format: table, csv or json. Default: table.",
    ),
]
PAGE_FORMATS = (*FORMATS, "markdown")
"""What commands write whose lists are passed on to people."""

PageFormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        autocompletion=completion.among(PAGE_FORMATS),
        help="Output format: table, csv, json or markdown. Default: table.",
    ),
]
LabelsOption = Annotated[
    str,
    typer.Option(
        "--labels",
        metavar="LANGUAGE",
        autocompletion=completion.among(("en", "fr")),
        help="Language: en or fr.",
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="FILE",
        help="Write to FILE instead of the terminal. Without --format, its suffix decides the "
        "format.",
    ),
]


def chosen_format(
    format_name: str | None, output: Path | None = None, formats: Sequence[str] = FORMATS
) -> str:
    """The format that is asked for, else that of the file's suffix, else the first one.

    Args:
        format_name: what `--format` says; None: nothing.
        output: the file to write; None: the terminal.
        formats: those of the command.

    Raises:
        UnknownName: the command has no such format.
        UsageError: the suffix means none of them, or another one; or a workbook or a picture has no
            file.
    """
    if format_name is not None and format_name not in formats:
        raise UnknownName("format", format_name, formats)
    if output is None and format_name in _FILES:
        raise UsageError(
            f"--format {format_name} makes a {_FILES[format_name]}; "
            f"name its file with --output FILE.{format_name}"
        )
    suffix = "" if output is None else output.suffix.lower()
    if not suffix:
        return format_name or formats[0]
    meant = _PLAIN if suffix == ".txt" and _PLAIN in formats else _SUFFIXES.get(suffix)
    if format_name is None and meant not in formats:
        raise UsageError(f"--output {output}: no format has that suffix; {_way_out(formats)}")
    if format_name and meant and meant != _NOTATIONS.get(format_name, format_name):
        raise UsageError(
            f"--output {output}: the suffix means {meant}, and --format says {format_name}; "
            "leave out --format, or choose another suffix"
        )
    return format_name or str(meant)


def chosen_locale(labels: str) -> Locale:
    """The language that is asked for.

    Raises:
        UnknownName: there is none of that name.
    """
    from socialscore.reporters.locale import LOCALES

    if labels not in LOCALES:
        raise UnknownName("language", labels, LOCALES)
    return LOCALES[labels]


def _way_out(formats: Sequence[str]) -> str:
    known = [suffix for suffix, name in _SUFFIXES.items() if name in formats]
    known += [".txt"] if _PLAIN in formats else []
    which = f"{', '.join(known[:-1])} or {known[-1]}" if len(known) > 1 else known[0]
    also = ", or add --format" if len(formats) > 1 else ""
    return f"choose {which}{also}"


def put(content: str | bytes, output: Path | None) -> None:
    """Write a result to its file, or to the terminal."""
    from socialscore.reporters.files import write_output

    if output:
        write_output(output, content)
    else:
        typer.echo(content, nl=False)


def put_listing(
    format_name: str,
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    table: Callable[[], Iterable[str]],
) -> None:
    """Write a list to the terminal.

    Args:
        format_name: one of FORMATS.
        columns: of `csv`, and the keys of `json`.
        rows: values by the names of the columns.
        table: makes the lines for people.
    """
    from socialscore.reporters.listings import listing_to_csv, listing_to_json

    if format_name == "table":
        for line in table():  # as it comes: some take their time
            typer.echo(line)
    else:
        written = listing_to_csv if format_name == "csv" else listing_to_json
        put(written(columns, rows), None)


PROBLEMS = ("file", "line", "key", "problem")
"""The columns of what is wrong with files."""


def put_problems(format_name: str, problems: Sequence[SocialscoreError]) -> None:
    """Write what is wrong with files; as a table, a line each."""
    put_listing(format_name, PROBLEMS, map(problem_record, problems), lambda: map(str, problems))


def problem_record(problem: SocialscoreError) -> dict[str, Any]:
    """What is wrong with a file, under the names of the columns."""
    place = getattr(problem, "place", None)
    path = getattr(place, "path", place)
    return {
        "file": None if path is None else str(path),
        "line": getattr(place, "line", None),
        "key": getattr(place, "key", None) or None,
        "problem": str(problem).removeprefix(f"{place}: "),
    }
