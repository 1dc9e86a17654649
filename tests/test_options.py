"""Options are declared once: whatever a ranking does otherwise than its preset, every output says.

What is tested is enumerated from the declarations, so that an option that is added is tested.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from shell import run
from worlds import PANEL, answers, asks, at, world

from socialscore.errors import InputError, UnknownName, UsageError
from socialscore.errors import option as flag_of
from socialscore.inputs.options import (
    KEYS,
    OPTIONS,
    REMOVED,
    RENAMED,
    Option,
    Ranking,
    of_today,
)
from socialscore.inputs.panel import Panel
from socialscore.inputs.ranking import load_ranking
from socialscore.model.period import utc
from socialscore.publishing.basis import Basis
from socialscore.publishing.method import method_text
from socialscore.reporters import render
from socialscore.reporters.wording import in_words
from socialscore.scoring import MessageSource, MessageTable, score

OPEN = Panel("test", tuple(replace(body, calendar="town-hall") for body in PANEL.bodies))
AS_OF = datetime(2026, 11, 6, tzinfo=UTC)
OF_TEXTS = {
    "icc": 0.25,
    "timezone": "UTC",
    "calendar": "office",
}  # what has no choices to take another of
FLAGGED = [option for option in OPTIONS if option.flag]


def by_name(option: Option) -> str:
    return option.name


def another(option: Option) -> Any:
    """A value that no preset builds on."""
    default = Ranking.model_fields[option.name].default
    if option.choices:
        return next(choice for choice in option.choices if choice != default)
    match option.kind:
        case "yes-no":
            return not default
        case "count":
            return default + 3
        case "share":
            return default / 2
        case "duration":
            return f"{(default or 86_400) * 2}s"
        case "metric":
            return "median_wait"
        case "authors":
            return ("42",)
        case "names":
            return default[:1] if default else ("ville",)
    return OF_TEXTS.get(option.name, 7)


def changed(option: Option) -> dict[str, Any]:
    """The options of a ranking in which this one has an effect and is not the preset's."""
    needed = {option.needs[0]: option.needs[1] or "none"} if option.needs else {}
    return {"period": "2026-09-07..2026-10-06"} | needed | {option.name: another(option)}


def basis(option: Option) -> Basis:
    known = {"collected_at": at(1, hours=3)}
    rows = [asks("1", at(1), **known), answers("2", "1", at(1, hours=2), **known)]
    messages = world(rows)
    noted = pa.repeat(pa.scalar(utc(at(1))), messages.covered.num_rows)
    at_place = messages.covered.schema.get_field_index("collected_at")
    messages = MessageTable(
        messages.table, messages.covered.set_column(at_place, "collected_at", noted)
    )
    ranking = load_ranking(None, changed(option))
    source = MessageSource(messages, pseudonym=lambda _, author: author)
    return Basis(source, OPEN, ranking, AS_OF, AS_OF)


@pytest.mark.parametrize("option", OPTIONS, ids=by_name)
def test_an_option_that_is_not_as_the_preset_has_it_is_in_every_output(option: Option) -> None:
    counted = basis(option)
    board = counted.scoreboard(counted.ranking.period)
    words, label = in_words(option, board), option.label.lower()

    assert option.name in board.overridden
    assert re.search(
        rf"(^|  ){label} +{re.escape(words)}( |$)", render(board, "table"), re.MULTILINE
    )
    assert f"\n- {label}: {words.replace('_', chr(92) + '_')}\n" in render(board, "markdown")
    document = json.loads(render(board, "json"))
    assert option.name in document["overridden"]
    value = document[option.column]
    row = next(csv.DictReader(render(board, "csv").splitlines()))
    assert row[option.column] == (" ".join(value) if isinstance(value, list) else _cell(value))
    assert option.name in row["overridden"].split()
    told = f"\n{option.label} ({option.name}): {words} (not the preset's)\n"
    assert told in method_text(board, counted)


def _cell(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_as_the_preset_has_it_an_option_is_told_where_it_always_is() -> None:
    board = score(
        MessageSource(world([asks("1", at(1))])), PANEL, load_ranking(None, {"period": "all"})
    )

    table = render(board, "table")

    assert board.overridden == ()
    told = {option.name for option in OPTIONS if f"{option.label.lower()}  " in table}
    assert told == {option.name for option in OPTIONS if option.always and not option.needs}


@pytest.mark.parametrize("option", OPTIONS, ids=by_name)
def test_an_option_is_labelled_and_explained(option: Option) -> None:
    assert option.label
    assert option.label_fr
    assert option.description.endswith(".")


def test_no_two_options_share_a_label_a_column_or_a_flag() -> None:
    for name in ("label", "label_fr", "column"):
        assert len({getattr(option, name) for option in OPTIONS}) == len(OPTIONS)
    assert len({option.flag for option in FLAGGED}) == len(FLAGGED)


def test_errors_name_the_flags_that_help_lists() -> None:
    for option in FLAGGED:
        if not option.repeated:  # whose name is that of one value
            assert flag_of(option.name) == option.flag


@pytest.mark.parametrize("command", ["rank", "explain"])
@pytest.mark.parametrize("option", FLAGGED, ids=by_name)
def test_help_explains_every_option_of_the_command_line(option: Option, command: str) -> None:
    text = " ".join(run(command, "--help").out.split())

    assert f" {option.flag} " in text
    # Where lines are folded, words with hyphens are too.
    assert "".join(option.description.split()) in text.replace(" ", "")


def test_what_has_choices_takes_no_other_value() -> None:
    for option in (it for it in OPTIONS if it.choices):
        with pytest.raises(UnknownName):
            load_ranking(None, {option.name: "otherwise"})


@pytest.mark.parametrize("option", [it for it in OPTIONS if it.earlier], ids=by_name)
def test_a_file_with_the_earlier_name_of_a_key_is_told_the_one_of_today(
    option: Option, tmp_path: Any
) -> None:
    path = tmp_path / "ranking.toml"
    for earlier in option.earlier:
        path.write_text(f"title = 'Old'\n{earlier} = true\n")

        with pytest.raises(InputError) as caught:
            load_ranking(path)

        problem = f"the key {earlier!r} is now called {option.name!r}"
        assert str(caught.value) == f"{path}:2: {problem}"


def test_a_file_with_a_key_that_nothing_replaces_is_told_why(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REMOVED, "dice", "nothing is drawn any more; delete the line")
    path = tmp_path / "ranking.toml"
    path.write_text("title = 'Old'\ndice = 6\n")

    with pytest.raises(InputError) as caught:
        load_ranking(path)
    with pytest.raises(UsageError, match="dice: nothing is drawn"):
        load_ranking(None, {"dice": 6})

    assert str(caught.value) == f"{path}:2: dice: nothing is drawn any more; delete the line"


def test_options_of_earlier_versions_are_read_under_the_keys_of_today(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(REMOVED, "dice", "nothing is drawn any more; delete the line")

    assert of_today({"dice": 6, "bursts": False}) == {"exclude_bursts": False}


def test_no_key_of_today_counts_as_one_that_went() -> None:
    assert not REMOVED.keys() & {*KEYS, *RENAMED}


def test_a_switch_can_be_turned_off_on_the_command_line(demo: Any) -> None:
    asked = ["rank", "demo", "--store", demo, "--format", "json", "--preset", "abgeordnetenwatch"]

    as_published, lenient = (json.loads(run(*asked, *more).out) for more in ([], ["--no-strict"]))

    assert (as_published["strict"], lenient["strict"]) == (True, False)
    assert lenient["overridden"] == [*as_published["overridden"], "strict"]
