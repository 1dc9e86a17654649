"""What an audit draws and shows, and what it makes of filled sheets."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from engines import engine
from worlds import ALL, METRO, PANEL, answers, asks, at, world

from socialscore.errors import InputError, UsageError
from socialscore.inputs.ranking import load_ranking
from socialscore.model.audit import Audit, AuditCell, Draw, Stratum
from socialscore.scoring import MessageSource, score
from socialscore.scoring.auditing.documents import (
    audit_from,
    audit_text,
    draw_from,
    draw_id,
    draw_text,
    same_labels,
)
from socialscore.scoring.auditing.drawing import draw, replies
from socialscore.scoring.auditing.estimates import corrected_rate
from socialscore.scoring.auditing.figures import figures
from socialscore.scoring.auditing.sampling import allocated
from socialscore.scoring.auditing.source import AuditSource
from socialscore.store.privacy import Pseudonyms

if TYPE_CHECKING:
    from socialscore.model.audit import SheetRow

Row = dict[str, Any]
KEY = Pseudonyms(bytes(range(32)))
FLAGS = ("question_mark", "question", "request")
TODAY = date(2026, 11, 30)


def source(rows: list[Row], **options: Any) -> AuditSource:
    """A world to draw from; options are those of a ranking, over `ALL`."""
    ranking = load_ranking(None, ALL | {"selection": "questions"} | options)
    return AuditSource(MessageSource(world(rows), engine=engine), PANEL, ranking, KEY.of)


def drawn(
    rows: list[Row], *, n: int = 200, by: str = "", seed: int = 1, **options: Any
) -> tuple[Draw, list[SheetRow]]:
    return draw(source(rows, **options), n=n, by=by, seed=seed)


def level(selection: str) -> Row:
    """The flags of a message that a selection is the first to hold."""
    first = ("question-mark", "questions", "requests", "all").index(selection)
    return {name: place >= first for place, name in enumerate(FLAGS)}


def exchange(n: int, selection: str, *, answered: bool, **columns: Any) -> list[Row]:
    """A message that somebody of their own writes, and perhaps an answer."""
    name, who = f"{selection}-{answered}-{n}", f"citizen-{selection}-{answered}-{n}"
    said = {"author_id": who, "text": f"text of {name}", **level(selection), **columns}
    asked = asks(name, at(1, minutes=n), **said)
    if not answered:
        return [asked]
    reply = answers(f"a-{name}", name, at(2, minutes=n), citizen=who, text=f"answer to {name}")
    return [asked, reply | {"account_id": asked["account_id"], "author_id": asked["account_id"]}]


def crowd(sizes: dict[tuple[str, bool], int], **columns: Any) -> list[Row]:
    """So many exchanges of each selection and outcome."""
    return [
        row
        for (selection, answered), size in sizes.items()
        for n in range(size)
        for row in exchange(n, selection, answered=answered, **columns)
    ]


CROWD = {
    ("question-mark", True): 50,
    ("questions", False): 45,
    ("requests", True): 12,
    ("all", False): 90,
}


# --- strata ---------------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_strata_are_counted_and_drawn_by_selection_and_outcome() -> None:
    found, sheet = drawn(crowd(CROWD), n=150)

    assert {(it.selection, it.answered): it.n_requests for it in found.cells} == CROWD
    assert Counter((it.selection, it.answered) for it in found.requests) == {
        ("question-mark", True): 37,
        ("questions", False): 33,
        ("requests", True): 12,
        ("all", False): 68,
    }
    assert len(sheet) == 150


def test_the_counts_are_those_of_the_ranking() -> None:
    rows = crowd(CROWD)
    asked = source(rows)

    found, _ = draw(asked, n=150, by="", seed=1)

    rate = figures(Audit(found, TODAY, {})).overall
    scores = score(asked.messages, PANEL, asked.ranking).scores
    n_requests = sum(int(it.values["n_requests"] or 0) for it in scores)
    n_answered = sum(int(it.values["n_answered"] or 0) for it in scores)
    assert (rate.n_requests, rate.n_answered) == (n_requests, n_answered) == (95, 50)


def test_each_stratum_has_at_least_thirty_rows_or_all_that_there_are() -> None:
    assert allocated([1000, 20, 5000, 40], [1000, 20, 5000, 40], 10) == [30, 20, 30, 30]
    assert allocated([100, 20], [100, 20], 500) == [100, 20]


def test_the_rest_is_drawn_in_proportion_to_size() -> None:
    assert allocated([1000, 3000], [1000, 3000], 400) == [100, 300]


def test_a_seed_draws_the_same_rows_in_whatever_order_messages_are_kept() -> None:
    rows = crowd(CROWD)

    first = drawn(rows, n=120)

    assert drawn(rows[::-1], n=120) == first
    assert drawn(rows, n=120, seed=2)[0].requests != first[0].requests


def test_a_larger_sample_of_a_seed_contains_the_smaller_one() -> None:
    rows = crowd(CROWD)

    small, large = (drawn(rows, n=n)[0].requests for n in (110, 150))

    assert set(small) < set(large)


def test_a_sample_by_body_takes_so_many_of_each() -> None:
    rows = crowd(CROWD)
    of_metro = {"account_id": "2", "language": "en"}
    rows += [
        row | {"message_id": f"m{row['message_id']}"}
        for n in range(40)
        for row in exchange(n, "questions", answered=False, **of_metro)
    ]

    by_body, _ = drawn(rows, n=35, by="body")
    by_language, _ = drawn(rows, n=35, by="language")

    assert Counter(it.group for it in by_body.requests) == {"ville": 102, "metro": 35}
    assert Counter(it.group for it in by_language.requests) == {"unknown": 102, "en": 35}
    assert [it.group for it in figures(Audit(by_body, TODAY, {})).groups] == ["metro", "ville"]


def test_requests_whose_text_has_expired_are_counted_and_not_drawn() -> None:
    rows = crowd(CROWD)
    for row in rows:
        if row["message_id"].startswith(("all", "requests")) and row["message_id"][-1] in "02468":
            row["text"] = ""

    found, sheet = drawn(rows, n=150)

    assert {(it.selection, it.answered): it.n_requests for it in found.cells} == CROWD
    assert {it.selection: it.n_without_text for it in found.cells} == {
        "all": 45,
        "question-mark": 0,
        "questions": 0,
        "requests": 6,
    }
    assert all(it.text for it in sheet)
    assert Counter(it.selection for it in found.requests)["all"] == 45


def picture(name: str, **columns: Any) -> Row:
    """A message without a text, of which there is no digest either."""
    return asks(name, at(1, 1), text="", text_digest=None, **columns)


@pytest.mark.both_engines
@pytest.mark.parametrize("blank", ["", " ", None])
def test_a_picture_keeps_no_request_out_of_the_sample(blank: str | None) -> None:
    asked = asks("q", at(1), text="when do you open")

    shown = only(asked, picture("p") | {"text": blank}, unit="episode")

    assert shown.text == "when do you open\n\n(no text, or it has expired)"


@pytest.mark.both_engines
def test_a_request_of_which_a_text_has_expired_is_not_drawn() -> None:
    rows = [asks("q", at(1), text="when"), picture("p") | {"text_digest": "d"}]

    with pytest.raises(UsageError, match="its requests have no text, or it has expired"):
        drawn(rows, unit="episode")


def test_a_picture_alone_is_counted_and_not_drawn() -> None:
    found, (row,) = drawn([asks("q", at(1), text="when"), picture("p", author_id="other")])

    assert row.text == "when"
    assert [(it.n_requests, it.n_without_text) for it in found.cells] == [(2, 1)]


def test_a_period_whose_texts_have_all_expired_cannot_be_audited() -> None:
    with pytest.raises(UsageError, match="its requests have no text, or it has expired"):
        drawn(crowd({("questions", True): 5}, text=None))


def test_a_period_in_which_nothing_has_matured_cannot_be_audited() -> None:
    rows = crowd({("questions", True): 5})
    asked = replace(source(rows), as_of="2026-09-09T00:00")

    with pytest.raises(UsageError, match="none of its requests has matured"):
        draw(asked, n=200, by="", seed=1)


# --- what people read -----------------------------------------------------------------------------


def only(*rows: Row, **options: Any) -> SheetRow:
    """The only row of a sheet."""
    _, (row,) = drawn(list(rows), **options)
    return row


def test_a_row_shows_all_messages_of_a_request_in_order() -> None:
    shown = only(
        asks("q2", at(1, 1), text="and on Sunday?"),
        asks("q1", at(1), text="when do you open"),
        unit="episode",
    )

    assert (shown.body, shown.text) == ("Ville de Montsabran", "when do you open\n\nand on Sunday?")


def test_a_row_shows_what_the_message_replied_to_and_the_thread_before() -> None:
    thread: Row = {"conversation_id": "c"}
    shown = only(
        answers("post", None, at(0), kind="post", text="We are closed.", **thread),
        asks("p", at(0, 1), author_id="other", text="Oh no", kind="direct", **thread),
        asks("o", at(0, 2), author_id="other", text="Again", selected=False, **level("all"))
        | thread
        | {"account_id": "9"},
        asks("q", at(1), text="Why?", reply_to_id="post", **thread),
    )

    assert shown.context == "↳ Ville de Montsabran: We are closed.\nsomebody else: Again"


def test_a_row_says_that_what_it_replies_to_is_not_in_the_store() -> None:
    shown = only(asks("q", at(1), text="Why?", reply_to_id="elsewhere"))

    assert shown.context == "(replies to a message that the store does not have)"


def test_a_row_shows_no_answer_even_if_its_clock_is_slow() -> None:
    thread: Row = {"conversation_id": "c"}
    shown = only(
        asks("q", at(1), text="Why?", **thread),
        answers("early", "q", at(1, seconds=-30), text="Because.", **thread),
        answers("late", "q", at(1, 2), text="Because.", **thread),
        match="conversation",
    )

    assert "Because" not in f"{shown.context}{shown.text}"


def test_long_threads_are_cut_but_for_what_is_replied_to_and_say_so() -> None:
    thread: Row = {"conversation_id": "c"}
    before = [
        answers(f"p{n}", None, at(0, n), kind="post", text=f"post {n}", **thread) for n in range(9)
    ]

    asked = asks("q", at(1), text="Why?", reply_to_id="p0", **thread)
    lines = only(*before, asked).context.splitlines()

    assert lines[:2] == ["(2 more before)", "↳ Ville de Montsabran: post 0"]
    assert lines[2:] == [f"Ville de Montsabran: post {n}" for n in range(3, 9)]


def test_replies_are_those_to_the_answered_requests_that_are_selected() -> None:
    asked = source(crowd(CROWD))
    found, _ = draw(asked, n=150, by="", seed=1)

    shown, n_gone = replies(asked, found)

    answered = {it.row for it in found.requests if it.answered and it.selection == "question-mark"}
    assert {it.row for it in shown} == answered
    assert n_gone == 0
    assert all(it.text == f"answer to {it.context.removeprefix('text of ')}" for it in shown)


def test_replies_that_are_there_no_more_are_counted() -> None:
    rows = crowd(CROWD)
    found, _ = drawn(rows, n=150)
    for row in rows:
        row["text"] = "" if row["message_id"].startswith("a-question-mark-True-1") else row["text"]

    shown, n_gone = replies(source(rows), found)

    assert n_gone > 0
    assert len(shown) + n_gone == 37


# --- figures --------------------------------------------------------------------------------------


def labelled(found: Draw, *, genuine: set[tuple[str, bool]]) -> Audit:
    """An audit of which everything of some kinds is genuine."""
    return Audit(
        found,
        TODAY,
        {it.row: ((it.selection, it.answered) in genuine,) for it in found.requests},
    )


def test_the_corrected_rate_is_that_of_the_four_strata() -> None:
    found, _ = drawn(crowd(CROWD), n=150)

    said = figures(labelled(found, genuine={("question-mark", True), ("all", False)}))

    strata = [
        Stratum(True, 50, 37, 37),
        Stratum(False, 45, 33, 0),
        Stratum(True, 12, 12, 0),
        Stratum(False, 90, 68, 68),
    ]
    assert said.overall.corrected == corrected_rate(strata)
    assert said.overall.corrected is not None
    assert said.overall.corrected.value == pytest.approx(50 / 140)


def test_every_selection_has_its_precision_and_recall() -> None:
    found, _ = drawn(crowd(CROWD), n=150)

    said = figures(labelled(found, genuine={("question-mark", True), ("requests", True)}))

    shares = {
        it.selection: (
            it.n_requests,
            it.precision and it.precision.value,
            it.recall and it.recall.value,
        )
        for it in said.selections
    }
    assert shares == {
        "question-mark": (50, 1, pytest.approx(50 / 62)),
        "questions": (95, pytest.approx(50 / 95), pytest.approx(50 / 62)),
        "requests": (107, pytest.approx(62 / 107), 1),
        "all": (197, pytest.approx(62 / 197), 1),
    }


def test_rows_without_a_label_count_as_not_drawn() -> None:
    found, _ = drawn(crowd(CROWD), n=150)
    audit = labelled(found, genuine={("question-mark", True), ("all", False)})
    unfilled = [it.row for it in found.requests if it.selection == "question-mark"][:10]

    said = figures(replace(audit, genuine=audit.genuine | dict.fromkeys(unfilled, (None,))))

    assert (said.n_drawn, said.n_labelled) == (150, 140)
    assert said.overall.corrected is not None
    assert said.overall.corrected.value == pytest.approx(50 / 140)


def test_two_people_agree_as_cohen_has_it_and_the_first_one_counts() -> None:
    found, _ = drawn(crowd(CROWD), n=150)
    alone = labelled(found, genuine={("question-mark", True), ("all", False)})
    both = {row: (said[0], said[0] and row > "8") for row, said in alone.genuine.items()}

    said = figures(replace(alone, genuine=both))

    assert said.overall == figures(alone).overall
    assert said.agreement is not None
    assert said.agreement.n_both == 150
    assert said.agreement.n_differing == sum(one != other for one, other in both.values())


def test_reply_classes_are_shares_of_the_answered_requests() -> None:
    found, _ = drawn(crowd(CROWD), n=150)
    answered = [it.row for it in found.requests if it.answered and it.selection == "question-mark"]
    said = {
        row: ("redirect" if 2 * n < len(answered) - 1 else "answer",)
        for n, row in enumerate(answered)
    }

    shares = figures(Audit(found, TODAY, {}, said)).reply_shares

    assert {name: it.value for name, it in shares.items()} == {
        "answer": pytest.approx(19 / 37),
        "redirect": pytest.approx(18 / 37),
        "acknowledgement": 0,
        "automatic": 0,
    }


# --- files ----------------------------------------------------------------------------------------


def test_files_of_draws_and_audits_say_what_was_written() -> None:
    found, _ = drawn(crowd(CROWD), n=150)
    audit = labelled(found, genuine={("question-mark", True)})

    assert draw_from(draw_text(found).encode(), "x") == found
    assert audit_from(audit_text(audit).encode(), "x") == audit
    assert draw_id(draw_from(audit_text(audit).encode(), "x")) == draw_id(found)
    assert same_labels(audit, replace(audit, read_on=date(2027, 1, 1)))


def test_files_hold_neither_texts_nor_identifiers() -> None:
    found, _ = drawn(crowd(CROWD), n=150)

    text = audit_text(labelled(found, genuine=set()))

    assert "text of" not in text
    assert "citizen-" not in text
    assert not any(f"{selection}-{answered}" in text for selection, answered in CROWD)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("", "{"), "is not what `audit` wrote"),
        (('"format": 1', '"format": 9'), "has format 9"),
        (('"selection": "questions"', '"selection": "no"'), "no such selection"),
        (('"genuine": [true]', '"genuine": ["yes"]'), "neither true nor false"),
        (('"read_on"', '"read"'), "'read_on' is missing"),
        (('true, "n_requests": 50', 'true, "n_requests": 0'), "a cell has no requests"),
    ],
)
def test_a_damaged_file_is_named(change: tuple[str, str], problem: str) -> None:
    found, _ = drawn(crowd(CROWD), n=150)
    text = audit_text(labelled(found, genuine={("question-mark", True)}))

    with pytest.raises(InputError, match=problem) as error:
        audit_from(text.replace(*change, 1).encode(), "weekly.audit.json")

    assert error.value.place == "weekly.audit.json"


def test_a_cell_knows_how_many_it_cannot_show() -> None:
    found, _ = drawn(crowd({("questions", True): 3}, account_id="2"), by="body")

    assert found.cells == (AuditCell(METRO.body_id, "questions", True, 3, 0),)
