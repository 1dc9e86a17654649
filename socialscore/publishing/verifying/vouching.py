"""Whether anybody vouches for the panel and the options of a publication.

Its numbers may follow from the store by the panel and the options that it carries, and yet two
names be exchanged, or an option chosen to suit somebody. So both are compared with what others
say: the store, which remembers the panels that it was given, and the ranking file of whoever
verifies.

A panel also changes rightfully. Where a later edition says what the others say, the change was
published, and is no problem.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from socialscore.errors import UnknownName
from socialscore.inputs.shipped import calendar_path
from socialscore.publishing.basis import options_of
from socialscore.publishing.manifest import digest
from socialscore.publishing.verifying.chain import later_editions
from socialscore.publishing.verifying.differences import NOTHING, Difference, Finding, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.publishing.series import Publication
    from socialscore.publishing.verifying.opening import Opened

    Statements = Mapping[str, Mapping[str, Any]]  # values by whom they are of, and column

__all__ = ["Witness", "contradictions", "on_trust"]

_PANEL, _OPTIONS = "panel.csv", "options.json"
_MOST = 5  # accounts that are listed
# In the panel of a store that was filled without one.
_OFTEN_EMPTY = ("category", "calendar", "promise")


@dataclass(frozen=True)
class Witness:
    """Somebody who says what the panel or the options should be."""

    name: str  # as messages call it
    panel: Panel | None = None
    complete: bool = True  # the panel lists every body that there should be
    ranking: Ranking | None = None
    beside: tuple[Path, ...] = ()  # the files beside which the ranking's calendars lie


def contradictions(opened: Opened, witnesses: Sequence[Witness]) -> Iterator[Finding]:
    """Where a publication has another panel or other options than somebody says.

    Args:
        opened: the publication.
        witnesses: who is asked. Where one of them contradicts and another confirms, that is told
            and no problem: the store may know the name of today, and a file that of the time.
    """
    published, others = _published(opened.publication, opened), _others(opened, witnesses)
    until = opened.publication.manifest.as_of.date()
    for path, ours in published.items():
        for witness in witnesses:
            theirs = {
                who: row
                for who, row in others[witness.name][path].items()
                if who in ours or not _begins_after(row, until)
            }
            found = list(_differences(ours, theirs, witness))
            if found:
                yield from _judged(path, found, witness, opened, others)
            if not witness.complete:
                yield from _left_out(path, ours, theirs, witness)


def on_trust(opened: Opened, witnesses: Sequence[Witness]) -> list[str]:
    """What nobody vouches for: the panel or some of its rows, the options."""
    rows = _published(opened.publication, opened)[_PANEL].keys()
    others = _others(opened, witnesses).values()
    unknown = len(rows - {who for it in others for who in it[_PANEL]})
    some = f"{unknown} of {len(rows)} bodies and accounts of the panel"
    of_panel = ["panel" if unknown == len(rows) else some] if unknown else []
    return of_panel if any(it[_OPTIONS] for it in others) else [*of_panel, "options"]


def _judged(
    path: str,
    found: list[Difference],
    witness: Witness,
    opened: Opened,
    others: Mapping[str, Mapping[str, Statements]],
) -> Iterator[Finding]:
    """Contradictions by one witness; those that another one or a later edition explains as notes.

    Only who is in a panel can be confirmed, and not that somebody is missing.
    """
    later = {it.folder.name: _published(it, opened)[path] for it in later_editions(opened)}
    for it in found:
        changed = [
            f" and by {name}, which came later"
            for name, said in later.items()
            if said.get(it.body_id, {}).get(it.column, NOTHING) == it.expected
        ]
        confirmed = [
            f"; {name} has it as published"
            for name, said in others.items()
            if name != witness.name
            and NOTHING not in (it.published, it.expected)
            and said[path].get(it.body_id, {}).get(it.column, NOTHING) == it.published
        ]
        why = (*changed, *confirmed)[:1]
        for text in told([it], path, "".join((witness.name, *why))):
            yield Finding("note" if why else "problem", text)


def _differences(ours: Statements, theirs: Statements, witness: Witness) -> Iterator[Difference]:
    """What is said otherwise; a witness who says nothing of somebody does not contradict."""
    for who in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(who), theirs.get(who)
        if one is None or other is None:
            if theirs and witness.complete:
                name, value = next(iter((one or other or {}).items()))
                values = (NOTHING, value) if one is None else (value, NOTHING)
                yield Difference(who, who, name, *values)
            continue
        for name in dict.fromkeys((*one, *other)):
            published, expected = one.get(name, NOTHING), other.get(name, NOTHING)
            silent = not witness.complete and name in _OFTEN_EMPTY and not expected
            if published != expected and not silent:
                yield Difference(who, who, name, published, expected)


def _left_out(
    path: str, ours: Statements, theirs: Statements, witness: Witness
) -> Iterator[Finding]:
    """Accounts of published bodies that only a witness has; they may be of another panel."""
    lacking = [who for who, row in theirs.items() if who not in ours and row.get("body_id") in ours]
    if lacking:
        whose = ", ".join(f"{who} of {theirs[who]['body_id']}" for who in lacking[:_MOST])
        more = f" and {len(lacking) - _MOST:,} more" if len(lacking) > _MOST else ""
        yield Finding("note", f"{path}: lacks what {witness.name} has: {whose}{more}")


def _begins_after(row: Mapping[str, Any], day: date) -> bool:
    """Whether a row is of an account that a body has only since a later day."""
    return (row.get("valid_from") or "") > day.isoformat()


def _published(publication: Publication, opened: Opened) -> dict[str, Statements]:
    """What a publication says, as far as it matters for the one that is verified."""
    return {
        _PANEL: _of_panel(publication.panel, opened.publication.manifest.as_of.date()),
        _OPTIONS: _of_options(publication.ranking, publication.manifest.calendars),
    }


def _others(opened: Opened, witnesses: Sequence[Witness]) -> dict[str, dict[str, Statements]]:
    """What witnesses say, by their names; of that which they do not know, nothing."""
    manifest = opened.publication.manifest
    until = manifest.as_of.date()
    return {
        it.name: {
            _PANEL: _of_panel(it.panel, until) if it.panel else {},
            _OPTIONS: _of_options(it.ranking, _calendars(it, manifest.calendars))
            if it.ranking
            else {},
        }
        for it in witnesses
    }


def _of_panel(panel: Panel, until: date) -> Statements:
    """A line per body and per account, of which one account may have several in turn.

    Args:
        panel: whose.
        until: where the data end; what a panel says of later days does not matter.
    """
    found: dict[str, dict[str, Any]] = {
        body.body_id: {
            "body": body.name,
            "category": body.category,
            "calendar": body.calendar,
            "promise": body.promise,
        }
        for body in panel.bodies
    }
    turns: dict[str, list[dict[str, Any]]] = {}
    for body, it in panel.accounts():
        first, last = it.valid_from, it.valid_until
        turn = {
            "body_id": body.body_id,
            "handle": it.handle.lower(),  # networks do not tell capitals
            "role": it.role,
            "valid_from": first.isoformat() if first else None,
            "valid_until": last.isoformat() if last and last <= until else None,
            "closed": it.closed,
        }
        turns.setdefault(f"{it.network} {it.account_id}", []).append(turn)
    for who, rows in turns.items():
        rows.sort(key=lambda row: row["valid_from"] or "")
        for number, row in enumerate(rows, start=1):
            found[who if number == 1 else f"{who} ({number})"] = row
    return found


def _of_options(ranking: Ranking, calendars: Mapping[str, str]) -> Statements:
    files = {f"calendars/{name}.toml": content for name, content in calendars.items()}
    return {"": options_of(ranking) | {"n_ignored": len(ranking.ignore)} | files}


def _calendars(witness: Witness, names: Iterable[str]) -> dict[str, str]:
    """The digests of the calendars of these names, as far as somebody has them."""
    found = {}
    for name in names:
        with suppress(UnknownName, OSError):
            found[name] = digest(calendar_path(name, beside=witness.beside).read_bytes())
    return found
