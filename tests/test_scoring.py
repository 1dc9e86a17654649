"""The rules of docs/method.md, one scenario each, then the laws of the measure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import END, METRO, VILLE, answers, asks, at, board, values, world

from socialscore.errors import UsageError
from socialscore.model import Account, Body
from socialscore.panel import Panel
from socialscore.ranking import load_ranking
from socialscore.scoring import score

HORIZON = 7


def reason(scoreboard: Any, body_id: str = "ville") -> str | None:
    return next(s.reason for s in scoreboard.scores if s.body.body_id == body_id)


# --- responses ---------------------------------------------------------------


def test_a_reply_within_the_horizon_answers() -> None:
    found = values(board([asks("q", at(1)), answers("a", "q", at(1 + HORIZON))]))

    assert (found["n_requests"], found["n_answered"], found["n_late"]) == (1, 1, 0)


def test_a_reply_after_the_horizon_is_late() -> None:
    found = values(board([asks("q", at(1)), answers("a", "q", at(1 + HORIZON, seconds=1))]))

    assert (found["n_requests"], found["n_answered"], found["n_late"]) == (1, 0, 1)


def test_without_a_horizon_a_reply_may_come_at_any_time() -> None:
    found = values(board([asks("q", at(1)), answers("a", "q", at(50))], horizon="none"))

    assert found["n_answered"] == 1
    assert found["median_delay"] == 49 * 86_400


def test_the_first_of_several_responses_counts() -> None:
    rows = [asks("q", at(1)), answers("b", "q", at(1, 9)), answers("a", "q", at(1, 2))]

    assert values(board(rows))["median_delay"] == 2 * 3600


def test_a_reply_of_another_body_is_no_response() -> None:
    rows = [asks("q", at(1)), answers("a", "q", at(1, 1), account_id="2", author_id="2")]

    assert values(board(rows))["n_answered"] == 0


def test_a_reply_of_another_citizen_is_no_response() -> None:
    rows = [asks("q", at(1)), asks("q2", at(1, 1), author_id="other", reply_to_id="q")]

    assert values(board(rows))["n_answered"] == 0


def test_an_automatic_reply_is_no_response() -> None:
    rows = [asks("q", at(1)), answers("a", "q", at(1, 1), response_class="automatic")]

    assert values(board(rows))["n_answered"] == 0


def test_a_redirect_is_a_response() -> None:
    rows = [asks("q", at(1)), answers("a", "q", at(1, 1), response_class="redirect")]

    assert values(board(rows))["n_answered"] == 1


@pytest.mark.parametrize(
    ("seconds", "n_answered", "delay", "n_too_early"), [(-60, 1, 0.0, 0), (-61, 0, None, 1)]
)
def test_up_to_a_minute_early_is_clock_skew(
    seconds: int, n_answered: int, delay: float | None, n_too_early: int
) -> None:
    found = values(board([asks("q", at(1)), answers("a", "q", at(1, seconds=seconds))]))

    assert found["n_answered"] == n_answered
    assert found["median_delay"] == delay
    assert found["n_too_early"] == n_too_early


def test_a_later_reply_answers_where_an_impossible_one_is_ignored() -> None:
    rows = [asks("q", at(1)), answers("x", "q", at(0)), answers("a", "q", at(1, 3))]

    assert values(board(rows))["median_delay"] == 3 * 3600


def test_in_a_conversation_a_message_to_the_author_answers() -> None:
    rows = [
        asks("q", at(1), conversation_id="t"),
        answers("a", "other", at(1, 2), conversation_id="t"),
    ]

    assert values(board(rows, match="conversation"))["n_answered"] == 1
    assert values(board(rows, match="direct"))["n_answered"] == 0


def test_in_a_conversation_it_answers_every_open_request_of_that_author() -> None:
    rows = [
        asks("q1", at(1), conversation_id="t"),
        asks("q2", at(1, 1), conversation_id="t"),
        asks("q3", at(1, 1), conversation_id="t", author_id="other"),
        answers("a", "q2", at(1, 2), conversation_id="t"),
    ]

    assert values(board(rows, match="conversation"))["n_answered"] == 2


def test_a_message_in_another_conversation_answers_nothing() -> None:
    rows = [
        asks("q", at(1), conversation_id="t"),
        answers("a", None, at(1, 2), conversation_id="u"),
    ]

    assert values(board(rows, match="conversation"))["n_answered"] == 0


def test_an_earlier_message_in_the_conversation_answers_nothing() -> None:
    rows = [
        asks("q", at(1), conversation_id="t"),
        answers("a", None, at(1, seconds=-1), conversation_id="t"),
    ]

    assert values(board(rows, match="conversation"))["n_answered"] == 0


# --- sister accounts ---------------------------------------------------------------

SISTERS = Panel(
    "sisters",
    (
        Body(
            "ville",
            "Ville de Montsabran",
            "ville",
            (
                Account("twitter", "1", "montsabran"),
                Account("twitter", "3", "montsabran_aide", "care", date(2026, 9, 10)),
            ),
        ),
        METRO,
    ),
)


def test_a_sister_account_answers_for_the_body() -> None:
    rows = [asks("q", at(5)), answers("a", "q", at(5, 1), account_id="3", author_id="3")]

    assert values(board(rows, SISTERS))["n_answered"] == 1


def test_before_an_account_is_the_bodys_it_answers_nothing() -> None:
    rows = [asks("q", at(1)), answers("a", "q", at(1, 1), account_id="3", author_id="3")]

    assert values(board(rows, SISTERS))["n_answered"] == 0


def test_a_message_to_two_accounts_of_one_body_counts_once() -> None:
    rows = [asks("q", at(5), n_addressed=2), asks("q", at(5), n_addressed=2, account_id="3")]

    assert values(board(rows, SISTERS))["n_requests"] == 1


def test_a_message_to_two_bodies_counts_for_each() -> None:
    rows = [asks("q", at(5), n_addressed=2), asks("q", at(5), n_addressed=2, account_id="2")]
    scoreboard = board(rows)

    assert [values(scoreboard, name)["n_requests"] for name in ("ville", "metro")] == [1, 1]


# --- exclusions ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("repost", {"kind": "repost"}),
        ("mass_mention", {"n_addressed": 4}),
        ("listed", {"author_id": "troll"}),
        ("not_covered", {"sent_at": END + timedelta(hours=1)}),
    ],
)
def test_a_reason_that_is_chosen_leaves_out_and_counts(name: str, columns: dict[str, Any]) -> None:
    rows = [asks("q", at(1)) | columns]
    options = {"ignore": ["troll"], "period": "2026-09-07..2027-01-01", "horizon": "none"}
    options |= {"as_of": "2027-01-01", "min_coverage": 0.1}

    left_out = values(board(rows, **options, exclude=name.replace("_", "-")))
    counted = values(board(rows, **options, exclude="none"))

    assert (left_out["n_requests"], left_out[f"n_excluded_{name}"]) == (0, 1)
    assert (counted["n_requests"], counted[f"n_excluded_{name}"]) == (1, 0)


def test_what_other_bodies_write_is_no_demand_unless_institutions_are_included() -> None:
    rows = [asks("q", at(1), author_id="2")]

    assert values(board(rows))["n_excluded_institution"] == 1
    assert values(board(rows, include_institutions=True))["n_requests"] == 1


def test_what_a_sister_account_writes_is_never_demand() -> None:
    rows = [asks("q", at(5), author_id="3")]

    found = values(board(rows, SISTERS, include_institutions=True))

    assert (found["n_requests"], found["n_excluded_own_group"]) == (0, 1)


def test_a_private_message_is_never_counted() -> None:
    found = values(board([asks("q", at(1), kind="direct")]))

    assert (found["n_requests"], found["n_excluded_private"]) == (0, 1)


@pytest.mark.parametrize(("hours", "n_requests"), [(24, 1), (24.1, 2)])
def test_the_same_text_within_24_hours_is_a_duplicate(hours: float, n_requests: int) -> None:
    rows = [asks("q1", at(1), text_digest="x"), asks("q2", at(1, hours), text_digest="x")]

    assert values(board(rows, exclude="duplicate"))["n_requests"] == n_requests


def test_a_duplicate_is_known_by_a_message_before_the_period() -> None:
    rows = [
        asks("q1", at(6, 23), text_digest="x"),
        asks("q2", at(7, 1), text_digest="x"),
        asks("q3", at(7, 2), text_digest="y"),
    ]

    found = values(board(rows, exclude="duplicate", period="2026-W38"))

    assert (found["n_requests"], found["n_excluded_duplicate"]) == (1, 1)


@pytest.mark.parametrize(
    ("deleted", "answered", "n_requests"),
    [(at(1, 2), None, 0), (at(1, 2), at(1, 1), 1), (at(1, 2), at(1, 3), 0), (at(9), None, 1)],
)
def test_deleted_before_any_response_and_the_horizon_is_left_out(
    deleted: Any, answered: Any, n_requests: int
) -> None:
    rows = [asks("q", at(1), deleted_at=deleted.replace(tzinfo=None))]
    rows += [answers("a", "q", answered)] if answered else []

    assert values(board(rows, exclude="deleted"))["n_requests"] == n_requests


# --- selections, periods, maturity ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "n_requests"),
    [("question-mark", 1), ("questions", 2), ("requests", 3), ("all", 4)],
)
def test_each_selection_contains_the_one_before(selection: str, n_requests: int) -> None:
    rows = [
        asks("q1", at(1)),
        asks("q2", at(2), question_mark=False),
        asks("q3", at(3), question_mark=False, question=False),
        asks("q4", at(4), question_mark=False, question=False, request=False),
    ]

    found = values(board(rows, selection=selection))

    assert found["n_requests"] == n_requests
    assert [found[f"n_selected_{level}"] for level in ("question_mark", "questions")] == [1, 2]
    assert [found[f"n_selected_{level}"] for level in ("requests", "all")] == [3, 4]


def test_an_episode_is_selected_if_any_of_its_messages_is() -> None:
    rows = [
        asks("q1", at(1), question_mark=False, question=False, request=False),
        asks("q2", at(1, 1)),
    ]

    found = values(board(rows, unit="episode", selection="question-mark"))

    assert found["n_requests"] == 1


def test_a_new_episode_starts_after_a_response() -> None:
    rows = [asks("q1", at(1)), answers("a", "q1", at(1, 1)), asks("q2", at(1, 2))]

    found = values(board(rows, unit="episode"))

    assert (found["n_requests"], found["n_answered"]) == (2, 1)


def test_what_the_body_says_to_others_does_not_end_an_episode() -> None:
    rows = [
        asks("q1", at(1)),
        asks("x", at(1), author_id="other"),
        answers("a", "x", at(1, 1), citizen="other"),
        asks("q2", at(1, 2)),
    ]

    assert values(board(rows, unit="episode"))["n_requests"] == 2


def test_an_episode_belongs_to_the_period_in_which_it_began() -> None:
    rows = [asks("q1", at(6, 23)), asks("q2", at(7, 1)), answers("a", "q2", at(7, 2))]

    first = values(board(rows, unit="episode", period="2026-W37"))
    second = values(board(rows, unit="episode", period="2026-W38"))

    assert (first["n_requests"], first["n_answered"]) == (1, 1)
    assert second["n_requests"] == 0


def test_a_request_that_was_not_watched_to_the_end_is_pending() -> None:
    rows = [asks("q1", at(1)), asks("q2", at(20)), answers("a", "q2", at(20, 1))]

    scoreboard = board(rows, as_of=at(21).isoformat())

    found = values(scoreboard)
    assert (found["n_requests"], found["n_answered"], found["n_pending"]) == (1, 0, 1)
    assert scoreboard.provisional


def test_what_happened_after_as_of_is_not_seen() -> None:
    rows = [asks("q1", at(1)), answers("a", "q1", at(5))]

    found = values(board(rows, horizon="3d", as_of=at(4.5).isoformat()))

    assert (found["n_requests"], found["n_answered"], found["n_late"]) == (1, 0, 0)


# --- who is ranked ---------------------------------------------------------------


def test_bodies_are_not_ranked_for_one_reason_each() -> None:
    quiet = Body("quiet", "Quiet", "", (Account("twitter", "9", "quiet"),))
    absent = Body("absent", "Absent")
    panel = Panel("all", (absent, METRO, quiet, VILLE))
    rows = [asks(f"q{n}", at(n), author_id=f"c{n}") for n in range(10)]

    scoreboard = board(rows, panel, min_requests=3)

    assert reason(scoreboard, "ville") == "suspect"
    assert reason(scoreboard, "quiet") == "too-few"
    assert reason(scoreboard, "absent") == "no-account"


def test_a_body_whose_account_was_in_view_too_little_has_low_coverage() -> None:
    rows = [asks("q", at(1)), answers("a", "q", at(1, 1))]

    scoreboard = board(rows, until=at(3.5), period="2026-W37")

    assert values(scoreboard)["coverage"] == 0.5
    assert reason(scoreboard) == "low-coverage"


def test_a_body_that_was_not_in_view_at_all_is_not_collected() -> None:
    scoreboard = board([asks("q", at(1))], period="2027-01", as_of="2027-03-01")

    assert reason(scoreboard) == "not-collected"


def test_ranking_by_a_delay_needs_five_answers() -> None:
    rows = [asks(f"q{n}", at(n), author_id=f"c{n}") for n in range(6)]
    rows += [answers(f"a{n}", f"q{n}", at(n, 1)) for n in range(4)]

    assert reason(board(rows, by="median_delay")) == "too-few"
    assert reason(board(rows)) is None


def test_equal_bodies_share_a_rank_in_order_of_name() -> None:
    bodies = tuple(Body(n, n.upper(), "", (Account("twitter", n, n),)) for n in "dcba")
    rows = []
    for name in "abcd":
        n_answered = {"a": 0, "d": 2}.get(name, 1)
        for n in range(2):
            rows.append(asks(f"{name}{n}", at(n), account_id=name, author_id=f"{name}{n}"))
            if n < n_answered:
                rows.append(
                    answers(f"r{name}{n}", f"{name}{n}", at(n, 1), account_id=name, author_id=name)
                )

    scoreboard = board(rows, Panel("four", bodies))

    assert [(s.rank, s.body.body_id) for s in scoreboard.scores] == [
        (1, "d"), (2, "b"), (2, "c"), (4, "a"),
    ]  # fmt: skip


def test_where_nothing_was_collected_the_way_out_is_named() -> None:
    other = Panel("other", (Body("x", "X", "", (Account("twitter", "99", "x"),)),))
    ranking = load_ranking(None, {"period": "all"})

    with pytest.raises(UsageError, match="nothing was collected for the bodies of the panel"):
        score(world([]), other, ranking)


# --- laws ---------------------------------------------------------------


@st.composite
def worlds(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to a dozen requests of a few citizens, some of them answered once or more."""
    rows: list[dict[str, Any]] = []
    for n in range(draw(st.integers(1, 12))):
        asked = at(draw(st.integers(0, 20)), draw(st.integers(0, 23)))
        citizen = draw(st.sampled_from(["ana", "bo", "cy"]))
        thread = draw(st.sampled_from(["t1", "t2", None]))
        rows.append(asks(f"q{n}", asked, author_id=citizen, conversation_id=thread))
        for k in range(draw(st.integers(0, 2))):
            later = asked + timedelta(hours=draw(st.integers(0, 400)))
            rows.append(
                answers(f"a{n}-{k}", f"q{n}", later, citizen=citizen, conversation_id=thread)
            )
    return rows


OPTIONS = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(["message", "episode"]),
        "match": st.sampled_from(["direct", "conversation"]),
    }
)
COUNTS = ("n_requests", "n_answered", "n_late", "n_pending")
law = settings(max_examples=25, deadline=None)


@law
@given(worlds(), OPTIONS, st.randoms(use_true_random=False))
def test_the_order_of_messages_is_irrelevant(rows: Any, options: Any, random: Any) -> None:
    shuffled = random.sample(rows, len(rows))

    assert values(board(shuffled, **options)) == values(board(rows, **options))


@law
@given(worlds(), OPTIONS)
def test_doubling_every_request_changes_no_rate(rows: Any, options: Any) -> None:
    twins = [
        row
        | {name: f"twin-{row[name]}" for name in ("message_id", "reply_to_id") if row.get(name)}
        | ({"author_id": f"twin-{row['author_id']}"} if row["author_id"] != "1" else {})
        | (
            {
                "reply_to_author_id": f"twin-{row['reply_to_author_id']}",
                "addressed_ids": [f"twin-{row['reply_to_author_id']}"],
            }
            if row["author_id"] == "1"
            else {}
        )
        for row in rows
    ]

    once, twice = values(board(rows, **options)), values(board(rows + twins, **options))

    assert twice["n_requests"] == 2 * once["n_requests"]
    for name in ("response_rate", "within_24h", "median_delay", "median_wait"):
        assert twice[name] == pytest.approx(once[name])


@law
@given(worlds(), OPTIONS)
def test_a_longer_horizon_never_lowers_the_number_of_answers(rows: Any, options: Any) -> None:
    answered = [
        values(board(rows, **options, horizon=horizon))["n_answered"]
        for horizon in ("1h", "1d", "7d", "none")
    ]

    assert answered == sorted(answered)


@law
@given(worlds(), OPTIONS)
def test_an_unanswered_request_never_raises_the_rate(rows: Any, options: Any) -> None:
    more = [*rows, asks("unanswered", at(3), author_id="somebody else")]

    before = values(board(rows, **options))["response_rate"]
    after = values(board(more, **options))["response_rate"]

    assert after <= before or before is None


@law
@given(worlds(), OPTIONS, st.integers(1, 20), st.integers(0, 23))
def test_the_counts_of_two_halves_add_up_to_the_whole(
    rows: Any, options: Any, days: int, hours: int
) -> None:
    begin, middle, end = "2026-09-07", at(days, hours).isoformat(), END.isoformat()

    whole = values(board(rows, **options, period=f"{begin}..{end}"))
    halves = [
        values(board(rows, **options, period=half))
        for half in (f"{begin}..{middle}", f"{middle}..{end}")
    ]

    for name in COUNTS:
        assert sum(half[name] for half in halves) == whole[name]


@law
@given(worlds(), OPTIONS)
def test_shifting_all_times_by_a_year_changes_nothing_but_the_period(
    rows: Any, options: Any
) -> None:
    shifted = [row | {"sent_at": row["sent_at"] - timedelta(days=364)} for row in rows]
    options |= {"horizon": "7d", "min_coverage": 0}

    now = values(board(rows, **options, period="2026-09-07..2026-10-07"))
    then = values(board(shifted, **options, period="2025-09-08..2025-10-08", as_of=END.isoformat()))

    assert then | {"coverage": 0} == now | {"coverage": 0}
