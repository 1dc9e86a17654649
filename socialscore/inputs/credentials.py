"""Credentials: what networks ask for before they answer, and where it may be sent.

They are looked for in this order, and never taken from an option, which every other process of the
machine could read:

1. the environment: SOCIALSCORE_TWITTER_BEARER_TOKEN; SOCIALSCORE_FACEBOOK_PAGE_TOKEN_123 for the
   page 123, and SOCIALSCORE_FACEBOOK_PAGE_TOKEN where there is one page;
2. the keyring of the system, where the library `keyring` is installed and finds one;
3. a file beside the key of the pseudonyms, readable by its owner only.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from socialscore.errors import InputError, StoreError, UsageError
from socialscore.runtime.write_file import write_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = [
    "Credential",
    "Credentials",
    "Keyring",
    "checked_address",
    "system_keyring",
    "variable",
]

_SERVICE = "socialscore"


class Keyring(Protocol):
    """What we need of the library of that name."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret; None where there is none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret that is there."""


@dataclass(frozen=True)
class Credential:
    """A secret, and where it was found."""

    value: str = field(repr=False)
    origin: str  # in words: the variable, the keyring, the file


@dataclass(frozen=True)
class Credentials:
    """The three places, as one.

    Args:
        environment: variables by name.
        path: the file, which need not be there.
        keyring: of the system; None where there is none that works.
    """

    environment: Mapping[str, str] = field(repr=False)
    path: Path
    keyring: Keyring | None = None

    def find(self, network: str, name: str) -> Credential | None:
        """A credential, from the first place that has it.

        Raises:
            InputError: the file is damaged, or others may read it.
            StoreError: it cannot be read.
        """
        if value := self.environment.get(variable(network, name), "").strip():
            return Credential(value, f"the variable {variable(network, name)}")
        if self.keyring and (kept := self.keyring.get_password(_SERVICE, f"{network} {name}")):
            return Credential(kept, "the keyring")
        value = self._read().get(network, {}).get(name, "")
        return Credential(value, str(self.path)) if value else None

    def values(self, network: str, names: Iterable[str]) -> dict[str, str]:
        """The secrets that there are, by name."""
        found = ((name, self.find(network, name)) for name in names)
        return {name: credential.value for name, credential in found if credential}

    def keep(self, network: str, name: str, value: str) -> str:
        """Keep a secret, and say where.

        Raises:
            StoreError: the file cannot be written.
        """
        if self.keyring:
            self.keyring.set_password(_SERVICE, f"{network} {name}", value)
            return "the keyring"
        kept = self._read()
        kept.setdefault(network, {})[name] = value
        self._write(kept)
        return str(self.path)

    def forget(self, network: str, name: str) -> list[str]:
        """Forget a secret, and say where it was; variables are out of our reach."""
        origins = []
        if self.keyring and self.keyring.get_password(_SERVICE, f"{network} {name}"):
            self.keyring.delete_password(_SERVICE, f"{network} {name}")
            origins.append("the keyring")
        kept = self._read()
        if kept.get(network, {}).pop(name, None):
            self._write(kept)
            origins.append(str(self.path))
        return origins

    def names(self, network: str) -> list[str]:
        """What the file holds of a network; keyrings do not tell what they hold."""
        return sorted(self._read().get(network, {}))

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            if not self.path.exists():
                return {}
            if os.name == "posix" and self.path.stat().st_mode & 0o077:
                problem = f"others may read the tokens in it: chmod 600 {self.path}"
                raise InputError(self.path, problem)
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except OSError as error:
            problem = f"the tokens cannot be read ({error.strerror})"
            raise StoreError(f"{self.path}: {problem}") from None
        except ValueError:
            kept = None
        if not _is_well_formed(kept):
            problem = "is damaged; remove it, and give the tokens again: `socialscore auth set`"
            raise InputError(self.path, problem)
        return dict(kept)

    def _write(self, kept: Mapping[str, Mapping[str, str]]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_file(self.path, json.dumps(kept, indent=2, sort_keys=True) + "\n", mode=0o600)
        except OSError as error:
            problem = f"the tokens cannot be written ({error.strerror}); key_file in "
            problem += "socialscore.toml, or SOCIALSCORE_KEY_FILE, moves them with the key"
            raise StoreError(f"{self.path}: {problem}") from None


def variable(network: str, name: str) -> str:
    """The variable that may hold a credential: `page_token:123` is in ..._PAGE_TOKEN_123."""
    return re.sub(r"[^A-Z0-9]+", "_", f"SOCIALSCORE_{network}_{name}".upper())


def system_keyring() -> Keyring | None:
    """The keyring of the system; None where there is none, or it is locked."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        keyring.get_password(_SERVICE, "is there any")
    except KeyringError:
        return None
    found: Keyring = keyring
    return found


def checked_address(address: str) -> str:
    """An address to which a token may be sent, without a slash at the end.

    Raises:
        UsageError: it is neither https nor on this machine.
    """
    parts = urlsplit(address)
    bare = not (parts.username or parts.password or parts.query or parts.fragment)
    if bare and parts.hostname and (parts.scheme == "https" or _on_this_machine(address)):
        return address.rstrip("/")
    raise UsageError(
        f"the address {parts.scheme}://{parts.hostname} cannot be used: a token is sent to it, so"
        " it must begin with https:// or lie on this machine, as in http://127.0.0.1:8080"
    )


def _on_this_machine(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme != "http":
        return False
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def _is_well_formed(kept: Any) -> bool:
    return isinstance(kept, dict) and all(
        isinstance(of_network, dict) and all(isinstance(each, str) for each in of_network.values())
        for of_network in kept.values()
    )
