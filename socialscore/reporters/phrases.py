"""The parts that sentences about a ranking are made of: whom and when, how long, which ranks.

Names stand alone, never after a word that French would shorten before a vowel.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from socialscore.model.network import BY_NAME, NETWORKS
from socialscore.reporters.cells import FEW_ANSWERED
from socialscore.reporters.formatting import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.model.promise import Promise
    from socialscore.model.scoreboard import Score, Scoreboard
    from socialscore.reporters.locale import Locale

__all__ = [
    "capitalised",
    "listed",
    "networks",
    "percent",
    "period",
    "period_named",
    "place",
    "promised",
    "rank_range",
    "spoken",
    "timing",
    "title",
    "within",
]

_DAYS = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", re.ASCII)

# --- whom and when --------------------------------------------------------------------------------


def title(board: Scoreboard, locale: Locale) -> str:
    """The ranking's, in the language if it has one."""
    return one_line((board.title_fr if locale.code == "fr" else "") or board.title)


def period(board: Scoreboard, locale: Locale) -> str:
    """`week 46 of 2026 (9–15 Nov 2026)`; the days alone, where its label says no more."""
    label = one_line(board.period)
    named = locale.period(label)
    if board.from_counts:
        return named
    days = locale.days(board.since, board.until)
    return days if named == label else f"{named} ({days})"


def period_named(label: str, locale: Locale) -> str:
    """A period of which only the label is known: `week 46 of 2026`, `9–15 Nov 2026`."""
    found = _DAYS.fullmatch(label)
    if not found:
        return locale.period(one_line(label))
    since, last = map(datetime.fromisoformat, found.groups())
    return locale.days(since, last + timedelta(days=1))


def networks(board: Scoreboard, locale: Locale) -> str:
    """` on Facebook and X`; empty where all networks are counted."""
    chosen = board.options.get("networks")
    if not chosen or set(chosen) >= set(NETWORKS):
        return ""
    labels = [BY_NAME[name].label if name in BY_NAME else one_line(name) for name in chosen]
    return locale.gettext(" on %(networks)s") % {"networks": listed(labels, locale)}


# --- how long -------------------------------------------------------------------------------------


def within(board: Scoreboard, locale: Locale) -> str:
    """` within 7 days`, ` by 23 Nov 2026`; empty where nobody knows."""
    horizon = board.options.get("horizon")
    if horizon:
        return locale.gettext(" within %(time)s") % {"time": _span(horizon, locale)}
    if board.from_counts:
        return ""
    end = board.as_of.astimezone(board.since.tzinfo).date()
    return locale.gettext(" by %(day)s") % {"day": locale.day(end)}


def timing(board: Scoreboard, score: Score) -> tuple[Literal["all", "answers"], float] | None:
    """By when half were answered: half of all that was asked, or else half of the answers.

    Returns:
        Of what, and the seconds. None where too few are answered or too little was seen to say so.
    """
    values = score.values
    if (values.get("n_answered") or 0) < FEW_ANSWERED or score.reason == "low-coverage":
        return None
    wait, delay = values.get("median_wait"), values.get("median_delay")
    if wait is not None and _is_counted(board, score, wait):
        return "all", wait
    return None if delay is None else ("answers", delay)


def _is_counted(board: Scoreboard, score: Score, wait: float) -> bool:
    """Whether half were answered by then; where some were watched for less, it is an estimate."""
    if any(score.values.get(name) for name in ("n_pending", "n_unwatched")) or board.provisional:
        return False
    if board.options.get("horizon"):
        return True
    watched = (board.as_of - board.until).total_seconds()
    return board.options.get("clock") == "calendar" and wait <= watched


def spoken(board: Scoreboard, locale: Locale, seconds: float) -> str:
    """`12 minutes`, `2 hours 5 minutes`, `3 days and 4 hours`; rounded as in tables."""
    minutes, hours = round(seconds / 60), round(seconds / 3_600)
    if round(seconds) < 60:
        time = _seconds(max(1, round(seconds)), locale)
    elif minutes < 60:
        time = _minutes(minutes, locale)
    elif minutes < 24 * 60:
        both = [_hours(minutes // 60, locale), _minutes(minutes % 60, locale)]
        time = " ".join(both if minutes % 60 else both[:1])
    else:
        both = [_days(hours // 24, locale), _hours(hours % 24, locale)]
        time = listed(both if hours % 24 else both[:1], locale)
    if board.options.get("clock") == "business":
        return locale.gettext("%(time)s (opening hours only)") % {"time": time}
    return time


def promised(promise: Promise, locale: Locale) -> str:
    """`24 hours (all hours count)`, `8 hours (opening hours only)`."""
    n = promise.number
    time = {
        "m": _minutes(n, locale),
        "h": _hours(n, locale),
        "d": _days(n, locale),
        "w": _days(7 * n, locale),
    }[promise.unit]
    if promise.is_open_time:
        return locale.gettext("%(time)s (opening hours only)") % {"time": time}
    return locale.gettext("%(time)s (all hours count)") % {"time": time}


def _span(seconds: int, locale: Locale) -> str:
    """`7 days`, `24 hours`: exact."""
    if seconds % 86_400 == 0 and seconds > 86_400:
        return _days(seconds // 86_400, locale)
    if seconds % 3_600 == 0:
        return _hours(seconds // 3_600, locale)
    if seconds % 60 == 0:
        return _minutes(seconds // 60, locale)
    return _seconds(seconds, locale)


def _days(n: int, locale: Locale) -> str:
    return locale.ngettext("%(n)s day", "%(n)s days", n) % {"n": locale.count(n)}


def _hours(n: int, locale: Locale) -> str:
    return locale.ngettext("%(n)s hour", "%(n)s hours", n) % {"n": locale.count(n)}


def _minutes(n: int, locale: Locale) -> str:
    return locale.ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": locale.count(n)}


def _seconds(n: int, locale: Locale) -> str:
    return locale.ngettext("%(n)s second", "%(n)s seconds", n) % {"n": locale.count(n)}


def percent(share: float, locale: Locale) -> str:
    """`62 %`, `over 99 %`: the words that tables write as signs."""
    text = locale.share(share)
    if text[0] == "<":
        return locale.gettext("under %(share)s") % {"share": text[1:]}
    if text[0] == ">":
        return locale.gettext("over %(share)s") % {"share": text[1:]}
    return text


# --- ranks ----------------------------------------------------------------------------------------


def rank_range(board: Scoreboard, score: Score) -> tuple[int, int] | None:
    """The ranks that a body may have, right wherever it stands; None: nobody computed that."""
    low, high = score.rank_simultaneous_low, score.rank_simultaneous_high
    if low is None and board.options.get("rank_interval") == "simultaneous":
        low, high = score.rank_low, score.rank_high
    return None if low is None or high is None else (low, high)


def place(board: Scoreboard, score: Score, locale: Locale) -> str:
    """`first of 21`, `among the first 5 of 21`: no more than its range bears; often empty."""
    _, n, ends = locale.gettext, len(board.ranked), rank_range(board, score)
    if ends is None or n < 2:
        return ""
    low, high = ends
    n_last = n - low + 1
    if high == 1:
        text = _("first of %(n)s")
    elif low == n:
        text = _("last of %(n)s")
    elif 2 * high <= n:
        text = _("among the first %(few)s of %(n)s")
    elif 2 * n_last <= n:
        text = _("among the last %(few)s of %(n)s")
    else:
        return ""
    few = high if 2 * high <= n else n_last
    return text % {"few": locale.count(few), "n": locale.count(n)} + measured_by(board, locale)


def measured_by(board: Scoreboard, locale: Locale) -> str:
    """What ranks, where that is not the response rate that the sentence tells."""
    key = next((it for it in board.metrics if it.name == board.key), None)
    if key is None or key.name == "response_rate":
        return ""
    return locale.gettext(" by the ranking's measure, “%(key)s”") % {"key": locale.label(key)}


# --- writing --------------------------------------------------------------------------------------


def listed(names: Sequence[str], locale: Locale, at_most: int = 10) -> str:
    """`A, B and C`; `A, B and 4 others`."""
    shown, n_others = list(names[:at_most]), len(names) - at_most
    if n_others > 0:
        others = locale.ngettext("%(n)s other", "%(n)s others", n_others)
        shown.append(others % {"n": locale.count(n_others)})
    if len(shown) < 2:
        return "".join(shown)
    both = {"first": ", ".join(shown[:-1]), "last": shown[-1]}
    return locale.gettext("%(first)s and %(last)s") % both


def capitalised(text: str) -> str:
    """The text with a capital at its beginning, and the others as they are."""
    return text[:1].upper() + text[1:]
