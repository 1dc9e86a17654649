"""`socialscore collect`: bring from the networks what the store lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands import completion
from socialscore.commands.common import PanelOption, StoreOption, judge_again, settings_here
from socialscore.commands.output import FORMATS, chosen_format
from socialscore.commands.screens import Lines, is_watched, say, screen
from socialscore.commands.waiting import (
    MaxWaitOption,
    Stop,
    longest_wait,
    now,
    outside,
    stoppable,
)
from socialscore.errors import SocialscoreError
from socialscore.model.network import BY_NAME, COLLECTED, either

if TYPE_CHECKING:
    from datetime import datetime

    from socialscore.collecting.report import CollectionReport
    from socialscore.collectors.base import Collector
    from socialscore.commands.access import Access, CollectRequest
    from socialscore.commands.screens import Screen
    from socialscore.store.lake import Store

__all__ = ["command"]

_MOST_SERIOUS_FIRST = (4, 130, 75)  # exit codes, where networks end differently

_STRATEGIES = {
    network: setting
    for network in COLLECTED
    for setting in BY_NAME[network].settings
    if setting.name == "strategy"
}
"""The networks that can be asked in several ways, with those ways."""

_STRATEGY_HELP = " ".join(
    f"Which of {BY_NAME[network].label}'s endpoints to use: {setting.choices_in_words}. Default: "
    f"`{network}_strategy` in socialscore.toml, else {setting.default}."
    for network, setting in _STRATEGIES.items()
)


def command(
    network: Annotated[
        list[str] | None,
        typer.Option(
            help=f"{either(COLLECTED)}; may be repeated. Default: those of the panel for which "
            "there are credentials."
        ),
    ] = None,
    panel: PanelOption = None,
    store: StoreOption = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="How far back to go, such as 2026-09-20. Default: 30 days, or as far as earlier "
            "runs went.",
        ),
    ] = None,
    estimate: Annotated[
        bool,
        typer.Option(
            "--estimate", help="Show what the run would cost, without collecting anything."
        ),
    ] = False,
    count: Annotated[
        bool,
        typer.Option(
            "--count",
            help="With --estimate: have the messages counted where the network can, which costs "
            "about a cent for each account, stream and month.",
        ),
    ] = False,
    budget: Annotated[
        float | None,
        typer.Option(
            metavar="DOLLARS", min=0, help="Stop before the run could cost more than this."
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Stop after N messages.")
    ] = None,
    max_wait: MaxWaitOption = None,
    strategy: Annotated[
        str | None,
        typer.Option(help=_STRATEGY_HELP),
    ] = None,
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            autocompletion=completion.among(FORMATS),
            help="With --estimate, its format: table, csv or json. Default: table.",
        ),
    ] = None,
) -> None:
    """Collect the mentions and replies of the panel's accounts from their networks.

    Requests only what is missing. Every page is saved before the next is paid for, so a run can
    be interrupted at any time (Ctrl-C), and the next one carries on. What a network does not
    show is recorded as a gap; `socialscore status` lists them. Exit codes: 0 done, 4 a network
    failed, 75 try again later, 130 interrupted; whatever was fetched is kept.
    """
    from socialscore.commands.access import CollectRequest, accesses, whose_messages
    from socialscore.errors import UsageError

    settings = settings_here()
    root = store or settings.store
    begin = _instant(since)
    wait = longest_wait(max_wait, watched=is_watched())
    if count and not estimate:
        raise UsageError("--count goes with --estimate")
    if format_name and not estimate:
        raise UsageError("--format goes with --estimate")
    format_name = chosen_format(format_name)
    bodies = whose_messages(root, panel, settings.panel)
    wanted = accesses(network, bodies, settings, every_account=estimate)
    if strategy and not any(access.network in _STRATEGIES for access in wanted):
        names = either([*_STRATEGIES])
        raise UsageError(f"--strategy applies to {names}, which is not among the networks")
    request = CollectRequest(bodies, root, settings, begin, strategy, wait)
    if estimate:
        from socialscore.commands.estimates import show

        show(wanted, request, format_name, count=count)
        return
    raise typer.Exit(_collect(_open(wanted, named=bool(network)), request, budget, limit))


def _instant(since: str | None) -> datetime | None:
    from datetime import UTC

    from socialscore.errors import UsageError
    from socialscore.inputs.ranking import Ranking
    from socialscore.model.period import YEARS_IN_WORDS, parse_instant

    if since is None:
        return None
    try:
        begin = parse_instant(since, Ranking().zone).astimezone(UTC)
    except (ValueError, OverflowError):
        example = "2026-09-20 or 2026-09-20T09:00"
        problem = f"write a day or a time such as {example}, {YEARS_IN_WORDS}"
        raise UsageError(f"--since {since}: {problem}") from None
    if begin >= now():
        raise UsageError(f"--since {since}: that is in the future")
    return begin


# --- a collection ---------------------------------------------------------------------------------


def _open(wanted: list[Access], *, named: bool) -> list[Access]:
    """The networks that can be asked; the others are said.

    Raises:
        AuthError: there are no credentials for a network that was named, or for none at all.
    """
    from socialscore.errors import AuthError

    usable = [access for access in wanted if access.open]
    for access in wanted:
        if access.open and not access.closed:
            continue
        if named and not access.open:
            raise AuthError(access.network, "", access.lacks())
        say(f"{access.network}: {access.lacks()}")
    if not usable:
        names = " and ".join(access.network for access in wanted)
        raise AuthError(names, "", "there is nothing to ask without credentials")
    return usable


def _collect(
    wanted: list[Access], request: CollectRequest, budget: float | None, limit: int | None
) -> int:
    """Ask network after network, say what became of it, and return the exit code."""
    from socialscore.commands.outcomes import lines
    from socialscore.store.lake import Store
    from socialscore.store.privacy import Pseudonyms, read_key

    for access in wanted:
        _collector(access, request, Stop(aloud=False), Lines())  # what cannot be is said at once
    key = read_key(request.settings.key_file)
    store = Store.create(request.root, key_id=Pseudonyms(key).key_id)
    judge_again(store, key)
    codes = {0}
    with stoppable(aloud=not is_watched()) as stop:
        store.remember(request.panel)  # with the accounts that cannot be asked for
        for access in wanted:
            if stop.asked or limit == 0:
                break
            try:
                with screen(stop) as shown:
                    report = _ask(access, request, store, key, budget, limit, stop, shown)
            except SocialscoreError as error:
                if error.exit_code not in _MOST_SERIOUS_FIRST:
                    raise
                say(str(error))
                codes.add(error.exit_code)
                continue
            for line in lines(report, access.network):
                typer.echo(line, err=True)
            codes.add(report.exit_code)
            budget = None if budget is None else max(budget - report.cost, 0.0)
            limit = None if limit is None else limit - sum(each.n_messages for each in report.tasks)
        if stop.asked:
            codes.add(130)
        _expire(store, request.settings.keep_text_days)
    code = next((code for code in _MOST_SERIOUS_FIRST if code in codes), 0)
    say(_NEXT[code])
    return code


def _expire(store: Store, keep_text_days: int) -> None:
    """Blank the texts that were kept long enough."""
    from datetime import timedelta

    from socialscore.store.erase import expire

    before = now() - timedelta(days=keep_text_days)
    if n_blanked := expire(store, before=before):
        say(f"blanked {n_blanked:,} texts that came {keep_text_days} days ago or earlier")


_NEXT = {
    0: "next: `socialscore rank`, or `socialscore status` for what is in view",
    4: "what came is kept; fix the problem above, then `socialscore collect` resumes from there",
    75: "what came is kept; `socialscore collect` goes on from there when it is run again",
    130: "ended; what came is kept, and `socialscore collect` goes on from there",
}


def _ask(
    access: Access,
    request: CollectRequest,
    store: Store,
    key: bytes,
    budget: float | None,
    limit: int | None,
    stop: Stop,
    shown: Screen,
) -> CollectionReport:
    from socialscore.collecting.run import collect

    return collect(
        _collector(access, request, stop, shown),
        store,
        access.panel,
        key,
        now=now,
        since=request.since,
        overlap=request.settings.overlap,
        budget=budget,
        limit=limit,
        stopping=stop,
        planned=shown.planned,
        progress=shown.progress,
    )


def _collector(access: Access, request: CollectRequest, stop: Stop, shown: Screen) -> Collector:
    return access.collector(
        outside(stop, shown.waiting), strategy=request.strategy, max_wait=request.max_wait
    )
