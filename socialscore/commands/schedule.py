"""`socialscore schedule`: what makes a machine collect, publish and build the site every day."""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.collectors.base import RATE_LIMIT_WAIT
from socialscore.commands import completion
from socialscore.commands.common import settings_here
from socialscore.commands.notations import PARTS, Schedule, destination
from socialscore.commands.output import LabelsOption, chosen_locale
from socialscore.errors import InputError, UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialscore.inputs.settings import Settings

__all__ = ["command"]

# After a rate limit that lasts longer, the next run goes on.
_MAX_WAIT = f"{RATE_LIMIT_WAIT // timedelta(minutes=1)}m"
_LEAST_GAP = 60  # minutes between two runs

_FORMATS = {
    "all": ("script", "crontab", "service", "timer"),
    "systemd": ("service", "timer"),
    **{part: (part,) for part in PARTS},
}


def command(
    rankings: Annotated[
        list[str],
        typer.Argument(
            metavar="RANKING...",
            autocompletion=completion.rankings,
            help="Ranking files, or names of shipped rankings.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder for publications. Default: `published` in socialscore.toml.",
        ),
    ] = None,
    site: Annotated[
        Path | None,
        typer.Option(
            "--site",
            metavar="DIR",
            help="Folder for the site. Default: `site`, beside the publications.",
        ),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TIME",
            help="Time of day on this machine's clock. May be repeated, at least an hour apart. "
            "Default: 06:00.",
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(
            metavar="DOLLARS",
            min=0,
            help="Most that one run may spend. Default: no limit.",
        ),
    ] = None,
    no_collect: Annotated[
        bool,
        typer.Option(
            "--no-collect", help="Collect nothing: for messages that are imported from files."
        ),
    ] = False,
    sign: Annotated[
        Path | None,
        typer.Option(
            "--sign",
            metavar="KEY",
            help="Sign what is published with this SSH key, which must work without a passphrase.",
        ),
    ] = None,
    digest: Annotated[
        list[str] | None,
        typer.Option(
            metavar="BODY|RANKING",
            help="Mail the digest of this body, or of one of the rankings, once a week. May be "
            "repeated.",
        ),
    ] = None,
    labels: LabelsOption = "en",
    format_name: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="WHAT",
            help="What to print: all, script, crontab, systemd, service or timer.",
        ),
    ] = "all",
) -> None:
    """Print a script that collects, publishes and builds the site, and its daily schedule.

    Daily suits weekly rankings too: collecting often loses least, and publishing makes only
    what is missing. Runs never overlap. cron sends mail once a day if somebody must act, so not
    for exit code 75, after which the next run carries on; and once a week the digest. Nothing is
    installed; docs/cron.md shows how.
    """
    if format_name not in _FORMATS:
        raise UnknownName("format", format_name, _FORMATS)
    if no_collect and budget is not None:
        raise UsageError("--budget is for collecting, which --no-collect leaves out; give one")
    times = sorted({_minutes(time) for time in at or ["06:00"]})
    chosen_locale(labels)
    if labels != "en" and not digest:
        raise UsageError("--labels is for what --digest mails; name whose digest")
    settings = settings_here()
    plan = _plan(rankings, out, site, sign, budget, times, settings)
    if no_collect:
        plan = replace(plan, collecting=[])
    if digest:
        digests = [_digest(it, rankings, labels, settings.panel) for it in digest]
        plan = replace(plan, digests=digests)
    parts = _FORMATS[format_name]
    texts = [PARTS[part](plan) for part in parts]
    if len(parts) > 1:
        headings = (f"# ===== {destination(plan, part)}\n" for part in parts)
        texts = [heading + text for heading, text in zip(headings, texts, strict=True)]
    typer.echo("\n".join(texts), nl=False)
    for name in sorted(name for name in os.environ if name.startswith("SOCIALSCORE_")):
        typer.echo(
            f"socialscore: the schedule will not know the variable {name}; write a setting into "
            "socialscore.toml, and give a token to `socialscore auth set`",
            err=True,
        )


# --- what is to run -------------------------------------------------------------------------------


def _plan(
    rankings: Sequence[str],
    out: Path | None,
    site: Path | None,
    sign: Path | None,
    budget: float | None,
    times: list[int],
    settings: Settings,
) -> Schedule:
    """Who is collected, and what is published.

    Raises:
        InputError: a ranking or its panel is wrong, or a key is none.
        UsageError: of the times or the paths, some are not for a schedule.
    """
    from socialscore.inputs.shipped import ranking_path

    paths = {name: ranking_path(name) for name in rankings}
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", paths[rankings[0]].stem).strip("-")
    plan = Schedule(
        name=f"socialscore-{stem}",
        folder=_folder(),
        program=_program(),
        collecting=_collecting([*paths.values()], settings.panel, budget),
        publishing=_publishing(paths, out, site, sign),
        digests=[],
        times=times,
    )
    if plan.gap < _LEAST_GAP:
        raise UsageError("--at: runs must be at least an hour apart")
    words = [plan.script, plan.program, *chain(*plan.collecting, *plan.publishing)]
    if not "".join(words).isprintable():
        raise UsageError(
            "a path contains a line break or another character that a schedule cannot hold"
        )
    return plan


def _collecting(
    rankings: Sequence[Path], usual: Path | None, budget: float | None
) -> list[list[str]]:
    """A command for every panel; that of the settings need not be named."""
    from socialscore.inputs.panel_file import read_panel
    from socialscore.inputs.ranking import load_ranking

    usual = usual and usual.absolute()
    said = (load_ranking(path).panel or usual for path in rankings)
    panels = dict.fromkeys(panel and panel.absolute() for panel in said)
    for panel in filter(None, panels):
        read_panel(panel)
    named = [["--panel", str(panel)] if panel != usual else [] for panel in panels]
    options = [
        "--max-wait",
        _MAX_WAIT,
        *(["--budget", f"{budget:.15g}"] if budget is not None else []),
    ]
    return [["collect", *panel, *options] for panel in named]


def _publishing(
    rankings: Mapping[str, Path], out: Path | None, site: Path | None, sign: Path | None
) -> list[list[str]]:
    """A command for every ranking, and one for the site."""
    to = ["--out", str(out.absolute())] if out else []
    names = [_durable(name) for name in rankings]
    onto = ["--out", str(site.absolute())] if site else []
    if sign and not sign.is_file():
        raise InputError(sign, "is not the file of a key")
    signing = ["--sign", str(sign.absolute())] if sign else []
    return [*(["publish", name, *to, *signing] for name in names), ["site", *to[1:], *onto]]


def _durable(ranking: str) -> str:
    """How a command may always name it; a shipped one by its name: its file moves when we do."""
    from socialscore.inputs.shipped import ranking_path

    path = ranking_path(ranking)
    return str(path.absolute()) if path == Path(ranking) else ranking


def _digest(about: str, rankings: Sequence[str], labels: str, usual: Path | None) -> list[str]:
    """The command for the digest of one of the rankings, or of a body of the first of them."""
    from socialscore.inputs.panel_file import read_panel
    from socialscore.inputs.ranking import load_ranking
    from socialscore.inputs.shipped import ranking_path
    from socialscore.scoring.explanation import body_named

    names = {it: _durable(it) for it in rankings}
    language = [] if labels == "en" else ["--labels", labels]
    if about in names:
        return ["digest", names[about], *language]
    if about.endswith(".toml"):
        raise UsageError(f"--digest {about}: is none of the rankings; name it among them too")
    panel = load_ranking(ranking_path(rankings[0])).panel or usual
    body_id = body_named(read_panel(panel), about).body_id if panel else about
    return ["digest", body_id, "--ranking", names[rankings[0]], *language]


def _minutes(time: str) -> int:
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", time, re.ASCII)
    if not match:
        raise UsageError(f"--at {time}: write a time of the day such as 06:00")
    return int(match[1]) * 60 + int(match[2])


def _folder() -> Path:
    """The folder of the settings; the working folder if there are none."""
    from socialscore.inputs.settings import FILE_NAME

    here = Path.cwd()
    return next((each for each in (here, *here.parents) if (each / FILE_NAME).is_file()), here)


def _program() -> str:
    """The path of the command; not what a virtual environment's links lead to."""
    beside = Path(sys.executable).with_name("socialscore")
    program = str(beside) if os.access(beside, os.X_OK) else shutil.which("socialscore")
    if program is None:
        raise UsageError("socialscore is not installed as a command: pip install socialscore")
    return str(Path(program).absolute())
