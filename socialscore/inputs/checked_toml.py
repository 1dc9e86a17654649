"""Checking the TOML files that people write: everything that is wrong at once, with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from socialscore.inputs.toml_files import place_of, read_toml
from socialscore.inputs.value_errors import combined, problems_of
from socialscore.model.period import PLAUSIBLE_YEARS, YEARS_IN_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

__all__ = ["Listed", "Table", "at_least_one", "checked_date", "checked_timezone", "read_checked"]


class Table(BaseModel):
    """A table of a file, with the keys that it may have and no others, each of its own type."""

    model_config = ConfigDict(strict=True, extra="forbid")


_One = TypeVar("_One")
Listed = Annotated[tuple[_One, ...], Field(strict=False)]
"""A tuple that a file writes as a list."""

_Model = TypeVar("_Model", bound=Table)
_Values = TypeVar("_Values", bound="tuple[object, ...]")


def read_checked(
    path: Path,
    what: str,
    model: type[_Model],
    tables: Mapping[str, type[Table]],
    context: object = None,
) -> _Model:
    """Read a TOML file and check it.

    Args:
        path: the file.
        what: what it should be, for the error: `the calendar`.
        model: the keys of the file.
        tables: the keys of the tables in it, by name.
        context: what the validators of `model` need.

    Raises:
        InputError: the file cannot be read, is not TOML, or has wrong values or missing keys.
        UnknownName: it has an unknown key.
        SeveralProblems: several things are wrong.
    """
    content = read_toml(path, what)
    try:
        return model.model_validate(content, context=context)
    except ValidationError as error:
        problems = problems_of(
            error,
            lambda *way: place_of(path, *(key for key in way if key != "[key]")),
            lambda *way: _keys(tables.get(str(way[0]), model)),
        )
    raise combined(problems)  # outside, as it would keep the other error and its context


def _keys(table: type[Table]) -> list[str]:
    return [field.alias or name for name, field in table.model_fields.items()]


def at_least_one(values: _Values) -> _Values:
    """The values of a list.

    Raises:
        ValueError: it is empty.
    """
    if not values:  # pydantic's own check does not count the values that are wrong
        raise ValueError("write at least one")
    return values


def checked_timezone(name: str) -> str:
    """The name of a timezone.

    Raises:
        ValueError: there is none of that name.
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a timezone such as Europe/Paris") from None
    return name


def checked_date(day: date) -> date:
    """A day of the plausible years.

    Raises:
        ValueError: it is of another year.
    """
    if day.year not in PLAUSIBLE_YEARS:
        raise ValueError(f"{day} is out of range; write a day {YEARS_IN_WORDS}")
    return day
