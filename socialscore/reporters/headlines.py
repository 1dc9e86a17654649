"""Sentences that sum up a week or a body, for people who read no table.

What was counted is told as it was counted. What compares bodies rests on the simultaneous intervals
of ranks, and what changed on the direction of the change: where these say nothing, nor do we.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from socialscore.model.messages import KINDS
from socialscore.model.promise import parse_promise
from socialscore.reporters.cells import FEW_ANSWERED
from socialscore.reporters.counted import answered, in_ten, number, part, share_of
from socialscore.reporters.facts import band_label
from socialscore.reporters.formatting import one_line
from socialscore.reporters.phrases import (
    capitalised,
    listed,
    networks,
    percent,
    period,
    period_named,
    place,
    promised,
    rank_range,
    spoken,
    timing,
    within,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.model.scoreboard import Score, Scoreboard
    from socialscore.reporters.locale import Locale

__all__ = [
    "answered_in_all",
    "body_headline",
    "body_lead",
    "left_unranked",
    "unranked_because",
    "week_headline",
    "week_summary",
]

# --- a week ---------------------------------------------------------------------------------------


def week_headline(board: Scoreboard, locale: Locale) -> str:
    """`More than half of the ranked bodies answered more than six questions in ten`."""
    _, placed = locale.gettext, [it for it in board.ranked if it.values.get("n_requests")]
    if not placed:
        return _("No body could be ranked")
    if len(placed) == 1:
        return f"{one_line(placed[0].body.name)}{_(': ')}{_answered(board, placed[0], locale)}"
    counts = [(it.values.get("n_answered") or 0, it.values["n_requests"] or 0) for it in placed]
    if not any(k for k, _n in counts):
        return _("None of the ranked bodies answered")
    if all(k == n for k, n in counts):
        return _("All ranked bodies answered everything")
    above = [sum(10 * k > tenths * n for k, n in counts) for tenths in range(10)]
    tenths = sum(2 * it >= len(counts) for it in above[1:])
    if tenths == 0:
        text, tenths = _("More than half of the ranked bodies answered at most %(tenths)s"), 1
    elif above[tenths] == len(counts):
        text = _("All ranked bodies answered more than %(tenths)s")
    elif 2 * above[tenths] == len(counts):
        text = _("Half of the ranked bodies answered more than %(tenths)s")
    else:
        text = _("More than half of the ranked bodies answered more than %(tenths)s")
    return text % {"tenths": in_ten(board, locale, tenths)}


def week_summary(board: Scoreboard, locale: Locale) -> str:
    """How much was asked and answered, who is not ranked and why, and what is still open."""
    return " ".join([*_week(board, locale)])


def _week(board: Scoreboard, locale: Locale) -> Iterator[str]:
    when, colon = capitalised(period(board, locale)), locale.gettext(": ")
    yield f"{when}{colon}{answered_in_all(board, locale)}"
    yield from left_unranked(board, locale)
    yield from _scope(board, locale)
    if board.provisional:
        yield locale.gettext("Provisional: part of the period is still being watched.")


def answered_in_all(board: Scoreboard, locale: Locale) -> str:
    """The sum: `the 21 ranked bodies answered 480 of 772 questions within 7 days (62 %)`."""
    placed = board.ranked
    if not placed:
        return locale.gettext("no body could be ranked.")
    n = sum(it.values.get("n_requests") or 0 for it in placed)
    k = sum(it.values.get("n_answered") or 0 for it in placed)
    if not n:
        text = locale.ngettext(
            "nobody asked the only ranked body anything.",
            "nobody asked the %(bodies)s ranked bodies anything.",
            len(placed),
        )
        return text % {"bodies": locale.count(len(placed))}
    text = locale.ngettext(
        "the only ranked body answered %(part)s%(networks)s%(within)s (%(share)s).",
        "the %(bodies)s ranked bodies answered %(part)s%(networks)s%(within)s (%(share)s).",
        len(placed),
    )
    return text % {
        "bodies": locale.count(len(placed)),
        "part": part(board, locale, k, n),
        "networks": networks(board, locale),
        "within": within(board, locale),
        "share": percent(k / n, locale),
    }


def left_unranked(board: Scoreboard, locale: Locale) -> Iterator[str]:
    """How many bodies have no rank, by reason; nothing where all have one."""
    reasons = Counter(
        unranked_because(board, score, locale) for score in board.scores if score.rank is None
    )
    if not reasons:
        return
    colon, semicolon = locale.gettext(": "), locale.gettext("; ")
    each = [f"{reason}{colon}{locale.count(n)}" for reason, n in reasons.most_common()]
    text = locale.ngettext(
        "%(n)s body is not ranked (%(reasons)s).",
        "%(n)s bodies are not ranked (%(reasons)s).",
        reasons.total(),
    )
    yield text % {
        "n": locale.count(reasons.total()),
        "reasons": semicolon.join(each if len(reasons) > 1 else reasons),
    }


def _scope(board: Scoreboard, locale: Locale) -> Iterator[str]:
    """Which kinds of messages count, where these are chosen."""
    _, chosen = locale.gettext, board.options.get("kinds") or KINDS
    if set(chosen) >= set(KINDS):
        return
    names = {
        "mention": _("mentions"),
        "reply": _("replies"),
        "quote": _("quotes"),
        "comment": _("comments under the bodies' own posts"),
        "wall-post": _("posts on the bodies' walls"),
        "post": _("posts"),
    }
    kinds = [names[it] for it in chosen if it in names]
    if kinds:
        yield _("Only these messages count: %(kinds)s.") % {"kinds": listed(kinds, locale)}


# --- a body ---------------------------------------------------------------------------------------


def body_headline(board: Scoreboard, score: Score, locale: Locale) -> str:
    """`Answered 36 of 37 questions within 7 days, half of them within 12 minutes; first of 21`."""
    semicolon = locale.gettext("; ")
    if score.rank is not None:
        where = place(board, score, locale)
        parts = [_answered(board, score, locale) + _half(board, score, locale), where]
        return semicolon.join(filter(None, parts))
    why = locale.gettext("not ranked: %(reason)s") % {
        "reason": unranked_because(board, score, locale)
    }
    if score.reason == "too-few" and score.values.get("n_requests"):
        return _answered(board, score, locale) + semicolon + why
    return capitalised(why)


def body_lead(board: Scoreboard, score: Score, locale: Locale) -> str:
    """A paragraph: what was answered and how fast, its rank, its category, what changed."""
    return " ".join(_lead(board, score, locale))


def _lead(board: Scoreboard, score: Score, locale: Locale) -> Iterator[str]:
    name, when, colon = one_line(score.body.name), period(board, locale), locale.gettext(": ")
    yield f"{name}, {when}{colon}{_counts(board, score, locale)}"
    yield from _times(board, score, locale)
    yield from _promise(board, score, locale)
    yield from _redirects(score, locale)
    yield from _standing(board, score, locale)
    yield from _peers(board, score, locale)
    yield from _moved(board, score, locale)
    if board.provisional:
        yield locale.gettext("Provisional: part of the period is still being watched.")


def _answered(board: Scoreboard, score: Score, locale: Locale) -> str:
    """`Answered 36 of 37 questions within 7 days`."""
    n, k = score.values.get("n_requests"), score.values.get("n_answered") or 0
    if not n:
        return capitalised(_nothing(board, score, locale))
    return answered(board, locale, k, n) + within(board, locale)


def _half(board: Scoreboard, score: Score, locale: Locale) -> str:
    """`, half of them within 12 minutes`: of what was asked, where half of it was answered."""
    found = timing(board, score)
    if found is None:
        return ""
    of, seconds = found
    half = {
        "all": locale.gettext(", half of them within %(time)s"),
        "answers": locale.gettext(", half of the answers within %(time)s"),
    }
    return half[of] % {"time": spoken(board, locale, seconds)}


def _counts(board: Scoreboard, score: Score, locale: Locale) -> str:
    values = score.values
    n, k = values.get("n_requests"), values.get("n_answered") or 0
    if n is None or _has_no_figures(score):
        return _unknown(board, score, locale)
    if n == 0:
        return _nothing(board, score, locale) + "."
    counted = {
        "part": part(board, locale, k, n),
        "within": within(board, locale),
        "share": percent(k / n, locale),
    }
    low, high = values.get("wilson_low"), values.get("wilson_high")
    if low is None or high is None:
        return locale.gettext("%(part)s answered%(within)s (%(share)s).") % counted
    text = locale.gettext(
        "%(part)s answered%(within)s (%(share)s; 95 %% interval from %(low)s to %(high)s)."
    )
    return text % (counted | {"low": percent(low, locale), "high": percent(high, locale)})


def _has_no_figures(score: Score) -> bool:
    """Whether nothing is known of what people asked it, which is not that nobody did."""
    n = score.values.get("n_requests")
    return n is None or (n == 0 and score.reason == "not-collected")


def _nothing(board: Scoreboard, score: Score, locale: Locale) -> str:
    """Why no request is in the rates: there is none, or none was watched to the end."""
    n = sum(score.values.get(name) or 0 for name in ("n_pending", "n_unwatched"))
    if not n:
        return locale.gettext("nobody asked anything")
    text = locale.gettext("%(number)s, not watched to the end")
    return text % {"number": number(board, locale, n)}


def _unknown(board: Scoreboard, score: Score, locale: Locale) -> str:
    text = locale.gettext("no figures (%(reason)s).")
    return text % {"reason": unranked_because(board, score, locale)}


def _times(board: Scoreboard, score: Score, locale: Locale) -> Iterator[str]:
    found = timing(board, score)
    if found:
        of, seconds = found
        text = {
            "all": locale.gettext("Half of the %(number)s had an answer within %(time)s."),
            "answers": locale.gettext("Half of the answers came within %(time)s."),
        }[of]
        asked = number(board, locale, score.values.get("n_requests") or 0)
        yield text % {"number": asked, "time": spoken(board, locale, seconds)}


def _promise(board: Scoreboard, score: Score, locale: Locale) -> Iterator[str]:
    """Within what time an answer is promised, and how often it came by then."""
    if not score.promise:
        return
    told = {"time": promised(parse_promise(score.promise), locale)}
    names = ("within_promise", "within_promise_low", "within_promise_high")
    share, low, high = (score.values.get(name) for name in names)
    if share is None or low is None or high is None:
        yield locale.gettext("An answer is promised within %(time)s.") % told
        return
    text = locale.gettext(
        "An answer is promised within %(time)s: %(share)s had one in time "
        "(95 %% interval from %(low)s to %(high)s)."
    )
    yield text % (
        told
        | {
            "share": share_of(board, locale, percent(share, locale)),
            "low": percent(low, locale),
            "high": percent(high, locale),
        }
    )


def _redirects(score: Score, locale: Locale) -> Iterator[str]:
    share = score.values.get("redirect_rate")
    if share and (score.values.get("n_answered") or 0) >= FEW_ANSWERED:
        text = locale.gettext("Of the answers, %(share)s only sent people elsewhere.")
        yield text % {"share": percent(share, locale)}


def _standing(board: Scoreboard, score: Score, locale: Locale) -> Iterator[str]:
    """Its rank with the ranks that it may have, and its distinction; or why it has none."""
    if score.rank is None:
        if score.reason and not _has_no_figures(score):
            reason = unranked_because(board, score, locale)
            yield capitalised(locale.gettext("not ranked: %(reason)s") % {"reason": reason}) + "."
        return
    told = {"rank": locale.count(score.rank), "n": locale.count(len(board.ranked))}
    ends = rank_range(board, score)
    if ends is None or len(board.ranked) == 1:
        yield locale.gettext("Rank %(rank)s of %(n)s.") % told
    elif ends[0] == ends[1]:
        yield (
            locale.gettext(
                "Rank %(rank)s of %(n)s, apart from all others by more than chance (95 %%)."
            )
            % told
        )
    else:
        text = locale.gettext(
            "Rank %(rank)s of %(n)s; allowing for chance, from %(low)s to %(high)s (95 %%)."
        )
        yield text % (told | {"low": locale.count(ends[0]), "high": locale.count(ends[1])})
    if score.band:
        yield locale.gettext("Distinction: %(band)s.") % {
            "band": one_line(band_label(board, score, locale))
        }


def _peers(board: Scoreboard, score: Score, locale: Locale) -> Iterator[str]:
    category = score.body.category
    peers = board.category_medians.get(category)
    if category and score.rank is not None and peers is not None:
        text = locale.gettext(
            "Median of the %(n)s ranked bodies of its category (%(category)s): %(share)s."
        )
        yield text % {
            "n": locale.count(len(board.rates[category])),
            "category": one_line(category),
            "share": percent(peers, locale),
        }


def _moved(board: Scoreboard, score: Score, locale: Locale) -> Iterator[str]:
    """Which way the rate went since the earlier period, as far as chance does not explain it."""
    change, rate = score.change, score.values.get("response_rate")
    before = change.previous.get("response_rate") if change else None
    if change is None or board.compared_to is None or before is None or rate is None:
        return
    if score.rank is None or not change.difference:
        return
    text = {
        "up": locale.gettext("The rate rose from %(before)s in %(period)s to %(now)s."),
        "down": locale.gettext("The rate fell from %(before)s in %(period)s to %(now)s."),
        None: locale.gettext(
            "Chance alone may explain the difference from %(before)s in %(period)s."
        ),
    }[change.direction]
    yield text % {
        "before": percent(before, locale),
        "now": percent(rate, locale),
        "period": period_named(board.compared_to, locale),
    }


def unranked_because(board: Scoreboard, score: Score, locale: Locale) -> str:
    """Why a body has no rank, in words that stand alone."""
    _, reason = locale.gettext, score.reason or ""
    if reason == "too-few":
        return _too_few(board, score, locale)
    reasons = {
        "closed": _("nobody can write to it in public"),
        "no-account": _("no account on these networks"),
        "not-collected": _("accounts not collected"),
        "low-coverage": _("gaps in the collection"),
        "suspect": _("no reply at all, perhaps a wrong account"),
    }
    return reasons.get(reason, one_line(reason))


def _too_few(board: Scoreboard, score: Score, locale: Locale) -> str:
    few = int(board.options.get("min_requests") or 0)
    if (score.values.get("n_requests") or 0) >= few:
        text = locale.ngettext("fewer than %(n)s answer", "fewer than %(n)s answers", FEW_ANSWERED)
        return text % {"n": locale.count(FEW_ANSWERED)}
    if few <= 1:
        return locale.gettext("nobody asked anything")
    text = locale.gettext("fewer than %(number)s")
    return text % {"number": number(board, locale, few)}
