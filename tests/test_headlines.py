"""Sentences about weeks and bodies: true of any scoreboard, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoreboards import EXAMPLES, score, scoreboard

import socialscore
from socialscore.model.network import NETWORKS
from socialscore.model.scoreboard import Scoreboard
from socialscore.reporters.headlines import body_headline, body_lead, week_headline, week_summary
from socialscore.reporters.locale import ENGLISH, FRENCH, LOCALES
from socialscore.scoring.order import with_simultaneous_ranks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from socialscore.model.scoreboard import Score
    from socialscore.reporters.locale import Locale

DEMO = Path(__file__).parents[1] / "fixtures" / "demo"
BOARDS = [name for name, make in EXAMPLES.items() if isinstance(make(), Scoreboard)]
LANGUAGES = pytest.mark.parametrize("locale", LOCALES.values(), ids=LOCALES)


def page(board: Scoreboard, locale: Locale) -> str:
    """All sentences of a scoreboard."""
    return "\n".join(lines(board, locale)) + "\n"


def lines(board: Scoreboard, locale: Locale) -> Iterator[str]:
    yield from (f"# {week_headline(board, locale)}", "", week_summary(board, locale))
    for each in board.scores:
        yield from ("", f"## {each.body.name}: {body_headline(board, each, locale)}", "")
        yield body_lead(board, each, locale)


# --- golden files ---------------------------------------------------------------------------------


@LANGUAGES
@pytest.mark.parametrize("name", BOARDS)
def test_sentences_read_as_their_golden_file(
    name: str, locale: Locale, golden: Callable[[str, str], str]
) -> None:
    board = with_simultaneous_ranks(EXAMPLES[name]())

    text = page(board, locale)

    assert text == golden(f"sentences/{name}.{locale.code}.txt", text)


@LANGUAGES
def test_the_demos_week_reads_as_its_golden_file(
    demo: Path, locale: Locale, golden: Callable[[str, str], str]
) -> None:
    board = socialscore.rank(demo, DEMO / "panel.csv", period="2026-W46", compare_to="2026-W45")

    text = page(with_simultaneous_ranks(board), locale)

    assert text == golden(f"sentences/demo.{locale.code}.txt", text)


# --- any scoreboard -------------------------------------------------------------------------------

NAMES = st.sampled_from(["Kermorvan", "Énergie de l'Orne", "Île-aux-Sternes"])
OPTIONS = st.fixed_dictionaries(
    {
        "selection": st.sampled_from(["question-mark", "questions", "requests", "all"]),
        "unit": st.sampled_from(["episode", "message", "author"]),
        "horizon": st.sampled_from([None, 1, 90, 3_600, 86_400, 604_800, 1_209_600]),
        "by": st.sampled_from(["response_rate", "median_wait", "median_delay", "within_24h"]),
        "clock": st.sampled_from(["calendar", "business"]),
        "networks": st.sampled_from([NETWORKS, ("twitter",), ("facebook", "bluesky")]),
        "min_requests": st.sampled_from([0, 1, 2, 10, 50]),
        "kinds": st.sampled_from([("comment",), ("mention", "wall-post"), ()]),
        "period": st.sampled_from(["2026-W46", "2026-11", "2026-Q4", "all"]),
        "provisional": st.booleans(),
        "compared_to": st.sampled_from([None, "2026-W45"]),
    }
)
REASONS = st.sampled_from(
    ["too-few", "closed", "no-account", "not-collected", "low-coverage", "suspect"]
)


@st.composite
def any_board(draw: st.DrawFn) -> Scoreboard:
    n_ranked = draw(st.integers(0, 6))
    scores = []
    for rank in range(1, n_ranked + 1):
        n = draw(st.sampled_from([1, 2, 12, 21, 1_200]) if rank > 1 else st.integers(0, 40))
        one = score(draw(NAMES), n, draw(st.integers(0, n)), draw(st.floats(0, 600_000)), rank=rank)
        low = draw(st.none() | st.integers(1, rank))
        high = None if low is None else draw(st.integers(rank, n_ranked))
        scores.append(replace(one, rank_simultaneous_low=low, rank_simultaneous_high=high))
    for _ in range(draw(st.integers(0, 3))):
        n = draw(st.sampled_from([None, 0, 1, 2, 21]))
        k = None if n is None else draw(st.integers(0, n))
        scores.append(score(draw(NAMES), n, k, 60.0, reason=draw(REASONS)))
    return scoreboard(*scores, **draw(OPTIONS))


def sentences(board: Scoreboard, locale: Locale) -> str:
    return "\n".join(line for line in lines(board, locale))


@LANGUAGES
@given(board=any_board())
def test_sentences_have_no_holes_and_no_loose_ends(locale: Locale, board: Scoreboard) -> None:
    for line in lines(board, locale):
        assert not re.search(r"None(?! of)|\bnan\b|%\(|  |–\)|\(\)| [,.)]|\.\.|^\s|\s$", line), line
        assert line == "" or line[0] == "#" or line.endswith("."), line


@given(board=any_board())
def test_plurals_agree_with_their_numbers(board: Scoreboard) -> None:
    english, french = sentences(board, ENGLISH), sentences(board, FRENCH)

    nouns = "question|request|message|hour|minute|second|day"
    assert not re.search(rf"(?<![\d,.])1 ({nouns})s\b", english)
    assert not re.search(rf"(?<![\d,.])(0|2|[1-9]\d+) ({nouns})\b", english)
    noms = "question|demande|message|personne|heure|minute|seconde|jour|organisme"
    assert not re.search(rf"(?<![\d\u202f,])[01]\xa0({noms})s\b", french)
    assert not re.search(rf"(?<![\d\u202f,])([2-9]|[1-9]\d+)\xa0({noms})\b", french)


@given(board=any_board())
def test_first_and_last_are_only_they_who_are_surely_so(board: Scoreboard) -> None:
    n = sum(each.rank is not None for each in board.scores)
    for each in board.scores:
        english, french = body_headline(board, each, ENGLISH), body_headline(board, each, FRENCH)
        low, high = each.rank_simultaneous_low, each.rank_simultaneous_high

        first, last = (low, high) == (1, 1) and n > 1, low is not None and low == n > 1
        assert ("first of" in english) == ("en tête" in french) == first
        assert ("last of" in english) == ("à la dernière place" in french) == last
        among = re.search(r"among the first (\d+) of", english)
        assert not among or int(among[1]) == high
        among = re.search(r"among the last (\d+) of", english)
        assert not among or int(among[1]) == n - (low or 0) + 1


@given(board=any_board())
def test_a_body_is_compared_with_nobody_without_simultaneous_intervals(board: Scoreboard) -> None:
    without = [
        replace(each, rank_simultaneous_low=None, rank_simultaneous_high=None)
        for each in board.scores
    ]
    board = replace(board, scores=tuple(without))

    for each in board.scores:
        assert not re.search(r"\b(first|last) ", body_headline(board, each, ENGLISH))
        assert "chance" not in body_lead(board, each, ENGLISH)


@given(board=any_board())
def test_numbers_are_those_of_the_scoreboard(board: Scoreboard) -> None:
    placed = [each for each in board.scores if each.rank is not None]
    n = sum(each.values["n_requests"] or 0 for each in placed)
    k = sum(each.values["n_answered"] or 0 for each in placed)

    if n:
        assert f"{k:,} of {n:,} " in week_summary(board, ENGLISH)
    for each in board.scores:
        if each.values["n_requests"]:
            of = f"{each.values['n_answered']:,} of {each.values['n_requests']:,} "
            assert of in body_lead(board, each, ENGLISH)


# --- a week ---------------------------------------------------------------------------------------


def week(*counts: tuple[int, int], **changes: object) -> Scoreboard:
    them = [score(f"Town {nth}", n, k, rank=nth) for nth, (k, n) in enumerate(counts, 1)]
    return scoreboard(*them, **changes)


@pytest.mark.parametrize(
    ("counts", "english"),
    [
        ([], "No body could be ranked"),
        ([(3, 10)], "Town 1: Answered 3 of 10 questions within 7 days"),
        ([(0, 10), (0, 9)], "None of the ranked bodies answered"),
        ([(10, 10), (9, 9)], "All ranked bodies answered everything"),
        ([(10, 10), (19, 20)], "All ranked bodies answered more than nine questions in ten"),
        ([(7, 10), (2, 10)], "Half of the ranked bodies answered more than six questions in ten"),
        (
            [(7, 10), (8, 10), (2, 10)],
            "More than half of the ranked bodies answered more than six questions in ten",
        ),
        (
            [(1, 10), (1, 20), (9, 10)],
            "More than half of the ranked bodies answered at most one question in ten",
        ),
    ],
)
def test_a_headline_says_what_most_bodies_did(counts: list[tuple[int, int]], english: str) -> None:
    assert week_headline(week(*counts), ENGLISH) == english


@pytest.mark.parametrize(
    ("options", "english", "french"),
    [
        (
            {"selection": "question-mark"},
            "questions within 7 days",
            "questions sur 20 sous 7 jours",
        ),
        ({"selection": "requests"}, "requests within", "demandes sur 20 sous"),
        ({"selection": "all"}, "requests within", "demandes sur 20"),
        ({"selection": "all", "unit": "message"}, "messages within", "messages sur 20"),
        ({"unit": "author"}, "people within", "personnes sur 20"),
        ({"horizon": 86_400}, "within 24 hours", "sous 24 heures"),
        ({"horizon": None}, "by 23 Nov 2026", "jusqu'au 23 novembre 2026"),
        (
            {"networks": ("twitter", "mastodon")},
            "questions on X and Mastodon within",
            "sur X et Mastodon sous",
        ),
        (
            {"kinds": ("comment",)},
            "Only these messages count: comments under the bodies' own posts.",
            "Seuls comptent ces messages : commentaires sous les publications des organismes.",
        ),
        (
            {"provisional": True},
            "Provisional: part of the period is still being watched.",
            "Chiffres provisoires : une partie de la période est encore en observation.",
        ),
        ({"from_counts": True, "period": "spring"}, "Spring: the 2 ranked", "Spring : les 2"),
    ],
)
def test_a_summary_fits_every_way_of_counting(
    options: dict[str, object], english: str, french: str
) -> None:
    board = week((7, 10), (2, 10), **options)

    assert english in week_summary(board, ENGLISH)
    assert french in re.sub("[\u00a0\u202f]", " ", week_summary(board, FRENCH))


# --- a body ---------------------------------------------------------------------------------------


def with_range(one: Score, low: int | None, high: int | None) -> Score:
    return replace(one, rank_simultaneous_low=low, rank_simultaneous_high=high)


def test_half_is_of_the_answers_where_fewer_than_half_of_the_questions_were_answered() -> None:
    few, most = score("A", 40, 10, 3_600.0, rank=2), score("B", 40, 30, 3_600.0, rank=1)
    board = scoreboard(most, few)

    assert body_headline(board, few, ENGLISH).endswith(", half of the answers within 1 hour")
    assert body_headline(board, most, ENGLISH).endswith(", half of them within 1 hour 30 minutes")


@pytest.mark.parametrize("name", ["n_pending", "n_unwatched"])
def test_half_of_them_is_counted_and_never_estimated(name: str) -> None:
    one = score("A", 40, 30, 3_600.0, rank=1)
    one = replace(one, values={**one.values, name: 3})

    assert body_headline(scoreboard(one), one, ENGLISH).endswith(
        "half of the answers within 1 hour"
    )


@pytest.mark.parametrize("direction", ["up", "down", None])
def test_movement_is_told_as_far_as_chance_does_not_explain_it(direction: str | None) -> None:
    one = EXAMPLES["compared"]().scores[0]
    one = replace(one, change=replace(one.change, direction=direction))
    board = scoreboard(one, compared_to="2026-W45")

    lead = body_lead(board, one, ENGLISH)

    assert ("rose from 70 % in week 45 of 2026 to 80 %" in lead) == (direction == "up")
    assert ("fell from" in lead) == (direction == "down")
    assert ("Chance alone may explain" in lead) == (direction is None)


@pytest.mark.parametrize(
    ("reason", "english", "french"),
    [
        ("too-few", "Not ranked: fewer than 10 questions", "moins de 10 questions"),
        ("closed", "Not ranked: nobody can write to it in public", "personne ne peut y écrire"),
        ("no-account", "Not ranked: no account on these networks", "pas de compte"),
        ("not-collected", "Not ranked: accounts not collected", "comptes non collectés"),
        ("low-coverage", "Not ranked: gaps in the collection", "collecte incomplète"),
        ("suspect", "Not ranked: no reply at all, perhaps a wrong account", "aucune réponse"),
    ],
)
def test_who_is_not_ranked_reads_why(reason: str, english: str, french: str) -> None:
    one = score("A", 0, 0, reason=reason)
    board = scoreboard(one)

    assert body_headline(board, one, ENGLISH) == english
    assert french in re.sub("\u00a0", " ", body_headline(board, one, FRENCH))


def test_a_ranking_by_another_metric_says_so_where_it_says_who_is_first() -> None:
    them = [
        with_range(score("A", 40, 30, rank=1), 1, 1),
        with_range(score("B", 40, 3, rank=2), 2, 2),
    ]
    board = scoreboard(*them, by="within_24h")

    headline = body_headline(board, them[0], ENGLISH)

    assert headline.endswith("first of 2 by the ranking's measure, “Answered within 24 h”")


def test_names_stand_on_one_line() -> None:
    one = score("A\n# B\u202e", 40, 30, rank=1)

    assert "\n" not in body_lead(scoreboard(one), one, ENGLISH)
    assert body_lead(scoreboard(one), one, ENGLISH).startswith("A # B, week 46")


def promising(promise: str, share: float | None) -> Score:
    """A body that promises something, and how often it keeps that."""
    one = score("A", 40, 30, rank=1)
    ends = {"within_promise": share, "within_promise_low": 0.5, "within_promise_high": 0.73}
    return replace(one, promise=promise, values={**one.values, **(ends if share else {})})


@pytest.mark.parametrize(
    ("promise", "english", "french"),
    [
        ("24h", "24 hours (all hours count)", "24 heures (toutes les heures comptent)"),
        ("3d", "3 days (all hours count)", "3 jours (toutes les heures comptent)"),
        ("8h open", "8 hours (opening hours only)", "8 heures (heures d'ouverture seules)"),
    ],
)
def test_what_is_promised_is_told_with_its_clock_and_how_often_it_is_kept(
    promise: str, english: str, french: str
) -> None:
    one = promising(promise, 0.62)

    told = body_lead(scoreboard(one), one, ENGLISH)
    in_french = re.sub("[\u00a0\u202f]", " ", body_lead(scoreboard(one), one, FRENCH))

    assert (
        f"An answer is promised within {english}: 62 % of the questions had one in time "
        "(95 % interval from 50 % to 73 %)." in re.sub("\u00a0", " ", told)
    )
    assert (
        f"Une réponse est annoncée sous {french} : 62 % des questions l'ont eue à temps "
        "(intervalle à 95 % de 50 % à 73 %)." in in_french
    )


def test_a_promise_that_nothing_is_known_of_stands_alone() -> None:
    one = promising("3w", None)

    assert "An answer is promised within 21 days (all hours count). " in (
        body_lead(scoreboard(one), one, ENGLISH) + " "
    )
