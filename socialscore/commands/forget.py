"""`socialscore forget`: erase from the store what must not be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands.common import StoreOption, settings_here
from socialscore.commands.confirmation import YesOption, agreed, in_words
from socialscore.commands.screens import say
from socialscore.commands.waiting import now
from socialscore.errors import UsageError
from socialscore.model.network import DEFAULT_NETWORK, NETWORKS

if TYPE_CHECKING:
    from socialscore.inputs.settings import Settings
    from socialscore.store.erasure_request import ErasureRequest
    from socialscore.store.lake import Store

__all__ = ["command"]


def command(
    author: Annotated[
        str | None,
        typer.Option(
            metavar="NETWORK:ID",
            help="Everything one citizen wrote, by the network's own identifier: "
            f"{DEFAULT_NETWORK}:12345.",
        ),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            metavar="NETWORK:ACCOUNT_ID",
            help="Everything stored for one account of the panel.",
        ),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="Every message sent before this day (UTC)."),
    ] = None,
    expired: Annotated[
        bool,
        typer.Option("--expired", help="Texts older than `keep_text_days` in socialscore.toml."),
    ] = False,
    store: StoreOption = None,
    yes: YesOption = False,
) -> None:
    """Erase messages or texts from the store and from every file in it.

    Give exactly one of --author, --account, --before and --expired. What was erased is counted
    by account and day, without a trace of whose it was. Commands that are reading the store at
    that moment may have to start over. Importing the same file again brings the messages back,
    and copies elsewhere stay as they are.
    """
    from socialscore.store.lake import Store

    given = [name for name in (author, account, before) if name is not None]
    if len(given) + expired != 1:
        raise UsageError("give exactly one of --author, --account, --before and --expired")
    settings = settings_here()
    messages = Store.open(store or settings.store)
    if expired:
        _expire(messages, settings)
        return
    if author is not None:
        request, whose = _author(author, messages, settings), "that author"
    elif account is not None:
        request, whose = _account(account), "that account"
    else:
        request, whose = _before(str(before)), f"the time before {before}"
    _forget(messages, request, whose, yes=yes)


def _expire(messages: Store, settings: Settings) -> None:
    from datetime import timedelta

    from socialscore.store.erase import expire, tidy

    before = now() - timedelta(days=settings.keep_text_days)
    n_blanked = expire(messages, before=before)
    with messages.writing():
        tidy(messages)
    say(f"blanked {n_blanked:,} texts that came {settings.keep_text_days} days ago or earlier")


def _forget(messages: Store, request: ErasureRequest, whose: str, *, yes: bool) -> None:
    """Say what there is, ask, erase it, and say so."""
    from socialscore.store.erase import erase, look

    there = look(messages, request)
    if there:
        say(f"of {whose} the store has {in_words(there)}")
        if not yes and not agreed("Erase it? It cannot be undone."):
            say("nothing was erased")
            return
    found = erase(messages, request, erased_at=now())
    if not found:
        say(f"nothing of {whose} is in the store")
        return
    say(f"erased: {in_words(found)}")
    if request.cause == "account":
        say("take it off your panel as well, or the next `socialscore collect` brings it back")


# --- what is asked for --------------------------------------------------------------------------


def _author(text: str, messages: Store, settings: Settings) -> ErasureRequest:
    """The request to erase a citizen, under the pseudonym that the store has for them."""
    from socialscore.store.erasure_request import ErasureRequest
    from socialscore.store.key import pseudonyms_of

    network, identifier = _parted("--author", text)
    if (network, identifier) in messages.panel().account_keys:
        raise UsageError(
            f"--author {text}: that is an account of the panel; --account {text} erases it"
        )
    digest = pseudonyms_of(messages, settings.key_file).of(network, identifier)
    return ErasureRequest("author", network, identifier, digest)


def _account(text: str) -> ErasureRequest:
    from socialscore.store.erasure_request import ErasureRequest

    return ErasureRequest("account", *_parted("--account", text))


def _parted(option: str, text: str) -> tuple[str, str]:
    from socialscore.errors import UnknownName

    network, colon, identifier = text.partition(":")
    if not colon or not identifier.strip():
        form = f"write the network and its identifier: {DEFAULT_NETWORK}:12345"
        raise UsageError(f"{option} {text}: {form}")
    if network not in NETWORKS:
        raise UnknownName("network", network, NETWORKS)
    return network, identifier.strip()


def _before(text: str) -> ErasureRequest:
    from datetime import UTC, date, datetime, time

    from socialscore.store.erasure_request import ErasureRequest

    try:
        day = datetime.combine(date.fromisoformat(text), time(), UTC)  # as erasures are counted
    except ValueError:
        raise UsageError(f"--before {text}: write a day such as 2026-09-20") from None
    if day > now():
        raise UsageError(f"--before {text}: that is in the future")
    return ErasureRequest("before", until=day)
