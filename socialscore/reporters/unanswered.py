"""Unanswered requests as text: lines for people and Markdown, records for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialscore.model.network import BY_NAME
from socialscore.reporters import formatting
from socialscore.reporters.listings import listing_to_csv, listing_to_json
from socialscore.reporters.markdown import escaped, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from socialscore.model.unanswered import Unanswered, UnansweredRequest

__all__ = ["SHOWN", "render_bodies", "render_requests"]

SHOWN = 20
"""So many lines stand in what people read, unless somebody asks for another number."""

_COLUMNS = (
    "body_id", "body", "network", "account", "message_id", "permalink", "asked_at", "age_seconds",
    "open_age_seconds", "seconds_left", "promised_until", "pending", "unwatched", "rule_id",
    "n_asked_again",
)  # fmt: skip
_OF_BODIES = (
    "body_id", "body", "n_unanswered", "n_pending", "n_unwatched", "oldest_asked_at",
    "oldest_age_seconds", "oldest_open_age_seconds",
)  # fmt: skip
_NUMBERS = {"age", "open hours", "time left", "again", "unanswered", "pending", "unwatched"}


def render_requests(
    found: Unanswered, format_name: str, *, limit: int | None = None, with_text: bool = False
) -> str:
    """A line per request, oldest first, ending with a newline.

    Args:
        found: the requests.
        format_name: table, csv, json or markdown.
        limit: how many to show at the most, the oldest ones; None: 20 for people, all in files.
        with_text: show the texts.
    """
    shown = _first(found.requests, format_name, limit)
    if format_name in ("csv", "json"):
        columns = (*_COLUMNS, *(["text"] if with_text else []))
        return _listed(format_name, columns, [_record(found, it) for it in shown])
    rows = [_cells(found, it, with_text=with_text) for it in shown]
    return _page(found, rows, len(found.requests), "request", format_name)


def render_bodies(found: Unanswered, format_name: str, *, limit: int | None = None) -> str:
    """A line per body that has any, those with most first; otherwise as `render_requests`."""
    of_body: dict[str, list[UnansweredRequest]] = {}
    for each in found.requests:
        of_body.setdefault(each.body.body_id, []).append(each)
    groups = sorted(of_body.values(), key=lambda it: (-len(it), it[0].body.name))
    shown = _first(groups, format_name, limit)
    if format_name in ("csv", "json"):
        return _listed(format_name, _OF_BODIES, [_summary(it) for it in shown])
    rows = [_body_cells(it) for it in shown]
    return _page(found, rows, len(groups), "body", format_name)


def _first(lines: Sequence[Any], format_name: str, limit: int | None) -> Sequence[Any]:
    if limit is None and format_name in ("table", "markdown"):
        limit = SHOWN
    return lines[:limit]


def _listed(format_name: str, columns: Sequence[str], records: list[dict[str, Any]]) -> str:
    write: Callable[..., str] = listing_to_csv if format_name == "csv" else listing_to_json
    return write(columns, records)


# --- records --------------------------------------------------------------------------------------


def _record(found: Unanswered, it: UnansweredRequest) -> dict[str, Any]:
    values = (
        it.body.body_id, it.body.name, it.network, it.handle, it.message_id, it.permalink,
        it.asked_at, it.age_seconds, it.open_age_seconds, _left(found, it),
        it.promised_until and it.promised_until.astimezone(found.as_of.tzinfo), it.is_pending,
        it.is_unwatched, it.rule_id, it.n_asked_again,
    )  # fmt: skip
    return {**dict(zip(_COLUMNS, values, strict=True)), "text": it.text}


def _summary(requests: Sequence[UnansweredRequest]) -> dict[str, Any]:
    oldest = requests[0]
    values = (
        oldest.body.body_id,
        oldest.body.name,
        len(requests),
        sum(it.is_pending for it in requests),
        sum(it.is_unwatched for it in requests),
        oldest.asked_at,
        oldest.age_seconds,
        oldest.open_age_seconds,
    )
    return dict(zip(_OF_BODIES, values, strict=True))


def _left(found: Unanswered, it: UnansweredRequest) -> float | None:
    """Seconds until the horizon is over; None: it is, or there is none."""
    if it.watched_until is None or it.watched_until <= found.as_of:
        return None
    return (it.watched_until - found.as_of).total_seconds()


# --- for people -----------------------------------------------------------------------------------


def _cells(found: Unanswered, it: UnansweredRequest, *, with_text: bool) -> dict[str, str]:
    """What a line says, by the headers of its columns."""
    network = BY_NAME[it.network]
    cells = {
        "asked": formatting.instant(it.asked_at),
        "age": formatting.duration(it.age_seconds),
        "open hours": formatting.duration(it.open_age_seconds),
        "time left": formatting.duration(_left(found, it)),
        "": ", ".join(_marks(found, it)),
        "again": formatting.count(it.n_asked_again),
        "network": network.label,
        "message": it.permalink or it.message_id,
        "rule": it.rule_id or formatting.NO_VALUE,
    }
    return cells | ({"text": formatting.one_line(it.text or "")} if with_text else {})


def _marks(found: Unanswered, it: UnansweredRequest) -> Iterator[str]:
    if found.is_past_promise(it):
        yield "past promise"
    if it.is_pending:
        yield "pending"
    if it.is_unwatched:
        yield "unwatched"


def _body_cells(requests: Sequence[UnansweredRequest]) -> dict[str, str]:
    values = _summary(requests)
    counts = (formatting.count(values[f"n_{it}"]) for it in ("unanswered", "pending", "unwatched"))
    return {
        "body": formatting.one_line(values["body"]),
        **dict(zip(("unanswered", "pending", "unwatched"), counts, strict=True)),
        "oldest": formatting.instant(values["oldest_asked_at"]),
        "age": formatting.duration(values["oldest_age_seconds"]),
        "open hours": formatting.duration(values["oldest_open_age_seconds"]),
    }


def _page(
    found: Unanswered, rows: list[dict[str, str]], n_all: int, noun: str, format_name: str
) -> str:
    """What is listed, the table, and what its words mean."""
    lines = [_title(found), ""]
    if rows:
        lines += [*_written(rows, format_name), ""]
    lines += [*_notes(found, rows, n_all, noun), *_gaps(found)]
    if format_name == "markdown":
        lines[0] = f"**{escaped(lines[0])}**"
    return "\n".join(lines).rstrip() + "\n"


def _title(found: Unanswered) -> str:
    n = len(found.requests)
    pending = sum(it.is_pending for it in found.requests)
    said = f"{formatting.counted(n, 'unanswered request') if n else 'no unanswered request'}"
    said += f", {formatting.count(pending)} of them pending" if pending else ""
    whose = f"{formatting.one_line(found.body.name)}: " if found.body else ""
    return f"{whose}{said}; asked {_span(found.since, found.until)}, selection {found.selection}"


def _span(since: datetime, until: datetime) -> str:
    return f"{formatting.days(since, until)} ({since.tzinfo})"


def _written(rows: list[dict[str, str]], format_name: str) -> list[str]:
    """The rows as a table; columns that say nothing in any of them are left out."""
    names = [
        name for name in rows[0] if any(row[name] not in ("", formatting.NO_VALUE) for row in rows)
    ]
    numbers = [place for place, name in enumerate(names) if name in _NUMBERS]
    cells = [[row[name] for name in names] for row in rows]
    if format_name == "markdown":
        return table(names, [list(map(escaped, row)) for row in cells], numbers=numbers)
    return formatting.aligned([names, *cells], numbers=numbers)


def _notes(found: Unanswered, rows: list[dict[str, str]], n_all: int, noun: str) -> Iterator[str]:
    if 0 < len(rows) < n_all:
        which = "oldest" if noun == "request" else "first"
        total = formatting.counted(n_all, noun)
        yield f"the {which} {len(rows):,} of {total}; --limit {n_all} lists all"
    if any(it.open_age_seconds is not None for it in found.requests):
        yield "open hours: the age in opening hours alone, by the body's calendar"
    if any(it.is_pending for it in found.requests):
        has_horizon = found.requests[0].watched_until is not None
        over = "the time in which an answer counts is not over"
        yield f"pending: {over if has_horizon else 'too recent for the rates'}"
    if any(map(found.is_past_promise, found.requests)):
        yield "past promise: the body promises an answer within less time"
    if any(it.is_unwatched for it in found.requests):
        yield (
            "unwatched: not everything that the body wrote since was collected, so there may be an "
            "answer"
        )


def _gaps(found: Unanswered) -> Iterator[str]:
    """What is not known of the time; nothing where all of it is."""
    if not found.gaps:
        return
    if found.body:
        (share,) = found.gaps.values()
        said = f"{formatting.share(share)} of this time" if share else "nothing of this time"
        yield f"gaps: {said} was collected, so there may be more"
    else:
        bodies = formatting.counted(len(found.gaps), "body")
        yield f"gaps: of {bodies}, part of this time was not collected, so there may be more"
