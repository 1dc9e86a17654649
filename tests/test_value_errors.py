"""What is wrong with a file is told at once, each problem with its place."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from socialscore.errors import InputError, SeveralProblems, SocialscoreError, UnknownName
from socialscore.inputs.toml_files import FilePosition
from socialscore.inputs.value_errors import problems_of, raise_all

ONE = InputError("a.toml:3", "write a number")
OTHER = UnknownName("key", "titel", ["title"], "a.toml:5")


def test_nothing_wrong_raises_nothing() -> None:
    raise_all([])


def test_one_problem_is_raised_as_it_is() -> None:
    with pytest.raises(UnknownName) as caught:
        raise_all([OTHER])

    assert caught.value is OTHER


def test_several_problems_are_one_error_with_a_line_for_each() -> None:
    with pytest.raises(SeveralProblems) as caught:
        raise_all([ONE, OTHER])

    assert str(caught.value) == (
        "2 problems:\n"
        "  a.toml:3: write a number\n"
        "  a.toml:5: unknown key 'titel'; did you mean 'title'?"
    )
    assert caught.value.problems == (ONE, OTHER)
    assert caught.value.exit_code == 3


class Point(BaseModel):
    model_config = ConfigDict(extra="forbid")

    x: int
    y: int


def problems(values: dict[str, object]) -> list[SocialscoreError]:
    with pytest.raises(ValidationError) as caught:
        Point.model_validate(values)
    return problems_of(
        caught.value, lambda *way: FilePosition("p.toml", 7, str(way[0])), lambda *_: ("x", "y")
    )


def test_every_value_that_pydantic_refuses_is_a_problem_with_its_place() -> None:
    found = problems({"x": "a", "y": 1, "z": 2})

    assert [str(each) for each in found] == [
        'p.toml:7, key x: write a whole number, not "a"',
        "p.toml:7, key z: unknown key 'z'; known: x, y",
    ]
