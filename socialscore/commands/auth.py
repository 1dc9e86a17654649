"""`socialscore auth`: the credentials that networks ask for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from socialscore.commands.common import PanelOption, StoreOption, settings_here
from socialscore.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from socialscore.commands.access import Access
    from socialscore.inputs.credentials import Credentials
    from socialscore.inputs.panel import Panel
    from socialscore.inputs.settings import Settings
    from socialscore.model.messages import Account

__all__ = ["command"]

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
        typer.Argument(metavar="[NETWORK]", help="twitter or facebook. check: all by default."),
    ] = None,
    page: Annotated[
        str | None,
        typer.Option(
            metavar="PAGE",
            help="Facebook: the page whose token it is, by its account_id or handle. Default: "
            "every page of the panel in turn.",
        ),
    ] = None,
    panel: PanelOption = None,
    store: StoreOption = None,
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
        raise typer.Exit(_check(network, page, bodies, settings))
    credentials = credentials_here(settings)
    known = _pages(root, panel, settings) if network == "facebook" else []
    for name, whose in _named(network, page, known, credentials, forgetting=action == "clear"):
        if action == "clear":
            _clear(credentials, str(network), name, whose)
        else:
            _set(credentials, str(network), name, whose, optional=page is None and len(known) > 1)


# --- whose tokens ---------------------------------------------------------------------------------


def _pages(root: Path | str, panel: Path | None, settings: Settings) -> list[Account]:
    """The Facebook pages of the panel, if there is one."""
    from socialscore.commands.access import accounts_of, whose_messages

    try:
        return accounts_of(whose_messages(root, panel, settings.panel), "facebook")
    except UsageError:
        return []


def _named(
    network: str | None,
    page: str | None,
    pages: list[Account],
    credentials: Credentials,
    *,
    forgetting: bool,
) -> list[tuple[str, str]]:
    """The credentials that are meant, by name, and how to speak of each."""
    from socialscore.collectors import CREDENTIALS, network_names

    if network is None:
        raise UsageError(f"which network? Add {' or '.join(network_names())}")
    if network not in CREDENTIALS:
        raise UnknownName("network", network, CREDENTIALS)
    if network != "facebook":
        if page:
            raise UsageError(f"--page is for facebook; {network} has one token for all accounts")
        return [(name, f"the {name.replace('_', ' ')}") for name in CREDENTIALS[network]]
    if page:
        return [_of_page(page, pages)]
    if forgetting:
        names = dict.fromkeys(
            [*(f"page_token:{each.account_id}" for each in pages), *credentials.names(network)]
        )
        return [(name, f"the page token {name.partition(':')[2]}".strip()) for name in names]
    if not pages:
        raise UsageError("which page? Give --page ID, or --panel FILE to go through its pages")
    if len(pages) > 1 and not sys.stdin.isatty():
        known = ", ".join(each.handle for each in pages)
        raise UsageError(f"which page? Give --page with one of {known}")
    return [_of_page(each.account_id, pages) for each in pages]


def _of_page(page: str, pages: list[Account]) -> tuple[str, str]:
    """The name of a page's token; a page may be called by either of its names."""
    known = {name.lower(): each for each in pages for name in (each.account_id, each.handle)}
    if not known:
        return f"page_token:{page}", f"the token of the page {page}"
    account = known.get(page.lower())
    if account is None:
        raise UnknownName("page", page, known)
    return f"page_token:{account.account_id}", f"the token of the page {account.handle}"


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


def _check(network: str | None, page: str | None, panel: Panel, settings: Settings) -> int:
    from socialscore.commands.access import accesses

    if page and network != "facebook":
        raise UsageError("--page is for facebook: socialscore auth check facebook --page PAGE")
    wanted = accesses([network] if network else None, panel, settings, every_account=True)
    found = [_is_open(access, page) for access in wanted]
    return 0 if all(found) else _MISSING


def _is_open(access: Access, page: str | None) -> bool:
    """Print a line for each thing that was looked at, and say whether all is well."""
    from datetime import timedelta

    from socialscore.commands.access import accounts_of
    from socialscore.commands.waiting import outside, stoppable
    from socialscore.errors import AuthError

    accounts = accounts_of(access.panel, access.network)
    if page:
        wanted, _ = _of_page(page, accounts)
        accounts = [each for each in accounts if wanted == f"page_token:{each.account_id}"]
    with stoppable() as stop:
        try:
            world = outside(stop, lambda _until, _cause: None)
            findings = access.collector(world, max_wait=timedelta()).check(accounts)
        except AuthError as error:
            typer.echo(f"✗ missing  {access.network} {error.endpoint}: {error.problem}")
            return False
    for finding in findings:
        mark = "✓ good   " if finding.good else "✗ missing"
        typer.echo(f"{mark} {access.network} {finding.about}: {finding.says}")
    return all(finding.good for finding in findings)
