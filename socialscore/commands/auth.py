"""`socialscore auth`: the credentials that networks ask for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from socialscore.commands import completion
from socialscore.commands.common import PanelOption, StoreOption, settings_here
from socialscore.commands.output import FormatOption, chosen_format, put_listing
from socialscore.errors import UnknownName, UsageError
from socialscore.model.network import BY_NAME, COLLECTED, either

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from socialscore.commands.access import Access
    from socialscore.inputs.credentials import Credentials
    from socialscore.inputs.panel import Panel
    from socialscore.inputs.settings import Settings
    from socialscore.model.messages import Account

__all__ = ["command"]

_PER_PAGE = tuple(name for name in COLLECTED if BY_NAME[name].per_page)
_COLUMNS = ("network", "about", "good", "says")  # of `check`
_MISSING = 4  # exit code: a network would not let us in


def command(
    action: Annotated[
        Literal["set", "check", "clear"],
        typer.Argument(
            metavar="ACTION",
            help="set: give a token; check: ask whether all will do; clear: forget.",
        ),
    ],
    network: Annotated[
        str | None,
        typer.Argument(
            metavar="[NETWORK]",
            autocompletion=completion.among(COLLECTED),
            help=f"{either(COLLECTED)}. check: all by default.",
        ),
    ] = None,
    page: Annotated[
        str | None,
        typer.Option(
            metavar="PAGE",
            help=f"{either([BY_NAME[name].label for name in _PER_PAGE])}: the page whose token it "
            "is, by its account_id or handle. Default: every page of the panel in turn.",
        ),
    ] = None,
    panel: PanelOption = None,
    store: StoreOption = None,
    format_name: FormatOption = None,
) -> None:
    """Give, check or forget the tokens that networks ask for.

    A token is asked for without being shown, or read from standard input where that is no
    terminal; it is never an option. It is kept in the keyring of the system where the library
    keyring is installed, else in credentials.json beside key_file, readable by you only. Variables
    go before both: SOCIALSCORE_TWITTER_BEARER_TOKEN, SOCIALSCORE_FACEBOOK_PAGE_TOKEN_123 for the
    page 123. `check` makes the cheapest calls, says what is missing, and exits with 4 if anything
    is.
    """
    from socialscore.commands.access import credentials_here, whose_messages

    settings = settings_here()
    root = store or settings.store
    if action == "check":
        bodies = whose_messages(root, panel, settings.panel)
        format_name = chosen_format(format_name)
        raise typer.Exit(_check(network, page, bodies, settings, format_name))
    if format_name:
        raise UsageError("--format is for `socialscore auth check`")
    credentials = credentials_here(settings)
    if network is None:
        raise UsageError(f"which network? Add {either(COLLECTED)}")
    if network not in COLLECTED:
        raise UnknownName("network", network, COLLECTED)
    known = _pages(network, root, panel, settings) if network in _PER_PAGE else []
    for name, whose in _named(network, page, known, credentials, forgetting=action == "clear"):
        if action == "clear":
            _clear(credentials, network, name, whose)
        else:
            _set(credentials, network, name, whose, optional=page is None and len(known) > 1)


# --- whose tokens ---------------------------------------------------------------------------------


def _pages(network: str, root: Path | str, panel: Path | None, settings: Settings) -> list[Account]:
    """The pages of the panel on a network, if there is a panel."""
    from socialscore.commands.access import accounts_of, whose_messages

    try:
        return accounts_of(whose_messages(root, panel, settings.panel), network)
    except UsageError:
        return []


def _named(
    network: str,
    page: str | None,
    pages: list[Account],
    credentials: Credentials,
    *,
    forgetting: bool,
) -> list[tuple[str, str]]:
    """The credentials that are meant, by name, and how to speak of each."""
    if network not in _PER_PAGE:
        if page:
            problem = f"--page is for {either(_PER_PAGE)}; {network} has one token for all accounts"
            raise UsageError(problem)
        return [(name, f"the {name.replace('_', ' ')}") for name in BY_NAME[network].credentials]
    if page:
        return [_of_page(network, page, pages)]
    if forgetting:
        own = (_token_of(network, each.account_id) for each in pages)
        names = dict.fromkeys([*own, *credentials.names(network)])
        return [(name, f"the page token {name.partition(':')[2]}".strip()) for name in names]
    if not pages:
        raise UsageError("which page? Give --page ID, or --panel FILE to go through its pages")
    if len(pages) > 1 and not sys.stdin.isatty():
        known = ", ".join(each.handle for each in pages)
        raise UsageError(f"which page? Give --page with one of {known}")
    return [_of_page(network, each.account_id, pages) for each in pages]


def _token_of(network: str, account_id: str) -> str:
    """The name of a page's token."""
    return f"{BY_NAME[network].credentials[0]}:{account_id}"


def _of_page(network: str, page: str, pages: list[Account]) -> tuple[str, str]:
    """The name of a page's token; a page may be called by either of its names."""
    known = {name.lower(): each for each in pages for name in (each.account_id, each.handle)}
    if not known:
        return _token_of(network, page), f"the token of the page {page}"
    account = known.get(page.lower())
    if account is None:
        raise UnknownName("page", page, known)
    return _token_of(network, account.account_id), f"the token of the page {account.handle}"


# --- what is done with them -----------------------------------------------------------------------


def _set(credentials: Credentials, network: str, name: str, whose: str, *, optional: bool) -> None:
    from socialscore.inputs.credentials import variable

    if sys.stdin.isatty():
        skip = " (nothing: leave it as it is)" if optional else ""
        value = typer.prompt(f"{whose}{skip}", hide_input=True, default="", show_default=False)
    else:
        value = sys.stdin.read()
    value = value.strip()
    if not value and optional:
        return
    if not value or len(value.split()) != 1 or not value.isprintable() or not value.isascii():
        raise UsageError(f"{whose} must be one word, without spaces; nothing was kept")
    typer.echo(f"{whose} is kept in {credentials.keep(network, name, value)}", err=True)
    if credentials.environment.get(variable(network, name)):
        typer.echo(f"the environment variable {variable(network, name)} takes precedence", err=True)


def _clear(credentials: Credentials, network: str, name: str, whose: str) -> None:
    from socialscore.inputs.credentials import variable

    origins = credentials.forget(network, name)
    found = f"is removed from {' and '.join(origins)}" if origins else "was not kept"
    typer.echo(f"{whose} {found}", err=True)
    if credentials.environment.get(variable(network, name)):
        typer.echo(f"the variable {variable(network, name)} still has one", err=True)


def _check(
    network: str | None, page: str | None, panel: Panel, settings: Settings, format_name: str
) -> int:
    from socialscore.commands.access import accesses

    if page and network not in _PER_PAGE:
        example = f"socialscore auth check {_PER_PAGE[0]} --page PAGE"
        raise UsageError(f"--page is for {either(_PER_PAGE)}: {example}")
    wanted = accesses([network] if network else None, panel, settings, every_account=True)
    found = []

    def records() -> Iterator[dict[str, Any]]:
        for access in wanted:
            for record in _looked_at(access, page):
                found.append(record["good"])
                yield record

    put_listing(format_name, _COLUMNS, records(), lambda: map(_line, records()))
    return 0 if all(found) else _MISSING


def _line(record: Mapping[str, Any]) -> str:
    mark = "✓ good   " if record["good"] else "✗ missing"
    return f"{mark} {record['network']} {record['about']}: {record['says']}"


def _looked_at(access: Access, page: str | None) -> Iterator[dict[str, Any]]:
    """A record for each thing that was looked at."""
    from datetime import timedelta

    from socialscore.commands.access import accounts_of
    from socialscore.commands.waiting import outside, stoppable
    from socialscore.errors import AuthError

    accounts = accounts_of(access.panel, access.network)
    if page:
        wanted, _ = _of_page(access.network, page, accounts)
        accounts = [
            each for each in accounts if wanted == _token_of(access.network, each.account_id)
        ]
    with stoppable() as stop:
        try:
            world = outside(stop, lambda _until, _cause: None)
            findings = access.collector(world, max_wait=timedelta()).check(accounts)
        except AuthError as error:
            yield _record(access, error.endpoint, error.problem, good=False)
            return
    for finding in findings:
        yield _record(access, finding.about, finding.says, good=finding.good)


def _record(access: Access, about: str, says: str, *, good: bool) -> dict[str, Any]:
    values = (access.network, about, good, says)
    return dict(zip(_COLUMNS, values, strict=True))
