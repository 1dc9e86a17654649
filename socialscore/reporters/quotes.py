"""What a journalist may quote from a ranking: sentences that are each true alone.

Each names its source and its period, and says how sure it is. First is only who is surely first:
the simultaneous intervals of ranks decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.reporters.formatting import one_line
from socialscore.reporters.headlines import answered_in_all, left_unranked
from socialscore.reporters.markdown import literal
from socialscore.reporters.phrases import (
    capitalised,
    listed,
    measured_by,
    percent,
    period,
    rank_range,
    title,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from socialscore.model.audit import AuditSummary
    from socialscore.model.scoreboard import Score, Scoreboard
    from socialscore.reporters.locale import Locale

    _Ranged = tuple[Score, tuple[int, int]]  # a body with the ranks that it may have

__all__ = ["quotes", "to_quotes"]

_NAMED = 3
"""More bodies than these in one sentence are a table, and nobody quotes it."""


def to_quotes(board: Scoreboard, locale: Locale) -> str:
    """The sentences as a page of Markdown, with how to cite them."""
    named = title(board, locale)
    text = locale.gettext(
        "To cite: “%(title)s”, %(period)s. Computed by socialscore %(version)s, ranking %(digest)s."
    )
    cited = text % {
        "title": named,
        "period": period(board, locale),
        "version": one_line(board.version),
        "digest": board.ranking_digest[:12],
    }
    sentences = [f"- {literal(each)}" for each in quotes(board, locale)]
    return "\n".join([f"# {literal(named)}", "", *sentences, "", literal(cited), ""])


def quotes(board: Scoreboard, locale: Locale) -> list[str]:
    """Three to five: what was answered, who leads, what changed, who is missing, what is not sure.

    A ranking by a metric that has no intervals of ranks has none on who leads.
    """
    counted = locale.gettext("counted, not estimated")
    return [
        _sourced(board, locale, capitalised(answered_in_all(board, locale)), counted),
        *_leaders(board, locale),
        *_movement(board, locale),
        *(_sourced(board, locale, text, counted) for text in _missing(board, locale)),
        _sourced(board, locale, _caveat(board, locale)),
    ]


def _sourced(board: Scoreboard, locale: Locale, text: str, how_sure: str = "") -> str:
    """`… [“Who answers?”, week 46 of 2026 (9–15 Nov 2026); counted, not estimated]`."""
    source = locale.gettext("“%(title)s”, %(period)s")
    named = source % {"title": title(board, locale), "period": period(board, locale)}
    provisional = locale.gettext("provisional figures") if board.provisional else ""
    notes = filter(None, (named, provisional, how_sure))
    return f"{text} [{locale.gettext('; ').join(notes)}]"


# --- who leads ------------------------------------------------------------------------------------


def _leaders(board: Scoreboard, locale: Locale) -> Iterator[str]:
    """Who is surely first or among the first, and how many cannot be told apart."""
    placed = board.ranked
    ranges = [(score, ends) for score in placed if (ends := rank_range(board, score))]
    if not ranges or len(placed) < 2:
        return
    texts = [_first(board, ranges, locale)]
    if n_open := sum(low < high for _, (low, high) in ranges):
        text = locale.ngettext(
            "%(n)s of %(total)s ranked bodies cannot be told apart from at least one other.",
            "%(n)s of %(total)s ranked bodies cannot be told apart from at least one other.",
            n_open,
        )
        texts.append(text % {"n": locale.count(n_open), "total": locale.count(len(placed))})
    sure = locale.gettext("%(share)s sure for each body") % {"share": percent(0.95, locale)}
    yield _sourced(board, locale, " ".join(texts), sure)


def _first(board: Scoreboard, ranges: Sequence[_Ranged], locale: Locale) -> str:
    """The bodies of which most can be said: one is first, or some are among the same first few."""
    n, few = len(board.ranked), min(high for _, (_, high) in ranges)
    names = [one_line(score.body.name) for score, (_, high) in ranges if high == few]
    said = {
        "names": listed(names, locale, at_most=_NAMED),
        "few": locale.count(few),
        "n": locale.count(n),
        "by": measured_by(board, locale),
    }
    if few == 1:
        return locale.gettext("%(names)s is first of %(n)s ranked bodies%(by)s.") % said
    if 2 * few <= n:
        text = locale.ngettext(
            "%(names)s is among the first %(few)s of %(n)s ranked bodies%(by)s.",
            "%(names)s are among the first %(few)s of %(n)s ranked bodies%(by)s.",
            len(names),
        )
        return text % said
    n_possible = sum(low == 1 for _, (low, _) in ranges)
    text = locale.ngettext(
        "None of the %(n)s ranked bodies can be called first%(by)s: allowing for chance, "
        "%(possible)s may be.",
        "None of the %(n)s ranked bodies can be called first%(by)s: allowing for chance, "
        "%(possible)s may be.",
        n_possible,
    )
    return text % (said | {"possible": locale.count(n_possible)})


# --- what changed ---------------------------------------------------------------------------------


def _movement(board: Scoreboard, locale: Locale) -> Iterator[str]:
    """For whom the response rate rose or fell by more than chance, and for how many it did not."""
    compared = [it for it in board.ranked if it.change and it.change.difference is not None]
    if board.compared_to is None or not compared:
        return
    earlier = locale.period(one_line(board.compared_to))
    notes = [locale.gettext("compared with %(period)s") % {"period": earlier}]
    # Earlier versions did not keep chance findings to one in ten.
    if board.clusters is not None and any(it.change and it.change.direction for it in compared):
        notes.append(locale.gettext("at most one such change in ten is expected to be chance"))
    yield _sourced(board, locale, _moved(compared, locale), locale.gettext("; ").join(notes))


def _moved(compared: Sequence[Score], locale: Locale) -> str:
    up, down = (_changes(compared, direction, locale) for direction in ("up", "down"))
    if not up and not down:
        text = locale.ngettext(
            "For the only body compared, chance may explain how the response rate changed.",
            "For each of the %(n)s bodies compared, chance may explain how the response rate "
            "changed.",
            len(compared),
        )
        return text % {"n": locale.count(len(compared))}
    if up and down:
        clause = locale.gettext("The response rate rose for %(up)s and fell for %(down)s")
    elif up:
        clause = locale.gettext("The response rate rose for %(up)s")
    else:
        clause = locale.gettext("The response rate fell for %(down)s")
    clauses = [clause % {"up": up, "down": down}]
    n_others = sum(it.change is not None and it.change.direction is None for it in compared)
    text = locale.ngettext(
        "chance may explain the change of %(n)s other",
        "chance may explain the changes of %(n)s others",
        n_others,
    )
    if n_others:
        clauses.append(text % {"n": locale.count(n_others)})
    return locale.gettext("; ").join(clauses) + "."


def _changes(compared: Sequence[Score], direction: str, locale: Locale) -> str:
    """`A (from 60 % to 72 %) and B (from 50 % to 70 %)`, those that changed most first."""
    moved = sorted(
        (
            (-abs(score.change.difference or 0), one_line(score.body.name), before, now)
            for score in compared
            if score.change
            and score.change.direction == direction
            and (before := score.change.previous.get("response_rate")) is not None
            and (now := score.values.get("response_rate")) is not None
        ),
    )
    text = locale.gettext("%(name)s (from %(before)s to %(now)s)")
    named = [
        text % {"name": name, "before": percent(before, locale), "now": percent(now, locale)}
        for _, name, before, now in moved
    ]
    return listed(named, locale, at_most=_NAMED)


# --- what is missing ------------------------------------------------------------------------------


def _missing(board: Scoreboard, locale: Locale) -> Iterator[str]:
    """Who is not ranked and why; where all are, that."""
    if board.scores and all(score.rank is not None for score in board.scores):
        n = locale.count(len(board.scores))
        yield locale.gettext("Every body of the panel is ranked (%(n)s).") % {"n": n}
    yield from left_unranked(board, locale)


def _caveat(board: Scoreboard, locale: Locale) -> str:
    """What the intervals do not cover, and what an audit found of it."""
    if board.audit is not None and board.audit.corrected is not None:
        return _audited(board.audit, locale)
    if board.from_counts:
        return locale.gettext(
            "The intervals cover chance only; errors in counting are not in them."
        )
    return locale.gettext(
        "The intervals cover chance only; errors in telling questions are not in them."
    )


def _audited(audit: AuditSummary, locale: Locale) -> str:
    corrected = locale.share(audit.corrected)
    if audit.corrected_low is not None and audit.corrected_high is not None:
        corrected = locale.gettext("%(share)s (%(low)s to %(high)s)") % {
            "share": corrected,
            "low": percent(audit.corrected_low, locale),
            "high": percent(audit.corrected_high, locale),
        }
    text = locale.gettext(
        "The intervals cover chance only; an audit of %(n)s labels (%(period)s) puts the share of "
        "genuine requests answered at %(corrected)s, counted as %(counted)s."
    )
    return text % {
        "n": locale.count(audit.n_labelled),
        "period": locale.period(one_line(audit.period)),
        "corrected": corrected,
        "counted": locale.share(audit.counted),
    }
