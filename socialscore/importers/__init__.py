"""Importers: each reads one layout of files. Adding one is adding a module, and its lines here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.errors import InputError, UnknownName, UsageError
from socialscore.importers import care_csv, table, x_jsonl
from socialscore.importers.source import HEAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.importers.source import Source
    from socialscore.importers.staged import StagedRows

__all__ = ["FORMATS", "read"]

FORMATS = {
    "care-csv": "the seven columns of a public sample of customer care",
    "x-jsonl": "pages of the X API v2, and what twarc writes of them",
    "table": "any CSV, JSONL or Parquet; --map names its columns",
}

_CLAIMS = {"care-csv": care_csv.claims, "x-jsonl": x_jsonl.claims, "table": table.claims}


def read(
    source: Source,
    *,
    format_name: str | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> tuple[str, StagedRows]:
    """Begin to read a file: the name of its format, and its rows.

    Args:
        source: the file.
        format_name: one of FORMATS; None: guessed from how the file begins.
        columns: for `table` only, from our columns to those of the file.
        encoding: of a CSV file that is not UTF-8.

    Raises:
        UnknownName: there is no such format or column.
        UsageError: an option does not go with the format.
        InputError: the file looks like none of them, or not like the one that was named.
    """
    if format_name is not None and format_name not in FORMATS:
        raise UnknownName("format", format_name, FORMATS)
    name = format_name or ("table" if columns else _guess(source))
    if columns and name != "table":
        raise UsageError(f"--map goes with --format table, not with {name}")
    if encoding and name == "x-jsonl":
        raise UsageError("--encoding goes with CSV files; JSON is always UTF-8")
    if name == "care-csv":
        return name, care_csv.read(source, encoding or "utf-8")
    if name == "x-jsonl":
        return name, x_jsonl.read(source)
    return name, table.read(source, columns or {}, encoding)


def _guess(source: Source) -> str:
    head = source.head()
    if not head:
        raise InputError(source.path, "begins with blank lines only; remove them")
    for name, claims in _CLAIMS.items():
        if claims(head):
            return name
    if b"\n" not in head and len(head) >= HEAD_BYTES:
        raise InputError(source.path, "has a first line of over 1 MiB; say what it is by --format")
    raise InputError(
        source.path,
        f"looks like none of {', '.join(FORMATS)}; if it is a table, name its columns, as in "
        "--map message_id=ID --map sent_at=DATE --map author_id=AUTHOR --map text=TEXT",
    )
