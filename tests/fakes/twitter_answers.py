"""What X says where it refuses: status, headers and body, as seen in the wild."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fakes.server import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.faults import Fault

__all__ = [
    "bad_request", "not_found", "out_of_credit", "partial_error", "refusal", "too_many",
    "unauthorised", "unsupported_authentication", "usage_capped",
]  # fmt: skip

_PROBLEMS = "https://api.twitter.com/2/problems"
_OUT_OF_CREDIT = (
    {
        "title": "CreditsDepleted",
        "type": f"{_PROBLEMS}/credits",
        "detail": "Your enrolled account does not have any credits to fulfill this request.",
        "account_id": "900000000000000001",
    },
    {"title": "Payment Required", "type": "https://api.x.com/2/problems/credits-depleted"},
)


def _problem(
    status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Answer:
    content_type = "application/problem+json; charset=utf-8"
    return Answer(json.dumps(body).encode(), status, headers or {}, content_type)


def bad_request(message: str, **parameters: str) -> Answer:
    error = {"parameters": {name: [value] for name, value in parameters.items()}}
    return _problem(
        400,
        {
            "errors": [error | {"message": message}],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": f"{_PROBLEMS}/invalid-request",
        },
    )


def unauthorised() -> Answer:
    body = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
    return _problem(401, body)


def unsupported_authentication() -> Answer:
    """To a bearer token of an app, where only a person will do."""
    detail = (
        "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported "
        "authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context]."
    )
    kind = f"{_PROBLEMS}/unsupported-authentication"
    body = {"title": "Unsupported Authentication", "detail": detail, "type": kind, "status": 403}
    return _problem(403, body)


def not_found() -> Answer:
    return _problem(404, {"title": "Not Found", "type": "about:blank", "status": 404})


def out_of_credit(variant: int = 0) -> Answer:
    return _problem(402, _OUT_OF_CREDIT[variant])


def too_many(headers: Mapping[str, str]) -> Answer:
    body = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank"}
    return _problem(429, body | {"status": 429}, headers)


def usage_capped() -> Answer:
    return _problem(
        429,
        {
            "title": "UsageCapExceeded",
            "detail": "Usage cap exceeded: Monthly product cap",
            "type": f"{_PROBLEMS}/usage-capped",
            "period": "Monthly",
            "scope": "Product",
            "account_id": 900000000000000001,
            "product_name": "pay-per-use",
        },
    )


def refusal(fault: Fault, reset_at: int, limit: int) -> Answer:
    """The words of a fault.

    Args:
        fault: of faults.REFUSALS.
        reset_at: when the rate limit ends, in seconds since 1970.
        limit: of requests in a window.
    """
    headers = {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": str(reset_at),
    }
    forbidden = {
        "title": "Client Forbidden",
        "type": f"{_PROBLEMS}/client-forbidden",
        "reason": "client-not-enrolled",
        "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
        "detail": "When authenticating requests to the Twitter API v2 endpoints, you must use keys "
        "and tokens from a Twitter developer App that is attached to a Project.",
    }
    answers = {
        "429": lambda: too_many(headers),
        "429-no-reset": lambda: too_many({}),
        "429-usage-capped": usage_capped,
        "402": lambda: out_of_credit(fault.variant),
        "401": unauthorised,
        "403": lambda: _problem(403, forbidden),
        "404": not_found,
    }
    return answers[fault.kind]()


def partial_error(what: str, parameter: str, value: str, *, allowed: bool, new: bool) -> Any:
    """An element of `errors` in an answer of status 200.

    Args:
        what: user or post.
        parameter: of the request.
        value: of it, which is the trouble.
        allowed: False where it exists and must not be seen.
        new: the names since August 2026.
    """
    resource = what if new else what.replace("post", "tweet")
    kind = "resource-not-found" if allowed else "not-authorized-for-resource"
    detail = (
        f"Could not find {resource} with {parameter}: [{value}]."
        if allowed
        else f"Sorry, you are not authorized to see the {resource} with {parameter}: [{value}]."
    )
    return {
        "type": f"{'https://api.x.com/2/problems' if new else _PROBLEMS}/{kind}",
        "title": "Not Found Error" if allowed else "Authorization Error",
        "detail": detail,
        "resource_type": resource,
        "resource_id": value,
        "parameter": parameter,
        "value": value,
    }
