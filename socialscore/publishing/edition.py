"""An edition: what a ranking says of one period, and the files that say it."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from socialscore.inputs.options import OPTIONS
from socialscore.inputs.panel import format_panel
from socialscore.language.rulebook import shipped
from socialscore.publishing.basis import AUDIT, options_of
from socialscore.publishing.details import details_to_files
from socialscore.publishing.manifest import AuditReference, Manifest, digest
from socialscore.publishing.method import method_text
from socialscore.publishing.shown import scoreboard_of
from socialscore.reporters import charts, render
from socialscore.reporters.datapackage import datapackage
from socialscore.reporters.delimited import scoreboard_to_csv, scoreboard_to_long_csv
from socialscore.reporters.leaderboard import leaderboard_to_csv
from socialscore.reporters.locale import ENGLISH, FRENCH
from socialscore.reporters.quotes import to_quotes
from socialscore.reporters.spreadsheet import scoreboard_to_xlsx
from socialscore.scoring.comparison import compare, ranked_before
from socialscore.scoring.notes import of_panels
from socialscore.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.publishing.basis import Basis
    from socialscore.publishing.manifest import Predecessor
    from socialscore.publishing.series import Publication

__all__ = ["files", "manifest_of", "rules", "versions", "with_changes"]

_COMPUTING = ("duckdb", "holidays", "pyarrow")
"""Libraries of which another version may give other numbers."""

_DRAWN = 500
"""Bodies in the picture of a ranking: more rows are no picture, and 35,000 are many megabytes."""

_COUNTING = {"preset", *(option.name for option in OPTIONS if option.alters_rates)}
"""Options that change rates: editions that differ in any of them cannot be compared."""


def with_changes(
    board: Scoreboard, panel: Panel, ranking: Ranking, earlier: Publication
) -> Scoreboard:
    """The scoreboard with what changed since a publication; of the panel alone if they count apart.

    A note says why: by another method, or by other options.

    Args:
        board: the later scoreboard.
        panel: its panel.
        ranking: its options.
        earlier: the publication of an earlier period.
    """
    period, method = earlier.manifest.period, earlier.manifest.method
    differing = _differing(options_of(ranking), earlier.options)
    if method == board.method and not differing:
        return compare(board, scoreboard_of(earlier), panel=panel, earlier_panel=earlier.panel)
    if method != board.method:
        why = f"which was counted by method {method}, and this by method {board.method}"
    else:
        why = f"which was counted by another {', '.join(differing)}"
    edited = earlier.manifest.panel_digest != board.panel_digest
    edits = of_panels(earlier.panel.bodies, panel.bodies, period) if edited else ()
    return replace(
        board,
        notes=(*board.notes, *edits, f"not compared with {period}, {why}"),
        ranked_before=ranked_before(board, scoreboard_of(earlier)),
    )


def _differing(options: Mapping[str, Any], others: Mapping[str, Any]) -> list[str]:
    """The options by which two editions count differently."""
    names = sorted((options.keys() | others.keys()) & _COUNTING)
    return [name for name in names if options.get(name) != others.get(name)]


def files(board: Scoreboard, basis: Basis, *, ranking: str, revision: int) -> dict[str, bytes]:
    """The content of a publication by path, but for the manifest.

    Args:
        board: what it says.
        basis: what that was computed from.
        ranking: the name of the series.
        revision: 1 for the first publication of the period.
    """
    options = json.dumps(options_of(basis.ranking), indent=2, ensure_ascii=False)
    texts = {
        "ranking.csv": scoreboard_to_csv(board),
        "ranking.long.csv": scoreboard_to_long_csv(board),
        "ranking.excel-fr.csv": scoreboard_to_csv(board, dialect="excel-fr", labels="fr"),
        "leaderboard.csv": leaderboard_to_csv(board),
        "leaderboard.fr.csv": leaderboard_to_csv(board, labels="fr"),
        "chart.svg": charts.ranking(board, ENGLISH, most=_DRAWN).svg,
        "chart.fr.svg": charts.ranking(board, FRENCH, most=_DRAWN).svg,
        "quotes.md": to_quotes(board, ENGLISH),
        "quotes.fr.md": to_quotes(board, FRENCH),
        "ranking.json": render(board, "json"),
        "ranking.md": render(board, "markdown"),
        "method.txt": method_text(board, basis),
        "panel.csv": format_panel(basis.panel),
        "options.json": f"{options}\n",
    }
    texts |= details_to_files(basis.details) if basis.details else {}
    content = {path: text.encode() for path, text in texts.items()}
    content |= {f"calendars/{name}.toml": text for name, text in basis.calendars().items()}
    content |= {AUDIT: basis.audit} if basis.audit else {}
    content |= {
        "ranking.xlsx": scoreboard_to_xlsx(board),
        "ranking.fr.xlsx": scoreboard_to_xlsx(board, FRENCH),
    }
    content["datapackage.json"] = datapackage(
        board, name=f"{ranking}-{board.period}".lower(), files=content, version=str(revision)
    ).encode()
    return dict(sorted(content.items()))


def manifest_of(
    board: Scoreboard,
    basis: Basis,
    content: Mapping[str, bytes],
    *,
    ranking: str,
    revision: int,
    supersedes: Predecessor | None,
    compared_to: Predecessor | None,
) -> Manifest:
    """What a publication rests on.

    Args:
        board: what it says.
        basis: what that was computed from.
        content: its files.
        ranking: the name of the series.
        revision: 1 for the first publication of the period.
        supersedes: the revision before.
        compared_to: the publication of the period before.
    """
    return Manifest(
        ranking=ranking,
        panel=basis.panel.name,
        period=board.period,
        revision=revision,
        state="provisional" if board.provisional else "final",
        as_of=basis.as_of,
        seen_until=basis.seen_until,
        supersedes=supersedes,
        compared_to=compared_to,
        method=board.method,
        versions=versions(),
        ranking_digest=board.ranking_digest,
        panel_digest=board.panel_digest,
        rules=rules(),
        calendars={name: digest(text) for name, text in basis.calendars().items()},
        n_ignored=len(basis.ranking.ignore),
        ignored_digest=basis.ignored,
        files={path: digest(text) for path, text in content.items()},
        audit=_reference(board),
        rulebook=basis.rulebook,
        withdrawn=basis.withdrawn,
    )


def _reference(board: Scoreboard) -> AuditReference | None:
    """How a manifest names the audit that its scoreboard rests on."""
    it = board.audit
    return AuditReference(it.digest, it.period, it.read_on, it.n_labelled) if it else None


def versions() -> dict[str, str]:
    """The version of everything that computes numbers."""
    return {"socialscore": __version__} | {name: version(name) for name in _COMPUTING}


def rules() -> dict[str, str]:
    """The digest of every file of language rules."""
    return {path.name: digest(path.read_bytes()) for path in shipped()}
