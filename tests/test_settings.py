from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from socialscore.errors import InputError, UnknownName
from socialscore.settings import FILE_NAME, TEMPLATE, Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, **environment: str) -> Settings:
    return load_settings(folder, environment, folder / "home")


def test_without_a_file_the_store_is_in_the_folder_and_the_key_at_home(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings(
        store=tmp_path / "socialscore-data",
        panel=None,
        published=tmp_path / "published",
        key_file=tmp_path / "home" / "pseudonym.key",
    )


def test_the_template_is_a_file_of_settings(tmp_path: Path) -> None:
    write(tmp_path, TEMPLATE)

    assert load(tmp_path) == Settings(
        store=tmp_path / "socialscore-data",
        panel=None,
        published=tmp_path / "published",
        key_file=tmp_path / "pseudonym.key",
    )


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

    assert str(caught.value) == f"{path}: unknown setting 'sotre'; did you mean 'store'?"
    assert caught.value.exit_code == 3


def test_a_value_that_is_no_path_is_named_by_its_key(tmp_path: Path) -> None:
    path = write(tmp_path, "store = 3\n")

    with pytest.raises(InputError) as caught:
        load(tmp_path)

    assert str(caught.value) == f"{path}, key store: write a path in quotation marks"


@pytest.mark.parametrize("content", [b"store = data", b"\xff\xfe", b"store = '\xe9'"])
def test_what_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)

    with pytest.raises(
        InputError, match=r"socialscore\.toml:1: the file of settings is not TOML: "
    ):
        load(tmp_path)


def test_how_networks_are_asked_is_a_setting_as_well(tmp_path: Path) -> None:
    write(tmp_path, 'twitter_strategy = "archive"\nfacebook_version = "v25.0"\n')

    settings = load(tmp_path, SOCIALSCORE_TWITTER_ADDRESS="http://127.0.0.1:8080")

    assert settings.twitter_strategy == "archive"
    assert settings.facebook_version == "v25.0"
    assert settings.twitter_address == "http://127.0.0.1:8080"
    assert settings.facebook_address is None


def test_tokens_lie_beside_the_key(tmp_path: Path) -> None:
    settings = load(tmp_path, SOCIALSCORE_KEY_FILE="secret/my.key")

    assert settings.credentials_file == tmp_path / "secret" / "credentials.json"


def test_a_text_that_is_none_is_named_by_its_key(tmp_path: Path) -> None:
    path = write(tmp_path, "facebook_version = 26\n")

    with pytest.raises(InputError) as caught:
        load(tmp_path)

    assert str(caught.value) == f"{path}, key facebook_version: write a text in quotation marks"


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
        f"{path}, key keep_text_days: write a whole number of days, from 0 to 36500"
    )


@pytest.mark.parametrize("value", ["a week", "-1", "7.5", "36501"])
def test_a_variable_that_is_no_number_of_days_is_named(tmp_path: Path, value: str) -> None:
    with pytest.raises(InputError, match="SOCIALSCORE_KEEP_TEXT_DAYS: write a whole number of da"):
        load(tmp_path, SOCIALSCORE_KEEP_TEXT_DAYS=value)
