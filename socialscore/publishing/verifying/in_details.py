"""Where networks, hours and waits are not what they should be."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from socialscore.publishing.verifying.differences import NOTHING, Difference, is_near

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from socialscore.model.details import Details
    from socialscore.model.messages import Body

__all__ = ["differences"]

_KEYS = {"networks": ("network",), "hours": ("weekday", "hour"), "waits": ("after_seconds",)}
"""What tells the lines of one body apart, in each."""


def differences(
    published: Details, expected: Details, bodies: Iterable[Body]
) -> dict[str, list[Difference]]:
    """Where the files say something else than they should, by their names."""
    names = {body.body_id: body.name for body in bodies}
    return {
        f"{name}.csv": list(
            _between(getattr(published, name), getattr(expected, name), _KEYS[name], names)
        )
        for name in _KEYS
    }


def _between(
    published: Sequence[Any],
    expected: Sequence[Any],
    key: tuple[str, ...],
    names: Mapping[str, str],
) -> Iterator[Difference]:
    """Cell by cell; of a line that only one of them has, the first cell."""
    theirs, ours = (_by_key(lines, key) for lines in (published, expected))
    for place in sorted(theirs.keys() | ours.keys()):
        body_id, *rest = place
        whose = ", ".join([names[body_id], *map(str, rest)])
        one, other = theirs.get(place), ours.get(place)
        if one is None or other is None:
            column = next(iter(one or other or {}))
            said, right = ((line or {}).get(column, NOTHING) for line in (one, other))
            yield Difference(body_id, whose, column, said, right)
            continue
        for column, right in other.items():
            if not is_near(one[column], _as_written(right)):
                yield Difference(body_id, whose, column, one[column], right)


def _by_key(lines: Sequence[Any], key: tuple[str, ...]) -> dict[tuple[Any, ...], dict[str, Any]]:
    found = {}
    for line in lines:
        values = asdict(line)
        place = (values.pop("body_id"), *(values.pop(name) for name in key))
        found[place] = values
    return found


def _as_written(value: Any) -> Any:
    """A number with the decimals that files keep."""
    return round(value, 6) if isinstance(value, float) else value
