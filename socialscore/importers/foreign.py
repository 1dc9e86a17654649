"""Files that hold no rows we can read: what they are, and the way out."""

from __future__ import annotations

import re

__all__ = ["foreign"]

_TABLE = "export its table as CSV"
_STARTS = {
    b"%PDF-": "is a PDF; ask for the table as CSV or .xlsx",
    b"SQLite format 3\0": f"is an SQLite database; {_TABLE}, as with sqlite3 -header -csv",
    b"Rar!\x1a\x07": "is a .rar archive; unpack it, and import what is in it",
    b"7z\xbc\xaf\x27\x1c": "is a .7z archive; unpack it, and import what is in it",
    b"\x1f\x9d": "is compressed by compress (.Z); unpack it first",
    b"\x04\x22\x4d\x18": "is compressed by lz4; unpack it first, or compress it by gzip",
    b"ARROW1": "is an Arrow (Feather) file; save it as Parquet, as with pandas' to_parquet",
    b"\x89HDF": "is an HDF5 file; save it as Parquet, as with pandas' to_parquet",
    b"\x80\x04\x95": "is a Python pickle; save it as Parquet, as with pandas' to_parquet",
    b"\x80\x05\x95": "is a Python pickle; save it as Parquet, as with pandas' to_parquet",
    b"\x89PNG\r": "is an image; ask for the table as CSV or .xlsx",
    b"\xff\xd8\xff": "is an image; ask for the table as CSV or .xlsx",
    b"GIF8": "is an image; ask for the table as CSV or .xlsx",
    b"{\\rtf": "is a text document (.rtf); save its table as .xlsx or CSV",
}

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TAR = slice(257, 262)
_MARKUP = re.compile(rb"\s*<(?:\?xml|!doctype|html|!--|table\b)", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype html|html|table)\b", re.IGNORECASE)


def foreign(head: bytes) -> str | None:
    """What a file is that begins so, and the way out; None: perhaps it can be read."""
    if head.startswith(_OLD_OFFICE):
        return _old_office(head)
    if head[_TAR] == b"ustar":
        return "is a tar archive; unpack it, as with tar -xf, and import what is in it"
    if _MARKUP.match(head):
        return _markup(head)
    return next((what for start, what in _STARTS.items() if head.startswith(start)), None)


def _old_office(head: bytes) -> str:
    """Names of the parts of such a file are UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in head:
        return "is protected by a password; save it without one"
    if "WordDocument".encode("utf-16-le") in head:
        return "is an old Word document (.doc); save its table as .xlsx or CSV"
    return "is an old Excel workbook (.xls); save it as .xlsx"


def _markup(head: bytes) -> str:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return "is an Excel workbook of 2003 (XML); save it as .xlsx"
    if _HTML.search(head):
        return "is a web page; save its table as .xlsx or CSV, or download the file itself"
    return "is XML; export it as CSV or JSON"
