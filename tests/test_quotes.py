"""What journalists may quote: each sentence true alone, with its source, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from scoreboards import EXAMPLES, score, scoreboard
from test_headlines import BOARDS, DEMO, LANGUAGES, any_board

import socialscore
from socialscore.model.audit import AuditSummary
from socialscore.reporters.locale import ENGLISH, FRENCH
from socialscore.reporters.quotes import quotes, to_quotes
from socialscore.scoring.order import with_simultaneous_ranks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.reporters.locale import Locale


@LANGUAGES
@pytest.mark.parametrize("name", BOARDS)
def test_quotes_read_as_their_golden_file(
    name: str, locale: Locale, golden: Callable[[str, str], str]
) -> None:
    text = to_quotes(with_simultaneous_ranks(EXAMPLES[name]()), locale)

    assert text == golden(f"sentences/{name}.quotes.{locale.code}.md", text)


@LANGUAGES
def test_quotes_of_the_demos_week_read_as_their_golden_file(
    demo: Path, locale: Locale, golden: Callable[[str, str], str]
) -> None:
    board = socialscore.rank(demo, DEMO / "panel.csv", period="2026-W46", compare_to="2026-W45")

    text = to_quotes(with_simultaneous_ranks(board), locale)

    assert text == golden(f"sentences/demo.quotes.{locale.code}.md", text)


# --- any scoreboard -------------------------------------------------------------------------------


@LANGUAGES
@given(board=any_board())
def test_each_sentence_has_its_source_and_no_holes(locale: Locale, board: Scoreboard) -> None:
    said = quotes(board, locale)

    assert 2 + bool(board.scores) <= len(said) <= 5
    for text in said:
        assert not re.search(r"None(?! of)|\bnan\b|%\(|  |\(\)| [,.)\]]|\.\.", text), text
        assert re.search(r"\. \[[“«].*Who answers in Armorelle\?.*\]$", text), text


@given(board=any_board())
def test_nobody_is_first_whose_place_may_be_another(board: Scoreboard) -> None:
    surely = [it for it in board.scores if it.rank and it.rank_simultaneous_high == 1]
    n = sum(it.rank is not None for it in board.scores)

    english, french = " ".join(quotes(board, ENGLISH)), " ".join(quotes(board, FRENCH))

    is_told = bool(surely) and n > 1
    assert (" is first of " in english) == (" arrive en tête " in french) == is_told


# --- cases ----------------------------------------------------------------------------------------


def ranges(*ends: tuple[int, int]) -> Scoreboard:
    """Bodies A, B … with these ranks for sure."""
    them = [
        replace(
            score("ABCDEFGH"[nth], 40, 30 - nth, rank=nth + 1),
            rank_simultaneous_low=low,
            rank_simultaneous_high=high,
        )
        for nth, (low, high) in enumerate(ends)
    ]
    return scoreboard(*them)


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (
            [(1, 1), (2, 3), (2, 3)],
            "A is first of 3 ranked bodies. "
            "2 of 3 ranked bodies cannot be told apart from at least one other.",
        ),
        ([(1, 2), (1, 2), (3, 4), (3, 4)], "A and B are among the first 2 of 4 ranked bodies."),
        (
            [(1, 4), *[(1, 4)] * 3, *[(5, 8)] * 4],
            "A, B, C and 1 other are among the first 4 of 8 ranked bodies.",
        ),
        (
            [(1, 3), (1, 3), (1, 3)],
            "None of the 3 ranked bodies can be called first: allowing for chance, 3 may be.",
        ),
    ],
)
def test_leaders_are_told_as_far_as_ranges_bear(ends: list[tuple[int, int]], said: str) -> None:
    leaders = quotes(ranges(*ends), ENGLISH)[1]

    assert leaders.startswith(said)
    assert leaders.endswith("; 95 % sure for each body]")


def test_a_ranking_without_ranges_of_ranks_names_no_leader() -> None:
    board = EXAMPLES["socially-devoted"]()

    assert not re.search("first|apart", " ".join(quotes(board, ENGLISH)))


def test_only_what_chance_does_not_explain_rose_or_fell() -> None:
    board = EXAMPLES["compared"]()

    moved = quotes(board, ENGLISH)[1]

    assert moved.startswith(
        "The response rate rose for Kermorvan (from 70 % to 80 %) and fell for "
        "Plouvenec (from 81 % to 32 %); chance may explain the changes of 3 others. ["
    )
    assert "compared with week 45 of 2026; at most one such change in ten" in moved


def test_a_week_in_which_nothing_moved_says_so() -> None:
    one = EXAMPLES["compared"]().scores[1]
    board = scoreboard(one, compared_to="2026-W45")

    assert "For the only body compared, chance may explain" in quotes(board, ENGLISH)[1]


def test_the_last_sentence_is_what_intervals_do_not_cover_or_what_an_audit_found() -> None:
    board = EXAMPLES["ordinary"]()
    audit = AuditSummary("5f" * 32, "2026-W40", "2026-11-20", 240, 0.62, 0.55, 0.41, 0.69)

    assert quotes(board, ENGLISH)[-1].startswith("The intervals cover chance only; errors in tell")
    assert "errors in counting" in quotes(replace(board, from_counts=True), ENGLISH)[-1]
    assert (
        "an audit of 240 labels (week 40 of 2026) puts the share of genuine requests answered at "
        "55 % (41 % to 69 %), counted as 62 %." in quotes(replace(board, audit=audit), ENGLISH)[-1]
    )


@LANGUAGES
def test_names_mean_nothing_to_markdown(locale: Locale) -> None:
    name = "<b>*A*</b>\n# [x](http://a.example) @b \u202e| `c`"
    them = [
        replace(score(name, 40, 30, rank=1), rank_simultaneous_low=1, rank_simultaneous_high=1),
        score("B", 40, 3, rank=2),
    ]

    page = to_quotes(scoreboard(*them, title=name), locale)

    tokens = MarkdownIt("commonmark", {"html": True}).parse(page)
    inside = {part.type for token in tokens for part in token.children or ()}
    assert inside == {"text"}
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1"]


def test_a_french_ranking_is_cited_by_its_french_title() -> None:
    board = replace(EXAMPLES["ordinary"](), title_fr="Qui répond ?")

    assert to_quotes(board, FRENCH).startswith("# Qui répond ?\n")
    assert "Qui répond" not in to_quotes(board, ENGLISH)
