"""The command-line options that change a ranking, as `inputs.options` declares them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialscore.commands import completion
from socialscore.inputs.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialscore.inputs.options import Option

__all__ = ["with_ranking_options"]

_TYPES = {"yes-no": bool, "count": int}
_VALUES = {"names": "LIST", "metric": "METRIC", "duration": "TIME", "count": "N"}


def with_ranking_options(before: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make of a command's `**options` those of a ranking that can be said on a command line.

    Each is None unless somebody says it.

    Args:
        before: the parameter of the command that they precede in its help.
    """

    def extended(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)
        *own, _ = signature.parameters.values()  # the last one is `**options`
        place = [parameter.name for parameter in own].index(before)
        declared = [_parameter(option) for option in OPTIONS if option.flag]
        keywords = [it.replace(kind=it.KEYWORD_ONLY) for it in own]
        parameters = [*keywords[:place], *declared, *keywords[place:]]
        # Python reads a signature there, and so does typer; type checkers know no such attribute.
        command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {it.name: it.annotation for it in parameters}
        return command

    return extended


def _parameter(option: Option) -> inspect.Parameter:
    value = list[str] if option.repeated else _TYPES.get(option.kind, str)
    is_switch = option.kind == "yes-no"
    flag = f"{option.flag}/--no-{option.flag[2:]}" if is_switch else option.flag
    repeats = " May be repeated." if option.repeated else ""
    described: Any = typer.Option(
        flag,
        metavar=None if is_switch else "NAME" if option.repeated else _metavar(option),
        autocompletion=_offered(option),
        help=f"{option.description}{repeats}",
        show_default=False,
    )
    return inspect.Parameter(
        option.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[value | None, described],
    )


def _offered(option: Option) -> Callable[[str], list[str]] | None:
    """What completes its values, if these can be named."""
    if option.kind == "metric":
        return completion.metrics
    if option.name in ("networks", "calendar"):
        return completion.networks if option.name == "networks" else completion.calendars
    return completion.among(option.choices) if option.choices else None


def _metavar(option: Option) -> str:
    return "|".join(option.choices) or _VALUES.get(option.kind, "NAME")
