"""The laws of the measure: what must hold in every world, whatever people write.

A law is tried on several worlds at once, which stand side by side in one panel and know nothing of
each other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import engines
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_worlds import MIDDLE, SINCE, UNTIL, panel_of, prefixed, side_by_side
from random_worlds import worlds as random_worlds
from worlds import START, asks, board

from socialscore.inputs.panel import Panel

if TYPE_CHECKING:
    from datetime import date
    from random import Random

Row = dict[str, Any]
Values = dict[str, dict[str, Any]]

N_WORLDS = 12
COUNTS = ("n_requests", "n_answered", "n_late", "n_pending", "n_too_early", "n_replies")
LEVELS = ("n_selected_question_mark", "n_selected_questions", "n_selected_requests")
ALL_LEVELS = (*LEVELS, "n_selected_all")

law = settings(
    max_examples=2 if engines.in_use == "spark" else 5,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


# Planning a statement costs more than counting many worlds.
WORLDS = st.lists(random_worlds(), min_size=8, max_size=N_WORLDS).map(side_by_side)
BODIES = panel_of(N_WORLDS)
ACCOUNTS = {account.account_id for _, account in BODIES.accounts()}

UNITS = st.sampled_from(["message", "episode", "author"])
SELECTIONS = ("question-mark", "questions", "requests", "all")
MATCHES = st.sampled_from(["direct", "conversation", "loose"])
OPTIONS = st.fixed_dictionaries(
    {
        "unit": UNITS,
        "match": MATCHES,
        "responders": st.sampled_from(["group", "same"]),
        "replies_to_several": st.booleans(),
        "strict": st.booleans(),
        "exclude_bursts": st.booleans(),
        "clock_start": st.sampled_from(["first", "last"]),
        "horizon": st.sampled_from(["7d", "1d", "none"]),
        "exclude": st.sampled_from(["none", "default"]),
        "selection": st.sampled_from(["all", "questions"]),
        "timezone": st.sampled_from(["Europe/Paris", "UTC"]),
    }
)


def found(rows: list[Row], panel: Panel = BODIES, **options: Any) -> Values:
    """The values of every body, over the whole period unless the options name another."""
    # A key without intervals of ranks, which cost more than the statement.
    options = {"period": f"{SINCE}..{UNTIL}", "by": "devoted_index"} | options
    scores = board(rows, panel, **options).scores
    return {score.body.body_id: dict(score.values) for score in scores}


def assert_no_rate_falls(*results: Values) -> None:
    """From each result to the next; no requests, no rate."""
    for before, after in pairwise(results):
        for body_id, values in after.items():
            if values["n_requests"] and before[body_id]["n_requests"]:
                assert before[body_id]["response_rate"] <= values["response_rate"]


@law
@given(WORLDS, OPTIONS, st.randoms(use_true_random=False))
def test_the_order_of_messages_is_irrelevant(rows: list[Row], options: Row, random: Random) -> None:
    shuffled = found(random.sample(rows, len(rows)), **options)

    for body_id, values in found(rows, **options).items():
        assert shuffled[body_id] == pytest.approx(values)


@law
@given(WORLDS, OPTIONS)
def test_doubling_every_request_changes_no_rate(rows: list[Row], options: Row) -> None:
    def twin(name: Any) -> Any:
        return f"twin-{name}" if name and name not in ACCOUNTS else name

    # Another body's account, once it is that no more, is a person, who has no twin.
    rows = [row for row in rows if row["author_id"] not in ACCOUNTS - {row["account_id"]}]
    twins = [
        row
        | {name: twin(row.get(name)) for name in row if name.endswith("_id")}
        | {"addressed_ids": [twin(name) for name in row.get("addressed_ids") or []]}
        # Equal replies to twice as many people would be a burst more often.
        | {"text_digest": twin(row.get("text_digest"))}
        for row in rows
    ]

    once, twice = found(rows, **options), found(rows + twins, **options)

    rates = ("response_rate", "within_4h", "median_delay", "mean_delay", "median_wait")
    for body_id, values in once.items():
        doubled = twice[body_id]
        assert [doubled[name] for name in COUNTS] == [2 * values[name] for name in COUNTS]
        for name in (*rates, "redirect_rate", "conversationality"):
            assert doubled[name] == pytest.approx(values[name])


@law
@given(WORLDS, OPTIONS)
def test_a_longer_horizon_never_lowers_the_rate(rows: list[Row], options: Row) -> None:
    # Where deletions count, or where a later message selects an episode, a longer horizon also
    # changes which requests there are. All are mature at the end of the worlds.
    options |= {"exclude": "none", "selection": "all", "clock_start": "first"}

    results = [found(rows, **options | {"horizon": span}) for span in ("1h", "1d", "7d", "none")]

    assert_no_rate_falls(*results)
    for shorter, longer in pairwise(results):
        for body_id, values in longer.items():
            assert shorter[body_id]["n_requests"] == values["n_requests"]


@law
@given(WORLDS, OPTIONS, st.integers(0, 6 * 1440 - 1))
def test_an_unanswered_request_never_raises_the_rate(
    rows: list[Row], options: Row, minutes: int
) -> None:
    when = min(row["sent_at"] for row in rows) + timedelta(minutes=minutes) if rows else None
    more = [
        prefixed(asks("unanswered", when, author_id="somebody else"), f"{n}/")
        for n in range(N_WORLDS if when else 0)
    ]

    before, after = found(rows, **options), found([*rows, *more], **options)

    assert_no_rate_falls(after, before)


@law
@given(WORLDS, OPTIONS, st.sampled_from(["message", "episode"]))
def test_the_counts_of_two_halves_add_up_to_the_whole(
    rows: list[Row], options: Row, unit: str
) -> None:
    # By author they do not: who writes in both halves is one request of the whole, and one of each
    # half.
    options |= {"unit": unit, "timezone": "Europe/Paris"}

    whole = found(rows, **options)
    first, second = (
        found(rows, **options, period=half) for half in (f"{SINCE}..{MIDDLE}", f"{MIDDLE}..{UNTIL}")
    )

    for body_id, values in whole.items():
        left_out = [name for name in values if name.startswith("n_excluded_")]
        for name in (*COUNTS, *LEVELS, "n_selected_all", "devoted_index", *left_out):
            assert first[body_id][name] + second[body_id][name] == values[name], name


@law
@given(WORLDS, OPTIONS)
def test_shifting_all_times_by_52_weeks_changes_nothing(rows: list[Row], options: Row) -> None:
    weeks = timedelta(weeks=52)

    def earlier(day: date | None) -> date | None:
        return day and day - weeks

    shifted = [
        row
        | {"sent_at": row["sent_at"] - weeks}
        | ({"deleted_at": row["deleted_at"] - weeks} if row.get("deleted_at") else {})
        for row in rows
    ]
    panel = Panel("shifted", tuple(
        replace(
            body,
            accounts=tuple(
                replace(a, valid_from=earlier(a.valid_from), valid_until=earlier(a.valid_until))
                for a in body.accounts
            ),
        )
        for body in BODIES.bodies
    ))  # fmt: skip
    # Clocks are set on another day.
    options |= {"timezone": "UTC", "exclude": ["repost", "duplicate", "mass-mention", "deleted"]}

    now = found(rows, **options, as_of="2026-11-06")
    then = found(
        shifted, panel, **options, period="2025-10-23..2025-10-28", as_of="2025-11-07",
        since=START - weeks,
    )  # fmt: skip

    for body_id, values in now.items():
        assert then[body_id] | {"coverage": None} == pytest.approx(values | {"coverage": None})


# A stricter option knows fewer responses. Without deletions, which look at responses, and by
# message or author, the requests remain the same; episodes end with responses, so that a stricter
# option makes fewer and longer ones, and no law holds.
FIXED = st.sampled_from(["message", "author"])


@law
@given(WORLDS, OPTIONS, FIXED)
def test_being_strict_never_raises_the_rate(rows: list[Row], options: Row, unit: str) -> None:
    options |= {"unit": unit, "exclude": "none"}

    strict, lenient = (found(rows, **options | {"strict": strict}) for strict in (True, False))

    assert_no_rate_falls(strict, lenient)
    assert all(values["redirect_rate"] in (None, 0) for values in strict.values())


@law
@given(WORLDS, OPTIONS, UNITS)
def test_asking_for_the_same_account_never_raises_the_rate(
    rows: list[Row], options: Row, unit: str
) -> None:
    options |= {"unit": unit, "exclude": "none"}  # any account ends an episode

    same, group = (found(rows, **options | {"responders": who}) for who in ("same", "group"))

    assert_no_rate_falls(same, group)


@law
@given(WORLDS, OPTIONS, FIXED)
def test_refusing_replies_to_several_never_raises_the_rate(
    rows: list[Row], options: Row, unit: str
) -> None:
    options |= {"unit": unit, "exclude": "none"}

    to_one, to_any = (
        found(rows, **options | {"replies_to_several": several}) for several in (False, True)
    )

    assert_no_rate_falls(to_one, to_any)


@law
@given(WORLDS, OPTIONS, FIXED)
def test_leaving_out_bursts_never_raises_the_rate(rows: list[Row], options: Row, unit: str) -> None:
    options |= {"unit": unit, "exclude": "none"}

    without, with_bursts = (
        found(rows, **options | {"exclude_bursts": bursts}) for bursts in (True, False)
    )

    assert_no_rate_falls(without, with_bursts)


@law
@given(WORLDS, OPTIONS, FIXED)
def test_a_looser_match_never_lowers_the_rate(rows: list[Row], options: Row, unit: str) -> None:
    options |= {"unit": unit, "exclude": "none"}

    results = [
        found(rows, **options | {"match": match}) for match in ("direct", "conversation", "loose")
    ]

    assert_no_rate_falls(*results)


@law
@given(WORLDS, OPTIONS)
def test_each_selection_contains_the_one_before_in_every_unit(
    rows: list[Row], options: Row
) -> None:
    for values in found(rows, **options).values():
        counts = [values[name] for name in ALL_LEVELS]
        answered = [values[name.replace("selected", "answered")] for name in ALL_LEVELS]

        assert counts == sorted(counts)
        assert answered == sorted(answered)


@law
@given(WORLDS, OPTIONS)
def test_a_selection_counts_what_a_ranking_by_it_counts(rows: list[Row], options: Row) -> None:
    by_selection = {
        selection: found(rows, **options | {"selection": selection}) for selection in SELECTIONS
    }

    for one in by_selection.values():
        for selection, other in by_selection.items():
            name = selection.replace("-", "_")
            for body_id, values in one.items():
                counts = [values[f"n_{what}_{name}"] for what in ("selected", "answered")]
                assert counts == [other[body_id][f"n_{what}"] for what in ("requests", "answered")]
