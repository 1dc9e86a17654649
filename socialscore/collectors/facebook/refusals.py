"""What Facebook means by answers that are no success, in the words of our errors.

What is not said here, the HTTP status says well enough (`http.Wire`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from socialscore.collectors.headers import as_number, wait_of
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
from socialscore.payloads.values import as_objects

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

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
    if not isinstance(error, dict) or type(number := error.get("code")) is not int:
        unknown = answer.status == 200 and error is not None
        return Refusal(ProtocolDrift, "an error in an unknown shape") if unknown else None
    subcode = told if isinstance(told := error.get("error_subcode"), int) else None
    said = str(error.get("message") or "no reason is given")
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
    if answer.status in (200, 400):
        return Refusal(ProtocolDrift, f"it rejected the request: {said}", code)
    return None


_NEEDED = ("pages_read_engagement", "pages_read_user_content")


def regained_after(answer: Answer) -> timedelta | None:
    """How long Facebook says that it wants no more calls; None where it does not say."""
    minutes = [as_number(each.get("estimated_time_to_regain_access")) for each in usages(answer)]
    return wait_of(60 * max(minutes, default=0))


def usages(answer: Answer) -> list[Mapping[str, Any]]:
    """What the headers of an answer say about the use of each allowance, in percent."""
    found: list[Mapping[str, Any]] = []
    for name in ("X-App-Usage", "X-Page-Usage", "X-Business-Use-Case-Usage"):
        try:
            # A header that came twice stands there as two values with a comma between.
            headers = as_objects(json.loads(f"[{answer.headers.get(name, '')}]"))
        except (ValueError, RecursionError):
            continue
        for said in headers:
            # The last header has a list of uses for each business, the others are one use.
            found += [use for uses in said.values() for use in as_objects(uses)] or [said]
    return found
