"""What fails in a run, and how much of it: a stream, an account, or the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.errors import (
    AuthError,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    Transient,
)

if TYPE_CHECKING:
    from socialscore.errors import NetworkError

__all__ = ["Failures"]

_IN_A_ROW = 2  # streams that fail: then it is their account; accounts: then it is the network
_REFUSED_IN_A_ROW = 3  # accounts: then it is no longer a matter of accounts


class Failures:
    """The failures of a run.

    Args:
        one_credential: all accounts are asked for with the same one.
    """

    def __init__(self, *, one_credential: bool) -> None:
        self._one_credential = one_credential
        self._accounts: dict[str, NetworkError] = {}
        self._streams: dict[tuple[str, str], NetworkError] = {}
        self._failing: list[str] = []  # the accounts of the latest tasks, as far as these failed
        self._n_refused = 0

    def of(self, account_id: str, stream: str) -> NetworkError | None:
        """Why a stream need not be asked for."""
        return self._accounts.get(account_id) or self._streams.get((account_id, stream))

    def went_well(self) -> None:
        """The network has answered."""
        self._failing.clear()
        self._n_refused = 0

    def ends(self, account_id: str, stream: str, error: NetworkError) -> bool:
        """Note what a stream met with; whether that ends the run."""
        match error:
            case QuotaExhausted() | RateLimited():
                return True
            case Transient():
                self._failing.append(account_id)
                if self._failing.count(account_id) == _IN_A_ROW:
                    self._accounts[account_id] = error
                return len(set(self._failing)) == _IN_A_ROW
            case AuthError():
                self._accounts[account_id] = error
                return self._one_credential
            case PermissionDenied():
                self._accounts[account_id] = error
                self._n_refused += 1
                return self._one_credential and self._n_refused == _REFUSED_IN_A_ROW
            case _:
                self._streams[account_id, stream] = error
                return False
