"""Adoption by category and network: as lines for people, and as records for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialscore.model.network import BY_NAME
from socialscore.reporters import formatting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.model.adoption import AdoptionLine, Share

__all__ = ["COLUMNS", "adoption_record", "adoption_table"]

_OF_ACTIVITY = (
    "n_active", "active_adoption", "active_adoption_low", "active_adoption_high", "n_unseen",
)  # fmt: skip
_OF_CHANGE = (
    "n_with_account_before", "n_bodies_before", "difference", "difference_low", "difference_high",
)  # fmt: skip
COLUMNS = (
    "category", "network", "n_bodies", "n_with_account", "adoption", "adoption_low",
    "adoption_high", *_OF_ACTIVITY, *_OF_CHANGE,
)  # fmt: skip


def adoption_record(line: AdoptionLine) -> dict[str, Any]:
    """The line by the names of COLUMNS, shares from 0 to 1, None where nobody knows."""
    having, active, before = line.with_account, line.active, line.before
    values = (
        *(line.category, line.network, having.of, having.n),
        *(having.value, having.low, having.high),
        *((active.n, active.value, active.low, active.high) if active else (None,) * 4),
        line.n_unseen,
        *((before.n, before.of) if before else (None, None)),
        *(line.difference or (None, None, None)),
    )
    return dict(zip(COLUMNS, values, strict=True))


def adoption_table(lines: Sequence[AdoptionLine]) -> list[str]:
    """The lines for people; columns of what nobody knows are left out."""
    with_activity = any(it.active for it in lines)
    with_change = any(it.before for it in lines)
    header = ["category", "network", "bodies", "with account", "adoption (95 %)"]
    header += ["active", "active_adoption (95 %)"] if with_activity else []
    header += ["before", "change in points (95 %)"] if with_change else []
    rows = [
        [
            formatting.one_line(line.category) or formatting.NO_VALUE,
            BY_NAME[line.network].label if line.network else "any",
            formatting.count(line.with_account.of),
            formatting.count(line.with_account.n),
            _with_interval(line.with_account),
            *([_count(line.active), _with_interval(line.active)] if with_activity else []),
            *([_with_interval(line.before), _change(line.difference)] if with_change else []),
        ]
        for line in lines
    ]
    return formatting.aligned([header, *rows], numbers=(2, 3, 5) if with_activity else (2, 3))


def _count(share: Share | None) -> str:
    return formatting.count(None if share is None else share.n)


def _with_interval(share: Share | None) -> str:
    """`81 % (62–91)`."""
    if share is None:
        return formatting.NO_VALUE
    ends = (formatting.share(end).removesuffix(" %") for end in (share.low, share.high))
    return f"{formatting.share(share.value)} ({'–'.join(ends)})"


def _change(difference: tuple[float, float, float] | None) -> str:
    if difference is None:
        return formatting.NO_VALUE
    middle, low, high = map(formatting.points, difference)
    return f"{middle} ({low} to {high})"
