"""Settings: `socialscore.toml`, in the working folder or one above it, and the environment.

Each key may also be given as a variable: SOCIALSCORE_STORE, SOCIALSCORE_TWITTER_STRATEGY and so on.
Paths in the file are relative to its folder. An option of a command goes before both.

No credential is a setting: see `credentials`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError, UnknownName
from socialscore.written import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["FILE_NAME", "TEMPLATE", "Settings", "load_settings"]

FILE_NAME = "socialscore.toml"

TEMPLATE = """\
# Settings of socialscore for this folder and those below it. Paths are relative to this file.

# Where messages are kept. `socialscore import` and `socialscore collect` make it.
store = "socialscore-data"

# The bodies to rank: a CSV with one row per account. Without it, the bodies that the store knows.
# panel = "panel.csv"

# Where `socialscore publish` writes, a folder for each ranking.
# published = "published"

# The key that turns citizens' identifiers into pseudonyms. It is made when it is first needed. Keep
# it: without it, what is imported later cannot be tied to what was imported before.
# `socialscore auth set` keeps tokens beside it, where the system has no keyring.
key_file = "pseudonym.key"

# How many days the text of a message is kept after it came. Then `socialscore collect` blanks it,
# and keeps what it was judged to be: rankings need no texts, `explain --show-text` does.
# keep_text_days = 30

# How X is asked: timelines (the newest 800 mentions and 3,200 posts of each account), recent (a
# search of the last 7 days) or archive (a search of everything).
# twitter_strategy = "timelines"

# The version of Facebook's Graph API; `socialscore auth check facebook` says when it ends.
# facebook_version = "v26.0"
"""

_PATHS = ("store", "panel", "published", "key_file")
_NUMBERS = ("keep_text_days",)
_MOST_DAYS = 36_500  # a hundred years, which a date can go back


@dataclass(frozen=True)
class Settings:
    """Where things are, and how networks are asked."""

    store: Path
    panel: Path | None
    published: Path  # what rankings are published to
    key_file: Path  # of the pseudonyms
    twitter_address: str | None = None  # to ask instead of X: https, or this machine
    twitter_strategy: str = "timelines"  # timelines, recent or archive
    facebook_address: str | None = None  # to ask instead of Facebook, likewise
    facebook_version: str = "v26.0"  # of Graph
    keep_text_days: int = 30  # after which texts are blanked; 0: at the end of the run

    @property
    def credentials_file(self) -> Path:
        """Where tokens lie if nothing better keeps them."""
        return self.key_file.with_name("credentials.json")


def load_settings(folder: Path, environment: Mapping[str, str], home: Path) -> Settings:
    """The settings that hold in a folder.

    Args:
        folder: where to look for the file, and in the folders above.
        environment: variables by name.
        home: the person's folder for settings; the key lies there if nothing says where.

    Raises:
        InputError: the file is not TOML, or a value is not of the kind that its key asks for.
        UnknownName: for a key that does not exist.
    """
    paths = (each / FILE_NAME for each in (folder, *folder.parents))
    path = next((path for path in paths if path.is_file()), None)
    said: dict[str, Any] = _read(path) if path else {}
    places = dict.fromkeys(said, path.parent if path else folder)
    for key in _KEYS:
        name = f"SOCIALSCORE_{key.upper()}"
        if value := environment.get(name):
            number = int(value) if value.isdecimal() else value
            said[key] = _days(name, number) if key in _NUMBERS else value
            places[key] = folder
    found = {key: places[key] / said[key] for key in _PATHS if key in said}
    return Settings(
        store=found.get("store", folder / "socialscore-data"),
        panel=found.get("panel"),
        published=found.get("published", (path.parent if path else folder) / "published"),
        key_file=found.get("key_file", home / "pseudonym.key"),
        **{key: value for key, value in said.items() if key not in _PATHS},
    )


_KEYS = tuple(Settings.__annotations__)


def _read(path: Path) -> dict[str, Any]:
    values = read_toml(path, "the file of settings")
    for key, value in values.items():
        if key not in _KEYS:
            raise UnknownName("setting", key, _KEYS, path)
        place = f"{path}, key {key}"
        if key in _NUMBERS:
            _days(place, value)
        elif not isinstance(value, str):
            what = "a path" if key in _PATHS else "a text"
            raise InputError(place, f"write {what} in quotation marks")
    return values


def _days(place: str, number: object) -> int:
    if type(number) is not int or not 0 <= number <= _MOST_DAYS:
        raise InputError(place, f"write a whole number of days, from 0 to {_MOST_DAYS}")
    return number
