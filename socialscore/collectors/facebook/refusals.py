"""What Facebook means by answers that are no success, in the words of our errors.

What is not said here, the HTTP status says well enough (`http.Wire`).
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from socialscore.collectors.http import Refusal
from socialscore.errors import (
    AuthError,
    Gone,
    NetworkError,
    PermissionDenied,
    ProtocolDrift,
    RateLimited,
    Transient,
)

if TYPE_CHECKING:
    from socialscore.collectors.http import Answer

__all__ = ["TooMuch", "of_code", "regained_after", "usages"]

_WAIT = {4, 17, 32, 341, 368, 613, 80001}
_TRANSIENT = {1, 2}
_TOKEN = {102, 104, 190}
_PERMISSION = {3, 10, *range(200, 300)}
_GONE = {12, 100, 803}
_SCOPE = re.compile(
    r"\bpages_[a-z_]+|\bpublic_profile\b|\bPage Public (?:Content|Metadata) Access\b"
)
_OF_TOKENS = {  # by subcode
    458: "the app was removed by the person",
    459: "the person must log in to Facebook and answer its questions",
    460: "the password was changed",
    463: "the token has expired",
    464: "the person's account is not confirmed",
    467: "the token is no longer valid",
}


class TooMuch(NetworkError):
    """Facebook asks for smaller pages; asking for the same page again does not help."""


def of_code(answer: Answer) -> Refusal | None:
    """What Facebook means; its codes count, whatever the status."""
    error = answer.said.get("error")
    if not isinstance(error, dict) or not isinstance(number := error.get("code"), int):
        return None
    subcode, said = error.get("error_subcode"), str(error.get("message") or "no reason is given")
    code = f"{number}/{subcode}" if subcode else str(number)
    if number in _WAIT:
        minutes = regained_after(answer)
        return Refusal(RateLimited, "too many requests", code, minutes)
    if number in _TOKEN:
        why = _OF_TOKENS.get(subcode or 0, "the token was rejected")
        return Refusal(AuthError, f"{why}; give another: `socialscore auth set facebook`", code)
    if number in _PERMISSION:
        scopes = dict.fromkeys(_SCOPE.findall(said)) or _NEEDED
        missing = ", ".join(scopes)
        return Refusal(PermissionDenied, f"the token lacks {missing}: {said}", code)
    if number in _GONE:
        return Refusal(Gone, f"not found, or deleted: {said}", code)
    if number == 1 and "reduce the amount" in said.lower():
        return Refusal(TooMuch, "it asks for smaller pages", code)
    if number in _TRANSIENT or error.get("is_transient") is True:
        return Refusal(Transient, "server error", code)
    if answer.status == 400:
        return Refusal(ProtocolDrift, f"it rejected the request: {said}", code)
    return None


_NEEDED = ("pages_read_engagement", "pages_read_user_content")


def regained_after(answer: Answer) -> timedelta | None:
    """How long Facebook says that it wants no more calls; None where it does not say."""
    minutes = [
        each["estimated_time_to_regain_access"]
        for each in usages(answer)
        if isinstance(each.get("estimated_time_to_regain_access"), int | float)
    ]
    longest = max(minutes, default=0)
    return timedelta(minutes=longest) if longest > 0 else None


def usages(answer: Answer) -> list[dict[str, Any]]:
    """What the headers of an answer say about the use of each allowance, in percent."""
    found: list[dict[str, Any]] = []
    for name in ("X-App-Usage", "X-Page-Usage", "X-Business-Use-Case-Usage"):
        try:
            said = json.loads(answer.headers.get(name, "{}"))
        except ValueError:
            continue
        if isinstance(said, dict):
            # The last header has a list of uses for each business, the others are one use.
            lists = [each for each in said.values() if isinstance(each, list)]
            found += [use for uses in lists for use in uses if isinstance(use, dict)] or [said]
    return found
