"""What networks send, mapped to messages: one module per network, pure functions."""

from __future__ import annotations

__all__ = ["PayloadError"]


class PayloadError(ValueError):
    """A payload cannot be a message; `str(error)` says why in a few words, none of them its own."""
