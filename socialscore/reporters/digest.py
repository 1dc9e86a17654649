"""A digest as a page: what was answered, what changed, when it goes well, and what is still open.

A page is a list of blocks; `blocks.py` writes it as Markdown, HTML or plain text.
"""

from __future__ import annotations

from itertools import groupby, islice
from statistics import median
from typing import TYPE_CHECKING

from socialscore.model.network import BY_NAME
from socialscore.model.scoreboard import FEW
from socialscore.reporters.blocks import Grid, Heading, Items, Link, Text
from socialscore.reporters.counted import number
from socialscore.reporters.facts import metric_named
from socialscore.reporters.formatting import NO_VALUE, one_line
from socialscore.reporters.headlines import body_headline, body_lead, week_headline, week_summary
from socialscore.reporters.phrases import listed, percent, period, period_named, title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from socialscore.model.digest import AnsweredRequest, Digest, HourOfDay
    from socialscore.model.scoreboard import Metric, Score, Scoreboard
    from socialscore.model.topics import TopicLine
    from socialscore.model.unanswered import UnansweredRequest
    from socialscore.reporters.blocks import Block
    from socialscore.reporters.locale import Locale

    Values = Mapping[str, float | int | None]

__all__ = ["digest_blocks", "digest_title"]

_MOST_TOPICS = 3  # of a category; of a body twice as many
_MOST_OPEN = 10  # lines of what is still open
_MOST_HOURS = 3  # best, and worst
_MOST_MOVED = 10  # bodies each way
_INTERVALS = {
    "response_rate": ("wilson_low", "wilson_high"),
    "within_promise": ("within_promise_low", "within_promise_high"),
}
_WAITS = ("median_wait", "median_wait_low", "median_wait_high")


def digest_title(digest: Digest, locale: Locale) -> str:
    """`Ville de Lusambre, week 46 of 2026 (9–15 Nov 2026)`: what a mail may have as its subject."""
    whose = one_line(digest.body.name) if digest.body else title(digest.board, locale)
    return f"{whose}, {period(digest.board, locale)}"


def digest_blocks(digest: Digest, locale: Locale) -> list[Block]:
    """The page, block by block."""
    score = digest.score
    return [
        Heading(digest_title(digest, locale), level=1),
        *(_of_body(digest, score, locale) if score else _of_ranking(digest, locale)),
        *_hours(digest, locale),
        *_open(digest, locale),
        *_topics(digest, locale),
        Text(_source(digest, locale)),
    ]


# --- a body ---------------------------------------------------------------------------------------


def _of_body(digest: Digest, score: Score, locale: Locale) -> Iterator[Block]:
    board = digest.board
    yield Text(body_headline(board, score, locale) + ".", strong=True)
    yield Text(body_lead(board, score, locale))
    yield from _not_yet(board, score, locale)
    yield _figures(board, score, locale)
    if digest.longest:
        yield Heading(locale.gettext("The slowest answers"))
        text = locale.gettext("%(time)s, asked on %(moment)s")
        yield Items([
            (
                text
                % {
                    "time": locale.duration(it.wait_seconds),
                    "moment": locale.instant(it.asked_at),
                },
                _link(it),
            )
            for it in digest.longest
        ])  # fmt: skip


def _not_yet(board: Scoreboard, score: Score, locale: Locale) -> Iterator[Block]:
    """Where nothing has matured, when it will have."""
    pending = score.values.get("n_pending") or 0
    if score.values.get("n_requests") or not pending or not board.horizon:
        return
    text = locale.ngettext(
        "%(number)s is still being watched; the figures are complete %(time)s after the period.",
        "%(number)s are still being watched; the figures are complete %(time)s after the period.",
        pending,
    )
    told = {"number": number(board, locale, pending), "time": locale.span(board.horizon)}
    yield Text(text % told)


def _figures(board: Scoreboard, score: Score, locale: Locale) -> Grid:
    """Its metrics, beside those of the period before and of its category."""
    before = score.change.previous if score.change else {}
    peers = [it.values for it in board.ranked if it.body.category == score.body.category]
    header = ["", period_named(board.period, locale)]
    if before:
        header.append(period_named(board.compared_to or "", locale))
    if with_peers := len(peers) >= FEW and score.body.category != "":
        text = locale.gettext("median of %(category)s")
        header.append(text % {"category": one_line(score.body.category)})
    rows = []
    promised = ["within_promise"] if score.values.get("within_promise") is not None else []
    for name in dict.fromkeys(("n_requests", "response_rate", *promised, *board.show)):
        metric = metric_named(board, name)
        cells = [_value(board, metric, score.values, locale)]
        if before:
            cells.append(_value(board, metric, before, locale))
        if with_peers:
            cells.append(_median(board, metric, peers, locale))
        rows.append([locale.label(metric), *cells])
    return Grid(header, rows)


def _value(board: Scoreboard, metric: Metric, values: Values, locale: Locale) -> str:
    value = values.get(metric.name)
    if value is None and metric.name in _WAITS and values.get("n_requests"):
        return _longer(board, locale)
    text = locale.quantity(value, metric.unit)
    low, high = (values.get(name) for name in _INTERVALS.get(metric.name, ("", "")))
    if low is not None and high is not None:
        return f"{text} ({percent(low, locale)} – {percent(high, locale)})"
    return text


def _longer(board: Scoreboard, locale: Locale) -> str:
    """A wait that was longer than anybody watched."""
    if board.horizon is None:
        return locale.gettext("not yet")
    return f">{locale.space}{locale.span(board.horizon)}"


def _median(board: Scoreboard, metric: Metric, peers: Sequence[Values], locale: Locale) -> str:
    """The median of the ranked bodies; what was longer than anybody watched is the longest."""
    is_wait = metric.name in _WAITS
    values = [values.get(metric.name) for values in peers]
    known = [float("inf") if it is None else it for it in values if is_wait or it is not None]
    middle = median(known) if known else None
    if middle == float("inf"):
        return _longer(board, locale)
    return locale.quantity(middle, metric.unit)


# --- a ranking ------------------------------------------------------------------------------------


def _of_ranking(digest: Digest, locale: Locale) -> Iterator[Block]:
    board = digest.board
    yield Text(week_headline(board, locale) + ".", strong=True)
    yield Text(week_summary(board, locale))
    if board.compared_to is not None:
        yield Heading(locale.gettext("What changed"))
        yield from _changes(board, locale)
    waits = _waits(board, locale)
    if waits:
        yield Heading(locale.gettext("The longest waits"))
        yield Grid(
            [locale.gettext("body"), locale.label(metric_named(board, "median_wait"))], waits
        )


def _changes(board: Scoreboard, locale: Locale) -> Iterator[Block]:
    """The bodies whose rate moved by more than chance, and those that came and went."""
    when = period_named(board.compared_to or "", locale)
    if not any(it.change and it.change.previous.get("n_requests") for it in board.scores):
        text = locale.gettext("There are no figures to compare with (%(period)s).")
        yield Text(text % {"period": when})
        return
    up = [it for it in board.scores if it.change and it.change.direction == "up"]
    down = [it for it in board.scores if it.change and it.change.direction == "down"]
    rose = locale.gettext("%(body)s rose from %(before)s to %(now)s")
    fell = locale.gettext("%(body)s fell from %(before)s to %(now)s")
    items = [_moved(it, rose, locale) for it in up[:_MOST_MOVED]]
    items += [_moved(it, fell, locale) for it in down[:_MOST_MOVED]]
    if items:
        yield Items([(item, None) for item in items])
        yield Text(
            locale.ngettext(
                "%(n)s change is more than chance explains; of such, one in ten may be chance.",
                "%(n)s changes are more than chance explains; of such, one in ten may be chance.",
                len(up) + len(down),
            )
            % {"n": locale.count(len(up) + len(down))}
        )
    else:
        text = locale.gettext("Since %(period)s, no rate changed by more than chance explains.")
        yield Text(text % {"period": when})
    new = [one_line(it.body.name) for it in board.scores if it.change and it.change.entered]
    for names, text in (
        (new, locale.gettext("Ranked, and not in the period before: %(bodies)s.")),
        ([one_line(it.name) for it in board.gone], locale.gettext("No longer ranked: %(bodies)s.")),
    ):
        if names:
            yield Text(text % {"bodies": listed(names, locale)})


def _moved(score: Score, text: str, locale: Locale) -> str:
    before = score.change.previous.get("response_rate") if score.change else None
    now = score.values.get("response_rate")
    return text % {
        "body": one_line(score.body.name),
        "before": locale.share(before),
        "now": locale.share(now),
    }


def _waits(board: Scoreboard, locale: Locale) -> list[list[str | Link]]:
    """The ranked bodies whose median wait is longest; of equal ones, who answers least is first."""
    metric = next((it for it in board.metrics if it.name == "median_wait"), None)
    if metric is None:
        return []

    def slow(score: Score) -> tuple[float, float, str]:
        wait, rate = (score.values.get(name) for name in ("median_wait", "response_rate"))
        return (float("-inf") if wait is None else -wait), rate or 0.0, score.body.name

    slowest = sorted((it for it in board.ranked if it.values.get("n_requests")), key=slow)[:3]
    return [[one_line(it.body.name), _value(board, metric, it.values, locale)] for it in slowest]


# --- both -----------------------------------------------------------------------------------------


def _hours(digest: Digest, locale: Locale) -> Iterator[Block]:
    _ = locale.gettext
    yield Heading(_("Best and worst hours, over 13 weeks"))
    best = _("%(when)s: %(k)s of %(n)s answered, more than at other hours")
    worst = _("%(when)s: %(k)s of %(n)s answered, less than at other hours")
    items = [_hour(it, best, locale) for it in digest.best_hours[:_MOST_HOURS]]
    items += [_hour(it, worst, locale) for it in digest.worst_hours[:_MOST_HOURS]]
    if items:
        yield Items([(item, None) for item in items])
    elif digest.n_hours > 1:
        yield Text(_("No hour differs from the others by more than chance explains."))
    else:
        yield Text(_("Too little was asked to tell hours apart."))


def _hour(hour: HourOfDay, text: str, locale: Locale) -> str:
    _ = locale.gettext
    days = _("Saturday and Sunday") if hour.is_weekend else _("Monday to Friday")
    told = {"days": days, "hour": hour.hour, "end": hour.hour + 1}
    return text % {
        "when": _("%(days)s, %(hour)s:00 to %(end)s:00") % told,
        "k": locale.count(hour.n_answered),
        "n": locale.count(hour.n_requests),
    }


def _open(digest: Digest, locale: Locale) -> Iterator[Block]:
    """What nobody has answered: what can still be, most urgent first, and how much cannot."""
    found = digest.unanswered
    yield Heading(locale.gettext("Still open"))
    if found.requests:
        yield Text(" ".join([_how_much_is_open(digest, locale), *_late(digest, locale)]))
        yield from _open_by_body(digest, locale) if digest.body is None else _urgent(digest, locale)
    elif digest.body is None or not found.gaps:
        yield Text(locale.gettext("Nothing of the last 30 days is without an answer."))
    yield from _unknown(digest, locale)


def _how_much_is_open(digest: Digest, locale: Locale) -> str:
    requests = digest.unanswered.requests
    text = locale.ngettext(
        "%(number)s of the last 30 days has no answer",
        "%(number)s of the last 30 days have no answer",
        len(requests),
    )
    said = text % {"number": number(digest.board, locale, len(requests))}
    n = sum(it.still_counts for it in requests)
    if n == 0:
        return said + "."
    if n == len(requests):
        return said + locale.gettext("; an answer still counts.")
    return said + locale.gettext("; for %(n)s of them, an answer still counts.") % {
        "n": locale.count(n)
    }


def _late(digest: Digest, locale: Locale) -> Iterator[str]:
    """How many wait longer than the body promises; nothing where none does."""
    found = digest.unanswered
    if n := sum(map(found.is_past_promise, found.requests)):
        text = locale.ngettext(
            "%(n)s waits longer than was promised.", "%(n)s wait longer than was promised.", n
        )
        yield text % {"n": locale.count(n)}


def _unknown(digest: Digest, locale: Locale) -> Iterator[Block]:
    """What was not collected, so that nobody knows whether more is open, or less."""
    found = digest.unanswered
    unwatched = sum(it.is_unwatched for it in found.requests)
    if unwatched:
        text = locale.ngettext(
            "%(n)s of them may have an answer that was not collected.",
            "%(n)s of them may have answers that were not collected.",
            unwatched,
        )
        yield Text(text % {"n": locale.count(unwatched)})
    if found.gaps and digest.body:
        (share,) = found.gaps.values()
        text = locale.gettext("Of these 30 days, %(share)s was collected; there may be more.")
        yield Text(text % {"share": locale.share(share)})
    elif found.gaps:
        text = locale.ngettext(
            "For %(n)s body, part of these 30 days was not collected; there may be more.",
            "For %(n)s bodies, part of these 30 days was not collected; there may be more.",
            len(found.gaps),
        )
        yield Text(text % {"n": locale.count(len(found.gaps))})


def _urgent(digest: Digest, locale: Locale) -> Iterator[Block]:
    """The requests for which an answer still counts, oldest first; without any, the newest ones."""
    requests = digest.unanswered.requests
    counting = [it for it in requests if it.still_counts]
    shown = counting[:_MOST_OPEN] or requests[-_MOST_OPEN:]
    yield _open_requests(digest, shown, locale)
    yield from _shortened(len(shown), len(counting) or len(requests), locale)


def _shortened(n_shown: int, n_all: int, locale: Locale) -> Iterator[Block]:
    """That there are more than a table shows, and where."""
    if n_shown < n_all:
        text = locale.gettext("%(shown)s of %(all)s; socialscore unanswered lists all.")
        yield Text(text % {"shown": locale.count(n_shown), "all": locale.count(n_all)})


def _open_requests(digest: Digest, requests: Sequence[UnansweredRequest], locale: Locale) -> Grid:
    _, found = locale.gettext, digest.unanswered
    header = [_("message"), _("asked on"), _("age"), _("in opening hours"), _("time left")]
    rows: list[list[str | Link]] = []
    for it in requests:
        left = (it.watched_until - found.as_of).total_seconds() if it.watched_until else None
        rows.append([
            _link(it) or it.message_id,
            locale.instant(it.asked_at),
            locale.duration(it.age_seconds),
            locale.duration(it.open_age_seconds),
            locale.duration(left if it.is_pending else None),
        ])  # fmt: skip
    # A column that says nothing is left out.
    told = [n for n, cells in enumerate(zip(*rows, strict=True)) if {*cells} != {NO_VALUE}]
    return Grid([header[n] for n in told], [[row[n] for n in told] for row in rows])


def _open_by_body(digest: Digest, locale: Locale) -> Iterator[Block]:
    _ = locale.gettext
    of_body: dict[str, list[UnansweredRequest]] = {}
    for it in digest.unanswered.requests:
        of_body.setdefault(it.body.body_id, []).append(it)
    most = sorted(of_body.values(), key=lambda it: (-len(it), it[0].body.name))[:_MOST_OPEN]
    rows: list[list[str | Link]] = [
        [
            one_line(mine[0].body.name),
            locale.count(len(mine)),
            locale.count(sum(it.still_counts for it in mine)),
            locale.duration(mine[0].age_seconds),
        ]
        for mine in most
    ]
    yield Grid([_("body"), _("without an answer"), _("still counts"), _("oldest")], rows)
    yield from _shortened(len(rows), len(of_body), locale)


def _topics(digest: Digest, locale: Locale) -> Iterator[Block]:
    """What most people asked about; of a ranking, in each category."""
    if digest.topics is None:
        return
    _, board = locale.gettext, digest.board
    yield Heading(_("What people ask about, over the last 30 days"))
    if not digest.topics:
        yield Text(_("No topic has 10 people or more."))
        return
    with_category = digest.body is None
    most = _MOST_TOPICS if with_category else 2 * _MOST_TOPICS
    by_category = groupby(digest.topics, key=lambda it: it.category)
    shown = [line for _name, lines in by_category for line in islice(lines, most)]
    header = [_("topic"), _("people"), _("requests"), _("answered (95 %)"), _("median wait")]
    rows = [_topic(board, line, locale) for line in shown]
    if with_category:
        header = [_("category"), *header]
        rows = [[one_line(it.category), *row] for it, row in zip(shown, rows, strict=True)]
    yield Grid(header, rows)


def _topic(board: Scoreboard, line: TopicLine, locale: Locale) -> list[str | Link]:
    low, high = percent(line.wilson_low, locale), percent(line.wilson_high, locale)
    wait = line.median_wait
    return [
        line.topic,
        locale.count(line.n_authors),
        locale.count(line.n_requests),
        f"{percent(line.response_rate, locale)} ({low} – {high})",
        _longer(board, locale) if wait is None else locale.duration(wait),
    ]


def _source(digest: Digest, locale: Locale) -> str:
    board = digest.board
    text = locale.gettext(
        "%(title)s; data until %(as_of)s (%(zone)s); preset %(preset)s; socialscore %(version)s."
    )
    as_of = board.as_of.astimezone(board.since.tzinfo)
    return text % {
        "title": title(board, locale),
        "as_of": locale.instant(as_of),
        "zone": board.timezone,
        "preset": board.preset,
        "version": board.version,
    }


def _link(request: AnsweredRequest | UnansweredRequest) -> Link | None:
    """To the message, by the name of its network; None: its address is not known."""
    if request.permalink is None:
        return None
    return Link(request.permalink, BY_NAME[request.network].label)
