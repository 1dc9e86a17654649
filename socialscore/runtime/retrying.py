"""Trying again what another process came in between."""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from functools import partial, wraps
from threading import Event
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from socialscore.errors import Damaged, Overtaken, Vanished

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TRIES", "retry", "retry_reading"]

TRIES = 100
"""Of a writer. Where eight save without a pause, one in eight tries succeeds; the pauses take about
a minute in all."""

_TRIES_TO_READ = 5
_TRIES_TO_FIND = 3  # a file: whoever rewrites a store names no file in it that is gone
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0  # seconds; each is twice the one before

_LOG = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


def retry(attempt: Callable[[], T], tries: int = TRIES) -> T:
    """What an attempt brings, which is made again where another process came in between.

    Args:
        attempt: does all or nothing, and begins with what is there at that moment.
        tries: how many; the pauses between them grow, and are drawn at random, so that many who
            wait do not meet again.

    Raises:
        Damaged: the same file was missing in several tries: nobody has rewritten it, it is lost.
        Overtaken: in every try.
    """
    missing: Counter[str] = Counter()
    for number in range(tries):
        try:
            return attempt()
        except Overtaken as error:
            if isinstance(error, Vanished) and error.file:
                missing[error.file] += 1
                if missing[error.file] == _TRIES_TO_FIND:
                    raise Damaged(error.file, "is missing") from None
            if number == tries - 1:
                raise
            _LOG.info("try %s of %s: %s", number + 1, tries, error)
        pause = min(_FIRST_PAUSE * 2 ** min(number, 10), _LONGEST_PAUSE)
        Event().wait(pause * (1 + secrets.SystemRandom().random()) / 2)
    raise AssertionError("tries is at least 1")


def retry_reading(read: Callable[P, T]) -> Callable[P, T]:
    """The same function, which reads again where what it reads was rewritten meanwhile."""

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T:
        return retry(partial(read, *args, **kwargs), _TRIES_TO_READ)

    return reading
