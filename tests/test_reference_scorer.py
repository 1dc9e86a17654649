"""The statement and a scorer that was written without it say the same of random worlds."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pyarrow as pa
import pytest
import same_uncertainty
from engines import engine
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from random_worlds import (
    AS_OF,
    HOURS,
    MIDDLE,
    SINCE,
    UNTIL,
    calendar_file,
    open_intervals,
    panel_of,
    side_by_side,
)
from random_worlds import worlds as random_worlds
from reference_scorer import reference
from same_uncertainty import ENDS, same
from worlds import ALL, END, START, world

from socialscore.inputs.ranking import calendar_of, load_ranking, promise_of
from socialscore.model.period import parse_instant
from socialscore.scoring import MessageSource, MessageTable, score
from socialscore.scoring.unanswered import unanswered
from socialscore.store.schema import COVERAGE

if TYPE_CHECKING:
    from pathlib import Path

    from random_worlds import World

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.unanswered import UnansweredRequest

N_STATEMENTS = int(os.environ.get("SOCIALSCORE_STATEMENTS", "4"))  # for each unit, match and clock
N_WORLDS = 4  # that are counted side by side in a statement, at the most; two at the least

CLOCKS: dict[str, dict[str, Any]] = {
    "calendar": {"clock": "calendar"},
    "business": {"clock": "business", "off_hours_reply": "zero"},
    "business-elapsed": {"clock": "business", "off_hours_reply": "elapsed"},
}
YEAR, HOUR = timedelta(days=365), timedelta(hours=1)
GAPS = datetime(2026, 10, 21, tzinfo=UTC)  # from here on what an account writes may be out of view
Views = dict[tuple[str, str], list[tuple[datetime, datetime]]]
LEFT_ASIDE = {  # compared by same_uncertainty.py, or resting on no rule of counting
    *ENDS, "deff", "n_effective", "shrunk_rate", "median_delay_calendar", "conversationality",
    "coverage", "n_judged", "n_judged_earlier",
}  # fmt: skip
PROMISES = {"metro": "3h open", "ville": "1h"}
CHOSEN = ("third-party", "repost", "duplicate", "mass-mention", "deleted")
OPTIONS = st.fixed_dictionaries(
    {
        "selection": st.sampled_from(["all", "requests", "questions", "question-mark"]),
        "responders": st.sampled_from(["group", "same"]),
        "replies_to_several": st.booleans(),
        "strict": st.booleans(),
        "exclude_bursts": st.booleans(),
        "clock_start": st.sampled_from(["first", "last"]),
        "horizon": st.sampled_from(["7d", "1d", "none"]),
        "min_age": st.sampled_from(["none", "2d"]),
        "exclude": st.sampled_from(["none", "default", *CHOSEN, ["duplicate", "deleted"]]),
        "include_institutions": st.booleans(),
        "networks": st.sampled_from([["twitter", "facebook"], ["twitter"]]),
        "kinds": st.sampled_from([load_ranking().kinds, ["mention", "repost"]]),
        "timezone": st.sampled_from(["Europe/Paris", "UTC"]),
        "calendar": st.sampled_from(["", "nights"]),
        "trim": st.sampled_from([0.1, 0.5]),
        "within": st.just(["1h", "4h", "3d"]),
        "icc": st.sampled_from(["estimate", 0.0, 0.3]),
        "promises": st.sampled_from([{"transport": "8h open"}, {"transport": "1d"}]),
    }
)
WORLDS = st.lists(random_worlds(), min_size=2, max_size=N_WORLDS)
PERIODS = st.sampled_from([(SINCE, UNTIL), (SINCE, MIDDLE), (MIDDLE, UNTIL)])


@pytest.fixture(scope="module")
def panel_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the panel would lie, with its calendars beside it."""
    folder = tmp_path_factory.mktemp("panel")
    (folder / "calendars").mkdir()
    for name in HOURS:
        (folder / "calendars" / f"{name}.toml").write_text(calendar_file(name), encoding="utf-8")
    return folder / "panel.csv"


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("match", ["direct", "conversation", "loose"])
@pytest.mark.parametrize("unit", ["message", "episode", "author"])
def test_two_scorers_agree(unit: str, match: str, clock: str, panel_file: Path) -> None:
    fixed = {"unit": unit, "match": match, **CLOCKS[clock]}

    @seed(crc32(f"{unit} {match} {clock} {N_STATEMENTS}".encode()))  # others for each
    @settings(max_examples=N_STATEMENTS, database=None)
    @given(WORLDS, OPTIONS, PERIODS, st.sampled_from(AS_OF), st.integers(0, 2**32))
    def agree(
        worlds: list[World], options: Any, period: Any, as_of: str, seed_of_gaps: int
    ) -> None:
        icc = options["icc"]
        options = fixed | {name: options[name] for name in options if name != "icc"}
        found = differences(worlds, options, period, as_of, panel_file, icc, seed_of_gaps)

        assert not found, "\n".join(found)

    agree()


def with_gaps(panel: Panel, as_of: datetime, random: Random) -> Views:
    """When each account was in view with what it wrote: gaps lie anywhere, or near the end."""
    views: Views = {}
    for _, account in panel.accounts():
        edges = [START, END]
        for _ in range(random.choice((0, 0, 1, 2))):
            anywhere = GAPS + random.randint(0, 18 * 24) * HOUR
            gap = random.choice((anywhere, as_of - random.choice((0, 1, 24, 25)) * HOUR))
            edges += [gap, gap + random.choice((1, 5, 30)) * HOUR]
        edges.sort()
        views[account.network, account.account_id] = list(zip(edges[::2], edges[1::2], strict=True))
    return views


def age(request: UnansweredRequest, ranking: Ranking) -> float | None:
    """On the ranking's clock."""
    return request.open_age_seconds if ranking.clock == "business" else request.age_seconds


def promising(panel: Panel) -> Panel:
    """The panel, in which some bodies promise something on one clock, others on the other."""
    bodies = (
        replace(body, promise=PROMISES.get(body.body_id.partition("/")[2], ""))
        for body in panel.bodies
    )
    return replace(panel, bodies=tuple(bodies))


def coverage_of(views: Views) -> pa.Table:
    """Of each account both streams: what citizens write to it is in view all the time."""
    rows = [
        {
            "network": network, "account_id": account_id, "stream": stream,
            "covered_from": since.replace(tzinfo=None), "covered_until": until.replace(tzinfo=None),
        }
        for (network, account_id), seen in views.items()
        for stream, intervals in (("inbound", [(START, END)]), ("outbound", seen))
        for since, until in intervals
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=COVERAGE)


def differences(
    worlds: list[World],
    options: dict[str, Any],
    period: tuple[str, str],
    as_of: str,
    panel_file: Path,
    icc: float | str,
    seed_of_gaps: int,
) -> list[str]:
    """What the statement and the reference say otherwise, a line for each metric of a body."""
    ranking = load_ranking(None, ALL | options | {"icc": icc} | {"period": "..".join(period)})
    instants = [parse_instant(text, ranking.zone) for text in (*period, as_of)]
    since, until, end = (instant.astimezone(UTC) for instant in instants)
    rows, panel = side_by_side(worlds), promising(panel_of(len(worlds)))
    views = with_gaps(panel, end, Random(seed_of_gaps))
    table = MessageTable(world(rows, panel, END).table, coverage_of(views))
    source = MessageSource(table, beside=(panel_file,), engine=engine)

    scoreboard = score(source, panel, ranking, as_of=as_of)

    found, requests = [], {}
    silent: tuple[UnansweredRequest, ...] = ()
    if since < end:  # or else there is nothing to list
        silent = unanswered(source, panel, ranking, period="..".join(period), as_of=as_of).requests
    for line in scoreboard.scores:
        hours = open_intervals(ranking.calendar or line.body.calendar)
        always = [(since - YEAR, end + YEAR)]
        opening = hours if ranking.clock == "business" else always
        promised = promise_of(line.body, ranking)
        own_hours = open_intervals(calendar_of(line.body, ranking))
        promise = promised and (promised.seconds, own_hours if promised.is_open_time else always)
        expected = reference(
            rows, panel, line.body, ranking, (since, until), end, opening, views, promise
        )
        requests[line.body.body_id] = expected["requests"]
        mine = {
            (it.network, it.message_id): (it.is_pending, it.is_unwatched, age(it, ranking))
            for it in silent
            if it.body.body_id == line.body.body_id
        }
        if mine != (others := expected["unanswered"]):
            found.append(f"{line.body.body_id}, unanswered: {mine}, by the reference {others}")
        found += [
            f"{line.body.body_id}, {name}: the statement says {value}, the reference {other}"
            for name, value in line.values.items()
            if name not in LEFT_ASIDE
            and not same(value, other := expected.get(name, 0 if name[:2] == "n_" else None))
        ]
    return found + same_uncertainty.differences(scoreboard, requests, icc)
