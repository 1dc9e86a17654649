"""What to say about a value that is not what its key takes, as pydantic reports it."""

from __future__ import annotations

import json
import re
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

from socialscore.errors import (
    InputError,
    SeveralProblems,
    SocialscoreError,
    UnknownName,
    UsageError,
    option,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pydantic import ValidationError

    from socialscore.inputs.toml_files import FilePosition

__all__ = ["combined", "first_of", "problem_of", "problems_of", "raise_all"]

_Wrong = TypeVar("_Wrong")

_TEXT, _NUMBER = "write a text in quotation marks", "write a number"
_WHOLE, _TRUTH = "write a whole number", "write true or false"
_PLAIN = {
    "literal_error": _TEXT, "string_type": _TEXT, "path_type": _TEXT,
    "int_type": _WHOLE, "int_parsing": _WHOLE, "int_parsing_size": _WHOLE, "int_from_float": _WHOLE,
    "float_type": _NUMBER, "float_parsing": _NUMBER, "finite_number": _NUMBER,
    "bool_type": _TRUTH, "bool_parsing": _TRUTH,
    "date_type": "write a day such as 2026-12-24 without quotation marks",
    "greater_than_equal": "write {ge:,.15g} or more",
    "less_than_equal": "write {le:,.15g} or less",
    "less_than": "write less than {lt:,.15g}",
    "string_too_long": "write {max_length:,} characters or fewer",
    "too_long": "write {max_length:,} or fewer",
}  # fmt: skip
"""What to write instead, by the type of pydantic's error."""

_MOST = 100  # problems of a file that are told one by one
_SHOWN = 60  # characters of a value that are shown

_TABLES = ("bands", "closed", "open", "rule")  # [[bands]]: keys with any number of tables


def raise_all(problems: Sequence[SocialscoreError]) -> None:
    """Raise what is wrong: nothing, the one problem, or all of them as one error.

    Raises:
        SocialscoreError: the problem, if there is one.
        SeveralProblems: there are several.
    """
    if problems:
        raise combined(problems)


def combined(problems: Sequence[SocialscoreError]) -> SocialscoreError:
    """The one problem, or all of them as one error, in order of line.

    What has no line, such as an environment variable, comes last.
    """
    if len(problems) == 1:
        return problems[0]
    return SeveralProblems(sorted(problems, key=_line))


def _line(problem: SocialscoreError) -> float:
    return getattr(getattr(problem, "place", None), "line", None) or inf


def problems_of(
    error: ValidationError,
    place: Callable[..., FilePosition | None],
    keys: Callable[..., Iterable[str]],
) -> list[SocialscoreError]:
    """What is wrong with the values of a file: one problem for each place.

    Args:
        error: what pydantic found.
        place: where a value is said, by the way to it; see `toml_files.place_of`.
        keys: those of the table in which a value stands, by the way to it.
    """
    wrong = {each["loc"]: dict(each) for each in error.errors()}
    return first_of(wrong.items(), lambda it: problem_of(place(*it[0]), it[1], keys(*it[0])))


def first_of(
    wrong: Iterable[_Wrong], problem: Callable[[_Wrong], SocialscoreError]
) -> list[SocialscoreError]:
    """The problems of what is wrong; of very many the first, and how many there are besides."""
    each = list(wrong)
    found = [problem(one) for one in each[:_MOST]]
    if n_more := len(each[_MOST:]):
        place = getattr(problem(each[_MOST]), "place", None)
        more = f"{n_more:,} more {'mistakes' if n_more > 1 else 'mistake'} from here on"
        found.append(InputError(place, more) if place else UsageError(more))
    return found


def problem_of(
    place: FilePosition | None, error: Mapping[str, Any], keys: Iterable[str]
) -> SocialscoreError:
    """The error for a value.

    Args:
        place: where a file says the value; None: an option does.
        error: one of those that pydantic lists.
        keys: those of the table in which the key stands.
    """
    key, given = str(error["loc"][0]), error["input"]
    if error["type"] == "literal_error" and isinstance(given, str):
        known = re.findall("'([^']+)'", error["ctx"]["expected"])
        return UnknownName(key.removesuffix("s"), str(given), known, place)  # of networks: network
    if error["type"] == "extra_forbidden":
        return UnknownName("key", str(error["loc"][-1]), keys, place)
    problem = _instead(error)
    if place is None:
        shown = given if isinstance(given, (bool, int, float)) else _shown(given)
        return UsageError(f"{option(key, shown)}: {problem}")
    if error["type"] in _PLAIN and not isinstance(given, (dict, list)):
        problem += f", not {_shown(json.dumps(given, ensure_ascii=False, default=str))}"
    return InputError(place, problem)


def _shown(given: object) -> str:
    """A value, of which the end is left out where it is long."""
    text = str(given)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"


def _instead(error: Mapping[str, Any]) -> str:
    """What to write instead."""
    kind, given, name = error["type"], error["input"], error["loc"][-1]
    if kind == "less_than_equal" and error["ctx"]["le"] == 1:
        return "write 1 or less (0.95 is 95 %)"
    if kind in _PLAIN:
        return _PLAIN[kind].format(**error.get("ctx", {}))
    if kind == "missing":
        return "the key is missing"
    if kind == "tuple_type":
        if len(error["loc"]) == 1 and name in _TABLES:  # a key of the file, of no table in it
            return f"write [[{name}]] over each of them"
        example = given if isinstance(given, str) else "one"
        return f'write a list in square brackets: ["{example}"]'
    if kind in ("dict_type", "model_type"):
        return "write a table"
    return str(error["msg"]).removeprefix("Value error, ")
