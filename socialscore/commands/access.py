"""How commands come to the networks: with which credentials, and to whose accounts."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from socialscore.collectors import collector
from socialscore.collectors.base import Options
from socialscore.errors import UnknownName, UsageError
from socialscore.inputs.credentials import Credentials, system_keyring
from socialscore.inputs.panel import Panel
from socialscore.inputs.panel_file import read_panel
from socialscore.model.network import BY_NAME, COLLECTED, either

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from socialscore.collectors.base import Collector, Outside
    from socialscore.inputs.settings import Settings
    from socialscore.model.messages import Account

__all__ = [
    "Access",
    "CollectRequest",
    "accesses",
    "accounts_of",
    "credentials_here",
    "names_of",
    "whose_messages",
]

_UNUSED = "nothing-is-asked-with-it"


@dataclass(frozen=True)
class Access:
    """A network, as far as the credentials open it."""

    network: str
    panel: Panel  # with the accounts of the network that can be asked for
    closed: tuple[Account, ...]  # accounts for which there is no credential
    values: dict[str, str]  # the credentials, by name
    settings: Settings

    def __repr__(self) -> str:
        return f"Access({self.network!r}, {sorted(self.values)})"

    @property
    def open(self) -> bool:
        """Whether there is anything to ask with."""
        return bool(self.values)

    def collector(
        self,
        outside: Outside,
        *,
        strategy: str | None = None,
        max_wait: timedelta,
        count: bool = False,
    ) -> Collector:
        """The network, asked as the settings and the options of a command say.

        Raises:
            AuthError: there is no credential.
            UnknownName: for a strategy that does not exist.
            UsageError: for an address or a version that cannot be.
        """
        settings = self.settings.of_network(self.network)
        if strategy and "strategy" in settings:
            settings["strategy"] = strategy
        options = Options(
            address=self.settings.address_of(self.network),
            settings=settings,
            max_wait=max_wait,
            count=count,
        )
        return collector(self.network, self.values, options, outside)

    def lacks(self) -> str:
        """What cannot be asked for want of a credential, and the way out; empty: nothing."""
        if not self.open:
            way_out = f"give them: `socialscore auth set {self.network}`"
            return f"no credentials, so nothing is asked of it; {way_out}"
        if not self.closed:
            return ""
        names = ", ".join(account.handle for account in self.closed)
        return (
            f"no token for {names}; give it (`socialscore auth set {self.network} --page PAGE`), "
            "or import what the page's owner exports"
        )

    def without_asking(self) -> Access:
        """The same, good for whatever asks the network nothing."""
        values = self.values or dict.fromkeys(BY_NAME[self.network].credentials, _UNUSED)
        return replace(self, values=values)


@dataclass(frozen=True)
class CollectRequest:
    """What `socialscore collect` was asked for, of every network alike."""

    panel: Panel
    root: Path | str  # of the store
    settings: Settings
    since: datetime | None
    strategy: str | None
    max_wait: timedelta


def accesses(
    networks: Sequence[str] | None,
    panel: Panel,
    settings: Settings,
    *,
    every_account: bool = False,
) -> list[Access]:
    """The networks that are wanted; by default those of the panel that can be collected.

    Args:
        networks: names; None: see above.
        panel: whose accounts.
        settings: where credentials lie, and how networks are asked.
        every_account: accounts without a credential count as well.

    Raises:
        UnknownName: a network cannot be collected.
        UsageError: the panel has no account on a network, or on none that can be collected.
    """
    for name in networks or ():
        if name not in COLLECTED:
            raise UnknownName("network", name, COLLECTED)
        if not accounts_of(panel, name):
            raise UsageError(f"the panel has no account on {name}; add one to it")
    usual = (name for name in sorted(COLLECTED) if accounts_of(panel, name))
    chosen = dict.fromkeys(networks or usual)
    if not chosen:
        raise UsageError(f"the panel has no account on {either(COLLECTED)}; add one to it")
    credentials = credentials_here(settings)
    return [_access(name, panel, settings, credentials, every_account) for name in chosen]


def _access(
    network: str, panel: Panel, settings: Settings, credentials: Credentials, every_account: bool
) -> Access:
    accounts = accounts_of(panel, network)
    values = credentials.values(network, names_of(network, accounts))
    closed = [
        account
        for account in accounts
        if not any(_opens(network, name, account) for name in values)
    ]
    kept = accounts if every_account else [each for each in accounts if each not in closed]
    return Access(network, _only(panel, kept), tuple(closed), values, settings)


def names_of(network: str, accounts: Iterable[Account]) -> list[str]:
    """The credentials that a network may ask for: one, or one for each account.

    A single account may have its own under the bare name as well.
    """
    names, accounts = BY_NAME[network].credentials, list(accounts)
    if not BY_NAME[network].per_page:
        return list(names)
    own = [f"{name}:{account.account_id}" for name in names for account in accounts]
    return [*own, *names] if len(accounts) == 1 else own


def _opens(network: str, name: str, account: Account) -> bool:
    """Whether a credential of that name is good for an account."""
    return name in BY_NAME[network].credentials or name.partition(":")[2] == account.account_id


def accounts_of(panel: Panel, network: str) -> list[Account]:
    """The accounts of the panel on a network, each once, with its last handle."""
    found = {each.account_id: each for _, each in panel.accounts() if each.network == network}
    return list(found.values())


def _only(panel: Panel, accounts: Iterable[Account]) -> Panel:
    """The panel with no accounts but these."""
    keys = {(account.network, account.account_id) for account in accounts}
    bodies = (
        replace(body, accounts=tuple(a for a in body.accounts if (a.network, a.account_id) in keys))
        for body in panel.bodies
    )
    return Panel(panel.name, tuple(body for body in bodies if body.accounts))


def credentials_here(settings: Settings) -> Credentials:
    """Those of the environment, the keyring and the file that the settings imply."""
    return Credentials(os.environ, settings.credentials_file, system_keyring())


def whose_messages(root: Path | str, option: Path | None, setting: Path | None) -> Panel:
    """The panel of the option or the setting, else the bodies that the store in `root` knows.

    Raises:
        UsageError: there is none.
    """
    from socialscore.store.lake import Store

    store = Store.find(root)  # also: complains about a folder that is something else
    if path := option or setting:
        panel = read_panel(path)
        return panel.reconciled(store.panel()) if store else panel
    if store and (known := store.panel()).bodies:
        return known
    raise UsageError("whose messages? Give --panel FILE, or name it in socialscore.toml")
