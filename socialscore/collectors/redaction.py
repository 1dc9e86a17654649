"""How tokens are kept out of what is said."""

from __future__ import annotations

import re

from socialscore.model.network import TOKENS

__all__ = ["redacted"]

_LONGEST = 240  # characters of what a network says in its own words

_SECRET = re.compile(
    r"(?i)(access_token|token|bearer|authorization|client_secret|appsecret_proof)([\"']?[=:\s]+)"
    r"[^\s&\"',}]{16,}"
)


def redacted(text: str, token: str) -> str:
    """What a network says, in one line, without the token and whatever else looks like one."""
    text = " ".join(text.split())
    if token:
        text = text.replace(token, "[redacted]")
    text = _SECRET.sub(r"\1\2[redacted]", text)
    return TOKENS.sub("[redacted]", text)[:_LONGEST]
