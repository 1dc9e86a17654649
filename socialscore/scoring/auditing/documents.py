"""The files of audits: what was drawn, and what people said of it. Neither holds a text or a name.

weekly.toml                     the ranking
weekly.audit-3f9a2c41.json      a draw: which kind of request each row of its sheet is
weekly.audit.json               the audit that was read back last, which `publish` publishes
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError
from socialscore.model.audit import (
    REPLY_CLASSES,
    SELECTIONS,
    Audit,
    AuditCell,
    Draw,
    DrawnRequest,
)
from socialscore.scoring.auditing.figures import figures

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["audit_from", "audit_text", "draw_from", "draw_id", "draw_text", "same_labels"]

_FORMAT = 1


def draw_text(draw: Draw) -> str:
    """The file of a draw."""
    return _written(_head(draw) | {"rows": [asdict(it) for it in draw.requests]})


def draw_id(draw: Draw) -> str:
    """Tells draws apart; the same one always has the same."""
    return hashlib.sha256(draw_text(draw).encode()).hexdigest()[:8]


def audit_text(audit: Audit) -> str:
    """The file of an audit, with the figures that follow from it."""
    rows = [
        asdict(it)
        | {"genuine": list(audit.genuine.get(it.row, ()))}
        | {"reply": list(audit.replies.get(it.row, ()))}
        for it in audit.draw.requests
    ]
    found = {"read_on": audit.read_on.isoformat(), "figures": asdict(figures(audit))}
    return _written(_head(audit.draw) | found | {"rows": rows})


def draw_from(content: bytes, place: Path | str) -> Draw:
    """The draw that a file holds, or the audit's.

    Args:
        content: of the file.
        place: what to call it where it is wrong.

    Raises:
        InputError: it is none, or that of another version.
    """
    return _checked(content, place)[0]


def audit_from(content: bytes, place: Path | str) -> Audit:
    """The audit that a file holds; arguments and errors as of `draw_from`.

    Its figures are made anew: those that the file says are for other readers.
    """
    draw, document = _checked(content, place)
    try:
        return _audit(draw, document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(place, error) from None


def same_labels(one: Audit, other: Audit) -> bool:
    """Whether two audits differ in nothing but the day on which they were read."""
    return (one.draw, one.genuine, one.replies) == (other.draw, other.genuine, other.replies)


def _head(draw: Draw) -> dict[str, Any]:
    plain = {name: value for name, value in vars(draw).items() if name != "requests"}
    plain["as_of"] = draw.as_of.isoformat()
    plain["cells"] = [asdict(cell) for cell in draw.cells]
    return {"format": _FORMAT, **plain}


def _written(document: dict[str, Any]) -> str:
    """An object with a row per line, so that a change shows in a comparison of texts."""
    lists = ("cells", "rows")
    head = {name: value for name, value in document.items() if name not in lists}
    text = json.dumps(head, indent=2, ensure_ascii=False).removesuffix("\n}")
    for name in lists:
        rows = (json.dumps(row, ensure_ascii=False) for row in document[name])
        text += f',\n  "{name}": [\n    ' + ",\n    ".join(rows) + "\n  ]"
    return f"{text}\n}}\n"


def _checked(content: bytes, place: Path | str) -> tuple[Draw, dict[str, Any]]:
    try:
        document = json.loads(content)
        found = document["format"]
        if found == _FORMAT:
            return _draw(document), document
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _damaged(place, error) from None
    raise InputError(place, f"has format {found}, this socialscore reads {_FORMAT}; update it")


def _damaged(place: Path | str, error: Exception) -> InputError:
    what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
    problem = f"is not what `audit` wrote: {what}; restore it, or remove it and audit again"
    return InputError(place, problem)


def _draw(document: dict[str, Any]) -> Draw:
    names = (
        "title", "period", "selection", "by", "n", "seed", "options", "panel", "rulebook", "method",
    )  # fmt: skip
    wanted = ("row", "group", "selection", "answered")
    draw = Draw(
        **{name: document[name] for name in names},
        as_of=datetime.fromisoformat(document["as_of"]),
        cells=tuple(AuditCell(**cell) for cell in document["cells"]),
        requests=tuple(
            DrawnRequest(**{name: row[name] for name in wanted}) for row in document["rows"]
        ),
    )
    named = {draw.selection, *(it.selection for it in draw.cells)}
    if not named.union(it.selection for it in draw.requests) <= set(SELECTIONS):
        raise ValueError("there is no such selection")
    if any(type(it.n_requests) is not int or it.n_requests < 1 for it in draw.cells):
        raise ValueError("a cell has no requests")
    if len({it.row for it in draw.requests}) < len(draw.requests):
        raise ValueError("two rows have one name")
    return draw


def _audit(draw: Draw, document: dict[str, Any]) -> Audit:
    rows = document["rows"]
    genuine = {row["row"]: tuple(row["genuine"]) for row in rows if row["genuine"]}
    replies = {row["row"]: tuple(row["reply"]) for row in rows if row["reply"]}
    if not all(it in (True, False, None) for said in genuine.values() for it in said):
        raise ValueError("a label is neither true nor false")
    if not all(it in (*REPLY_CLASSES, None) for said in replies.values() for it in said):
        raise ValueError("there is no such class of replies")
    return Audit(draw, date.fromisoformat(document["read_on"]), genuine, replies)
