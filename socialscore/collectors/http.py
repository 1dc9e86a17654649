"""HTTP as the networks' SDKs do not do it by themselves: bounded in time, and without secrets.

A `Wire` is mounted on an SDK's own requests session, in place of everything that the session would
otherwise speak to. What the SDK asks of its network goes through here:

- the token is added here, on the way out. SDKs never hold it, so it cannot be in what they log,
  raise or write into addresses;
- every call has a deadline, from the first byte sent to the last one read, even if they drip, and
  no answer is longer than 64 MB, packed or not;
- an answer that is no success, or no JSON, becomes one of our errors before the SDK sees it: what
  SDKs make of such answers ranges from the wrong exception to an endless loop;
- what an answer says about waiting is a number of seconds up to a day, or nothing;
- nothing is followed elsewhere, and nothing but https or this machine is spoken to.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from socialscore.collectors.deadline import bounded
from socialscore.collectors.headers import date_in, seconds_in, wait_of
from socialscore.collectors.redaction import redacted
from socialscore.errors import (
    AuthError,
    Gone,
    NetworkError,
    PermissionDenied,
    ProtocolDrift,
    RateLimited,
    Transient,
)
from socialscore.inputs.credentials import checked_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from socialscore.collectors.base import Outside

__all__ = ["Answer", "Refusal", "Wire"]

_CONNECT, _READ = 5.0, 30.0  # seconds: to connect, and between two bytes

_LARGEST, _PIECE = 64 << 20, 64 << 10  # bytes of an answer as it is read, in all and at once

_IDENTIFIER = re.compile(r"(?<=/)[0-9][0-9_]{3,}(?=/|$)")


@dataclass(frozen=True)
class Answer:
    """What came back, in full."""

    endpoint: str  # what was asked, without identifiers: `GET /2/users/:id/mentions`
    status: int
    headers: Mapping[str, str]  # by name, in any case
    body: Any  # the JSON value; None where it is no JSON
    answered_at: datetime  # by the network's clock, aware, UTC; by ours where it does not tell

    @property
    def said(self) -> dict[str, Any]:
        """The body, where it is an object as it should be; else nothing."""
        return self.body if isinstance(self.body, dict) else {}


@dataclass(frozen=True)
class Refusal:
    """What an answer means that is no success."""

    error: type[NetworkError]
    problem: str
    code: str | None = None
    wait: timedelta | None = None  # for how long; None: the network does not say


class Wire(HTTPAdapter):
    """The only way from an SDK's session to its network.

    Args:
        network: one of `model.network.NETWORKS`.
        origin: the address that the SDK has built in: `https://api.twitter.com`.
        address: what to speak to instead; None: the origin.
        refusal: what this network means by an answer, where it means anything special.
        outside: the clock.
        whole: seconds that a call may take.
        read: seconds of silence that end it sooner.

    Raises:
        UsageError: the address is neither https nor on this machine.
    """

    def __init__(
        self,
        network: str,
        origin: str,
        address: str | None,
        refusal: Callable[[Answer], Refusal | None],
        outside: Outside,
        *,
        whole: float = 60.0,
        read: float = _READ,
    ) -> None:
        super().__init__()
        self.network = network
        self.token = ""
        self.n_requests = 0  # that were sent so far
        self.answer: Answer | None = None  # the last one
        self._origin = origin
        self._address = checked_address(address or origin)
        self._refusal = refusal
        self._outside = outside
        self._whole = whole
        self._read = min(read, whole)
        self._deadline = 0.0

    def __repr__(self) -> str:
        return f"Wire({self.network!r}, {self._address!r})"

    def mount(self, session: requests.Session) -> None:
        """Be all that a session can speak to."""
        session.adapters.clear()
        session.mount(f"{self._origin}/", self)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - what adapters are given; all is read here
        timeout: object = None,  # noqa: ARG002 - likewise; the deadline is ours
        verify: bool | str = True,
        cert: Any = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send, and read the whole answer within the deadline.

        Raises:
            NetworkError: for anything but an answer with JSON that says that all went well.
        """
        request = request.copy()
        request.url = f"{self._address}{str(request.url).removeprefix(self._origin)}"
        request.headers["Authorization"] = f"Bearer {self.token}"
        endpoint = _endpoint(request)
        self.n_requests += 1
        self._deadline = self._outside.monotonic() + self._whole
        try:
            response = super().send(
                request,
                stream=True,
                timeout=(min(_CONNECT, self._read), self._read),
                verify=verify,
                cert=cert,
                # A proxy of the environment is the way out of a building, and none to ourselves.
                proxies=proxies if self._address.startswith("https:") else {},
            )
            body = self._read_whole(response, endpoint)
        except (requests.RequestException, OSError) as error:
            raise Transient(self.network, endpoint, _failure(error)) from None
        self.answer = answer = self._understood(endpoint, response, body)
        if refusal := self._refused(answer):
            raise self.error(refusal, answer)
        response._content = body  # what the SDK reads, which is read already
        # facebook-sdk fails where an answer does not say what it is.
        response.headers["Content-Type"] = "application/json"
        return response

    def answered(self, call: Callable[[], object]) -> Answer:
        """The last answer to what a call of the SDK asks.

        Raises:
            NetworkError: it was refused, or failed.
        """
        self.answer = None
        call()
        if self.answer is None:
            raise AssertionError("the SDK did not ask anything")
        return self.answer

    def error(self, refusal: Refusal, answer: Answer) -> NetworkError:
        """What to raise for an answer that means a refusal."""
        return refusal.error(
            self.network,
            answer.endpoint,
            redacted(refusal.problem, self.token),
            status=answer.status,
            code=refusal.code,
            retry_at=None if refusal.wait is None else self._outside.now() + refusal.wait,
        )

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool for a request, whose connections keep the deadline."""
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = bounded(pool.ConnectionCls, self._left)
        return pool

    def _left(self) -> float:
        """Seconds until the next byte must have come."""
        left = self._deadline - self._outside.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the call has passed")
        return min(left, self._read)

    def _read_whole(self, response: requests.Response, endpoint: str) -> bytes:
        """The body, unpacked piece by piece, so that no more of it is unpacked than may come."""
        pieces, n_bytes = [], 0
        for piece in response.iter_content(_PIECE):
            pieces.append(piece)
            n_bytes += len(piece)
            if n_bytes > _LARGEST:
                response.close()
                problem = f"the answer has more than {_LARGEST >> 20} MB"
                raise ProtocolDrift(self.network, endpoint, problem, status=response.status_code)
        return b"".join(pieces)

    def _understood(self, endpoint: str, response: requests.Response, body: bytes) -> Answer:
        try:
            value = json.loads(body, parse_constant=_no_number)
        except (ValueError, RecursionError):
            value = None
        answered_at = date_in(response.headers) or self._outside.now()
        return Answer(endpoint, response.status_code, response.headers, value, answered_at)

    def _refused(self, answer: Answer) -> Refusal | None:
        special = self._refusal(answer)
        if special or (answer.status == 200 and answer.body is not None):
            return special
        return _general(answer)


def _endpoint(request: requests.PreparedRequest) -> str:
    """What is asked for: `GET /2/users/:id/mentions`."""
    path = urlsplit(str(request.url)).path
    return f"{request.method} {_IDENTIFIER.sub(':id', path)}"


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _failure(error: Exception) -> str:
    """What happened on the way, in words that name neither address nor token."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate cannot be trusted; is there a proxy in between?"
    if isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
        return "timed out"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the answer was cut short"
    return "the connection failed"


def _general(answer: Answer) -> Refusal:
    """What an answer means by its status alone."""
    if answer.status == 200:
        return Refusal(Transient, "the answer is not JSON")
    if 300 <= answer.status < 400:
        return Refusal(Transient, "it redirects the request; is there a proxy in between?")
    if answer.status >= 500 or answer.status in (408, 425):
        return Refusal(Transient, "server error")
    known: dict[int, Refusal] = {
        401: Refusal(AuthError, "the token was rejected"),
        403: Refusal(PermissionDenied, "not permitted"),
        404: Refusal(Gone, "not found, or deleted"),
        410: Refusal(Gone, "deleted"),
        429: Refusal(
            RateLimited,
            "too many requests",
            wait=wait_of(seconds_in(answer.headers, "Retry-After")),
        ),
    }
    return known.get(answer.status, Refusal(ProtocolDrift, "it rejected the request"))
