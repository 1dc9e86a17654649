"""One page on a period: what it says follows from the numbers, and no more than chance allows."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest
from shell import run

from socialscore.commands.output import chosen_format
from socialscore.inputs.ranking import load_ranking
from socialscore.inputs.shipped import ranking_path
from socialscore.model.digest import HourOfDay
from socialscore.model.topics import TopicLine
from socialscore.reporters.blocks import FORMATS, Grid, Heading, Items, Link, Text, write_blocks
from socialscore.reporters.digest import digest_blocks
from socialscore.reporters.locale import ENGLISH, FRENCH, LOCALES
from socialscore.scoring import MessageSource
from socialscore.scoring.digest import digest, telling_hours
from socialscore.scoring.explanation import body_named
from socialscore.store.lake import Store

if TYPE_CHECKING:
    from socialscore.model.digest import Digest

AS_OF = "2026-11-20T10:00"


def of_demo(
    demo: Path,
    name: str | None = None,
    period: str = "2026-W45",
    as_of: str = AS_OF,
    preset: str = "default",
) -> Digest:
    store = Store.open(demo)
    panel = store.panel()
    ranking = load_ranking(ranking_path("demo"), {"period": period, "preset": preset})
    body = body_named(panel, name) if name else None
    return digest(MessageSource(store), panel, ranking, body, as_of=as_of)


@pytest.fixture(scope="module")
def lusambre(demo: Path) -> Digest:
    return of_demo(demo, "ville-lusambre")


@pytest.fixture(scope="module")
def every_body(demo: Path) -> Digest:
    return of_demo(demo, period="2026-W43")


def page(found: Digest, format_name: str = "text", language: str = "en") -> str:
    locale = LOCALES[language]
    return write_blocks(digest_blocks(found, locale), format_name, locale)


# --- what it says ---------------------------------------------------------------------------------


def test_figures_are_those_of_the_ranking_beside_the_period_before(
    demo: Path, lusambre: Digest
) -> None:
    (grid,) = [it for it in digest_blocks(lusambre, ENGLISH) if isinstance(it, Grid)][:1]
    options = ("--store", demo, "--ranking", "demo")

    assert grid.header == ["", "week 45 of 2026", "week 44 of 2026", "median of ville"]
    peers = [it.values["n_requests"] or 0 for it in lusambre.board.ranked
             if it.body.category == "ville"]  # fmt: skip
    assert grid.rows[0] == ["Requests", "17", "11", f"{median(peers):.0f}"]
    assert grid.rows[1] == ["Response rate", "12 % (3 % – 35 %)", "18 % (5 % – 49 %)", "58 %"]
    assert lusambre.score is not None
    explained = run("explain", "ville-lusambre", *options, "--period", "2026-W45").out
    assert "17: 2 answered" in explained


def test_the_longest_waits_come_first_with_their_addresses(lusambre: Digest) -> None:
    text = page(lusambre)

    assert [it.wait_seconds for it in lusambre.longest] == sorted(
        (it.wait_seconds for it in lusambre.longest), reverse=True
    )
    assert text.index("- 13 min, asked on 2 Nov 2026 06:49") < text.index("- 8 min, asked on")
    assert f"  {lusambre.longest[0].permalink}\n" in text


def test_what_is_still_open_is_what_can_still_be_answered(lusambre: Digest) -> None:
    text = page(lusambre)

    pending = [it for it in lusambre.unanswered.requests if it.is_pending]
    assert "43 questions of the last 30 days have no answer; for 5 of them, an answer" in text
    assert [it.permalink for it in pending] == re.findall(r"https://\S+", text)[-len(pending) :]


def test_only_changes_beyond_chance_are_named(every_body: Digest) -> None:
    text = page(every_body)

    moved = [it for it in every_body.board.scores if it.change and it.change.direction]
    assert [it.body.name for it in moved] == ["Ville de Montsabran"]
    assert "- Ville de Montsabran fell from 69 % to 40 %" in text
    assert text.count(" fell from ") + text.count(" rose from ") == 1


def test_where_nothing_changed_beyond_chance_that_is_said(demo: Path) -> None:
    text = page(of_demo(demo))

    assert "Since week 44 of 2026, no rate changed by more than chance explains." in text


def test_where_nothing_has_matured_the_page_says_until_when_it_is_watched(demo: Path) -> None:
    text = " ".join(page(of_demo(demo, "tram-brevanche", "2026-W46", "2026-11-16")).split())

    assert "nobody asked anything" not in text
    assert "questions, not watched to the end" in text
    assert "still being watched; the figures are complete 7 d after the period" in text


def test_everything_answered_is_said_where_all_of_it_is_known(lusambre: Digest) -> None:
    done = replace(lusambre.unanswered, requests=())

    def words(**changed: object) -> str:
        return page(replace(lusambre, unanswered=replace(done, **changed)))  # type: ignore[arg-type]

    nothing = "Nothing of the last 30 days is without an answer."
    assert nothing in words()
    assert nothing not in words(gaps={"ville-lusambre": 0.3})
    assert "Of these 30 days, 30 % was collected; there" in words(gaps={"ville-lusambre": 0.3})


def test_what_may_have_an_answer_that_nobody_saw_is_said(
    lusambre: Digest, every_body: Digest
) -> None:
    first, *others = lusambre.unanswered.requests
    unwatched = replace(first, is_unwatched=True)
    doubtful = replace(lusambre.unanswered, requests=(unwatched, *others))
    partly = replace(every_body.unanswered, gaps={"a": 0.0, "b": 0.9})

    text = page(replace(lusambre, unanswered=doubtful))
    of_all = " ".join(page(replace(every_body, unanswered=partly)).split())

    assert "1 of them may have an answer that was not collected." in text
    assert "For 2 bodies, part of these 30 days was not collected; there may be more." in of_all


def test_a_list_says_that_it_is_shortened(lusambre: Digest) -> None:
    late = [replace(it, is_pending=False) for it in lusambre.unanswered.requests]
    found = replace(lusambre, unanswered=replace(lusambre.unanswered, requests=tuple(late)))

    text = page(found)

    assert "10 of 43; socialscore unanswered lists all." in text
    assert "lists all" not in page(lusambre)
    assert "time left" in page(lusambre)
    assert "time left" not in text  # nothing is


def test_without_a_horizon_an_answer_counts_for_all(demo: Path) -> None:
    text = page(of_demo(demo, "ville-lusambre", preset="abgeordnetenwatch"))
    of_all = page(of_demo(demo, preset="abgeordnetenwatch"))

    assert "messages of the last 30 days have no answer; an answer still counts." in text
    assert re.search(r"Ville de Lusambre +not yet", of_all)


def test_a_first_period_is_compared_with_nothing(demo: Path) -> None:
    text = page(of_demo(demo, period="2026-W39"))

    assert "There are no figures to compare with (week 38 of 2026)." in text
    assert "Ranked, and not in the period before" not in text


def test_of_bodies_whose_wait_is_longest_those_that_answer_least_come_first(
    every_body: Digest,
) -> None:
    text = page(every_body)

    waits = text[text.index("The longest waits") : text.index("Best and worst hours")]
    rates = {it.body.name: it.values["response_rate"] for it in every_body.board.ranked}
    assert (
        re.findall(r"^(.+?)  +> 7 d$", waits, re.MULTILINE)
        == sorted(
            (it.body.name for it in every_body.board.ranked if it.values["median_wait"] is None),
            key=lambda name: rates[name] or 0.0,
        )[:3]
    )


def test_days_are_told_as_days(demo: Path) -> None:
    text = page(of_demo(demo, "ville-lusambre", "2026-11-01..2026-11-10"))

    assert re.search(r"^ +1–10 Nov 2026 +22–31 Oct 2026", text, re.MULTILINE)
    assert ".." not in text


def test_what_was_promised_stands_beside_what_was_kept(demo: Path) -> None:
    store = Store.open(demo)
    options = {"period": "2026-W45", "promises": {"ville": "24h"}}
    ranking, panel = load_ranking(ranking_path("demo"), options), store.panel()

    body = body_named(panel, "ville-lusambre")
    found = digest(MessageSource(store), panel, ranking, body, as_of=AS_OF)
    blocks = digest_blocks(found, ENGLISH)

    grid = next(it for it in blocks if isinstance(it, Grid))
    assert [row[:2] for row in grid.rows if "promise" in str(row[0])] == [
        ["Within promise", "12 % (3 % – 34 %)"]
    ]
    assert "43 wait longer than was promised." in page(found)
    assert "43 attendent depuis plus longtemps que promis." in page(found, language="fr")


def topic(words: str, n: int, category: str = "") -> TopicLine:
    return TopicLine(category, "" if category else "town", words, n, n, n // 2, 0.5, 0.3, 0.7,
                     None, 3_600, None)  # fmt: skip


def test_topics_of_a_body_stand_with_their_figures(lusambre: Digest) -> None:
    found = replace(lusambre, topics=(topic("piscine bassin", 40), topic("<bac> tri", 12)))

    assert "piscine bassin  40      40        50 % (30 % – 70 %)  > 7 d" in page(found)
    assert "&lt;bac&gt; tri" in page(found, "html")
    assert "De quoi parlent les demandes, sur 30 jours" in page(found, language="fr")


def test_topics_of_a_ranking_are_the_first_of_each_category(every_body: Digest) -> None:
    found = replace(
        every_body,
        topics=tuple(
            topic(f"{name}{n}", 40 - n, name) for name in ("bus", "town") for n in range(9)
        ),
    )

    text = page(found)

    assert re.findall(r"^(?:bus|town) +(\w+)", text, re.MULTILINE) == [
        "bus0", "bus1", "bus2", "town0", "town1", "town2",
    ]  # fmt: skip


def test_a_digest_without_topics_says_why_only_where_somebody_looked(lusambre: Digest) -> None:
    assert "No topic has 10 people or more." in page(replace(lusambre, topics=()))
    assert "What people ask about" not in page(replace(lusambre, topics=None))


# --- hours ----------------------------------------------------------------------------------------


def test_an_hour_is_told_only_if_it_differs_by_more_than_chance() -> None:
    hours = [HourOfDay(is_weekend=False, hour=hour, n_requests=60, n_answered=30, n_per_day=1.0)
             for hour in range(8, 20)]  # fmt: skip
    slow, fast = replace(hours[3], n_answered=5), replace(hours[9], n_answered=57)

    assert telling_hours(hours, 0.05) == ((), ())
    told = telling_hours([*hours[:3], slow, *hours[4:9], fast, *hours[10:]], 0.05)
    assert told == ((fast,), (slow,))


def test_few_requests_tell_no_hours_apart() -> None:
    hours = [HourOfDay(True, hour, n_requests=5, n_answered=hour % 3 + 1, n_per_day=1.0)
             for hour in range(6)]  # fmt: skip

    assert telling_hours(hours, 0.05) == telling_hours(hours[:1], 0.05) == ((), ())


def test_requests_of_one_day_say_less_than_independent_ones() -> None:
    hours = [HourOfDay(is_weekend=False, hour=hour, n_requests=400, n_answered=200, n_per_day=6.2)
             for hour in range(8, 12)]  # fmt: skip
    hours[1] = replace(hours[1], n_answered=236)

    assert telling_hours(hours, 0.0)[0] == (hours[1],)
    assert telling_hours(hours, 0.5) == ((), ())


def test_one_evening_tells_nothing_of_its_hour() -> None:
    hours = [HourOfDay(is_weekend=False, hour=hour, n_requests=60, n_answered=40, n_per_day=1.5)
             for hour in range(8, 20)]  # fmt: skip
    on_many_days = HourOfDay(True, 20, n_requests=16, n_answered=0, n_per_day=1.2)
    on_two_days = replace(on_many_days, n_per_day=7.0)

    assert telling_hours([*hours, on_many_days], 0.04) == ((), (on_many_days,))
    assert telling_hours([*hours, on_two_days], 0.04) == ((), ())
    assert telling_hours([*hours, on_many_days], None) == ((), ())  # nobody knows how alike


# --- as a page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("format_name", FORMATS)
def test_a_page_is_written_in_each_format_and_language(
    lusambre: Digest, format_name: str, language: str
) -> None:
    text = page(lusambre, format_name, language)

    heading = {"en": "Still open", "fr": "Encore sans réponse"}[language]
    assert heading in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n\n")


def test_in_french_nothing_is_english(lusambre: Digest) -> None:
    def words(found: Digest, locale: object) -> set[str]:
        texts = [it.text for it in digest_blocks(found, locale)[:-1] if hasattr(it, "text")]  # type: ignore[arg-type]
        return {text for text in texts if "Lusambre" not in text}

    assert not words(lusambre, ENGLISH) & words(lusambre, FRENCH)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_a_whole_page_that_fetches_nothing(lusambre: Digest) -> None:
    elements = _Elements()
    elements.feed(page(lusambre, "html", "fr"))

    assert not elements.open
    assert ("html", {"lang": "fr"}) in elements.seen
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in elements.seen}
    links = [attributes["href"] for tag, attributes in elements.seen if tag == "a"]
    assert links
    assert all(it and it.startswith("https://") for it in links)


def test_names_are_no_markup() -> None:
    blocks = [
        Heading("<b>Town</b> *of* @all", level=1),
        Text("# <i>x</i>", strong=True),
        Items([("[a](b)", Link("https://example.org/?a=1&b=2", "X"))]),
        Grid(["a|b"], [["c|d"], [Link("https://example.org/(1)", "X|Y")]]),
    ]

    html, markdown = (write_blocks(blocks, it, ENGLISH) for it in ("html", "markdown"))

    assert "&lt;b&gt;Town&lt;/b&gt;" in html
    assert 'href="https://example.org/?a=1&amp;b=2"' in html
    assert markdown.splitlines()[0] == "# \\<b\\>Town\\</b\\> \\*of\\* @\u2060all"
    assert "| c\\|d |" in markdown
    assert "| [X\\|Y](https://example.org/%281%29) |" in markdown


# --- the command ----------------------------------------------------------------------------------


def test_of_a_ranking_all_bodies_are_told(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socialscore.topics.clusters.is_installed", lambda: False)

    result = run("digest", "demo", "--store", demo, "--period", "2026-W45")

    assert result.out.startswith("The demo: 24 invented bodies, week 45 of 2026")
    assert "What people ask about" not in result.out


def test_of_a_body_a_page_is_written(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.html"

    result = run("digest", "Ville de Lusambre", "--store", demo, "--output", path)

    assert (result.code, result.out) == (0, "")
    html = path.read_text(encoding="utf-8")
    assert "<h1>Ville de Lusambre, week 46 of 2026" in html
    assert "What people ask about, over the last 30 days" in html


@pytest.mark.parametrize(
    ("suffix", "format_name"), [(".txt", "text"), (".md", "markdown"), (".html", "html")]
)
def test_the_suffix_of_a_file_chooses_the_format(suffix: str, format_name: str) -> None:
    assert chosen_format(None, Path(f"a{suffix}"), FORMATS) == format_name


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nowhere"], "unknown body 'nowhere'"),
        (["missing.toml"], "missing.toml"),
        (["ville-lusambre", "--labels", "de"], "unknown language 'de'"),
        (["ville-lusambre", "--format", "pdf"], "unknown format 'pdf'"),
        (["ville-lusambre", "--output", "a.csv"], "choose .md, .html or .txt, or add --format"),
        (["ville-lusambre", "--period", "all"], "no period precedes `all`"),
    ],
)
def test_what_is_wrong_is_said(demo: Path, arguments: list[str], problem: str) -> None:
    result = run("digest", *arguments, "--store", demo)

    assert result.code in (2, 3)
    assert problem in result.err
