"""Who asks Graph: tokens and what they show, versions, and how many calls a page has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from fakes.graph_answers import error, usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.server import Answer

__all__ = [
    "PUBLIC_TOKEN", "SCOPES", "USER_TOKEN", "VERSIONS", "Access", "Allowance", "answering",
    "denied", "page_token", "sight",
]  # fmt: skip

VERSIONS = {  # the day on which each ends
    "v21.0": date(2027, 1, 21), "v22.0": date(2027, 5, 20), "v23.0": date(2027, 10, 8),
    "v24.0": date(2028, 2, 18), "v25.0": date(2028, 7, 29), "v26.0": date(2029, 1, 29),
}  # fmt: skip
SCOPES = ("pages_show_list", "pages_read_engagement", "pages_read_user_content")
USER_TOKEN = "EAAfakeUser0123456789"  # noqa: S105 - of a person with a task on every page
PUBLIC_TOKEN = "EAAfakePublic0123456789"  # noqa: S105 - with Page Public Content Access

_DAY = 86_400.0


@dataclass(frozen=True)
class Access:
    """What a token is good for."""

    kind: str  # page, user or public
    holder_id: str  # the page or person
    scopes: tuple[str, ...] = SCOPES
    expires_at: datetime | None = None  # None: never
    refused: tuple[int, int | None] | None = None  # code and subcode, where it is no longer good

    def trouble(self, now: datetime) -> Answer | None:
        """Why it is no longer good."""
        if self.refused:
            return error(self.refused[0], subcode=self.refused[1])
        if self.expires_at and self.expires_at <= now:
            return error(190, subcode=463)
        return None

    def debugged(self, now: datetime) -> dict[str, Any]:
        """What `debug_token` says of it."""
        owner = {"profile_id": self.holder_id} if self.kind == "page" else {}
        return owner | {
            "app_id": "900000000000000",
            "type": "PAGE" if self.kind == "page" else "USER",
            "application": "socialscore",
            "expires_at": int(self.expires_at.timestamp()) if self.expires_at else 0,
            "data_access_expires_at": 0,
            "is_valid": self.trouble(now) is None,
            "scopes": list(self.scopes),
            "user_id": "900000000000001",
        }


class Allowance:
    """How often a page's token may call in a day; who calls while blocked is blocked for longer.

    Args:
        budget: calls; None: without end.
        regain: minutes of a block.
        clock: seconds since 1970.
    """

    def __init__(self, budget: int | None, regain: int, clock: Callable[[], float]) -> None:
        self._budget, self._regain, self._clock = budget, regain, clock
        self._used: dict[str, tuple[float, int]] = {}  # by page: since when, calls
        self._blocked_until: dict[str, float] = {}  # by page

    def count(self, page_id: str) -> bool:
        """Whether one more call is one too many."""
        now, until = self._clock(), self._blocked_until.get(page_id, 0.0)
        if now < until:
            self._blocked_until[page_id] = until + 60.0
            return True
        since, n_used = self._used.get(page_id, (now, 0))
        if until or now >= since + _DAY:
            since, n_used = now, 0
            self._blocked_until.pop(page_id, None)
        self._used[page_id] = since, n_used + 1
        if self._budget is not None and n_used >= self._budget:
            self._blocked_until[page_id] = now + 60.0 * self._regain
            return True
        return False

    def headers(self, page_id: str) -> dict[str, str]:
        """What is used up."""
        left = self._blocked_until.get(page_id, 0.0) - self._clock()
        if left > 0:
            return usage(page_id, 100, minutes=-int(-left // 60))
        n_used = self._used.get(page_id, (0.0, 0))[1]
        return usage(page_id, 100 * n_used // self._budget if self._budget else 0)


def page_token(page_id: str) -> str:
    """The token of a page, good for its wall."""
    return f"EAAfakePage{page_id}"


def answering(version: str, today: date) -> str | None:
    """The version that answers: for one that has ended the oldest that has not; None: no such."""
    if _number(version) > max(map(_number, VERSIONS)):
        return None
    living = [each for each, ends in VERSIONS.items() if today < ends]
    return version if version in living else min(living, key=_number)


def _number(version: str) -> float:
    return float(version[1:])


def denied(access: Access, page_id: str) -> Answer | None:
    """Why a token must not read a wall."""
    if access.kind == "page" and access.holder_id != page_id:
        return error(10)
    needed = ("pages_read_engagement", "pages_read_user_content")
    if missing := [scope for scope in needed if scope not in access.scopes]:
        return error(10, f"(#10) This endpoint requires the '{missing[0]}' permission")
    return None


def sight(access: Access, page_id: str | None) -> str:
    """What a token sees of what stands on a page: see Writer.json."""
    if access.kind == "page" and access.holder_id == page_id:
        return "all"
    return "public" if access.kind == "public" else "page"
