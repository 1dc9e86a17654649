"""Settings: `socialscore.toml`, in the working folder or one above it, and the environment.

Each key may also be given as a variable: SOCIALSCORE_STORE, SOCIALSCORE_PANEL and
SOCIALSCORE_KEY_FILE. Paths in the file are relative to its folder. An option of a command goes
before both.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialscore.errors import InputError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["FILE_NAME", "TEMPLATE", "Settings", "load_settings"]

FILE_NAME = "socialscore.toml"

TEMPLATE = """\
# Settings of socialscore for this folder and those below it. Paths are relative to this file.

# Where messages are kept. `socialscore import` makes it.
store = "socialscore-data"

# The bodies to rank: a CSV with one row per account. Without it, the bodies that the store knows.
# panel = "panel.csv"

# The key that turns citizens' identifiers into pseudonyms. It is made when it is first needed. Keep
# it: without it, what is imported later cannot be tied to what was imported before.
key_file = "pseudonym.key"
"""


@dataclass(frozen=True)
class Settings:
    """Where things are."""

    store: Path
    panel: Path | None
    key_file: Path  # of the pseudonyms


def load_settings(folder: Path, environment: Mapping[str, str], home: Path) -> Settings:
    """The settings that hold in a folder.

    Args:
        folder: where to look for the file, and in the folders above.
        environment: variables by name.
        home: the person's folder for settings; the key lies there if nothing says where.

    Raises:
        InputError: the file is not TOML, or a value is not a path.
        UnknownName: for a key that does not exist.
    """
    paths = (each / FILE_NAME for each in (folder, *folder.parents))
    path = next((path for path in paths if path.is_file()), None)
    found: dict[str, Path] = {}
    if path:
        found = {key: path.parent / value for key, value in _read(path).items()}
    for key in _KEYS:
        if value := environment.get(f"SOCIALSCORE_{key.upper()}"):
            found[key] = folder / value
    return Settings(
        store=found.get("store", folder / "socialscore-data"),
        panel=found.get("panel"),
        key_file=found.get("key_file", home / "pseudonym.key"),
    )


_KEYS = tuple(Settings.__annotations__)


def _read(path: Path) -> dict[str, str]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(path, f"is not TOML: {error}") from None
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror})") from None
    for key, value in values.items():
        if key not in _KEYS:
            raise UnknownName("setting", key, _KEYS, path)
        if not isinstance(value, str):
            raise InputError(f"{path}, key {key}", "write a path in quotation marks")
    return values
