"""Answers that are read against the clock.

The timeouts of sockets bound the silence between two bytes. A server that sends one byte now and
then keeps to them, and keeps the caller for ever; so no read may last longer than the whole call.
"""

from __future__ import annotations

import io
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["bounded"]


def bounded(connection: type, left: Callable[[], float]) -> type:
    """The same class of connections, the answers of which are bounded, headers and all.

    Args:
        connection: of http.client or urllib3.
        left: seconds that the next read may take; raises TimeoutError when there are none.
    """
    if issubclass(connection, _Bounded):
        return connection
    return type(connection.__name__, (_Bounded, connection), {"left": staticmethod(left)})


class _Bounded:
    left: Callable[[], float]

    def response_class(self, sock: Any, *args: Any, **kwargs: Any) -> HTTPResponse:
        """What http.client reads an answer with."""
        response = HTTPResponse(sock, *args, **kwargs)
        response.fp = io.BufferedReader(_Against(response.fp.detach(), sock, self.left))
        return response


class _Against(io.RawIOBase):
    """The bytes of a socket, as long as there is time."""

    def __init__(self, raw: io.RawIOBase, sock: Any, left: Callable[[], float]) -> None:
        super().__init__()
        self._raw = raw
        self._sock = sock
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
