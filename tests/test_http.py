"""What an SDK asks goes over the wire: bounded, without secrets, and as often as is reasonable."""

from __future__ import annotations

import gzip
import logging
import threading
import time
import tracemalloc
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from traceback import format_exception
from typing import TYPE_CHECKING, Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from socialscore.collectors.base import Outside
from socialscore.collectors.facebook import refusals as facebook_refusals
from socialscore.collectors.http import Answer, Refusal, Wire
from socialscore.collectors.redaction import redacted
from socialscore.collectors.retry_policy import with_retries
from socialscore.collectors.twitter import refusals as twitter_refusals
from socialscore.errors import (
    AuthError,
    Gone,
    NetworkError,
    PermissionDenied,
    ProtocolDrift,
    QuotaExhausted,
    RateLimited,
    Transient,
    UsageError,
)
from socialscore.inputs.credentials import checked_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ORIGIN = "https://api.example.org"
TOKEN = "EAAsecretsecretsecret"  # noqa: S105
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Clock:
    """An hour that passes as fast as one sleeps."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []
        self.waited: list[timedelta] = []

    def outside(self, chance: float = 0.5) -> Outside:
        return Outside(
            now=lambda: self.now,
            monotonic=lambda: self.now.timestamp(),
            sleep=self._sleep,
            wait=self._wait,
            chance=lambda: chance,
        )

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def _wait(self, until: datetime, cause: str) -> None:
        assert cause
        self.waited.append(until - self.now)
        self.now = until


@contextmanager
def server(answer: Callable[[Any], None]) -> Iterator[str]:
    """A server on the loopback that answers every request by a function of its handler."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        listening.block_on_close = False
        threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}"
        finally:
            listening.shutdown()


def says(body: bytes, status: int = 200, **headers: str) -> Callable[[Any], None]:
    """An answer."""

    def answer(handler: Any) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def drips(content: bytes) -> Callable[[Any], None]:
    """An answer byte by byte, each in time, and all of them too late."""

    def answer(handler: Any) -> None:
        handler.close_connection = True
        for place in range(len(content)):
            time.sleep(0.05)
            try:
                handler.wfile.write(content[place : place + 1])
            except OSError:
                return

    return answer


def wire(
    address: str | None,
    refusal: Callable[[Answer], Refusal | None] = lambda _: None,
    **limits: float,
) -> tuple[Wire, requests.Session]:
    outside = Outside(lambda: NOW, time.monotonic, time.sleep, lambda *_: None, lambda: 0.0)
    made = Wire("twitter", ORIGIN, address, refusal, outside, **limits)
    made.token = TOKEN
    session = requests.Session()
    made.mount(session)
    return made, session


def test_what_is_asked_goes_to_the_other_address_with_the_token_in_a_header() -> None:
    seen = []

    def answer(handler: Any) -> None:
        seen.append((handler.path, handler.headers["Authorization"]))
        says(b'{"data": []}')(handler)

    with server(answer) as address:
        made, session = wire(address)
        found = made.answered(lambda: session.get(f"{ORIGIN}/2/users/123456/mentions?a=b"))

    assert seen == [("/2/users/123456/mentions?a=b", f"Bearer {TOKEN}")]
    assert (found.body, found.endpoint) == ({"data": []}, "GET /2/users/:id/mentions")
    assert made.n_requests == 1


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        (b"Date: Mon, 23 Nov 2026 11:00:00 GMT\r\n", NOW - timedelta(hours=1)),
        (b"Date: Mon, 23 Nov 2026 11:00:00 -0000\r\n", NOW - timedelta(hours=1)),
        (b"Date: Fri, 31 Dec 9999 23:59:59 -1400\r\n", NOW),
        (b"Date: yesterday\r\n", NOW),
        (b"", NOW),
    ],
)
def test_the_clock_is_the_networks_own_where_it_tells(date: bytes, moment: datetime) -> None:
    content = b"HTTP/1.1 200 OK\r\n" + date + b"Content-Length: 2\r\n\r\n{}"

    with server(lambda handler: handler.wfile.write(content)) as address:
        made, session = wire(address)
        found = made.answered(lambda: session.get(ORIGIN + "/a"))

    assert found.answered_at == moment


@pytest.mark.parametrize(
    "address",
    [
        "http://graph.facebook.com",
        "http://10.0.0.7:8080",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "https://somebody:secret@graph.facebook.com",
        "https://example.org/?to=",
        "https://",
        "ftp://127.0.0.1",
        "example.org",
    ],
)
def test_a_token_is_sent_neither_in_the_open_nor_to_a_riddle(address: str) -> None:
    with pytest.raises(UsageError, match="https"):
        checked_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://graph.facebook.com",
        "http://127.0.0.1:8080",
        "http://[::1]:80",
        "http://localhost:1",
    ],
)
def test_a_token_is_sent_over_https_or_on_this_machine(address: str) -> None:
    assert checked_address(f"{address}/") == address


def test_a_session_speaks_to_nobody_else() -> None:
    _, session = wire("http://127.0.0.1:9")

    with pytest.raises(requests.exceptions.InvalidSchema):
        session.get("https://example.org/")


def test_nothing_is_followed_elsewhere() -> None:
    visited = []

    def elsewhere(handler: Any) -> None:
        visited.append(handler.path)
        says(b"{}")(handler)

    with server(elsewhere) as other, server(says(b"", 302, Location=f"{other}/a")) as address:
        _, session = wire(address)
        with pytest.raises(Transient, match="redirects the request"):
            session.get(ORIGIN + "/a")

    assert not visited


@pytest.mark.parametrize(
    "content",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + b"1" * 200,
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 200,
    ],
    ids=["body", "headers"],
)
def test_an_answer_that_drips_in_ends_at_the_deadline(content: bytes) -> None:
    with server(drips(content)) as address:
        _, session = wire(address, whole=0.5)
        began = time.monotonic()
        with pytest.raises(Transient, match="timed out"):
            session.get(ORIGIN + "/a")

    assert 0.4 < time.monotonic() - began < 1.5


def test_a_server_that_says_nothing_is_given_up() -> None:
    with server(lambda _: time.sleep(1.5)) as address:
        _, session = wire(address, read=0.2)
        began = time.monotonic()
        with pytest.raises(Transient, match="timed out"):
            session.get(ORIGIN + "/a")

    assert time.monotonic() - began < 1.0


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    def half(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b'{"data": [')
        handler.close_connection = True

    with server(half) as address:
        _, session = wire(address)
        with pytest.raises(Transient, match="cut short"):
            session.get(ORIGIN + "/a")


def test_an_answer_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("socialscore.collectors.http._LARGEST", 1 << 20)
    packed = gzip.compress(b'{"data": "' + b"0" * (64 << 20) + b'"}')

    with server(says(packed, Content_Encoding="gzip")) as address:
        _, session = wire(address)
        tracemalloc.start()
        with pytest.raises(ProtocolDrift, match="more than 1 MB"):
            session.get(ORIGIN + "/a")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert most < 8 << 20


def test_an_answer_that_is_packed_is_read() -> None:
    with server(says(gzip.compress(b'{"data": []}'), Content_Encoding="gzip")) as address:
        made, session = wire(address)
        found = made.answered(lambda: session.get(ORIGIN + "/a"))

    assert found.body == {"data": []}


def test_nobody_there_is_a_failure_that_names_no_address() -> None:
    _, session = wire("http://127.0.0.1:9")

    with pytest.raises(Transient) as failure:
        session.get(f"{ORIGIN}/2/tweets?q={TOKEN}")

    assert str(failure.value) == "twitter: the connection failed (GET /2/tweets)"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"<html>", Transient),
        (200, b'{"data": [', Transient),
        (200, b'{"data": NaN}', Transient),
        (200, b"[" * 100_000, Transient),
        (204, b"", ProtocolDrift),
        (400, b'[{"message": "Bad Request"}]', ProtocolDrift),
        (401, b"{}", AuthError),
        (403, b"<html>", PermissionDenied),
        (404, b"{}", Gone),
        (408, b"", Transient),
        (429, b"{}", RateLimited),
        (500, b"", Transient),
        (503, b"<html>", Transient),
    ],
)
def test_the_status_says_what_it_means(status: int, body: bytes, error: type[NetworkError]) -> None:
    with server(says(body, status)) as address:
        _, session = wire(address)
        with pytest.raises(error) as refusal:
            session.get(ORIGIN + "/a")

    assert refusal.type is error
    assert refusal.value.status == status


def test_no_token_is_in_what_is_raised_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def refused(answer: Answer) -> Refusal:
        return Refusal(AuthError, f"Malformed access token {TOKEN}: {answer.said['message']}")

    body = f'{{"message": "access_token={TOKEN}&x=1 and Bearer {TOKEN}"}}'.encode()
    with server(says(body, 401)) as address:
        made, session = wire(address, refused)
        with pytest.raises(AuthError) as refusal:
            session.get(f"{ORIGIN}/a", headers={"Authorization": "Bearer other"})

    told = "".join(format_exception(refusal.value))
    assert TOKEN not in told + str(refusal.value) + repr(refusal.value) + repr(made) + caplog.text
    assert "Malformed access token [redacted]" in str(refusal.value)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("access_token=EAAB1234567890abcdef&x=1", "access_token=[redacted]&x=1"),
        ("Authorization: AAAAAAAAAAAAAAAAAAAAA%2F", "Authorization: [redacted]"),
        ("the token is EAAGm0PX4ZCpsBAKZ.", "the token is [redacted]."),
        ("Error validating access token: Session\nhas expired", None),
    ],
)
def test_what_looks_like_a_token_is_not_repeated(said: str, kept: str | None) -> None:
    assert redacted(said, "") == (kept or said.replace("\n", " "))


def failing(*errors: Exception | None) -> Callable[[], int]:
    """A call that fails so often, and then brings the number of times that it was made."""
    left = list(errors)

    def ask() -> int:
        if left:
            raise left.pop(0)  # type: ignore[misc]
        return len(errors) + 1

    return ask


def transient() -> Transient:
    return Transient("twitter", "GET /a", "server error")


def limited(wait: timedelta | None) -> RateLimited:
    return RateLimited("twitter", "GET /a", "too many", retry_at=wait and NOW + wait)


def test_a_server_error_is_tried_five_times_with_pauses_that_double() -> None:
    clock = Clock()

    found = with_retries(failing(*[transient()] * 4), clock.outside(), timedelta(0))

    assert found == 5
    assert clock.slept == [1.0, 2.0, 4.0, 8.0]


def test_a_server_error_that_stays_is_given_up_after_five_tries() -> None:
    clock = Clock()
    errors = [transient() for _ in range(9)]

    with pytest.raises(Transient) as failure:
        with_retries(failing(*errors), clock.outside(), timedelta(0))

    assert failure.value is errors[4]


@given(st.floats(0, 1))
def test_pauses_are_anything_up_to_the_longest(chance: float) -> None:
    clock = Clock()

    with_retries(failing(*[transient()] * 4), clock.outside(chance), timedelta(0))

    assert clock.slept == [chance * longest for longest in (2.0, 4.0, 8.0, 16.0)]


def test_tries_end_when_they_have_taken_too_long() -> None:
    clock = Clock()

    def slow() -> int:
        clock.now += timedelta(minutes=4)
        raise transient()

    with pytest.raises(Transient):
        with_retries(slow, clock.outside(), timedelta(0))

    assert clock.now == NOW + timedelta(minutes=8, seconds=1)


def test_a_rate_limit_is_waited_for_until_the_network_says() -> None:
    clock = Clock()

    found = with_retries(failing(limited(40 * SECOND)), clock.outside(), timedelta(minutes=1))

    assert found == 2
    assert clock.waited == [40 * SECOND]


def test_a_rate_limit_that_lasts_too_long_is_said_at_once() -> None:
    clock = Clock()

    with pytest.raises(RateLimited) as refusal:
        with_retries(failing(limited(61 * SECOND)), clock.outside(), timedelta(minutes=1))

    assert refusal.value.retry_at == NOW + 61 * SECOND
    assert not clock.waited


def test_a_rate_limit_without_an_end_is_a_quota_after_three_tries() -> None:
    clock = Clock()
    errors = [limited(None) for _ in range(9)]

    with pytest.raises(QuotaExhausted, match="keeps refusing"):
        with_retries(failing(*errors), clock.outside(), timedelta(hours=1))

    assert clock.waited == [timedelta(minutes=1), timedelta(minutes=15)]


def test_without_time_to_wait_an_unknown_rate_limit_is_said_with_the_time_of_the_next_try() -> None:
    clock = Clock()

    with pytest.raises(RateLimited) as refusal:
        with_retries(failing(limited(None)), clock.outside(), timedelta(0))

    assert refusal.value.retry_at == NOW + timedelta(minutes=1)


def test_a_network_that_always_says_soon_is_not_believed_for_ever() -> None:
    clock = Clock()

    def ask() -> int:
        raise RateLimited("twitter", "GET /a", "too many", retry_at=clock.now + SECOND)

    with pytest.raises(RateLimited):
        with_retries(ask, clock.outside(), timedelta(hours=1))

    assert len(clock.waited) == 10


@pytest.mark.parametrize(
    "error", [AuthError, PermissionDenied, QuotaExhausted, Gone, ProtocolDrift]
)
def test_what_does_not_pass_is_not_tried_again(error: type[NetworkError]) -> None:
    clock = Clock()

    with pytest.raises(error):
        with_retries(failing(error("twitter", "GET /a", "no")), clock.outside(), timedelta(hours=1))

    assert not clock.slept + clock.waited


def answer(status: int, body: object, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer("GET /a", status, requests.structures.CaseInsensitiveDict(named), body, NOW)


RESET = str(int(NOW.timestamp()) + 30)


@pytest.mark.parametrize(
    ("found", "error", "code", "wait"),
    [
        (answer(429, {}, x_rate_limit_reset=RESET), RateLimited, None, 31 * SECOND),
        (answer(429, {}, x_rate_limit_reset="0"), RateLimited, None, SECOND),
        (answer(429, {}, retry_after="5"), RateLimited, None, 6 * SECOND),
        (answer(429, {"errors": [{"code": 88}]}), RateLimited, None, None),
        (answer(429, None), RateLimited, None, None),
        (
            answer(429, {"type": "https://api.x.com/2/problems/usage-capped"}),
            QuotaExhausted,
            "usage-capped",
            None,
        ),
        (answer(402, {"title": "CreditsDepleted"}), QuotaExhausted, "credits", None),
        (answer(402, None), QuotaExhausted, "credits", None),
        (answer(401, {"title": "Unauthorized"}), AuthError, None, None),
        (
            answer(403, {"reason": "client-not-enrolled", "detail": "no Project"}),
            AuthError,
            "client-not-enrolled",
            None,
        ),
        (
            answer(403, {"type": "https://api.twitter.com/2/problems/oauth1-permissions"}),
            AuthError,
            "oauth1-permissions",
            None,
        ),
        (
            answer(403, {"type": "https://api.x.com/2/problems/not-authorized-for-resource"}),
            PermissionDenied,
            "not-authorized-for-resource",
            None,
        ),
        (answer(403, {"reason": ["client-not-enrolled"]}), PermissionDenied, None, None),
        (answer(403, None), PermissionDenied, None, None),
        (answer(400, ["Bad Request"]), ProtocolDrift, None, None),
    ],
)
def test_what_x_means(
    found: Answer, error: type[NetworkError], code: str | None, wait: timedelta | None
) -> None:
    refusal = twitter_refusals.of_status(found)

    assert refusal
    assert (refusal.error, refusal.code, refusal.wait) == (error, code, wait)


def of_code(code: int, subcode: int | None = None, **more: object) -> dict[str, Any]:
    return {"error": {"code": code, "error_subcode": subcode, "message": "words", **more}}


REGAIN = '{"1": [{"call_count": 100, "estimated_time_to_regain_access": 7}]}'


@pytest.mark.parametrize(
    ("found", "error", "code"),
    [
        *((answer(400, of_code(code)), RateLimited, str(code)) for code in (4, 17, 32, 613, 80001)),
        *((answer(403, of_code(code)), RateLimited, str(code)) for code in (341, 368)),
        *((answer(500, of_code(code)), Transient, str(code)) for code in (1, 2)),
        (answer(400, of_code(99, is_transient=True)), Transient, "99"),
        (answer(401, of_code(102)), AuthError, "102"),
        (answer(400, of_code(104)), AuthError, "104"),
        (answer(400, of_code(2500)), ProtocolDrift, "2500"),
        (answer(401, of_code(190, 463)), AuthError, "190/463"),
        *((answer(403, of_code(code)), PermissionDenied, str(code)) for code in (3, 10, 200, 299)),
        *((answer(400, of_code(code)), Gone, str(code)) for code in (12, 100, 803)),
        (answer(200, of_code(190)), AuthError, "190"),
    ],
)
def test_what_facebook_means(found: Answer, error: type[NetworkError], code: str) -> None:
    refusal = facebook_refusals.of_code(found)

    assert refusal
    assert (refusal.error, refusal.code) == (error, code)


def test_facebook_says_for_how_many_minutes_it_wants_no_more_calls() -> None:
    refusal = facebook_refusals.of_code(
        answer(400, of_code(80001), X_Business_Use_Case_Usage=REGAIN, X_App_Usage="no JSON")
    )

    assert refusal
    assert refusal.wait == timedelta(minutes=7)


def test_the_missing_permission_is_named() -> None:
    said = "(#200) Requires pages_read_user_content permission to manage the object"

    refusal = facebook_refusals.of_code(answer(403, of_code(200, message=said)))

    assert refusal
    assert refusal.problem.startswith("the token lacks pages_read_user_content:")


def test_an_expired_token_is_said_to_be_expired() -> None:
    refusal = facebook_refusals.of_code(answer(401, of_code(190, 463)))

    assert refusal
    assert refusal.problem == (
        "the token has expired; give another: `socialscore auth set facebook`"
    )


@pytest.mark.parametrize(
    "body", [None, [], {"error": "x"}, {"error": {"code": "4"}}, {"error": {"code": 7777}}]
)
def test_what_facebook_does_not_say_the_status_does(body: object) -> None:
    assert facebook_refusals.of_code(answer(500, body)) is None
