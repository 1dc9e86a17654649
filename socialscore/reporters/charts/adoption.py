"""Adoption: per category a row for each network, the share of bodies with an account as a dot."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from socialscore.model.network import BY_NAME
from socialscore.reporters.charts.drawing import WIDE, Axis, drawn, fitting, percents
from socialscore.reporters.locale import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from socialscore.model.adoption import AdoptionLine
    from socialscore.reporters.charts.drawing import Chart
    from socialscore.reporters.locale import Locale

__all__ = ["adoption"]

_TOP, _ROW, _HEAD = 84, 26, 30
_LEFT, _NAMES = 16, 32


def adoption(
    lines: Sequence[AdoptionLine],
    panel: str,
    day: date | None,
    locale: Locale = ENGLISH,
    *,
    width: int = WIDE,
) -> Chart:
    """Which share of the bodies can be reached where, category by category.

    Args:
        lines: those of a category one after the other.
        panel: its name.
        day: on which the accounts are counted; None: nobody says.
        locale: the language.
        width: of the picture, in units.
    """
    _ = locale.gettext
    axis = Axis(0, 1, _NAMES + max(round(0.22 * width), 110), width - 130)
    heads, rows, bottom = _placed(lines, axis, width, locale)
    is_compared = any(line.before for line in lines)
    legend = _("dot: share of bodies with an account; bar: its interval (95 %)")
    if is_compared:
        legend += _("; ring: at the earlier date")
    return drawn(
        "adoption.svg",
        locale,
        title=_("Who can be reached"),
        subtitle=" · ".join(filter(None, (panel, locale.day(day) if day else ""))),
        description=_in_words(lines, locale),
        header=[
            _("category"), _("network"), _("bodies"), _("with an account"), _("share"),
            _("interval (95 %)"), *([_("change in points")] if is_compared else []),
        ],
        rows=[_cells(line, is_compared, locale) for line in lines],
        notes=[legend],
        top=_TOP,
        below=bottom + 24,
        width=width,
        bottom=bottom,
        left=_LEFT,
        names=_NAMES,
        shares=width - 76,
        counts=width - 16,
        ticks=percents(axis, locale),
        heads=heads,
        lines=rows,
    )  # fmt: skip


def _placed(
    lines: Sequence[AdoptionLine], axis: Axis, width: int, locale: Locale
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
    """The names of the categories and the rows under them, and where these end."""
    heads, rows, y = [], [], _TOP
    for category, own in groupby(lines, lambda it: it.category):
        if category:
            heads.append({"y": y + _HEAD // 2 + 6, "text": fitting(category, width - 32, 13)})
            y += _HEAD
        for line in own:
            rows.append({"y": y + _ROW // 2, **_row(line, axis, locale)})
            y += _ROW
    return heads, rows, y


def _row(line: AdoptionLine, axis: Axis, locale: Locale) -> dict[str, Any]:
    share, before = line.with_account, line.before
    return {
        "data": {
            "data-category": line.category,
            "data-network": line.network,
            "data-share": share.value,
            "data-low": share.low,
            "data-high": share.high,
            "data-with-account": share.n,
            "data-bodies": share.of,
        },
        "name": _network(line, locale),
        "share": locale.share(share.value),
        "count": f"{locale.count(share.n)} / {locale.count(share.of)}",
        "at": axis.at(share.value),
        "low_at": axis.at(share.low),
        "high_at": axis.at(share.high),
        "before_at": before and axis.at(before.value),
        "said": _said(line, locale),
    }


def _network(line: AdoptionLine, locale: Locale) -> str:
    return BY_NAME[line.network].label if line.network else locale.gettext("any network")


def _said(line: AdoptionLine, locale: Locale) -> str:
    """`région, X: 21 of 26 bodies have an account (81 %)`."""
    share = line.with_account
    text = locale.ngettext(
        "%(what)s: %(n)s of %(of)s body has an account (%(share)s)",
        "%(what)s: %(n)s of %(of)s bodies have an account (%(share)s)",
        share.of,
    )
    return text % {
        "what": ", ".join(filter(None, (line.category, _network(line, locale)))),
        "n": locale.count(share.n),
        "of": locale.count(share.of),
        "share": locale.share(share.value),
    }


def _cells(line: AdoptionLine, is_compared: bool, locale: Locale) -> list[str]:
    share = line.with_account
    change = [locale.points(line.difference[0]) if line.difference else ""] if is_compared else []
    return [
        line.category,
        _network(line, locale),
        locale.count(share.of),
        locale.count(share.n),
        locale.share(share.value),
        f"{locale.share(share.low)} – {locale.share(share.high)}",
        *change,
    ]


def _in_words(lines: Sequence[AdoptionLine], locale: Locale) -> str:
    if not lines:
        return locale.gettext("There is no body.")
    return "; ".join(_said(line, locale) for line in lines) + "."
