"""Zip archives: each file in one is read as if it stood alone, and nothing is unpacked to names."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from socialscore.errors import InputError
from socialscore.importers.source import HEAD_BYTES, Source
from socialscore.importers.unpacking import DAMAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ZIP_MAGIC", "check_workbook", "opened"]

ZIP_MAGIC = b"PK\x03\x04"

_EMPTY_ZIP = b"PK\x05\x06"
_ENCRYPTED = 0x1
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)

_MAX_WORKBOOK_BYTES = 4 * 1024**3  # it is read as a whole

_WORKBOOK_PARTS = ("[Content_Types].xml", "META-INF/manifest.xml")
_PROTECTED = "is protected by a password; save it without one"
_OTHER_PARTS = {  # what a zip with such a file in it really is
    "encrypted-package": _PROTECTED,
    "xl/workbook.bin": "is a binary Excel workbook (.xlsb); save it as .xlsx",
    "word/document.xml": "is a Word document; save its table as .xlsx or CSV",
    "ppt/presentation.xml": "is a presentation; save its table as .xlsx or CSV",
    "Index/Document.iwa": "is a Numbers or Pages document; export it as .xlsx or CSV",
}


def opened(path: Path) -> Iterator[Source]:
    """The file of that path or, of a zip archive, each file in it, one after the other.

    Each is closed when the next is asked for. What has nothing in it, or what systems add to an
    archive, is left out: folders, `__MACOSX`, and files whose names begin with a dot.

    Raises:
        InputError: a file cannot be read, or the archive is damaged, encrypted or without files.
        OutOfRoom: it comes through a pipe, and the disk has no room for it.
    """
    with Source(path) as source:
        start = source.peek(4)
        if start not in (ZIP_MAGIC, _EMPTY_ZIP):
            yield source
            return
        with _archive(source) as archive:
            if _names_something_else(archive):
                yield source
                return
            members = [info for info in archive.infolist() if _is_content(info)]
            if not members:
                raise InputError(path, "is a zip archive without files")
            for info in members:
                _check(path, info)
            for info in members:
                inner = Path(f"{path}/{info.filename}")
                with Source(inner, _ZipMember(archive, info), path) as member:
                    yield member


def check_workbook(source: Source) -> None:
    """Make sure that a file that begins as a zip archive does is a workbook.

    Raises:
        InputError: it is something else, which is named with the way out.
    """
    with _archive(source) as archive:
        names = set(archive.namelist())
        kind, manifest = _part(archive, "mimetype"), _part(archive, "META-INF/manifest.xml")
        n_bytes = sum(info.file_size for info in archive.infolist())
    for part, problem in _OTHER_PARTS.items():
        if part in names:
            raise InputError(source.path, problem)
    if b"encryption-data" in manifest:
        raise InputError(source.path, _PROTECTED)
    if kind and b".spreadsheet" not in kind:
        problem = "is another document than a spreadsheet; save its table as .ods or CSV"
        raise InputError(source.path, problem)
    if not names & set(_WORKBOOK_PARTS):
        problem = "is a zip archive within another file; unpack it, and import what is in it"
        raise InputError(source.path, problem)
    if n_bytes > _MAX_WORKBOOK_BYTES:
        problem = f"unpacks to more than {_MAX_WORKBOOK_BYTES // 1024**3} GiB; save it as CSV"
        raise InputError(source.path, problem)


def _archive(source: Source) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source.on_disk())
    except (*DAMAGE, OSError, ValueError) as error:
        problem = f"the zip archive is damaged or cut off ({error})"
        raise InputError(source.path, problem) from None


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """The beginning of a part of a document; nothing if it has none."""
    with suppress(*DAMAGE, KeyError, OSError, RuntimeError), archive.open(name) as file:
        return file.read(HEAD_BYTES)
    return b""


def _names_something_else(archive: zipfile.ZipFile) -> bool:
    """Whether an archive is a document of an office program."""
    return bool(set(archive.namelist()) & {*_WORKBOOK_PARTS, *_OTHER_PARTS})


def _is_content(info: zipfile.ZipInfo) -> bool:
    parts = info.filename.split("/")
    return info.file_size > 0 and not (parts[0] == "__MACOSX" or parts[-1].startswith("."))


def _check(path: Path, info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise InputError(f"{path}/{info.filename}", "is encrypted; unpack the archive first")
    if info.compress_type not in _READABLE:
        problem = "is compressed in a way of its own; unpack the archive first"
        raise InputError(f"{path}/{info.filename}", problem)


class _ZipMember:
    """A file in a zip archive."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self.size = info.file_size
        self._archive = archive
        self._info = info
        self._file: IO[bytes] | None = None

    @property
    def n_read(self) -> int:
        return self._file.tell() if self._file and not self._file.closed else 0

    def opened(self) -> Any:
        self._file = self._archive.open(self._info)
        return self._file

    def sibling(self, name: str, n_bytes: int) -> bytes | None:
        folder = self._info.filename.rpartition("/")[0]
        try:
            info = self._archive.getinfo(f"{folder}/{name}" if folder else name)
        except KeyError:
            return None
        _check(Path(self._archive.filename or "-"), info)
        with self._archive.open(info) as file:
            return file.read(n_bytes)
