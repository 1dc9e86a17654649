"""What the declarations of networks say, and what they make of what people write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from socialscore.errors import UnknownName, UsageError
from socialscore.model.network import BY_NAME, NETWORKS, Network, NetworkSetting, either

SOME = Network(
    name="some",
    label="Some",
    settings=(
        NetworkSetting(
            "way", "short", "How it is asked.", choices={"short": "a word", "long": "a sentence"}
        ),
        NetworkSetting("version", "v1", "Of its API.", pattern=r"v[0-9]"),
    ),
)


def test_a_handle_is_written_as_on_its_network() -> None:
    written = [BY_NAME[name].written("ville") for name in ("twitter", "facebook")]

    assert written == ["@ville", "ville"]
    assert BY_NAME["mastodon"].written("ville@social.example") == "@ville@social.example"


def test_a_setting_that_is_not_given_has_its_default() -> None:
    assert SOME.checked({}) == {"way": "short", "version": "v1"}
    assert SOME.checked({"way": "long"}) == {"way": "long", "version": "v1"}


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownName, match="unknown setting of some 'ways'; did you mean 'way'"):
        SOME.checked({"ways": "short"})


def test_a_choice_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownName, match="unknown way 'shor'; did you mean 'short'"):
        SOME.checked({"way": "shor"})


def test_a_value_that_does_not_look_like_one_is_refused() -> None:
    with pytest.raises(UsageError, match="'1' is not a version such as v1"):
        SOME.checked({"version": "1"})


@pytest.mark.parametrize("name", NETWORKS)
def test_the_defaults_of_a_network_are_values_that_it_takes(name: str) -> None:
    network = BY_NAME[name]

    assert network.checked({}) == {each.name: each.default for each in network.settings}


def test_the_glossary_has_every_network() -> None:
    glossary = Path(__file__).parents[1] / "docs" / "glossary.md"
    (row,) = re.findall(r"(?m)^\| network \|.*$", glossary.read_text(encoding="utf-8"))

    assert re.findall("`([a-z]+)`", row) == list(NETWORKS)


def test_choices_are_listed_with_their_meanings() -> None:
    assert SOME.settings[0].choices_in_words == "short (a word) or long (a sentence)"


def test_names_are_listed_as_in_a_sentence() -> None:
    assert [either(["a"]), either(["a", "b"]), either(["a", "b", "c"])] == [
        "a",
        "a or b",
        "a, b or c",
    ]
