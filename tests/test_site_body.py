"""The page of a body: the figures of its publication, and nothing that they do not bear."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from scoreboards import compared, metric, ordinary, score
from sites import Checked, built, page, publish, week

from socialscore.inputs.panel import Panel, format_panel
from socialscore.model.details import Details, HourLine, NetworkLine, WaitLine
from socialscore.publishing.details import details_to_files
from socialscore.publishing.site import About

if TYPE_CHECKING:
    from pathlib import Path

DETAILS = Details(
    (NetworkLine("kermorvan", "twitter", 1_284, 1_027, 12, 0.799844, 0.77, 0.82),),
    (HourLine("kermorvan", 1, 9, 40, 30), HourLine("kermorvan", 7, 23, 5, 0)),
    (WaitLine("kermorvan", 60, 0.97), WaitLine("kermorvan", 604_800, 0.2)),
)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    """The site of three weeks; the last one says more of a body, and has another one no more."""
    published = tmp_path / "published"
    publish(published, week(44, ordinary()))
    publish(published, week(45, ordinary()))
    last = compared()
    kept = [it for it in last.scores if it.body.body_id != "plouvenec"]
    panel = Panel(last.panel, tuple(it.body for it in kept))
    texts = details_to_files(DETAILS) | {"panel.csv": format_panel(panel)}
    more = {name: text.encode() for name, text in texts.items()}
    publish(published, week(46, replace(last, scores=tuple(kept))), more=more)
    return built(published, About(contact="who@example.org"))


def body(files: dict[str, bytes], body_id: str, language: str = "en") -> Checked:
    return Checked(page(files, f"{language}/weekly/body/{body_id}.html"))


def marked(found: Checked, name: str) -> list[str | None]:
    return [attributes[name] for _, attributes in found.tags if name in attributes]


def test_its_figures_are_those_of_the_newest_period(files: dict[str, bytes]) -> None:
    line = compared().scores[0]

    found = body(files, "kermorvan")

    rate = f"{round(line.values['response_rate'] or 0, 6)}"
    assert rate in marked(found, "data-rate")
    assert marked(found, "data-rank") == [str(line.rank)]
    assert marked(found, "data-after") == ["60", "604800"]
    assert [float(it or 0) for it in marked(found, "data-waiting")] == [0.97, 0.2]
    assert marked(found, "data-hour") == ["Mon 09", "Sun 23"]
    assert marked(found, "data-network") == ["twitter"]


def test_every_period_is_a_line_in_the_order_of_readers(files: dict[str, bytes]) -> None:
    periods = [it for it in marked(body(files, "kermorvan"), "data-period") if it]

    assert periods[-3:] == ["2026-W46", "2026-W45", "2026-W44"]


def test_charts_have_their_figures_as_tables(files: dict[str, bytes]) -> None:
    found = body(files, "kermorvan", "fr")

    assert len(found.of("figure")) == len(found.of("details")) == 3
    assert "encore sans réponse" in found.text


def test_a_body_that_left_the_panel_keeps_its_page_and_says_so(files: dict[str, bytes]) -> None:
    found = body(files, "plouvenec")

    assert "no longer in the panel" in found.text
    assert marked(found, "data-waiting") == []


def test_a_reader_learns_how_to_dispute_a_figure(files: dict[str, bytes]) -> None:
    found = body(files, "kermorvan")

    assert {"href": "mailto:who@example.org"} in found.of("a")
    assert "socialscore explain kermorvan --period 2026-W46" in found.text


def test_a_body_without_requests_has_no_figures(tmp_path: Path) -> None:
    nobody = replace(score("Nobody", 0, 0, None), reason="too-few")
    publish(tmp_path, replace(week(46, ordinary()), scores=(nobody,)))

    found = body(built(tmp_path), "nobody")

    assert found.of("dl") == []
    assert "None" not in found.text


def test_what_it_promises_stands_beside_how_often_it_keeps_that(tmp_path: Path) -> None:
    board = ordinary()
    told = {"within_promise": 0.62, "within_promise_low": 0.5, "within_promise_high": 0.73}
    first, *others = board.scores
    first = replace(first, promise="8h open", values=first.values | told)
    metrics = (*board.metrics, *(metric(name, name, "share") for name in told))
    others = [replace(it, values=it.values | dict.fromkeys(told)) for it in others]
    publish(tmp_path, week(44, replace(board, metrics=metrics, scores=(first, *others))))

    files = built(tmp_path, About())

    text = body(files, first.body.body_id).text
    assert "answered in the time promised: 8 hours (opening hours only)" in text
    assert "An answer is promised within 8 hours (opening hours only): 62" in text
    assert "promised" not in body(files, others[0].body.body_id).text
