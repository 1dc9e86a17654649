"""How often we ask again, and how long we wait: one rule for all networks.

- a server error or a lost connection: five tries, with pauses that double and are drawn at random,
  so that many who were cut off together do not come back together;
- too many requests, until a time that the network says: wait, if it is not too long;
- too many requests, and no time: 60 seconds, then 15 minutes, then it is a quota that is used up;
- anything else: asking again does not help.

Why there is no library for it: docs/decisions/0017-retrying.md.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from socialscore.errors import QuotaExhausted, RateLimited, Transient

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialscore.collectors.base import Outside

    T = TypeVar("T")

__all__ = ["with_retries"]

N_TRIES = 5
N_WAITS = 10  # of which the network says the end, for one call
UNKNOWN_WAITS = (timedelta(minutes=1), timedelta(minutes=15))  # of which it does not
_LONGEST_PAUSE = 30.0  # seconds
_BUDGET = 300.0  # seconds that tries and pauses may take together


def with_retries(ask: Callable[[], T], outside: Outside, max_wait: timedelta) -> T:
    """What a call brings, after as many tries and waits as the rule allows.

    Args:
        ask: the call, made anew each time.
        outside: the clock, and who waits.
        max_wait: the longest that a rate limit is waited for.

    Raises:
        RateLimited: waiting would take longer; `retry_at` says until when.
        QuotaExhausted: it keeps refusing, and does not say until when.
        NetworkError: anything else that the call raises, at the last try.
    """
    n_failed = n_waits = n_unknown = 0
    enough = outside.monotonic() + _BUDGET
    while True:
        try:
            return ask()
        except Transient:
            n_failed += 1
            pause = outside.chance() * min(2.0**n_failed, _LONGEST_PAUSE)
            if n_failed == N_TRIES or outside.monotonic() + pause > enough:
                raise
            outside.sleep(pause)
        except RateLimited as error:
            now = outside.now()
            if error.retry_at is None:
                if n_unknown == len(UNKNOWN_WAITS):
                    raise _used_up(error) from None
                error.retry_at = now + UNKNOWN_WAITS[n_unknown]
                n_unknown += 1
            n_waits += 1
            if error.retry_at - now > max_wait or n_waits > N_WAITS:
                raise
            outside.wait(error.retry_at, str(error))
            enough = outside.monotonic() + _BUDGET


def _used_up(error: RateLimited) -> QuotaExhausted:
    problem = "it keeps refusing, and does not say until when; the quota seems to be used up"
    return QuotaExhausted(
        error.network, error.endpoint, problem, status=error.status, code=error.code
    )
