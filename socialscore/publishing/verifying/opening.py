"""Opening a publication that anybody may have changed: nothing that it says is taken on trust."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from stat import S_ISREG
from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError, SocialscoreError
from socialscore.inputs.ranking import compared
from socialscore.publishing.manifest import FILE_NAME, digest
from socialscore.publishing.signatures import SIGNATURE
from socialscore.reporters import columns
from socialscore.reporters.columns import COMPARISON
from socialscore.scoring.metrics import key_metric, metrics_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.publishing.series import Publication
    from socialscore.reporters.columns import Field

    Document = dict[str, Any]

__all__ = ["Opened", "damaged", "files_in", "open_publication"]

_LARGEST = 1 << 28  # bytes of a file; none that is published comes near
_WHOLE = 2**53  # whole numbers below it are exact everywhere


@dataclass(frozen=True)
class Opened:
    """A publication of which every part has the shape that it should have."""

    publication: Publication
    contents: Mapping[str, bytes]  # every file by path, with the manifest and no signature
    ranking: Ranking  # with as many ignored authors as it had, who are not known
    panel: Panel
    document: Document  # ranking.json
    rows: tuple[Document, ...]  # body_id and every metric of each body


def files_in(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """Every file in a folder by path, each read once, and what is no file that could be read.

    Links are not followed: they may lead anywhere.
    """
    found, problems = {}, []
    for path in sorted(_below(folder)):
        name = path.relative_to(folder).as_posix()
        try:
            found[name] = _content(path)
        except OSError as error:
            problems.append(f"{name}: cannot be read ({error.strerror or error})")
    return found, problems


def _below(folder: Path) -> Iterator[Path]:
    """Everything below a folder but for real folders; `os.walk` takes links to folders for such."""
    for place, folders, files in os.walk(folder):
        here = folder / os.path.relpath(place, folder)
        yield from (here / name for name in files)
        yield from (here / name for name in folders if (here / name).is_symlink())


def _content(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: it is none, or cannot be read.
    """
    about = path.lstat()
    if not S_ISREG(about.st_mode):
        raise OSError("it is no file but a link, a device or a pipe")
    if about.st_size > _LARGEST:
        raise OSError(f"{about.st_size:,} bytes are too many")
    return path.read_bytes()


def damaged(contents: Mapping[str, bytes], listed: Mapping[str, str]) -> Iterator[str]:
    """What differs between the files that are there and those that a manifest lists."""
    for path in sorted(listed.keys() - contents.keys()):
        yield f"{path}: is missing"
    for path in sorted(contents.keys() - listed.keys() - {FILE_NAME, SIGNATURE}):
        yield f"{path}: was not published"
    for path in sorted(contents.keys() & listed.keys()):
        if digest(contents[path]) != listed[path]:
            yield f"{path}: is not the file that was published, its digest differs"


def open_publication(publication: Publication, contents: Mapping[str, bytes]) -> Opened:
    """A publication with what its files say.

    Args:
        publication: whose files are files, and no links.
        contents: these files.

    Raises:
        InputError: a file has another shape than `publish` gives it; its place is named.
    """
    path = publication.folder / "ranking.json"
    try:
        ranking, panel = _ranking(publication), publication.panel
        document = publication.document
        _check_texts(document)
        rows = _rows(document, panel, ranking)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise InputError(path, f"is not what `publish` writes: {_clause(error)}") from None
    contents = {path: it for path, it in contents.items() if path != SIGNATURE}
    return Opened(publication, contents, ranking, panel, document, rows)


def _clause(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _ranking(publication: Publication) -> Ranking:
    """The ranking that options.json describes.

    Raises:
        InputError: it describes none.
    """
    try:
        _check_numbers(publication.options)
        key_metric(publication.ranking)
    except InputError:
        raise
    except (SocialscoreError, ValueError, RecursionError) as error:
        path = publication.folder / "options.json"
        raise InputError(path, f"is not a ranking: {error}") from None
    return publication.ranking


def _check_numbers(options: Document) -> None:
    """Refuse numbers that cannot be written everywhere, and texts that are no UTF-8."""
    json.dumps(options, ensure_ascii=False, allow_nan=False).encode()
    for name, value in options.items():
        if isinstance(value, int) and value > _WHOLE:
            raise ValueError(f"{name} is too large")


def _check_texts(document: Document) -> None:
    """Refuse what is no text, or cannot be written as UTF-8."""
    if document["compared_to"] is not None and not isinstance(document["gone"], list):
        raise ValueError("gone is no list")
    texts = [*document["notes"], document["compared_to"] or ""]
    texts += [each[name] for each in document.get("gone", ()) for name in _IDENTITY]
    texts += [metric["name"] for metric in document["metrics"]]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a text is none")
    json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


_IDENTITY = ("body_id", "body", "category")


def _rows(document: Document, panel: Panel, ranking: Ranking) -> tuple[Document, ...]:
    """The numbers of each body, of the metrics that are known; one that is missing is None.

    Raises:
        ValueError: the bodies are not those of the panel, or a number cannot be one.
        KeyError: a column is missing.
        TypeError: something is of another kind.
    """
    wanted = sorted(body.body_id for body in compared(panel, ranking))
    if sorted(line["body_id"] for line in document["scores"]) != wanted:
        raise ValueError("its bodies are not those of panel.csv")
    fields = [columns.of_metric(metric) for metric in metrics_for(ranking)]
    declared = [metric["name"] for metric in document["metrics"]]
    for line in document["scores"]:
        _check_line(line, declared)
        if (line["n_answered"] or 0) > (line["n_requests"] or 0):
            raise ValueError(f"{line['body_id']}: answered more than it was asked")
    # Earlier versions took requests for independent, and said nothing of it.
    icc, assumed = document.get("rho"), document.get("rho_assumed")
    if not (icc is None or (type(icc) in (int, float) and 0 <= icc <= 1)):
        raise ValueError(f"rho: {icc!r} is no value of it")
    return tuple(
        {"body_id": line["body_id"], "icc": icc, "assumed": assumed}
        | {it.name: _number(line, it) for it in fields}
        for line in document["scores"]
    )


def _check_line(line: Document, declared: list[str]) -> None:
    """Refuse a body of which a comparison with a later period could not read the line."""
    for name in (*declared, "rank", "reason", *COMPARISON):
        if name in declared and name not in line:
            raise KeyError(name)
        value, right = line.get(name), (int, float, type(None))
        if not isinstance(value, (str, type(None)) if name in _WORDS else right):
            raise ValueError(f"{line['body_id']}, {name}: {value!r} is no value of it")
    if not isinstance(line["rank"], int | None) or not isinstance(line["reason"], str | None):
        raise ValueError(f"{line['body_id']}: neither a rank nor a reason")


_WORDS = ("reason", "direction", "entered")


def _number(line: Document, field: Field) -> float | int | None:
    """The value of a column, which is one that the metric can have."""
    value: float | int | None = line.get(field.name)
    if value is None:
        return None
    least = -_WHOLE if field.least is None else field.least
    most = _WHOLE if field.most is None else field.most
    kinds = (int,) if field.type == "integer" else (int, float)
    if type(value) not in kinds or not least <= value <= most:
        raise ValueError(f"{line['body_id']}, {field.name}: {value!r} is no value of it")
    return value
