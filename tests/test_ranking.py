from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialscore.errors import InputError, SocialscoreError, UnknownName, UsageError
from socialscore.inputs.options import EXCLUSIONS, Ranking
from socialscore.inputs.ranking import load_ranking, override
from socialscore.inputs.shipped import preset_names

if TYPE_CHECKING:
    from pathlib import Path

WEEK = 7 * 86400
BAND = {"label": "All", "at_least": {"coverage": 1}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "towns.toml"


def load(path: Path, text: str, **options: Any) -> Ranking:
    path.write_text(text, encoding="utf-8")
    return load_ranking(path, options)


def complaint(path: Path, text: str, **options: Any) -> str:
    """What is wrong with a ranking, after the path that stands before it."""
    with pytest.raises(SocialscoreError) as caught:
        load(path, text, **options)
    assert caught.value.exit_code == 3
    return str(caught.value).removeprefix(str(path))


# --- three layers ------------------------------------------------------------------------------


def test_without_anything_the_default_preset_holds() -> None:
    ranking = load_ranking()

    assert (ranking.preset, ranking.unit, ranking.selection) == ("default", "episode", "questions")
    assert (ranking.horizon, ranking.by, ranking.min_requests) == (WEEK, "response_rate", 10)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_loads_and_names_its_source(name: str) -> None:
    ranking = load_ranking(None, {"preset": name})

    assert ranking.preset == name
    assert ranking.title
    assert ranking.description
    assert ranking.source


def test_a_file_overrides_its_preset_key_by_key(path: Path) -> None:
    ranking = load(path, 'preset = "socially-devoted"\nmin_requests = 20\n')

    assert (ranking.min_requests, ranking.by, ranking.horizon) == (20, "devoted_index", None)


def test_options_override_the_file_key_by_key(path: Path) -> None:
    text = 'title = "Towns"\nhorizon = "3d"\nunit = "message"\n'

    ranking = load(path, text, horizon="24h", by="median_wait")

    assert (ranking.title, ranking.unit) == ("Towns", "message")
    assert (ranking.horizon, ranking.by) == (86400, "median_wait")


def test_an_option_takes_the_preset_away_from_the_file_and_leaves_its_other_keys(
    path: Path,
) -> None:
    ranking = load(path, 'preset = "socially-devoted"\nunit = "episode"\n', preset="default")

    assert (ranking.preset, ranking.unit, ranking.horizon) == ("default", "episode", WEEK)


def test_options_that_are_none_do_not_count(path: Path) -> None:
    assert load(path, "min_requests = 3\n", min_requests=None, horizon=None).min_requests == 3


def test_the_panel_is_found_beside_the_file(path: Path) -> None:
    assert load(path, 'panel = "panels/towns.csv"\n').panel == path.parent / "panels/towns.csv"


def test_a_file_with_a_byte_order_mark_is_read(path: Path) -> None:
    path.write_text("min_requests = 3\n", encoding="utf-8-sig")

    assert load_ranking(path).min_requests == 3


# --- values ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("90m", 5400), ("24h", 86400), ("7d", WEEK), ("7 d", WEEK), ("1w", WEEK)],
)
def test_a_horizon_is_a_time_with_its_unit(text: str, seconds: int) -> None:
    assert load_ranking(None, {"horizon": text}).horizon == seconds


def test_a_horizon_of_none_watches_until_the_end_of_the_data() -> None:
    assert load_ranking(None, {"horizon": "none"}).horizon is None


@pytest.mark.parametrize("value", ["", "d", "0d", "-1d", "1.5h", "7 days", "3651d", "٣d", "9" * 60])
def test_what_is_no_time_is_no_horizon(value: str) -> None:
    with pytest.raises(UsageError, match=f"^--horizon {value}: write a time such as 7d, 24h or"):
        load_ranking(None, {"horizon": value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("horizon", "7"), ("horizon", '"7"'), ("horizon", '" 7 "'), ("min_age", "7"),
        ("within", "[7]"), ("within", '["24h", "7"]'), ("within", '"7"'),
    ],
)  # fmt: skip
def test_a_bare_number_is_no_time_in_a_file(path: Path, key: str, value: str) -> None:
    told = complaint(path, f"{key} = {value}")

    assert told == f":1, key {key}: a number is no time; write its unit too: 7d or 7s"


@pytest.mark.parametrize("key", ["horizon", "min_age"])
@pytest.mark.parametrize("value", [7, "7"])
def test_a_bare_number_is_no_time_in_an_option(key: str, value: object) -> None:
    flag = key.replace("_", "-")

    with pytest.raises(UsageError, match=f"^--{flag} 7: a number is no time; write its unit too: "):
        load_ranking(None, {key: value})


@pytest.mark.parametrize("value", ["0", "-5", "true", "1.5", "[]"])
def test_a_horizon_in_a_file_is_positive_and_whole(path: Path, value: str) -> None:
    assert complaint(path, f"horizon = {value}").startswith(":1, key horizon: write a time such as")


@pytest.mark.parametrize(
    ("written", "reasons"),
    [
        ("default", EXCLUSIONS),
        ("none", ()),
        ("deleted,repost", ("repost", "deleted")),
        (["deleted", "repost", "repost"], ("repost", "deleted")),
    ],
)
def test_exclusions_are_a_list_whose_order_means_nothing(
    written: str | list[str], reasons: tuple[str, ...]
) -> None:
    assert load_ranking(None, {"exclude": written}).exclude == reasons


@pytest.mark.parametrize(
    ("written", "times"),
    [
        ("24h", ("24h",)),
        ("2h,8h,2h", ("2h", "8h")),
        (["90 m", "1w"], ("90m", "1w")),
        ("02h, 2h,1d", ("2h", "1d")),
    ],
)
def test_times_are_a_list_in_which_each_stands_once(
    written: str | list[str], times: tuple[str, ...]
) -> None:
    assert load_ranking(None, {"within": written}).within == times


def test_bands_are_tables_in_order_with_conditions_of_two_sorts(path: Path) -> None:
    text = """
        [[bands]]
        label = "Fast"
        at_least = {response_rate = 0.9}
        at_most = {mean_delay = 900}

        [[bands]]
        label = "Sound"
        at_least = {response_rate = 0.9}
    """

    fast, sound = load(path, text).bands

    assert (fast.label, fast.at_least, fast.at_most) == (
        "Fast", {"response_rate": 0.9}, {"mean_delay": 900},
    )  # fmt: skip
    assert (sound.label, sound.at_least, sound.at_most) == ("Sound", {"response_rate": 0.9}, {})


def test_the_bands_of_a_file_replace_those_of_its_preset(path: Path) -> None:
    text = 'preset = "abgeordnetenwatch"\n[[bands]]\nlabel = "All"\nat_least = {response_rate = 1}'

    assert [band.label for band in load(path, text).bands] == ["All"]


def test_authors_are_ignored_by_id_on_one_network_or_on_all(path: Path) -> None:
    authors = ["42", "twitter:42", "mastodon:7", "did:plc:ab2", "bluesky:did:web:a.example", "42"]

    assert load(path, f"ignore = {authors}").ignore == tuple(authors[:-1])


# --- what is wrong is named with its file and key, or its option ---------------------------------


def test_a_ranking_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(InputError, match=r"towns\.toml: the ranking cannot be read \(No such file"):
        load_ranking(path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("by = 7d", ":1: the ranking is not TOML: Expected newline or end of document after a st"),
        ("\n\0", ":2: the ranking is not TOML: Invalid statement (column 1)"),
        ("latest = 1\n\n[[", ":3: the ranking is not TOML: "),
        (
            'title = "A"\r\nlatest = 1\r\nlatest = 2',
            ":3: the ranking is not TOML: Cannot overwrite a v",
        ),
        (
            "[assert]\n[assert]",
            ":2: the ranking is not TOML: Cannot declare ('assert',) twice (col",
        ),
    ],
)
def test_a_ranking_that_is_not_toml_is_refused(path: Path, text: str, problem: str) -> None:
    assert complaint(path, text).startswith(problem)


def test_a_ranking_in_another_encoding_is_refused(path: Path) -> None:
    path.write_text('# A town\ntitle = "Évran"', encoding="latin-1")

    with pytest.raises(
        InputError, match=r"toml:2: the ranking is not TOML: it is not UTF-8; save it so"
    ):
        load_ranking(path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("horizn = 1", ":1: unknown key 'horizn'; did you mean 'horizon'?"),
        ('preset = "defualt"', ":1, key preset: unknown preset 'defualt'; did you mean 'default'?"),
        ("preset = 7", ":1, key preset: write a text in quotation marks, not 7"),
        ('preset = ""', ":1, key preset: unknown preset ''; known: "),
        ("preset = []", ":1, key preset: write a text in quotation marks"),
        ('unit = "mesage"', ":1, key unit: unknown unit 'mesage'; did you mean 'message'?"),
        (
            'networks = ["twitter", "facbook"]',
            ":1, key networks: unknown network 'facbook'; did you mean 'facebook'?",
        ),
        (
            'exclude = ["repots"]',
            ":1, key exclude: unknown reason 'repots'; did you mean 'repost'?",
        ),
        ('timezone = "Paris"', ":1, key timezone: 'Paris' is not a timezone such as Europe/Paris"),
        (
            'timezone = "../etc"',
            ":1, key timezone: '../etc' is not a timezone such as Europe/Paris",
        ),
        ('min_requests = "ten"', ':1, key min_requests: write a whole number, not "ten"'),
        ("min_requests = -1", ":1, key min_requests: write 0 or more, not -1"),
        ("min_coverage = 95", ":1, key min_coverage: write 1 or less (0.95 is 95 %), not 95"),
        ("[[bands]]\nat_least.response_rate = 1", ":1, key bands.label: the key is missing"),
        (
            '[[bands]]\nlabel = "x"\nat_lest = 1',
            ":3, key bands.at_lest: unknown key 'at_lest'; did you mean 'at_least'?",
        ),
        (
            '[[bands]]\nlabel = "x"\nat_least = {response_rate = "most"}',
            ':3, key bands.at_least.response_rate: write a number, not "most"',
        ),
        ('within = ["soon"]', ":1, key within: write a time such as 7d, 24h or 90m, up to 3650d"),
        ('within = ["999999w"]', ":1, key within: write a time such as 7d, 24h or 90m, up to 365"),
        ('within = "none"', ":1, key within: write times such as 1h, 24h or 7d"),
        ("trim = 1", ":1, key trim: write less than 1, not 1"),
        ("latest = -1", ":1, key latest: write 0 or more, not -1"),
        ("icc = 1.5", ":1, key icc: write estimate, or a number from 0 to 1"),
        ("icc = true", ":1, key icc: write estimate, or a number from 0 to 1"),
        ('clock = "busines"', ":1, key clock: unknown clock 'busines'; did you mean 'business'?"),
        ('unit = "auhtor"', ":1, key unit: unknown unit 'auhtor'; did you mean 'author'?"),
        ('badge = {label = "x"}', ":1: unknown key 'badge'; did you mean 'bands'?"),
        ("title = 7", ":1, key title: write a text in quotation marks, not 7"),
        ('categories = "ville"', ':1, key categories: write a list in square brackets: ["ville"]'),
        ("networks = [7]", ":1, key networks: write a text in quotation marks, not 7"),
        ("categories = [7]", ":1, key categories: write a text in quotation marks, not 7"),
        ("ignore = 42", ':1, key ignore: write a list in square brackets: ["one"]'),
        ("panel = 7", ":1, key panel: write the path of a CSV in quotation marks, or remove the"),
        ('panel = ""', ":1, key panel: write the path of a CSV in quotation marks, or remove the"),
        (r'panel = "a\u0000"', ":1, key panel: write the path of a CSV in quotation marks, or"),
        ("title_fr = true", ":1, key title_fr: write a text in quotation marks, not true"),
        ("description = []", ":1, key description: write a text in quotation marks"),
        ("timezone = 1", ":1, key timezone: write a text in quotation marks, not 1"),
        ("period = 2026-11-23", ':1, key period: write a text in quotation marks, not "2026-11-23'),
        (
            'period = "week"',
            ":1, key period: cannot read the period 'week'; write 2026-W46, 2026-11",
        ),
        ('period = "2026-W54"', ":1, key period: cannot read the period '2026-W54'; write"),
        (
            'period = "2026-02-01..2026-01-01"',
            ":1, key period: the period 2026-02-01..2026-01-01 is",
        ),
        ("by = 1", ":1, key by: write a text in quotation marks, not 1"),
        ("show = [1]", ":1, key show: write a text in quotation marks, not 1"),
        ("strict = 2", ":1, key strict: write true or false, not 2"),
        ("latest = 1.5", ":1, key latest: write a whole number, not 1.5"),
        ("min_coverage = nan", ":1, key min_coverage: write a number, not NaN"),
        ("assert = 3", ":1, key assert: write a table"),
        (
            "[assert]\nmin_bodys = 3",
            ":2, key assert.min_bodys: unknown key 'min_bodys'; did you mean",
        ),
        ("assert.min_bodies = -1", ":1, key assert.min_bodies: write 0 or more, not -1"),
        (
            "[assert]\nmin_coverage = 95",
            ":2, key assert.min_coverage: write 1 or less (0.95 is 95 %)",
        ),
        ("[bands]", ":1, key bands: write [[bands]] over each of them"),
        ("bands = [1]", ":1, key bands: write a table"),
        ('[[bands]]\nlabel = "x"\nat_most = 1', ":3, key bands.at_most: write a table"),
        (
            '[[bands]]\nat_least.coverage = 1\nlabel = "x"\n[[bands]]\nlabel = 7',
            ":5, key bands.label: write a text in quotat",
        ),
        ("assertions = {}", ":1: unknown key 'assertions'; did you mean"),
        # One type is not another.
        ('strict = "yes"', ':1, key strict: write true or false, not "yes"'),
        ("strict = 1", ":1, key strict: write true or false, not 1"),
        ('min_requests = "10"', ':1, key min_requests: write a whole number, not "10"'),
        ("min_requests = 10.0", ":1, key min_requests: write a whole number, not 10.0"),
        ("min_requests = true", ":1, key min_requests: write a whole number, not true"),
        ('min_coverage = "0.5"', ':1, key min_coverage: write a number, not "0.5"'),
        ("trim = false", ":1, key trim: write a number, not false"),
        ("[assert]\nmin_bodies = true", ":2, key assert.min_bodies: write a whole number, not tr"),
        (
            '[[bands]]\nlabel = "x"\nat_least.coverage = true',
            ":3, key bands.at_least.coverage: write a number, not true",
        ),
        # Whoever is ignored has an id.
        *(
            (f'ignore = ["42", "{author}"]', f":1, key ignore: {author!r} is no author's id; write")
            for author in (
                *("", " ", "@bob", "bob", "4 2", "42 ", "1.5", "1.23457E+18", "0x1F", "1_000"),
                *("٤٢", "-42", "042", "https://x.com/bob", "twitter:bob", "twitter:"),
                *("bluesky:42", "name@server.example", "9" * 26),
            )
        ),
        ('ignore = ["twiter:42"]', ":1, key ignore: unknown network 'twiter'; did you mean 'twit"),
        ("ignore = [42]", ":1, key ignore: write a text in quotation marks, not 42"),
        ("ignore = [42.0]", ":1, key ignore: write a text in quotation marks, not 42.0"),
        # Nothing, where something is needed.
        ('title = ""', ":1, key title: write a text that is not empty"),
        ('title = " \\t"', ":1, key title: write a text that is not empty"),
        ('by = ""', ":1, key by: write a text that is not empty"),
        ("categories = []", ":1, key categories: name at least one, or remove the key"),
        ('categories = [""]', ":1, key categories: write a text that is not empty"),
        ("networks = []", ":1, key networks: name at least one, or remove the key"),
        ("kinds = []", ":1, key kinds: name at least one, or remove the key"),
        (
            '[[bands]]\nlabel = "x"',
            ":1, key bands: a band needs a condition: write at_least, at_most or both",
        ),
        # More than can be meant.
        (f"min_requests = {10**30}", ":1, key min_requests: write 1,000,000,000 or less, not 1000"),
        (f"latest = {10**30}", ":1, key latest: write 1,000,000,000 or less, not 1000"),
        (f'title = "{"x" * 100_000}"', ':1, key title: write 500 characters or fewer, not "xxxx'),
        (f"show = {['x'] * 101}", ":1, key show: write 100 or fewer"),
        ("bands = [" + '{label = "x"}, ' * 101 + "]", ":1, key bands: write 100 or fewer"),
        # Bands that nobody would get.
        (
            '[[bands]]\nlabel = "x"\nat_least = {coverage = 0.9}\nat_most = {coverage = 0.1}',
            ":4, key bands.at_most.coverage: it is below at_least: nobody would get this band",
        ),
        (
            '[[bands]]\nlabel = "x"\nat_least = {coverage = 1}\n'
            '[[bands]]\nlabel = "y"\nat_least = {coverage = 1.0}',
            ":4, key bands: a band above has the same conditions: nobody would get this one",
        ),
        (
            '[[bands]]\nlabel = "x"\nat_least = {coverage = 1}\n'
            '[[bands]]\nlabel = "x"\nat_least = {coverage = 0.5}',
            ":5, key bands.label: there is a band 'x' already",
        ),
    ],
    ids=lambda value: value[:60],
)
def test_a_mistake_in_a_file_is_named_by_file_and_key(path: Path, text: str, problem: str) -> None:
    assert complaint(path, text).startswith(problem)


def test_an_option_does_not_hide_who_was_wrong(path: Path) -> None:
    assert complaint(path, "min_requests = -1", horizon="1d").startswith(":1, key min_requests: ")


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("preset", "defualt", "unknown preset 'defualt'; did you mean 'default'?"),
        ("unit", "epsiode", "unknown unit 'epsiode'; did you mean 'episode'?"),
        ("selection", "al", "unknown selection 'al'; did you mean 'all'?"),
        ("networks", ["twiter"], "unknown network 'twiter'; did you mean 'twitter'?"),
        ("exclude", "repots", "--exclude repots: unknown reason 'repots'; did you mean 'repost'?"),
        ("timezone", "Paris", "--timezone Paris: 'Paris' is not a timezone such as Europe/Paris"),
        ("categories", "ville", '--categories ville: write a list in square brackets: ["ville"]'),
        ("min_requests", -1, "--min-requests -1: write 0 or more"),
    ],
)
def test_a_mistake_in_an_option_is_named_without_a_file(
    path: Path, key: str, value: object, problem: str
) -> None:
    with pytest.raises((UsageError, UnknownName)) as caught:
        load(path, 'title = "Towns"', **{key: value})

    assert str(caught.value) == problem
    assert caught.value.exit_code == 2


def test_of_very_many_mistakes_the_first_are_told_and_how_many_there_are_besides(
    path: Path,
) -> None:
    keys = complaint(path, "".join(f"a{n} = 1\n" for n in range(1_000)))
    authors = complaint(path, f"\nignore = {[f'@{n}' for n in range(1_000)]}")

    assert keys.splitlines()[-1].endswith("towns.toml:101: 900 more mistakes from here on")
    assert authors.splitlines()[-1].endswith("toml:2, key ignore: 900 more mistakes from here on")


def test_a_long_value_is_shown_by_its_beginning(path: Path) -> None:
    assert len(complaint(path, f'title = "{"x" * 100_000}"')) < 200


# --- a ranking with other options ----------------------------------------------------------------


def test_an_option_over_a_ranking_changes_it_alone() -> None:
    ranking = load_ranking(None, {"horizon": "none", "ignore": ["42"], "min_requests": 3})

    changed = override(ranking, {"period": "2026-W46", "unit": None})

    assert changed == ranking.model_copy(update={"period": "2026-W46"})


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("horizon", 7, "--horizon 7: a number is no time; write its unit too: 7d or 7s"),
        ("min_requests", "3", "--min-requests 3: write a whole number"),
        ("preset", "default", "--preset: this ranking has one already"),
        ("horizn", "7d", "unknown option 'horizn'; did you mean 'horizon'?"),
    ],
)
def test_an_option_over_a_ranking_is_as_strict(key: str, value: object, problem: str) -> None:
    with pytest.raises((UsageError, UnknownName)) as caught:
        override(load_ranking(), {key: value})

    assert str(caught.value).startswith(problem)


# --- the digest --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("unit", "message"), ("horizon", "none"), ("exclude", "none"), ("by", "median_wait"),
        ("ignore", ["42"]), ("include_institutions", True), ("timezone", "UTC"),
        ("networks", ["mastodon"]), ("min_coverage", 0.5), ("title", "Another"),
        ("within", "2h"), ("trim", 0.05), ("latest", 10), ("clock", "business"), ("strict", True),
        ("show", ["n_requests"]), ("bands", [BAND]), ("icc", 0.1),
    ],
)  # fmt: skip
def test_the_digest_changes_with_every_option(key: str, value: object) -> None:
    assert load_ranking(None, {key: value}).digest != load_ranking().digest


def test_the_digest_does_not_depend_on_where_the_panel_lies() -> None:
    assert load_ranking(None, {"panel": "elsewhere.csv"}).digest == load_ranking().digest


@given(st.permutations(EXCLUSIONS))
def test_the_digest_does_not_depend_on_the_order_of_exclusions(reasons: list[str]) -> None:
    assert load_ranking(None, {"exclude": ",".join(reasons)}).digest == load_ranking().digest
