"""Reading the files that people write."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_toml"]


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """The content of a TOML file, with or without a byte order mark.

    Args:
        path: the file.
        what: what it should be, for the error: `the ranking`.

    Raises:
        InputError: it cannot be read, or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(path, f"{what} cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(path, f"{what} is not TOML: {error}") from None
