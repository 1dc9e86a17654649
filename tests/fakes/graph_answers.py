"""What Graph says where it refuses: one shape, a code, sometimes a subcode."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fakes.server import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.faults import Fault

__all__ = ["error", "gone", "refusal"]

_MESSAGES = {  # by code; the documented wording
    1: "An unknown error occurred",
    2: "Service temporarily unavailable",
    4: "(#4) Application request limit reached",
    10: "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public "
    "Content Access' feature.",
    12: "(#12) The recommendations are deprecated for versions v22.0 and higher",
    17: "(#17) User request limit reached",
    32: "(#32) Page request limit reached",
    100: "(#100) Invalid parameter",
    102: "(#102) Session key invalid or no longer valid",
    104: "An access token is required to request this resource.",
    190: "Error validating access token: The session is invalid.",
    200: "(#200) Requires pages_read_user_content permission to manage the object",
    341: "(#341) Feed action request limit reached",
    368: "(#368) The action attempted has been deemed abusive or is otherwise disallowed",
    613: "(#613) Calls to this api have exceeded the rate limit.",
    803: "(#803) Some of the aliases you requested do not exist",
    2500: "Unknown path components",
    80001: "(#80001) There have been too many calls to this Page account. Wait a bit and try "
    "again.",
}
_SUBCODES = {
    458: "Error validating access token: The user has not authorized application 900000000000000.",
    460: "Error validating access token: The session has been invalidated because the user changed "
    "their password or Facebook has changed the session for security reasons.",
    463: "Error validating access token: Session has expired.",
    467: "Error validating access token: The session is invalid because the user logged out.",
}
_STATUS = {1: 500, 2: 503, 4: 403, 10: 403, 200: 403, 341: 403, 368: 403, 102: 401, 190: 401}
_BY_KIND = {  # the code and subcode of faults that every network has
    "429": (80001, None),
    "429-no-reset": (4, None),
    "401": (190, 463),
    "403": (200, None),
    "404": (100, 33),
}


def error(
    code: int,
    message: str | None = None,
    *,
    subcode: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """An error, worded as documented unless the message says otherwise."""
    known = _SUBCODES.get(subcode or 0) if code == 190 else None
    body: dict[str, Any] = {
        "message": message or known or _MESSAGES.get(code, f"(#{code}) Error"),
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "AFakeTraceIdentifier",
    }
    if subcode is not None:
        body["error_subcode"] = subcode
    if code in (1, 2):
        body["is_transient"] = True
    answer = json.dumps({"error": body}).encode()
    return Answer(answer, _STATUS.get(code, 400), headers or {})


def gone(object_id: str) -> Answer:
    """To a request for something that does not exist, or no longer, or not for this token."""
    return error(
        100,
        f"Unsupported get request. Object with ID '{object_id}' does not exist, cannot be loaded "
        "due to missing permissions, or does not support this operation.",
        subcode=33,
    )


def refusal(fault: Fault, page_id: str) -> Answer:
    """The words of a fault; `page_id` is that of the token."""
    code, subcode = _BY_KIND.get(fault.kind, (fault.code, fault.subcode))
    headers = {}
    if code in (4, 17, 32, 613, 80001) and fault.kind != "429-no-reset":
        headers = usage(page_id, 100, minutes=max(round(fault.seconds / 60), 1))
    return error(code, subcode=subcode, headers=headers)


def usage(page_id: str, percent: int, minutes: int = 0) -> dict[str, str]:
    """The headers that tell how much of the allowance is used, and when it comes back."""
    load = {"call_count": percent, "total_cputime": percent // 2, "total_time": percent // 2}
    of_page = {"type": "pages", **load, "estimated_time_to_regain_access": minutes}
    return {
        "X-App-Usage": json.dumps(load),
        "X-Business-Use-Case-Usage": json.dumps({page_id: [of_page]}),
    }
