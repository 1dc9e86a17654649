"""Where a token may go, and how it is kept out of what is said."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from socialscore.errors import UsageError

__all__ = ["checked_address", "redacted"]

_LONGEST = 240  # characters of what a network says in its own words

_SECRET = re.compile(
    r"(?i)(access_token|token|bearer|authorization|client_secret|appsecret_proof)([\"']?[=:\s]+)"
    r"[^\s&\"',}]{16,}"
)
_TOKEN_OF_FACEBOOK = re.compile(r"\bEAA[A-Za-z0-9]{8,}")


def checked_address(address: str) -> str:
    """An address to which a token may be sent, without a slash at the end.

    Raises:
        UsageError: it is neither https nor on this machine.
    """
    parts = urlsplit(address)
    bare = not (parts.username or parts.password or parts.query or parts.fragment)
    if bare and parts.hostname and (parts.scheme == "https" or _on_this_machine(address)):
        return address.rstrip("/")
    raise UsageError(
        f"the address {parts.scheme}://{parts.hostname} cannot be used: a token is sent to it, so"
        " it must begin with https:// or lie on this machine, as in http://127.0.0.1:8080"
    )


def redacted(text: str, token: str) -> str:
    """What a network says, in one line, without the token and whatever else looks like one."""
    text = " ".join(text.split())
    if token:
        text = text.replace(token, "[redacted]")
    text = _SECRET.sub(r"\1\2[redacted]", text)
    return _TOKEN_OF_FACEBOOK.sub("[redacted]", text)[:_LONGEST]


def _on_this_machine(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme != "http":
        return False
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"
