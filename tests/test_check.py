from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shell import begin, run

from socialscore.inputs.panel_file import examine_panel
from socialscore.inputs.shipped import ranking_path
from socialscore.inputs.toml_files import line_of, place_of
from socialscore.publishing.check import check_ranking

ROOT = Path(__file__).parents[1]
SHIPPED = sorted(path.stem for path in (ROOT / "rankings").glob("*.toml"))
HEADER = "body_id,body,category,network,account_id,handle,valid_from,calendar,closed"
PANEL = f"""{HEADER}
armor,Armorelle,ville,twitter,12,armorelle,,office,
roz,Roz,ville,facebook,34,roz,,office,
tram,Tram de Roz,transport,twitter,56,tramroz,,,
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a panel."""
    begin(tmp_path, monkeypatch)
    (tmp_path / "towns.csv").write_text(PANEL, encoding="utf-8")
    return tmp_path


def problems(text: str, panel: str = PANEL) -> list[str]:
    """What is wrong with a ranking of a panel, after the names of the files."""
    Path("weekly.toml").write_text(text, encoding="utf-8", newline="")
    Path("towns.csv").write_text(panel, encoding="utf-8")
    found = check_ranking(Path("weekly.toml"), panel=Path("towns.csv"))
    return [str(problem).removeprefix("weekly.toml:") for problem in found.problems]


def notes(text: str) -> list[str]:
    Path("weekly.toml").write_text(text, encoding="utf-8")
    return list(check_ranking(Path("weekly.toml")).notes)


# --- what is shipped ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_ranking_has_no_problem(name: str) -> None:
    assert check_ranking(ranking_path(name)).problems == ()


@pytest.mark.parametrize("name", [name for name in SHIPPED if name != "demo"])
def test_a_shipped_ranking_speaks_two_languages_makes_a_series_and_asserts(name: str) -> None:
    text = ranking_path(name).read_text(encoding="utf-8")

    assert check_ranking(ranking_path(name)).notes == ()
    for key in ("title", "title_fr", "description", "description_fr", "period"):
        assert re.search(rf"(?m)^{key} = ", text), key
    assert "[assert]" in text


def test_the_example_of_the_documentation_has_no_problem() -> None:
    page = (ROOT / "docs/rankings.md").read_text(encoding="utf-8")
    example, wrong = re.findall(r"(?s)```toml\n(.*?)```", page)[:2]
    (told,) = re.findall(r"(?s)```console\n\$ socialscore check towns.toml\n(.*?)```", page)

    assert problems(example) == []
    assert problems(wrong) == [
        line.removeprefix("towns.toml:") for line in told.splitlines() if line.startswith("towns")
    ]


# --- everything at once ------------------------------------------------------------------------

TEN = """\
# Ten problems, each on a line that is known
titel = "Towns"
description = '''
by = "not this one"
'''
period = "weekly"
min_requests = "ten"
categories = "ville"
networks = [
  "twitter",
  "facbook",
]
by = "respons_rate"
within = ["soon"]

[[bands]]
label = "Fast"
at_least.response_rte = 0.9

[[bands]]
at_most = {median_delay = "short"}

[assert]
min_coverage = 95
"""


def test_every_problem_of_a_ranking_is_told_with_its_line_in_order() -> None:
    found = problems(TEN)

    assert [problem.split(":")[0] for problem in found] == [
        "2", "6, key period", "7, key min_requests", "8, key categories", "9, key networks",
        "13, key by", "14, key within", "18, key bands.at_least.response_rte",
        "20, key bands.label", "21, key bands.at_most.median_delay", "24, key assert.min_coverage",
    ]  # fmt: skip
    assert found[0] == "2: unknown key 'titel'; did you mean 'title'?"
    assert found[5].endswith(
        "unknown metric to rank by 'respons_rate'; did you mean 'response_rate'?"
    )


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_are_those_of_the_editor_whatever_wrote_the_file(newline: str, mark: str) -> None:
    found = problems(mark + TEN.replace("\n", newline))

    assert [int(re.match(r"\d+", problem)[0]) for problem in found] == [  # type: ignore[index]
        2, 6, 7, 8, 9, 13, 14, 18, 20, 21, 24,
    ]  # fmt: skip


def test_of_what_is_not_toml_only_the_first_mistake_can_be_told() -> None:
    (found,) = problems('title = "Towns"\nby = \nunit = "mesage"')

    assert found == "2: the ranking is not TOML: Invalid value (column 6)"


def test_every_problem_of_the_panel_is_told_with_its_line_after_those_of_the_ranking() -> None:
    panel = f"""{HEADER}
armor,Armorelle,ville,twiter,12,armorelle,soon,office,no
,Roz,ville,facebook,34,roz,,office,
tram,Tram,transport,twitter,56,tramroz,,,,,
armor,Armor,ville,twitter,12,armorelle,,office,
eau,Eaux,ville,twitter,12,Armorelle,,office,
"""

    found = problems("horizn = 1\n", panel)

    assert [problem.removeprefix("towns.csv:")[:22] for problem in found] == [
        "1: unknown key 'horizn",
        "2: unknown network 'tw",
        "2: valid_from 'soon' i",
        "2: closed is 'no'; wri",
        "3: body_id and body mu",
        "4: there are more cell",
        "5: body 'armor' is 'Ar",
        "6: the twitter account",
    ]


def test_a_panel_whose_last_row_has_no_end_is_told_the_row_and_what_stands_above() -> None:
    found = problems("", PANEL + ',Nobody,,,,,,,\nbus,"Bus\n')

    assert found[0].startswith("towns.csv:5: body_id and body must not be empty")
    assert found[1].startswith("towns.csv:6: the panel is not CSV")


def test_every_wrong_column_of_a_panel_is_told() -> None:
    found = problems("", "body_id,bdy,netwrk,handle\n")

    assert [problem.partition(";")[0] for problem in found] == [
        "towns.csv:1: unknown column 'bdy'",
        "towns.csv:1: unknown column 'netwrk'",
        "towns.csv:1: the panel lacks the column body, network",
    ]


def test_a_panel_in_another_encoding_is_told_the_line(here: Path) -> None:
    (here / "towns.csv").write_bytes(f"{HEADER}\na,Évran,,,,,,,\n".encode("latin-1"))

    (found,) = examine_panel(here / "towns.csv").problems

    assert str(found).endswith("towns.csv:2: the panel is not UTF-8; save it as CSV in UTF-8")


# --- names and contradictions ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('preset = "defualt"', "1, key preset: unknown preset 'defualt'; did you mean 'default'?"),
        ('show = ["n_requests",\n"median_wiat"]', "1, key show: unknown metric to show 'median_wi"),
        ('by = "n_requests"', "1, key by: unknown metric to rank by 'n_requests'"),
        (
            'preset = "services-publics-plus"\nwithin = ["1h"]\nshow = []',
            "1, key preset: unknown metric to rank by 'within_7d'; did you mean 'within_1h'?",
        ),
        (
            'categories = ["vile"]',
            "1, key categories: unknown category of the panel 'vile'; did you mean 'ville'?",
        ),
        (
            'networks = ["twitter", "mastodon"]',
            "1, key networks: no body of the panel has an account on mastodon",
        ),
        ("networks = []", "1, key networks: name at least one, or remove the key"),
        ("kinds = []", "1, key kinds: name at least one, or remove the key"),
        (
            "[assert]\nmin_bodies = 4",
            "2, key assert.min_bodies: 3 of the bodies can have a rank, and assert.min_bodies is 4",
        ),
        (
            'categories = ["transport"]\n[assert]\nmin_bodies = 2',
            "3, key assert.min_bodies: 1 of the bodies can have a rank, and assert.min_bodies is 2",
        ),
        (
            'calendar = "office"',
            '1, key calendar: it has no effect, since clock is "calendar"',
        ),
        (
            'off_hours_reply = "elapsed"',
            '1, key off_hours_reply: it has no effect, since clock is "calendar"',
        ),
        (
            'unit = "message"\nclock_start = "last"',
            '2, key clock_start: it has no effect, since unit is "message"',
        ),
        (
            'exclude = "none"\nignore = ["42"]',
            '2, key ignore: it has no effect, since exclude lacks "listed"',
        ),
        (
            '[[bands]]\nlabel = "A"\nat_least.coverage = 1\n'
            '[[bands]]\nlabel = "A"\nat_most.coverage = 0',
            "5, key bands.label: there is a band 'A' already",
        ),
        (
            '[[bands]]\nlabel = "A"\nat_least.response_rate = 65',
            "3, key bands.at_least.response_rate: write a share from 0 to 1 (0.65 is 65 %)",
        ),
        (
            'clock = "business"',
            "towns.csv:4: body 'tram' has no calendar, which clock = \"business\" needs; name it",
        ),
        (
            'clock = "business"\ncalendar = "ofice"',
            "2, key calendar: unknown calendar 'ofice'; did you mean 'office'?",
        ),
    ],
)
def test_what_cannot_be_is_told(text: str, problem: str) -> None:
    (found,) = problems(text)

    assert found.startswith(problem)


def test_calendars_of_the_panel_are_read_for_the_business_clock(here: Path) -> None:
    (here / "calendars").mkdir()
    (here / "calendars/short.toml").write_text('timezone = "UTC"\n')
    panel = f"{HEADER}\na,A,,twitter,1,a,,ofice,\nb,B,,twitter,2,b,,short,\n"

    unknown, empty = problems('clock = "business"', panel)

    assert unknown.startswith("towns.csv:2: unknown calendar 'ofice'; did you mean 'office'?")
    assert empty.endswith("short.toml, key hours: write on which days it is open, and from when")


def test_all_that_is_wrong_with_a_calendar_is_told_even_without_a_panel(here: Path) -> None:
    (here / "calendars").mkdir()
    (here / "calendars/mine.toml").write_text(
        'timezone = "Europe/Paris"\n[hours]\nmonday = ["25:00-26:00"]\nsunnday = []\n'
    )
    Path("weekly.toml").write_text('clock = "business"\ncalendar = "mine"\npanel = "none.csv"\n')

    missing, opening, day = map(str, check_ranking(Path("weekly.toml")).problems)

    assert missing == "weekly.toml:3, key panel: there is no file none.csv"
    assert "calendars/mine.toml:3, key hours.monday: '25:00-26:00' is not an opening" in opening
    assert "calendars/mine.toml:4, key hours.sunnday: unknown weekday 'sunnday'; did you" in day


def test_a_body_to_which_nobody_can_write_can_have_no_rank() -> None:
    panel = f"{HEADER}\na,A,,facebook,1,a,,,yes\nb,B,,,,,,,\n"

    (found,) = problems("", panel)

    assert found.startswith(" none of the bodies can have a rank, and assert.min_bodies is 1")


def test_a_panel_that_is_not_there_is_told_where_the_ranking_names_it() -> None:
    Path("weekly.toml").write_text('title = "Towns"\npanel = "nowhere.csv"\n')

    (found,) = check_ranking(Path("weekly.toml")).problems

    assert str(found) == "weekly.toml:2, key panel: there is no file nowhere.csv"


@pytest.mark.parametrize("name", ["x" * 300, "nowhere/" * 50 + "towns.csv"])
def test_a_path_that_nothing_can_have_is_told_like_one_that_nothing_has(name: str) -> None:
    Path("weekly.toml").write_text(f'panel = "{name}"\n')

    (found,) = check_ranking(Path("weekly.toml")).problems

    assert str(found) == f"weekly.toml:1, key panel: there is no file {name}"


@pytest.mark.parametrize("name", ["", "x" * 300, "a\0b"])
def test_what_can_be_no_ranking_is_a_mistake_of_the_command(name: str) -> None:
    for command in ("check", "rank", "publish"):
        result = run(command, name)

        assert result.code == 2
        assert "unknown ranking (nor is there a file)" in result.err


def test_what_is_no_mistake_is_noted() -> None:
    assert notes('panel = "towns.csv"\nperiod = "last-month"') == []
    assert notes('panel = "towns.csv"\nperiod = "2026-W46"') == [
        "weekly.toml:2, key period: `publish` makes one publication of 2026-W46, and no series as "
        "of last-week, last-month, last-quarter, last-matured-week"
    ]
    assert notes('panel = "towns.csv"\nperiod = "all"') == [
        "weekly.toml:2, key period: `publish` refuses `all`, which has no fixed end"
    ]
    assert notes("") == [
        "weekly.toml: no panel is named: the bodies will be those that the store knows"
    ]


def test_a_period_that_cannot_be_read_is_a_mistake_and_not_noted_besides() -> None:
    assert notes('panel = "towns.csv"\nperiod = "last-wek"') == []


# --- the command -------------------------------------------------------------------------------


def write(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_a_ranking_without_problems_says_so_and_nothing_on_stdout() -> None:
    result = run("check", write("weekly.toml", 'panel = "towns.csv"\n'))

    assert (result.code, result.out, result.err) == (0, "", "socialscore: no problem\n")


def test_problems_are_the_output_and_their_number_is_told_beside() -> None:
    result = run("check", write("weekly.toml", 'panel = "towns.csv"\nlatest = -1\nhorizn = 1\n'))

    assert result.code == 3
    assert result.out == (
        "weekly.toml:2, key latest: write 0 or more, not -1\n"
        "weekly.toml:3: unknown key 'horizn'; did you mean 'horizon'?\n"
    )
    assert result.err == "socialscore: 2 problems\n"


def test_several_rankings_are_checked_and_what_they_share_is_told_once() -> None:
    write("towns.csv", f"{HEADER}\na,A,,twiter,1,a,,,\n")
    names = [write(f"{name}.toml", 'panel = "towns.csv"\nlatest = -1\n') for name in "ab"]

    result = run("check", *names, "nowhere.toml")

    assert result.code == 3
    assert [line.partition(" ")[0] for line in result.out.splitlines()] == [
        "a.toml:2,", "towns.csv:2:", "b.toml:2,", "nowhere.toml:",
    ]  # fmt: skip
    assert result.err == "socialscore: 4 problems\n"


def test_an_option_names_the_panel_whatever_the_ranking_names() -> None:
    write("other.csv", f"{HEADER}\na,A,,twiter,1,a,,,\n")

    result = run("check", write("weekly.toml", 'panel = "towns.csv"\n'), "--panel", "other.csv")

    assert result.code == 3
    assert result.out.startswith("other.csv:2: unknown network 'twiter'")


def test_the_panel_of_the_settings_is_checked_where_the_ranking_names_none(here: Path) -> None:
    write("towns.csv", f"{HEADER}\na,A,,twiter,1,a,,,\n")
    write("socialscore.toml", 'panel = "towns.csv"\n')

    result = run("check", write("weekly.toml", ""))

    assert f"{here / 'towns.csv'}:2: unknown network 'twiter'" in result.out


def test_an_unknown_ranking_is_a_mistake_of_the_command() -> None:
    result = run("check", "demo-weakly")

    assert (result.code, result.out) == (2, "")
    assert "did you mean 'demo-weekly'?" in result.err


@pytest.mark.parametrize(
    ("text", "options", "code", "problem"),
    [
        ('by = "respons_rate"', (), 3, "weekly.toml:1, key by: unknown metric to rank by"),
        ('latest = 1\nshow = ["x"]', (), 3, "weekly.toml:2, key show: unknown metric to show 'x'"),
        ("", ("--by", "x"), 2, "socialscore: unknown metric to rank by 'x'"),
        ('by = "x"', ("--by", "y"), 2, "socialscore: unknown metric to rank by 'y'"),
        (
            "",
            ("--preset", "services-publics-plus", "--within", "1h"),
            2,
            "unknown metric to rank by 'within_7d'",
        ),
        ('period = "week"', (), 3, "weekly.toml:1, key period: cannot read the period 'week'"),
    ],
)
def test_rank_names_the_place_of_a_metric_that_does_not_exist(
    text: str, options: tuple[str, ...], code: int, problem: str
) -> None:
    result = run("rank", write("weekly.toml", text), *options)

    assert result.code == code
    assert problem in result.err


# --- the line of a key -------------------------------------------------------------------------

TOML = '''\
# c = [
title = "x [ = y"   # [[
"a.b".c = 3
'q"=' = 1
text = """
within = 4
[bands]
""" # end
list = [
  "a", # ]
  "b]",
  'c',
]

[assert]
min_bodies = 3
d.e = {f = 1}

[[bands]]
label = "A"
[bands.at_least]
response_rate = 1
[[bands]]
# nothing
[[bands.sub]]
x=1
[[bands.sub]]
x=2
[ "x . y" . z ]
k = 1
last = 7'''


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("title",), 2), (("c",), None), (("a.b", "c"), 3), (('q"=',), 4), (("text",), 5),
        (("within",), None), (("list", 1), 9), (("assert",), 15), (("assert", "min_bodies"), 16),
        (("assert", "missing"), 15), (("assert", "d", "e", "f"), 17), (("bands",), 19),
        (("bands", 0, "label"), 20), (("bands", 0, "at_least", "response_rate"), 22),
        (("bands", 1), 23), (("bands", 1, "label"), 23), (("bands", 1, "sub", 1, "x"), 28),
        (("bands", 2), 19), (("x . y",), 29), (("x . y", "z", "last"), 31), (("missing",), None),
    ],
)  # fmt: skip
def test_the_line_of_a_key_is_found(keys: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(TOML, *keys) == line


VALUES = (
    "1", '"#"', "'['", '"""\nk0 = 9\n[x]"""', "'''\n]'''", "[\n1, # ]\n2]", "{a = '}'}",
    r'"\"="', '"""a\\"""\n"""', '""""quoted""""', "2026-11-23T09:00:00Z", "[[1], [\n]]",
)  # fmt: skip


@given(st.lists(st.sampled_from(VALUES), max_size=8), st.data())
def test_whatever_stands_above_the_line_of_a_key_is_counted(values: list[str], data: Any) -> None:
    lines, text = {}, ""
    for number, value in enumerate(values):
        text += data.draw(st.sampled_from(["", "\n", "# [ '''\n", f"[t{number}] # '\n"]))
        lines[number] = text.count("\n") + 1
        text += f"key{number} = {value}\n"
    tables = {n: re.findall(r"(?m)^\[(t\d+)\]", text[: text.find(f"key{n} =")])[-1:] for n in lines}

    found = {number: line_of(text, *tables[number], f"key{number}") for number in lines}

    assert found == lines


def test_a_file_that_is_gone_has_no_line(here: Path) -> None:
    assert (
        str(place_of(here / "gone.toml", "bands", 0, "label"))
        == f"{here / 'gone.toml'}, key bands.label"
    )
