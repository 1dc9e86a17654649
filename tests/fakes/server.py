"""A server on the loopback that speaks for a network, keeps a log and takes a script of faults."""

from __future__ import annotations

import os
import socket
import struct
import sys
import threading
from base64 import b32hexdecode, b32hexencode
from collections import Counter
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import parse_qsl, urlsplit

from fakes.faults import CHANGES, REFUSALS, WIRE, Fault, Script, changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from email.message import Message

    from fakes.world import World

__all__ = ["Answer", "Fake", "Request", "cursor", "position"]

_SECRET = ("access_token", "input_token")  # of a query; kept out of the log
_HTML = b"<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>"
_RST_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass
class Request:
    """What a client asked, and what became of it."""

    method: str
    path: str
    query: dict[str, str]  # without tokens
    at: float  # seconds, by the server's clock
    headers: Message[str, str] = field(repr=False)
    secrets: dict[str, str] = field(repr=False)  # tokens of the query
    status: int = 0  # 0: nothing arrived, or not yet
    fault: str | None = None  # its kind
    n_items: int = 0  # that were sent


@dataclass(frozen=True)
class Answer:
    """What a network has to say."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = "application/json; charset=utf-8"
    items: Sequence[str] = ()  # the identifiers of the posts in it
    n_users: int = 0  # included, on X: they cost as well
    price: float = 0.0  # of the request itself, on X


class Fake:
    """A network that answers on `base_url` inside a `with`; subclasses say what it answers.

    Args:
        world: the truth.
        faults: what goes wrong.
        latency: seconds that every answer takes.
        clock: seconds since 1970, for rate limits, `Date` and the log; None: the world's.
    """

    unknown_faults: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        world: World,
        *,
        faults: Iterable[Fault] = (),
        latency: float = 0.0,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.world = world
        self.latency = latency
        self.clock = clock or (lambda: world.now.timestamp())
        self.requests: list[Request] = []
        self.delivered: Counter[str] = Counter()  # how often each post was sent
        known = {*REFUSALS, *WIRE, *CHANGES} - {*self.unknown_faults}
        self._script = Script(faults, known)
        self._lock = threading.Lock()
        self._server: _Server | None = None

    # --- what subclasses say ------------------------------------------------------------------

    def respond(self, request: Request) -> Answer:
        """The true answer."""
        raise NotImplementedError

    def refuse(self, fault: Fault, request: Request) -> Answer:
        """How this network words a fault of REFUSALS."""
        raise NotImplementedError

    def settle(self, answer: Answer) -> Answer:
        """Take the money for an answer, or refuse for want of it."""
        return answer

    def page_again(self, answer: dict[str, Any], request: Request, *, same: bool) -> None:
        """Let an answer's cursor lead to its own page; `same`: by the cursor asked with."""
        raise NotImplementedError

    # --- what tests do ------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        server = self._running()
        server.stop()
        if server.bugs:
            raise server.bugs[0]

    @property
    def base_url(self) -> str:
        """Where it answers: `http://127.0.0.1:40123`."""
        return f"http://127.0.0.1:{self._running().server_port}"

    def add_fault(self, *faults: Fault) -> None:
        """Let more go wrong, from the next request on."""
        with self._lock:
            self._script.add(*faults)

    def count(self, path: str = "") -> int:
        """How many requests had that in their path."""
        return sum(path in request.path for request in self.requests)

    @property
    def delivered_twice(self) -> list[str]:
        """The posts that were sent more than once, lost answers included."""
        return sorted(post_id for post_id, times in self.delivered.items() if times > 1)

    def _running(self) -> _Server:
        if self._server is None:
            raise RuntimeError("use it in a with statement")
        return self._server

    # --- what the handler does ----------------------------------------------------------------

    def answer(self, request: Request) -> tuple[Answer, Fault | None]:
        """What to send, and the fault that befalls it on the wire."""
        with self._lock:
            self.requests.append(request)
            fault = self._script.take(request.path)
            request.fault = fault.kind if fault else None
            answer = self._answer(request, fault)
            date = formatdate(self.clock(), usegmt=True)
            answer = replace(answer, headers={"Date": date, **answer.headers})
            request.status, request.n_items = answer.status, len(answer.items)
            self.delivered.update(answer.items)
        return answer, fault if fault and fault.kind in WIRE else None

    def _answer(self, request: Request, fault: Fault | None) -> Answer:
        if fault and fault.kind in ("reset", "hang"):
            return Answer(b"", status=0)
        if fault and fault.kind == "503":
            return Answer(_HTML, 503, content_type="text/html; charset=utf-8")
        if fault and fault.kind == "400-list":
            return Answer(b'[{"message": "Bad Request"}]', 400)
        if fault and fault.kind in REFUSALS:
            return self.refuse(fault, request)
        answer = self.respond(request)
        if fault and fault.kind in CHANGES and answer.status == 200:

            def paging(page: dict[str, Any], same: bool) -> None:
                self.page_again(page, request, same=same)

            items = () if fault.kind == "empty-page" else answer.items
            answer = replace(
                answer,
                body=changed(answer.body, fault, paging),
                status=fault.status,
                headers={**answer.headers, **fault.headers},
                items=items,
            )
        return self.settle(answer)


class _Server(ThreadingHTTPServer):
    """Listens, and remembers its connections so that it can end them."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, fake: Fake) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = fake
        self.stopping = threading.Event()
        self.bugs: list[BaseException] = []  # of the fake itself
        self._open: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - as it is called
        error = sys.exception()
        if error and not isinstance(error, ConnectionError):
            self.bugs.append(error)

    def stop(self) -> None:
        """End all that is under way, drips and hangs included."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # its client was faster


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        fake, stopping = self.server.fake, self.server.stopping
        address = urlsplit(self.path)
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        secrets = {name: query.pop(name) for name in _SECRET if name in query}
        request = Request("GET", address.path, query, fake.clock(), self.headers, secrets)
        if fake.latency:
            stopping.wait(fake.latency)
        answer, fault = fake.answer(request)
        if fault is None:
            self.wfile.write(_head(answer) + answer.body)
        else:
            self._spoil(answer, fault)

    def _spoil(self, answer: Answer, fault: Fault) -> None:
        """Let the answer suffer on the wire."""
        half = answer.body[: len(answer.body) // 2]
        if fault.kind == "bad-json":
            answer = replace(answer, body=half)
            self.wfile.write(_head(answer) + half)
        elif fault.kind == "no-content-type":
            self.wfile.write(_head(replace(answer, content_type=None)) + answer.body)
        elif fault.kind == "drip":
            self._drip(_head(answer) + answer.body, fault.seconds)
        elif fault.kind == "truncated":
            self.wfile.write(_head(answer) + half)
            self.close_connection = True
        elif fault.kind == "hang":
            self.server.stopping.wait(fault.seconds)
            self.close_connection = True
        else:
            self._reset()

    def _drip(self, content: bytes, pause: float) -> None:
        for place in range(len(content)):
            if self.server.stopping.wait(pause):
                break
            self.wfile.write(content[place : place + 1])
        self.close_connection = True

    def _reset(self) -> None:
        """Close so that the other side is told of a reset, and not of an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
        # Anything but the bare descriptor would be shut down in good order first.
        os.close(self.connection.detach())
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """The log is `Fake.requests`."""


def _head(answer: Answer) -> bytes:
    """The status line and headers."""
    kind = {"Content-Type": answer.content_type} if answer.content_type else {}
    headers = {**kind, "Content-Length": len(answer.body), **answer.headers}
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def cursor(place: object, look: int = 0) -> str:
    """A page token that stands for a place in a list; `look` makes others of the same place."""
    return b32hexencode(f"{look}:{place}".encode()).decode().lower().rstrip("=")


def position(token: str) -> tuple[str, int] | None:
    """The place and the look of a page token; None if it is none of ours."""
    try:
        padded = token.upper() + "=" * (-len(token) % 8)
        look, _, place = b32hexdecode(padded).decode().partition(":")
        return place, int(look)
    except ValueError:
        return None
