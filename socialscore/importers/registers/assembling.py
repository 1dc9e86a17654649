"""Bodies with their accounts, out of what a register says; what cannot be an account is refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from socialscore.errors import InputError
from socialscore.inputs.addresses import account_named, host_of, network_of
from socialscore.inputs.panel import ROLES
from socialscore.model.messages import Account, Body
from socialscore.model.network import NETWORKS, network_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from socialscore.importers.registers.entries import ListedAccount, RegisterEntry
    from socialscore.inputs.toml_files import FilePosition

    Claim = tuple[FilePosition, Account]

__all__ = ["RegisterReading", "assembled"]

_NOBODY = {"na", "n/a", "nan", "n.d.", "nd", "none", "null", "aucun", "néant", "-", "–"}


@dataclass(frozen=True)
class RegisterReading:
    """What a register holds."""

    bodies: tuple[Body, ...]  # in the order of the file, those without an account too
    refused: tuple[InputError, ...]  # what became no account, with its place
    elsewhere: Mapping[str, int]  # accounts on other networks, by what the register calls them


@dataclass
class _Found:
    """A body so far."""

    place: FilePosition
    name: str
    category: str
    claims: list[Claim] = field(default_factory=list)


def assembled(entries: Iterable[RegisterEntry], category: str = "") -> RegisterReading:
    """The bodies of a register.

    An account that several bodies claim is given to none of them: nothing says whose it is.

    Args:
        entries: what the register says.
        category: of bodies to which it gives none.
    """
    found: dict[str, _Found] = {}
    refused: list[InputError] = []
    elsewhere: Counter[str] = Counter()
    for entry in entries:
        if not entry.body_id or not entry.name:
            refused.append(InputError(entry.place, "names no body"))
            continue
        known = found.get(entry.body_id)
        if known:
            refused += _said_otherwise(known, entry)
        mine = known or _Found(entry.place, entry.name, entry.category or category)
        found[entry.body_id] = mine
        for listed in entry.accounts:
            if other := _elsewhere(listed):
                elsewhere[other] += 1
                continue
            try:
                mine.claims.append((entry.place, _account(listed, mine.claims)))
            except ValueError as error:
                refused.append(InputError(entry.place, f"{entry.name}: {error}"))
    bodies = tuple(_settled(found, refused))
    return RegisterReading(bodies, tuple(sorted(refused, key=_order)), elsewhere)


def _said_otherwise(known: _Found, entry: RegisterEntry) -> Iterator[InputError]:
    """What a further place of a body says of it that cannot be kept, or has been said."""
    where = _at(known.place)
    for ours, theirs in ((known.name, entry.name), (known.category, entry.category)):
        if theirs and ours != theirs:
            problem = f"body {entry.body_id!r} is {ours!r} in {where}, {theirs!r} here"
            yield InputError(entry.place, f"{problem}; the first is kept")
    if not entry.accounts:
        yield InputError(entry.place, f"{entry.name} is listed already, in {where}")


def _order(problem: InputError) -> int:
    return getattr(problem.place, "line", None) or 0


def _at(place: FilePosition) -> str:
    return f"record {place.key}" if place.key else f"line {place.line}"


def _elsewhere(listed: ListedAccount) -> str:
    """What a network is called that is not one of ours; empty: it is, or nothing says."""
    if listed.network and network_named(listed.network) not in NETWORKS:
        return listed.network
    is_other = not listed.network and "/" in listed.text and not network_of(listed.text)
    return (host_of(listed.text) or "other sites") if is_other else ""


def _account(listed: ListedAccount, claims: Iterable[Claim]) -> Account:
    """The account that a register lists.

    Raises:
        ValueError: it names none, or one that the body has already.
    """
    if listed.text.lower() in _NOBODY:
        raise ValueError(f"{listed.text!r} is taken to mean that there is no account")
    if listed.role and listed.role not in ROLES:
        raise ValueError(f"the role {listed.role!r} is none of {', '.join(ROLES)}")
    named = account_named(listed.text, network_named(listed.network))
    account_id = listed.account_id or named.account_id
    account = Account(
        named.network, account_id or named.handle, named.handle, listed.role or "main"
    )
    for place, other in claims:
        if _names(account) & _names(other):
            raise ValueError(
                f"{listed.text!r} is listed for the same body already, in {_at(place)}"
            )
    return account


def _names(account: Account) -> set[tuple[str, str]]:
    """What names an account on its network."""
    return {
        (account.network, account.account_id.lower()),
        (account.network, account.handle.lower()),
    }


def _settled(found: Mapping[str, _Found], refused: list[InputError]) -> Iterator[Body]:
    """The bodies, with the accounts that nobody else claims."""
    claimed: dict[tuple[str, str], dict[str, FilePosition]] = {}
    for body_id, mine in found.items():
        for place, account in mine.claims:
            for name in _names(account):
                claimed.setdefault(name, {})[body_id] = place
    for body_id, mine in found.items():
        accounts = []
        for place, account in mine.claims:
            others = {it: at for name in _names(account) for it, at in claimed[name].items()}
            others.pop(body_id)
            if others:
                whose = " and ".join(f"{found[it].name} ({_at(at)})" for it, at in others.items())
                problem = (
                    f"{mine.name}: the {account.network} account {account.handle!r} is also listed "
                    f"for {whose}, and was given to none; whose is it? Add it to the panel by hand"
                )
                refused.append(InputError(place, problem))
            else:
                accounts.append(account)
        yield Body(body_id, mine.name, mine.category, tuple(accounts))
