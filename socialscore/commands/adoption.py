"""`socialscore adoption`: which bodies can be written to at all, and which of them write."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands import completion
from socialscore.commands.common import (
    EngineOption,
    PanelOption,
    StoreOption,
    chosen_engine,
    chosen_panel,
    settings_here,
)
from socialscore.commands.output import (
    LabelsOption,
    OutputOption,
    chosen_format,
    chosen_locale,
    put,
)
from socialscore.errors import UsageError
from socialscore.reporters import formatting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.adoption import AdoptionLine
    from socialscore.scoring.adoption import Activity

__all__ = ["command"]

_FORMATS = ("table", "csv", "json", "svg", "png", "pdf")
_PICTURES = ("svg", "png", "pdf")


def command(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PANEL]",
            help="Count the bodies of this panel alone, without a store and without "
            "active_adoption.",
            show_default=False,
        ),
    ] = None,
    panel: PanelOption = None,
    store: StoreOption = None,
    network: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=completion.networks, help="Only this network. May be repeated."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Count the accounts of that day, and the posts of the days before it. Default: "
            "the latest time at which at least half of the accounts are still in view; of a PANEL "
            "alone, today.",
        ),
    ] = None,
    active_within: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS",
            help="Whoever wrote a post of its own in so many days is active. Default: 30d.",
        ),
    ] = None,
    compare_to: Annotated[
        str | None,
        typer.Option(
            metavar="DAY|PANEL",
            help="Compare with the accounts of an earlier day, or with an earlier panel.",
        ),
    ] = None,
    labels: LabelsOption = "en",
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            autocompletion=completion.among(_FORMATS),
            help="Output format: table, csv, json or svg; with --output FILE also png and pdf. "
            "Default: table.",
        ),
    ] = None,
    output: OutputOption = None,
    engine: EngineOption = None,
) -> None:
    """Count, by category and network, the bodies that have an account and those that use it.

    A body is active if it wrote a post of its own in the last 30 days, which needs a store.
    Intervals say what chance allows where the bodies are a sample; of all that there are, the
    share itself is exact.
    """
    from socialscore.commands.chart import picture
    from socialscore.inputs.panel_file import read_panel
    from socialscore.inputs.ranking import load_ranking
    from socialscore.model.period import parse_as_of
    from socialscore.reporters import charts
    from socialscore.reporters.adoption import COLUMNS, adoption_record, adoption_table
    from socialscore.reporters.listings import listing_to_csv, listing_to_json
    from socialscore.scoring import MessageSource
    from socialscore.scoring.adoption import activity
    from socialscore.store.lake import Store

    format_name = chosen_format(format_name, output, _FORMATS)
    locale = chosen_locale(labels)
    days = _days(active_within or "30d")
    if labels != "en" and format_name not in _PICTURES:
        raise UsageError("--labels is for pictures: name one with --output FILE.svg")
    ranking = load_ranking(None, {"networks": network or None})
    end = parse_as_of(as_of, ranking.zone) if as_of else None
    posted, said = None, ""
    if file:
        if panel or store or active_within or engine:
            raise UsageError(
                "a PANEL is counted alone; leave out --panel, --store, --active-within and --engine"
            )
        bodies = read_panel(file)
    else:
        settings = settings_here()
        root = store or settings.store
        bodies = chosen_panel(root, panel, settings.panel)
        if messages := Store.open(root) if store else Store.find(root):
            source = MessageSource(messages, engine=chosen_engine(engine, settings))
            posted = activity(source, bodies, ranking, as_of=end, days=days)
        said = _rests_on(posted, ranking) if posted else _unknown(root)
    moment = end or (posted.as_of if posted else datetime.now(UTC))
    day = moment.astimezone(ranking.zone).date()
    earlier = _earlier(compare_to, bodies, day) if compare_to else None
    lines = _counted(bodies, day, ranking.networks, bool(network), posted, earlier)
    if format_name in _PICTURES:
        put(picture(charts.adoption(lines, bodies.name, day, locale), format_name), output)
    elif format_name == "table":
        put("".join(f"{line}\n" for line in adoption_table(lines)), output)
    else:
        written = listing_to_csv if format_name == "csv" else listing_to_json
        put(written(COLUMNS, map(adoption_record, lines)), output)
    if said:
        typer.echo(said, err=True)


def _days(text: str) -> int:
    """The number of days that the option says."""
    found = re.fullmatch(r"([1-9]\d{0,3})d", text, re.ASCII)
    if not found:
        raise UsageError(f"--active-within {text}: write a number of days such as 30d")
    return int(found[1])


def _earlier(text: str, bodies: Panel, day: date) -> tuple[Panel, date]:
    """The panel and the day to compare with: the same panel earlier, or another one.

    Raises:
        UsageError: the text is neither a day nor the path of a panel.
        InputError: the panel is wrong.
    """
    from socialscore.inputs.panel_file import read_panel

    if text.endswith(".csv"):
        return read_panel(Path(text)), day
    try:
        return bodies, date.fromisoformat(text)
    except ValueError:
        problem = "write a day such as 2026-11-23, or the path of an earlier panel (.csv)"
        raise UsageError(f"--compare-to {text}: {problem}") from None


def _counted(
    bodies: Panel,
    day: date,
    networks: Sequence[str],
    all_networks: bool,
    posted: Activity | None,
    earlier: tuple[Panel, date] | None,
) -> tuple[AdoptionLine, ...]:
    """The lines of a day, compared with an earlier one; of networks that nobody uses, none."""
    from socialscore.scoring.adoption import adoption, compared_with, held, used_networks

    now, then = held(bodies, day), held(*earlier) if earlier else {}
    used = used_networks(now, then)
    shown = [it for it in networks if all_networks or it in used]
    lines = adoption(_categories(bodies), now, shown, posted)
    if earlier is None:
        return lines
    return compared_with(lines, adoption(_categories(earlier[0]), then, shown))


def _categories(panel: Panel) -> dict[str, str]:
    return {body.body_id: body.category for body in panel.bodies}


def _rests_on(posted: Activity, ranking: Ranking) -> str:
    """What the columns of activity rest on."""
    when = formatting.days(
        posted.since.astimezone(ranking.zone), posted.as_of.astimezone(ranking.zone)
    )
    text = f"active: a post of its own, {when} ({ranking.timezone})"
    inactive = {body_id for body_id, _ in posted.unseen} - {body_id for body_id, _ in posted.active}
    if inactive:
        bodies = formatting.counted(len(inactive), "body")
        text += f"; of {bodies} with an account, posts of these days were not collected"
    return text


def _unknown(root: Path | str) -> str:
    return (
        f"socialscore: no active_adoption, for {root} has nothing of these bodies yet; "
        "`socialscore import FILE` adds messages"
    )
