"""What X means by answers that are no success, in the words of our errors.

What is not said here, the HTTP status says well enough (`http.Wire`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from socialscore.collectors.headers import seconds_in, wait_of
from socialscore.collectors.http import Refusal
from socialscore.errors import (
    AuthError,
    Gone,
    PermissionDenied,
    ProtocolDrift,
    QuotaExhausted,
    RateLimited,
)

if TYPE_CHECKING:
    from datetime import timedelta

    from socialscore.collectors.http import Answer

__all__ = ["of_list", "of_status"]

# By reason, or by the last word of the type of a problem: why no account can be read at all.
_OF_THE_APP = {
    "client-forbidden",
    "client-not-enrolled",
    "oauth1-permissions",
    "unsupported-authentication",
}


def of_status(answer: Answer) -> Refusal | None:
    """What X means; None where the status alone says it."""
    said = answer.said
    kind, detail = str(said.get("type", "")), _detail(said)
    match answer.status:
        case 402:
            return Refusal(
                QuotaExhausted, "no credit is left; buy some in X's developer console", "credits"
            )
        case 429 if "usage-capped" in kind:
            return Refusal(QuotaExhausted, f"the cap on posts is reached: {detail}", "usage-capped")
        case 429:
            return Refusal(RateLimited, "too many requests", wait=_until_reset(answer))
        case 401:
            return Refusal(
                AuthError,
                "the bearer token was rejected; give another: `socialscore auth set twitter`",
            )
        case 403:
            return _forbidden(said, kind, detail)
        case 400:
            return Refusal(ProtocolDrift, f"it rejected the request: {detail}")
    return None


def _forbidden(said: dict[str, Any], kind: str, detail: str) -> Refusal:
    """Whether it is the app that X refuses, or one account."""
    reason = said.get("reason")
    code = reason if isinstance(reason, str) and reason else kind.rpartition("/")[2] or None
    if _OF_THE_APP.intersection((code, kind.rpartition("/")[2])):
        return Refusal(
            AuthError,
            f"the app or its plan does not allow this: {detail}; see the access level of the"
            " app in X's developer console",
            code,
        )
    return Refusal(PermissionDenied, f"not permitted: {detail}", code)


def of_list(answer: Answer) -> Refusal | None:
    """What X means by a 200 that holds errors and no posts where a list of them was asked for."""
    errors = answer.said.get("errors")
    if answer.said.get("data") or not isinstance(errors, list) or not errors:
        return None
    kind, detail = json.dumps(errors), _detail(answer.said)
    if "not-authorized" in kind:
        return Refusal(PermissionDenied, f"the account is protected: {detail}")
    if "not-found" in kind or "disallowed" in kind:
        return Refusal(Gone, f"there is no such account, or it was deleted: {detail}")
    return Refusal(ProtocolDrift, f"errors instead of posts: {detail}")


def _detail(said: dict[str, Any]) -> str:
    """X's own words."""
    errors = said.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    inner = first if isinstance(first, dict) else {}
    words = (said.get("detail"), inner.get("detail"), inner.get("message"), said.get("title"))
    return next((word for word in words if isinstance(word, str) and word), "no reason is given")


def _until_reset(answer: Answer) -> timedelta | None:
    """By X's own clock from end to end, so that ours may be wrong."""
    if (reset := seconds_in(answer.headers, "x-rate-limit-reset")) is not None:
        return wait_of(max(reset - answer.answered_at.timestamp(), 0) + 1)
    if (seconds := seconds_in(answer.headers, "retry-after")) is not None:
        return wait_of(seconds + 1)
    return None
