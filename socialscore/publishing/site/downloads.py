"""A publication's files, and what each of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.publishing.basis import AUDIT
from socialscore.publishing.manifest import FILE_NAME
from socialscore.publishing.signatures import SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.reporters.locale import Locale

__all__ = ["described"]


def described(files: Sequence[str], locale: Locale) -> list[tuple[str, str]]:
    """Files with what they are, those that most readers want first; others by name."""
    known = _known(locale)
    others = sorted(set(files) - known.keys())
    return [(name, known.get(name, "")) for name in (*known, *others) if name in files]


def _known(locale: Locale) -> dict[str, str]:
    _ = locale.gettext
    return {
        "leaderboard.csv": _("the ranking in ten columns"),
        "leaderboard.fr.csv": _("the ranking in ten columns, in French, for Excel"),
        "chart.svg": _("the ranking as a picture"),
        "chart.fr.svg": _("the ranking as a picture, in French"),
        "quotes.md": _("sentences to quote"),
        "quotes.fr.md": _("sentences to quote, in French"),
        "ranking.xlsx": _("the ranking as a workbook, to print and to filter"),
        "ranking.fr.xlsx": _("the ranking as a workbook, in French"),
        "ranking.csv": _("every number, a row per body"),
        "ranking.excel-fr.csv": _("every number, for a French Excel"),
        "ranking.long.csv": _("a row per body and number"),
        "waits.csv": _("how many still waited, hour after hour"),
        "hours.csv": _("when people ask, and how many were answered"),
        "topics.csv": _("what people asked about"),
        "networks.csv": _("every body on each network"),
        "ranking.json": _("everything, for programs"),
        "ranking.md": _("the table as text"),
        "datapackage.json": _("what every column means"),
        "method.txt": _("how it was computed"),
        "options.json": _("every option of the ranking"),
        "panel.csv": _("the bodies and their accounts"),
        AUDIT: _("what people said of a sample, without texts"),
        FILE_NAME: _("what it rests on, and the digest of every file"),
        SIGNATURE: _("the signature of that, for ssh-keygen"),
    }
