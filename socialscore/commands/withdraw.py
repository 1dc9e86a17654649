"""`socialscore withdraw`: take an import or a collection back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from socialscore.commands.common import StoreOption, settings_here
from socialscore.commands.confirmation import YesOption, agreed, in_words
from socialscore.commands.screens import say
from socialscore.commands.waiting import now
from socialscore.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialscore.store.erase import Found
    from socialscore.store.lake import Store
    from socialscore.store.runs import RunSummary

__all__ = ["command"]

_UNDELETED = "deletion{} that only it told of"


def command(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="The run, as `socialscore status --runs` lists it.",
            show_default=False,
        ),
    ],
    store: StoreOption = None,
    yes: YesOption = False,
) -> None:
    """Take an import or a collection back: messages, coverage and deletions.

    Messages that other runs brought as well stay. What goes is removed from every file of the
    store, as by `forget`. Publications are never changed: `verify` says what was withdrawn
    since, and `publish --revise` publishes a corrected edition.
    """
    from socialscore.store.erase import erase, look
    from socialscore.store.erasure_request import ErasureRequest
    from socialscore.store.lake import Store

    settings = settings_here()
    messages = Store.open(store or settings.store)
    asked = _run(messages, run)
    request = ErasureRequest("run", run_id=run)
    if there := look(messages, request):
        say(f"{_called(asked)}: {in_words(there, _UNDELETED) or 'nothing that would go'}")
        for line in _staying(there):
            say(line)
        if not yes and not agreed("Withdraw it? It cannot be undone."):
            say("nothing was withdrawn")
            return
    elif asked.withdrawn_at:
        say(f"{run} was withdrawn on {asked.withdrawn_at:%Y-%m-%d}, and nothing of it is left")
        return
    found = erase(messages, request, erased_at=now())
    say(f"withdrawn: {in_words(found, _UNDELETED) or 'nothing of it was there'}")
    if idle := _idle(messages):
        say(
            f"the store's panel keeps {idle}, of which nothing is there now; "
            "`socialscore forget --account` takes an account off it"
        )


def _run(messages: Store, run_id: str) -> RunSummary:
    """The run of that name.

    Raises:
        UnknownName: there is none.
        UsageError: an earlier version made it.
    """
    from socialscore.store.runs import runs

    found = {each.run_id: each for each in runs(messages) if each.run_id}
    if run_id in found:
        return found[run_id]
    earlier = {row["run_id"] for row in messages.coverage().to_pylist()} - found.keys()
    if run_id in earlier:
        raise UsageError(
            f"{run_id}: an earlier version of socialscore brought it, and did not note which "
            "messages other runs brought as well, so it cannot be withdrawn; import what is right "
            "into a new store, or erase with `socialscore forget --account` or `--before`"
        )
    if not found:
        raise UsageError(f"{run_id}: the store knows no run that could be withdrawn")
    raise UnknownName("run", run_id, found)


def _called(run: RunSummary) -> str:
    what = f"{run.file_name}, {run.source}" if run.file_name else run.source
    return f"{run.run_id} ({what})"


def _staying(there: Found) -> Iterator[str]:
    """What does not go with the run, and why."""
    if there.n_passed:
        yield f"{_rows(there.n_passed)} of it stay, since other runs brought them as well"
    if there.n_edited:
        yield (
            f"{_rows(there.n_edited)} of other runs keep an edit that it brought: the text before "
            "it is not kept"
        )


def _rows(n: int) -> str:
    return f"{n:,} row{'' if n == 1 else 's'}"


def _idle(messages: Store) -> str:
    """The accounts of the store's panel of which there is neither a message nor coverage."""
    from socialscore.store.inventory import counts

    seen = {(row["network"], row["account_id"]) for row in messages.coverage().to_pylist()}
    seen |= {(network, account_id) for network, account_id, _ in counts(messages)}
    idle = sorted(messages.panel().account_keys - seen)
    return ", ".join(f"{network}:{account_id}" for network, account_id in idle)
