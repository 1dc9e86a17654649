"""The presets against the table of published ways of counting that docs/presets.md explains."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from shell import run

from socialscore.inputs.options import EXCLUSIONS
from socialscore.inputs.ranking import Ranking, load_ranking
from socialscore.inputs.shipped import preset_names
from socialscore.scoring.metrics import key_metric, metrics_for

HOUR, DAY = 3600, 86400
PAGE = Path(__file__).parents[1] / "docs/presets.md"
PUBLISHED = {
    "default": {
        "selection": "questions", "unit": "episode", "horizon": 7 * DAY, "by": "response_rate",
        "min_requests": 10, "time": ("median_delay", "median_wait"),
    },
    "socially-devoted": {
        "selection": "question-mark", "unit": "message", "horizon": None, "by": "devoted_index",
        "min_requests": 50, "time": ("mean_delay",), "kinds": ("wall-post", "mention", "reply"),
        "marks": [{"response_rate": 0.65}],
    },
    "quintly": {
        "selection": "question-mark", "unit": "message", "horizon": 7 * DAY, "by": "response_rate",
        "min_requests": 1, "time": ("within_2h", "within_8h", "within_24h"),
        "replies_to_several": False,
        "within": ("2h", "8h", "24h"),
    },
    "fanpage-karma": {
        "selection": "all", "unit": "message", "horizon": None, "by": "response_rate",
        "min_requests": 1, "time": ("median_delay",), "kinds": ("wall-post",),
    },
    "facebook-2016": {
        "selection": "all", "unit": "episode", "horizon": DAY, "by": "response_rate",
        "min_requests": 1, "time": ("mean_delay",), "period": "last-7-days", "exclude_bursts": True,
        "marks": [{"response_rate": 0.9, "mean_delay": 15 * 60}],
    },
    "facebook-2018": {
        "selection": "all", "unit": "episode", "horizon": 24 * HOUR, "by": "response_rate",
        "min_requests": 1, "time": ("trimmed_delay",), "period": "last-30-days",
        "trim": 0.1, "latest": 10,
    },
    "sprout": {
        "selection": "requests", "unit": "message", "horizon": 72 * HOUR, "by": "response_rate",
        "min_requests": 1, "time": ("mean_delay", "median_delay"), "clock": "business",
        "calendar": "every-day-9-17",
    },
    "conversocial": {
        "selection": "all", "unit": "message", "horizon": None, "by": "response_rate",
        "min_requests": 1, "time": ("trimmed_delay",), "trim": 0.05,
    },
    "zendesk": {
        "selection": "all", "unit": "episode", "horizon": None, "by": "median_delay",
        "min_requests": 1, "time": ("median_delay", "median_delay_calendar"), "clock": "business",
        "calendar": "", "responders": "group",
    },
    "abgeordnetenwatch": {
        "selection": "all", "unit": "message", "horizon": None, "by": "response_rate",
        "min_requests": 1, "time": (), "strict": True, "min_age": 14 * DAY,
        "marks": [
            *({"response_rate": share} for share in (0.9, 0.8, 0.65, 0.5)),
            {"n_answered": 1}, {"response_rate": 0},
        ],
    },
    "writetothem": {
        "selection": "all", "unit": "author", "horizon": 21 * DAY, "by": "response_rate",
        "min_requests": 10, "time": (),
        "marks": [{"response_rate": share} for share in (0.8, 0.6, 0.4, 0.2)],
    },
    "services-publics-plus": {
        "selection": "requests", "unit": "episode", "horizon": 7 * DAY, "by": "within_7d",
        "min_requests": 10, "time": ("within_7d", "median_delay", "median_wait"),
        "within": ("24h", "7d"),
    },
}  # fmt: skip
"""By preset: the keys that make it up, the times that it shows, and the conditions of its bands."""

THREADS_COUNTED = {"exclude": tuple(reason for reason in EXCLUSIONS if reason != "third-party")}
"""Of ways of counting that others published: no network told them who speaks to whom."""
OURS = ("default", "services-publics-plus")

NOT_COUNTED = {"title", "description", "source", "preset", "panel", "show", "bands"}


def preset(name: str) -> Ranking:
    return load_ranking(None, {"preset": name})


def test_every_published_way_of_counting_is_a_file() -> None:
    assert preset_names() == sorted(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_preset_counts_as_its_authors_did_and_otherwise_as_the_default_does(name: str) -> None:
    published = {
        key: value for key, value in PUBLISHED[name].items() if key not in ("time", "marks")
    }

    counted = preset(name).model_dump(exclude=NOT_COUNTED)

    published |= {} if name in OURS else THREADS_COUNTED
    assert counted == Ranking().model_dump(exclude=NOT_COUNTED) | published


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_preset_shows_the_times_that_its_authors_showed(name: str) -> None:
    no_times = {"n_requests", "n_answered", "response_rate", "devoted_index"}

    shown = tuple(metric for metric in preset(name).show if metric not in no_times)

    assert shown == PUBLISHED[name]["time"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_preset_gives_the_marks_of_its_authors(name: str) -> None:
    bands: list[dict[str, Any]] = [band.at_least | band.at_most for band in preset(name).bands]

    assert bands == PUBLISHED[name].get("marks", [])


def test_a_limit_on_a_delay_is_one_from_above() -> None:
    (band,) = preset("facebook-2016").bands

    assert (band.at_least, band.at_most) == ({"response_rate": 0.9}, {"mean_delay": 900})


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_preset_ranks_by_shows_and_asks_for_metrics_that_exist(name: str) -> None:
    ranking = preset(name)

    key = key_metric(ranking)

    known = {metric.name for metric in metrics_for(ranking)}
    assert key.name == ranking.by
    assert known >= {*ranking.show, *(m for b in ranking.bands for m in (*b.at_least, *b.at_most))}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_time_over_the_answered_never_stands_without_a_rate(name: str) -> None:
    assert set(preset(name).show) & {"response_rate", "within_7d"}


@pytest.mark.parametrize("name", PUBLISHED)
def test_options_override_the_period_of_a_preset(name: str) -> None:
    assert load_ranking(None, {"preset": name, "period": "2026-W46"}).period == "2026-W46"


def test_the_page_on_presets_has_a_section_for_each() -> None:
    sections = re.findall(r"^## `([a-z0-9-]+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(sections) == sorted(PUBLISHED)


# --- the command -------------------------------------------------------------------------------


def test_presets_are_listed_with_what_sets_them_apart() -> None:
    result = run("presets")

    lines = {line.split()[0]: line.split(maxsplit=6)[1:] for line in result.out.splitlines()}
    assert (result.code, result.err) == (0, "")
    assert set(lines) == {"preset", *PUBLISHED}
    assert lines["default"] == ["questions", "episode", "7d", "response_rate", "10"]
    assert lines["socially-devoted"] == [
        "question-mark", "message", "none", "devoted_index", "50", "kinds, exclude, bands",
    ]  # fmt: skip
    assert lines["zendesk"][-1] == "clock, exclude"
    assert lines["abgeordnetenwatch"][-1] == "min_age, strict, exclude, bands"


def test_the_columns_of_the_list_stand_one_below_the_other() -> None:
    lines = run("presets").out.splitlines()

    start = lines[0].index("horizon")
    assert {line[start - 2 : start] for line in lines} == {"  "}
    assert not any(line.endswith(" ") for line in lines)


def test_a_preset_is_described_by_its_source_and_the_keys_in_which_it_differs() -> None:
    result = run("presets", "facebook-2016")

    title, source, *keys = result.out.rstrip("\n").split("\n\n")
    written = dict(key.split("\n")[0].split(" = ") for key in keys)
    ranking = preset("facebook-2016")
    assert title == f"facebook-2016: {ranking.title}\n    {ranking.description}"
    assert source == f"Source\n    {ranking.source}"
    assert written == {
        "period": "last-7-days",
        "selection": "all",
        "exclude": "repost, duplicate, mass-mention, listed, deleted, not-covered",
        "horizon": "1d",
        "min_requests": "1",
        "show": "n_requests, response_rate, mean_delay",
        "bands": "Very responsive to messages (response_rate ≥ 0.9, mean_delay ≤ 900)",
    }


def test_every_key_of_a_preset_is_explained() -> None:
    text = run("presets", "quintly").out

    assert (
        "replies_to_several = false\n    Count responses that address several people at once.\n"
        in text
    )
    assert "within = 2h, 8h, 24h\n    Times for the metrics within_1h" in text


def test_the_default_is_described_by_all_its_keys() -> None:
    text = run("presets", "default").out

    counted = set(Ranking.model_fields) - {"title", "description", "source", "preset", "panel"}
    assert set(re.findall(r"^(\w+) = .+$", text, re.MULTILINE)) == counted
    assert 'calendar = ""\n' in text
    assert "ignore = none\n" in text


def test_a_preset_that_does_not_exist_is_likened_to_one_that_does() -> None:
    result = run("presets", "quintli")

    assert (result.code, result.out) == (2, "")
    assert result.err == "socialscore: unknown preset 'quintli'; did you mean 'quintly'?\n"


# --- and that of metrics, which goes by presets --------------------------------------------------


def test_every_metric_is_described() -> None:
    result = run("metrics")

    named = re.findall(r"^(\w+) \((?:count|share|seconds|ratio)", result.out, re.MULTILINE)
    assert (result.code, result.err) == (0, "")
    assert named == [metric.name for metric in metrics_for(load_ranking())]


def test_one_metric_is_described_alone() -> None:
    (metric,) = (m for m in metrics_for(load_ranking()) if m.name == "devoted_index")

    text = run("metrics", "devoted_index").out

    assert text == f"devoted_index (count, higher is better)\n    {metric.description}\n"


def test_metrics_are_those_of_a_preset() -> None:
    assert run("metrics", "within_8h", "--preset", "quintly").out.startswith("within_8h (share")
    assert run("metrics", "within_8h").code == 2


def test_a_metric_that_does_not_exist_is_likened_to_one_that_does() -> None:
    result = run("metrics", "median_wiat")

    assert (result.code, result.out) == (2, "")
    assert result.err == "socialscore: unknown metric 'median_wiat'; did you mean 'median_wait'?\n"
