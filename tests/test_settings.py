from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from shell import read_only

from socialscore.errors import InputError, SeveralProblems, UnknownName
from socialscore.inputs.settings import FILE_NAME, TEMPLATE, Settings, load_settings
from socialscore.model.network import BY_NAME, COLLECTED
from socialscore.runtime.limits import Limits


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, **environment: str) -> Settings:
    return load_settings(folder, environment, folder / "home")


def test_without_a_file_the_store_is_in_the_folder_and_the_key_at_home(tmp_path: Path) -> None:
    settings = load(tmp_path)

    assert settings.store == tmp_path / "socialscore-data"
    assert settings.panel is None
    assert settings.published == tmp_path / "published"
    assert settings.key_file == tmp_path / "home" / "pseudonym.key"


def test_the_template_says_nothing_but_what_holds_without_it_and_where_key_and_panel_are(
    tmp_path: Path,
) -> None:
    usual = load(tmp_path)
    write(tmp_path, TEMPLATE)

    said = {"key_file": tmp_path / "pseudonym.key", "panel": tmp_path / "panel.csv"}
    assert load(tmp_path) == usual.model_copy(update=said)


def test_the_template_has_every_setting_of_every_network_with_its_default(tmp_path: Path) -> None:
    usual = load(tmp_path)
    lines = [f"{name}_{it.name}" for name in COLLECTED for it in BY_NAME[name].settings]
    of_networks = re.findall(rf"(?m)^# ((?:{'|'.join(lines)}) = .*)$", TEMPLATE)

    write(tmp_path, "\n".join(of_networks))

    assert len(of_networks) == len(lines)
    assert load(tmp_path) == usual
    assert max(map(len, TEMPLATE.splitlines())) <= 100


def test_the_nearest_file_above_holds_and_paths_are_relative_to_it(tmp_path: Path) -> None:
    write(tmp_path, 'store = "far"\npanel = "far.csv"\n')
    write(tmp_path / "here", 'store = "near"\n')

    settings = load(tmp_path / "here" / "and" / "below")

    assert (settings.store, settings.panel) == (tmp_path / "here" / "near", None)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('store = "elsewhere"\n', encoding="utf-8-sig")

    assert load(tmp_path).store == tmp_path / "elsewhere"


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    write(tmp_path, 'store = "from-file"\npanel = "from-file.csv"\n')

    settings = load(tmp_path, SOCIALSCORE_STORE="/from/environment", SOCIALSCORE_KEY_FILE="my.key")

    assert str(settings.store) == "/from/environment"
    assert settings.panel == tmp_path / "from-file.csv"
    assert settings.key_file == tmp_path / "my.key"


def test_an_empty_variable_says_nothing(tmp_path: Path) -> None:
    settings = load(tmp_path, SOCIALSCORE_STORE="")

    assert settings.store == tmp_path / "socialscore-data"


def test_an_unknown_setting_is_likened_to_a_known_one(tmp_path: Path) -> None:
    path = write(tmp_path, 'sotre = "data"\n')

    with pytest.raises(UnknownName) as caught:
        load(tmp_path)

    assert str(caught.value) == f"{path}:1: unknown setting 'sotre'; did you mean 'store'?"
    assert caught.value.exit_code == 3


def test_a_value_that_is_no_path_is_named_by_its_key(tmp_path: Path) -> None:
    path = write(tmp_path, "store = 3\n")

    with pytest.raises(InputError) as caught:
        load(tmp_path)

    assert str(caught.value) == f"{path}:1, key store: write a path in quotation marks"


@pytest.mark.parametrize("content", [b"store = data", b"\xff\xfe", b"store = '\xe9'"])
def test_what_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)

    with pytest.raises(InputError, match=r"socialscore\.toml:1: the settings file is not TOML: "):
        load(tmp_path)


def test_how_networks_are_asked_is_a_setting_as_well(tmp_path: Path) -> None:
    write(tmp_path, 'twitter_strategy = "archive"\nfacebook_version = "v25.0"\n')

    settings = load(tmp_path, SOCIALSCORE_TWITTER_ADDRESS="http://127.0.0.1:8080")

    assert settings.of_network("twitter") == {"strategy": "archive"}
    assert settings.of_network("facebook") == {"version": "v25.0"}
    assert settings.address_of("twitter") == "http://127.0.0.1:8080"
    assert settings.address_of("facebook") is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('twitter_strategy = "archiv"', "unknown strategy 'archiv'; did you mean 'archive'?"),
        ('facebook_version = "26"', "'26' is not a version such as v26.0"),
        ('twitter_address = "http://example.org"', "the address http://example.org cannot be used"),
    ],
)
def test_a_setting_of_a_network_is_checked_as_the_network_declares_it(
    tmp_path: Path, line: str, problem: str
) -> None:
    path = write(tmp_path, f"\n{line}\n")

    with pytest.raises(InputError) as caught:
        load(tmp_path)

    assert str(caught.value).startswith(f"{path}:2, key {line.split()[0]}: {problem}")


def test_everything_that_is_wrong_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, 'threads = 0\n\nsotre = "data"\nengine = "spork"\npanel = 3\n')

    with pytest.raises(SeveralProblems) as caught:
        load(tmp_path, SOCIALSCORE_KEEP_TEXT_DAYS="a week", SOCIALSCORE_ENGINE="duck")

    assert str(caught.value) == (
        "5 problems:\n"
        f"  {path}:1, key threads: write a whole number of threads, from 1 to 1024\n"
        f"  {path}:3: unknown setting 'sotre'; did you mean 'store'?\n"
        f"  {path}:5, key panel: write a path in quotation marks\n"
        "  SOCIALSCORE_KEEP_TEXT_DAYS: write a whole number of days, from 0 to 36500\n"
        "  SOCIALSCORE_ENGINE: write duckdb, local, spark://HOST:PORT or sc://HOST:PORT"
    )
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("STROE", "STORE"),
        ("THREAD", "THREADS"),
        ("TWITTER_STRATEGIE", "TWITTER_STRATEGY"),
        ("TWITER_BEARER_TOKEN", "TWITTER_BEARER_TOKEN"),
    ],
)
def test_a_variable_that_looks_like_a_misspelt_setting_is_refused(
    tmp_path: Path, name: str, meant: str
) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, **{f"SOCIALSCORE_{name}": "x"})

    assert str(caught.value) == (
        f"SOCIALSCORE_{name}: there is no such setting; did you mean SOCIALSCORE_{meant}?"
    )


@pytest.mark.parametrize(
    "name",
    [
        "SOCIALSCORE_TWITTER_BEARER_TOKEN",
        "SOCIALSCORE_FACEBOOK_PAGE_TOKEN_123",
        "SOCIALSCORE_BACKUP_HOST",
        "STROE",
    ],
)
def test_a_credential_and_what_is_somebody_elses_is_no_setting(tmp_path: Path, name: str) -> None:
    assert load(tmp_path, **{name: "x"}) == load(tmp_path)


def test_tokens_lie_beside_the_key(tmp_path: Path) -> None:
    settings = load(tmp_path, SOCIALSCORE_KEY_FILE="secret/my.key")

    assert settings.credentials_file == tmp_path / "secret" / "credentials.json"


def test_a_text_that_is_none_is_named_by_its_key(tmp_path: Path) -> None:
    path = write(tmp_path, "facebook_version = 26\n")

    with pytest.raises(InputError) as caught:
        load(tmp_path)

    assert (
        str(caught.value)
        == f"{path}:1, key facebook_version: write a text in quotation marks, not 26"
    )


def test_texts_are_kept_for_a_month_unless_it_is_said_otherwise(tmp_path: Path) -> None:
    usual = load(tmp_path).keep_text_days
    write(tmp_path, "keep_text_days = 7\n")

    said = load(tmp_path).keep_text_days, load(tmp_path, SOCIALSCORE_KEEP_TEXT_DAYS="0")

    assert (usual, said[0], said[1].keep_text_days) == (30, 7, 0)


@pytest.mark.parametrize("value", ['"7"', "7.5", "-1", "true", "36501", "[7]"])
def test_what_is_no_number_of_days_is_named_by_its_key(tmp_path: Path, value: str) -> None:
    path = write(tmp_path, f"keep_text_days = {value}\n")

    with pytest.raises(InputError) as caught:
        load(tmp_path)

    assert str(caught.value) == (
        f"{path}:1, key keep_text_days: write a whole number of days, from 0 to 36500"
    )


@pytest.mark.parametrize("value", ["a week", "-1", "7.5", "36501"])
def test_a_variable_that_is_no_number_of_days_is_named(tmp_path: Path, value: str) -> None:
    with pytest.raises(InputError, match="SOCIALSCORE_KEEP_TEXT_DAYS: write a whole number of da"):
        load(tmp_path, SOCIALSCORE_KEEP_TEXT_DAYS=value)


def test_what_duckdb_may_take_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / "spill").mkdir()
    write(tmp_path, 'memory_limit = "1.5 GiB"\ntemp_directory = "spill"\nthreads = 2\n')

    said = load(tmp_path / "below").limits
    instead = load(tmp_path, SOCIALSCORE_MEMORY_LIMIT="800mb", SOCIALSCORE_THREADS="1").limits

    assert said == Limits(1_610_612_736, tmp_path / "spill", 2)
    assert instead == Limits(800_000_000, tmp_path / "spill", 1)


def test_unless_it_is_said_nothing_limits_duckdb_but_its_defaults(tmp_path: Path) -> None:
    assert load(tmp_path).limits == Limits()


@pytest.mark.parametrize("value", ["4", '"4"', '"4 TB"', '"much"', '"-1 GB"', '"1,5 GB"'])
def test_what_is_no_size_is_named_by_its_key(tmp_path: Path, value: str) -> None:
    path = write(tmp_path, f"memory_limit = {value}\n")

    with pytest.raises(InputError) as caught:
        load(tmp_path)

    assert caught.value.exit_code == 3
    assert str(caught.value) == (
        f'{path}:1, key memory_limit: write a number with MB, GB, MiB or GiB, such as "4 GB"'
    )


@pytest.mark.parametrize("value", ["0 GB", "0.1 MB", f"{'9' * 30} GB", "100001 GB"])
def test_a_size_that_nobody_means_is_named_by_its_key(tmp_path: Path, value: str) -> None:
    write(tmp_path, f'memory_limit = "{value}"\n')

    with pytest.raises(InputError, match="1, key memory_limit: write a size from 1 MB to 100,000"):
        load(tmp_path)


@pytest.mark.parametrize("key", ["store", "panel", "published", "key_file", "temp_directory"])
@pytest.mark.parametrize("value", ["", " ", "a\\u0000b", "~/data", "~"])
def test_what_is_no_path_is_named_by_its_key(tmp_path: Path, key: str, value: str) -> None:
    path = write(tmp_path, f'{key} = "{value}"\n')

    with pytest.raises(InputError) as caught:
        load(tmp_path)

    way_out = 'in full; only a shell knows what "~" means' if "~" in value else "in quotation marks"
    assert str(caught.value).startswith(f"{path}:1, key {key}: write ")
    assert str(caught.value).endswith(way_out)


@pytest.mark.parametrize(("name", "value"), [("STORE", " "), ("THREADS", "٢"), ("THREADS", "2.0")])
def test_a_variable_is_as_strict_as_the_file(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(InputError, match=f"^SOCIALSCORE_{name}: write a "):
        load(tmp_path, **{f"SOCIALSCORE_{name}": value})


@pytest.mark.parametrize("value", ["0", "1025", '"2"', "1.5", "true"])
def test_what_is_no_number_of_threads_is_named_by_its_key(tmp_path: Path, value: str) -> None:
    path = write(tmp_path, f"threads = {value}\n")

    with pytest.raises(InputError) as caught:
        load(tmp_path)

    assert str(caught.value) == (
        f"{path}:1, key threads: write a whole number of threads, from 1 to 1024"
    )


@pytest.mark.parametrize(("name", "value"), [("MEMORY_LIMIT", "4"), ("THREADS", "many")])
def test_a_variable_that_is_no_limit_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(InputError, match=f"^SOCIALSCORE_{name}: write a "):
        load(tmp_path, **{f"SOCIALSCORE_{name}": value})


def test_a_folder_for_temporary_files_must_be_there(tmp_path: Path) -> None:
    path = write(tmp_path, 'temp_directory = "nowhere"\n')

    with pytest.raises(InputError) as caught:
        load(tmp_path)

    assert str(caught.value) == (
        f"{path}:1, key temp_directory: nothing can be written to {tmp_path / 'nowhere'} (No such "
        "file or directory); choose a folder in which you can create files"
    )


def test_a_folder_for_temporary_files_must_be_writable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with read_only(tmp_path), pytest.raises(InputError) as caught:
        load(Path(), SOCIALSCORE_TEMP_DIRECTORY=".")

    assert str(caught.value) == (
        "SOCIALSCORE_TEMP_DIRECTORY: nothing can be written to . (Permission denied); choose a "
        "folder in which you can create files"
    )


def test_what_counts_is_a_setting(tmp_path: Path) -> None:
    write(tmp_path, 'engine = "sc://spark.example:15002"\n')

    assert load(tmp_path / "below").engine == "sc://spark.example:15002"
    assert load(tmp_path, SOCIALSCORE_ENGINE="local").engine == "local"


@pytest.mark.parametrize(
    ("value", "quoted"),
    [('"spark"', ""), ('"sc:/here"', ""), ("1", " in quotation marks")],
)
def test_what_is_no_engine_is_named_by_its_key(tmp_path: Path, value: str, quoted: str) -> None:
    path = write(tmp_path, f"engine = {value}\n")

    with pytest.raises(InputError) as caught:
        load(tmp_path)

    assert str(caught.value) == (
        f"{path}:1, key engine: write duckdb, local, spark://HOST:PORT or sc://HOST:PORT{quoted}"
    )


def test_the_store_may_be_in_a_bucket(tmp_path: Path) -> None:
    (tmp_path / "socialscore.toml").write_text('store = "s3://bucket/folder"\n', encoding="utf-8")

    by_file = load_settings(tmp_path, {}, tmp_path)
    by_variable = load_settings(tmp_path, {"SOCIALSCORE_STORE": "s3://other/folder"}, tmp_path)

    assert by_file.store == "s3://bucket/folder"
    assert by_variable.store == "s3://other/folder"


def test_how_late_networks_show_messages_can_be_set(tmp_path: Path) -> None:
    usual = load(tmp_path).overlap
    write(tmp_path, 'overlap = "90m"\n')

    said = load(tmp_path).overlap, load(tmp_path, SOCIALSCORE_OVERLAP="0").overlap

    assert (usual, *said) == (timedelta(hours=6), timedelta(minutes=90), timedelta())


@pytest.mark.parametrize("value", ["6", "0", "true", '"six hours"', '"none"', '"8d"', '"-1h"'])
def test_an_overlap_that_is_no_time_is_refused(tmp_path: Path, value: str) -> None:
    path = write(tmp_path, f"overlap = {value}\n")

    with pytest.raises(InputError) as refused:
        load(tmp_path)

    says = 'write a time such as "6h" or "90m", up to "7d", or "0"'
    assert str(refused.value) == f"{path}:1, key overlap: {says}"


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("site_name", "  Who   answers? ", "Who answers?"),
        ("site_url", "https://answers.example.org", "https://answers.example.org/"),
        ("site_url", "http://localhost:8000/a/", "http://localhost:8000/a/"),
        ("site_contact", "answers@example.org", "answers@example.org"),
        ("site_contact", "https://example.org/dispute", "https://example.org/dispute"),
        ("site_licence", "https://example.org/by/4.0/", "https://example.org/by/4.0/"),
    ],
)
def test_what_pages_say_of_themselves(tmp_path: Path, key: str, value: str, kept: str) -> None:
    write(tmp_path, f'{key} = "{value}"\n')

    assert getattr(load(tmp_path), key) == kept


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("site_name", '""'),
        ("site_name", f'"{"a" * 81}"'),
        ("site_name", '"a\\u202eb"'),
        ("site_url", '"answers.example.org"'),
        ("site_url", '"javascript:alert(1)"'),
        ("site_url", "7"),
        ("site_contact", '"javascript:alert(1)"'),
        ("site_contact", '"answers at example.org"'),
        ("site_licence", '"CC-BY-4.0"'),
    ],
)
def test_what_pages_cannot_say_of_themselves(tmp_path: Path, key: str, value: str) -> None:
    write(tmp_path, f"{key} = {value}\n")

    with pytest.raises(InputError, match=rf"{FILE_NAME}:1.*{key}"):
        load(tmp_path)
