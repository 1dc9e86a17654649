"""Topics as they are counted and listed: people, answers, waits, and what is never told."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
import shell
from engines import engine
from test_topics_clusters import crowd
from worlds import ALL, PANEL, VILLE, answers, asks, at, world

from socialscore.commands.output import PAGE_FORMATS
from socialscore.errors import UnknownName
from socialscore.inputs.ranking import load_ranking
from socialscore.model.topics import OTHER, WITHOUT_TEXT, TopicCounts
from socialscore.reporters.topics import render_topics
from socialscore.scoring import MessageSource, break_down
from socialscore.topics import topics_of
from socialscore.topics.counting import count_topics

MARKER = "Zorglub"
HOUR = timedelta(hours=1)


def town() -> list[dict[str, Any]]:
    """Requests about three themes; the pool's are answered, and one person repeats a word."""
    texts, authors, themes = crowd()
    rows = []
    for n, (text, author, theme) in enumerate(zip(texts, authors, themes, strict=True)):
        when = at(1 + n % 20, n % 24, n)
        rows.append(asks(f"q{n}", when, text=text, author_id=author, text_digest=str(n)))
        if theme == 0:
            rows.append(answers(f"a{n}", f"q{n}", when + HOUR, citizen=author))
    for n in range(100):
        said = f"{MARKER} la piscine {MARKER} n° 0199004567"
        rows.append(asks(f"m{n}", at(2, 0, n), text=said, author_id="marker", text_digest="m"))
    rows.append(asks("odd", at(3), text="dromadaire", author_id="odd", text_digest="o"))
    gone = ({"author_id": f"g{n}", "text": "", "text_digest": f"g{n}"} for n in range(7))
    return [*rows, *(asks(f"gone{n}", at(4, n), **columns) for n, columns in enumerate(gone))]


RANKING = load_ranking(None, ALL)


@pytest.fixture(scope="module")
def source() -> MessageSource:
    return MessageSource(world(town()), engine=engine)


@pytest.fixture(scope="module")
def found(source: MessageSource) -> TopicCounts:
    return topics_of(source, PANEL, RANKING, "ville", period="all")


def line(found: TopicCounts, word: str) -> Any:
    return next(it for it in found.lines if word in it.topic.split())


def test_every_request_is_in_one_line(found: TopicCounts, source: MessageSource) -> None:
    whole = break_down(source, PANEL, RANKING, "category").lines[0].pooled

    assert sum(it.n_requests for it in found.lines) == whole["n_requests"] == 348
    assert sum(it.n_answered for it in found.lines) == whole["n_answered"]


def test_a_topic_says_how_many_are_answered_and_how_long_they_wait(found: TopicCounts) -> None:
    bins = line(found, "poubelles")

    assert bins.n_answered == 0
    assert bins.response_rate == 0
    assert bins.wilson_low == pytest.approx(0, abs=1e-9)
    assert bins.median_wait is None
    assert bins.n_authors >= 10
    assert line(found, "piscine").n_answered > 50


def test_intervals_are_wider_than_those_of_independent_requests(found: TopicCounts) -> None:
    from socialscore.scoring.uncertainty import wilson

    pool = line(found, "piscine")

    low, high = wilson(pool.n_answered, pool.n_requests)

    assert pool.wilson_low < low < high < pool.wilson_high


def test_what_fits_no_topic_and_what_has_no_text_are_counted(found: TopicCounts) -> None:
    by_topic = {it.topic: it for it in found.lines}

    assert by_topic[OTHER].n_requests >= 1
    assert (by_topic[WITHOUT_TEXT].n_requests, by_topic[WITHOUT_TEXT].n_authors) == (7, 7)
    assert [it.topic for it in found.lines][-2:] == [OTHER, WITHOUT_TEXT]


@pytest.mark.parametrize("format_name", PAGE_FORMATS)
def test_what_one_person_repeats_shows_in_no_format(found: TopicCounts, format_name: str) -> None:
    text = render_topics(found, VILLE.name, RANKING.horizon, format_name)

    assert "piscine" in text
    assert MARKER.lower() not in text.lower()
    assert "0199004567" not in text
    assert "dromadaire" not in text
    assert "marker" not in text


def test_programs_read_the_same_numbers(found: TopicCounts) -> None:
    rows = list(csv.DictReader(io.StringIO(render_topics(found, "", None, "csv"))))
    records = json.loads(render_topics(found, "", None, "json"))

    assert [row["topic"] for row in rows] == [it["topic"] for it in records]
    assert [int(row["n_requests"]) for row in rows] == [it.n_requests for it in found.lines]


def test_people_read_what_a_line_means(found: TopicCounts) -> None:
    text = render_topics(found, VILLE.name, RANKING.horizon, "table")

    assert text.startswith("Ville de Montsabran: 3 topics in 348 requests; asked ")
    assert "(no text, or it has expired)" in text
    assert "7 requests have no text, or it has expired" in text
    assert "> 7 d" in text


def test_bodies_and_categories_have_topics_of_their_own(source: MessageSource) -> None:
    lines = count_topics(source, PANEL, RANKING).lines

    assert {(it.category, it.body_id) for it in lines} == {("ville", ""), ("", "ville")}


def test_a_body_has_its_name_and_a_category_is_one_that_is_compared(source: MessageSource) -> None:
    by_name = topics_of(source, PANEL, RANKING, "ville de montsabran", period="all")

    assert {it.body_id for it in by_name.lines} == {"ville"}
    with pytest.raises(UnknownName, match="unknown body or category 'vill'; did you mean 'ville'"):
        topics_of(source, PANEL, RANKING, "vill")


def test_where_nobody_asked_there_is_no_line(source: MessageSource) -> None:
    found = topics_of(source, PANEL, RANKING, "transport", period="all")

    assert found.lines == ()
    assert render_topics(found, "transport", None, "table").startswith("transport: no topic in 0 ")


def test_the_last_thirty_days_are_looked_at(source: MessageSource) -> None:
    found = topics_of(source, PANEL, RANKING, "ville")

    assert found.until - found.since == timedelta(days=30)


def test_the_command_lists_the_topics_of_the_demo(demo: Any) -> None:
    done = shell.run("topics", "ville", "--ranking", "demo", "--store", demo, "--format", "csv")

    assert done.code == 0, done.err
    assert len(list(csv.DictReader(io.StringIO(done.out)))) >= 9


def test_without_the_extra_the_command_says_how_to_install_it(
    demo: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialscore.topics.clusters.is_installed", lambda: False)

    done = shell.run("topics", "ville", "--ranking", "demo", "--store", demo)

    assert done.code == 2
    assert "pip install 'socialscore[topics]'" in done.err
