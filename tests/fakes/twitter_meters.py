"""What X counts: requests in a window of time, and money."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

__all__ = ["LIMITS", "PRICES", "Purse", "Windows"]

LIMITS = {  # requests of an app in 15 minutes
    "mentions": 450, "timeline": 10_000, "search_recent": 450, "search_all": 300,
    "counts_recent": 300, "counts_all": 300, "lookup": 3_500, "users": 300, "me": 75, "usage": 50,
}  # fmt: skip
PRICES = {  # dollars, per resource or, for counts, per request
    "post": 0.005, "owned": 0.001, "user": 0.010, "counts_recent": 0.005, "counts_all": 0.010,
}  # fmt: skip
_ROUNDING = 1e-9


class Windows:
    """Rate limits, by endpoint; a window begins with the first request after the last one.

    Args:
        limits: requests in a window.
        seconds: of a window.
        clock: seconds since 1970.
    """

    def __init__(
        self, limits: Mapping[str, int], seconds: float, clock: Callable[[], float]
    ) -> None:
        self.limits = dict(limits)
        self._seconds = seconds
        self._clock = clock
        self._used: dict[str, tuple[float, int]] = {}  # since when, requests

    def count(self, endpoint: str) -> tuple[dict[str, str], bool]:
        """The headers for one more request, and whether it is one too many."""
        now, limit = self._clock(), self.limits[endpoint]
        since, n_used = self._used.get(endpoint, (now, 0))
        if now >= since + self._seconds:
            since, n_used = now, 0
        over = n_used >= limit
        self._used[endpoint] = since, n_used + (not over)
        headers = {
            "x-rate-limit-limit": str(limit),
            "x-rate-limit-remaining": str(max(limit - n_used - 1, 0)),
            "x-rate-limit-reset": str(int(since + self._seconds) + 1),
        }
        return headers, over


class Purse:
    """What was paid for, and what is left.

    Args:
        balance: dollars of credit; None: without end.
        monthly_cap: posts that may be read; None: without end.
        dedup: a post is paid once a day.
    """

    def __init__(self, balance: float | None, monthly_cap: int | None, *, dedup: bool) -> None:
        self.paid: Counter[str] = Counter()  # by post, how often it was paid
        self.spent = 0.0
        self.monthly_cap = monthly_cap
        self._balance = balance
        self._dedup = dedup
        self._paid_on: dict[str, date] = {}  # by post, the last day

    def pay(
        self, posts: Iterable[str], price: Callable[[str], float], rest: float, on: date
    ) -> str:
        """Pay for an answer.

        Args:
            posts: in the answer.
            price: of each.
            rest: the price of everything else.
            on: the day.

        Returns:
            `paid`, or what is missing: `credit` or `cap`; nothing is paid then.
        """
        bill = [
            each
            for each in dict.fromkeys(posts)
            if not (self._dedup and self._paid_on.get(each) == on)
        ]
        total = rest + sum(map(price, bill))
        if self._balance is not None and self.spent + total > self._balance + _ROUNDING:
            return "credit"
        if self.monthly_cap is not None and self.paid.total() + len(bill) > self.monthly_cap:
            return "cap" if bill else "paid"
        self.spent += total
        self.paid.update(bill)
        self._paid_on |= dict.fromkeys(bill, on)
        return "paid"
