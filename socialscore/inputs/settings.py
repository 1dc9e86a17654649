"""Settings: `socialscore.toml`, in the working folder or one above it, and the environment.

Each key may also be given as a variable: SOCIALSCORE_STORE, SOCIALSCORE_TWITTER_STRATEGY and so on.
Paths in the file are relative to its folder. An option of a command goes before both.

No credential is a setting: see `credentials`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError, UnknownName
from socialscore.inputs.toml_files import read_toml
from socialscore.runtime.limits import Limits, checked_folder, checked_memory, checked_threads
from socialscore.runtime.object_storage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["FILE_NAME", "TEMPLATE", "Settings", "load_settings"]

FILE_NAME = "socialscore.toml"

TEMPLATE = """\
# Settings of socialscore for this folder and those below it. Paths are relative to this file.

# Where messages are kept: a folder, or "s3://bucket/folder" (docs/store.md). `socialscore import`
# and `socialscore collect` make it.
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

# The memory that DuckDB may take, of which an import makes several parts; Python and the pages that
# are read need some more. What does not fit goes to temporary files. Default: half of what this
# machine, or the container, has.
# memory_limit = "4 GB"

# Where temporary files go, into a folder that only you can read and that is removed at the end.
# Default: the system's temporary folder. Where that is kept in memory, name one on a disk.
# temp_directory = "/var/tmp"

# How many threads count. Default: one for each core. Fewer take less memory.
# threads = 2

# What counts: duckdb, or Spark: local, spark://HOST:PORT or sc://HOST:PORT (docs/scale.md).
# engine = "duckdb"
"""

_PATHS = ("store", "panel", "published", "key_file", "temp_directory")
_NUMBERS = ("keep_text_days", "threads")
_ENGINES = r"duckdb|local|(spark|sc)://\S+"
_MOST_DAYS = 36_500  # a hundred years, which a date can go back


@dataclass(frozen=True)
class Settings:
    """Where things are, and how networks are asked."""

    store: Path | str  # a folder, or an address such as s3://bucket/folder
    panel: Path | None
    published: Path  # what rankings are published to
    key_file: Path  # of the pseudonyms
    twitter_address: str | None = None  # to ask instead of X: https, or this machine
    twitter_strategy: str = "timelines"  # timelines, recent or archive
    facebook_address: str | None = None  # to ask instead of Facebook, likewise
    facebook_version: str = "v26.0"  # of Graph
    keep_text_days: int = 30  # after which texts are blanked; 0: at the end of the run
    memory_limit: int | None = None  # bytes that DuckDB may take; None: half of what there is
    temp_directory: Path | None = None  # for what does not fit; None: the system's
    threads: int | None = None  # of DuckDB; None: one for each core
    engine: str = "duckdb"  # what counts: its address

    @property
    def credentials_file(self) -> Path:
        """Where tokens lie if nothing better keeps them."""
        return self.key_file.with_name("credentials.json")

    @property
    def limits(self) -> Limits:
        """What DuckDB may take."""
        return Limits(self.memory_limit, self.temp_directory, self.threads)


def load_settings(folder: Path, environment: Mapping[str, str], home: Path) -> Settings:
    """The settings that hold in a folder.

    Args:
        folder: where to look for the file, and in the folders above.
        environment: variables by name.
        home: the person's folder for settings; the key lies there if nothing says where.

    Raises:
        InputError: the file is not TOML, a value is not of the kind that its key asks for, or
            nothing can be written to the folder for temporary files.
        UnknownName: for a key that does not exist.
    """
    paths = (each / FILE_NAME for each in (folder, *folder.parents))
    path = next((path for path in paths if path.is_file()), None)
    said: dict[str, Any] = _read(path) if path else {}
    places = dict.fromkeys(said, path.parent if path else folder)
    names = {key: f"{path}, key {key}" for key in said}
    for key in _KEYS:
        name = f"SOCIALSCORE_{key.upper()}"
        if value := environment.get(name):
            number = int(value) if value.isdecimal() else value
            said[key] = _checked(name, key, number if key in _NUMBERS else value)
            places[key] = folder
            names[key] = name
    found = {
        key: said[key] if _is_address(key, said[key]) else places[key] / said[key]
        for key in _PATHS
        if key in said
    }
    if "temp_directory" in found:
        checked_folder(names["temp_directory"], found["temp_directory"])
    return Settings(
        store=found.get("store", folder / "socialscore-data"),
        panel=found.get("panel"),
        published=found.get("published", (path.parent if path else folder) / "published"),
        key_file=found.get("key_file", home / "pseudonym.key"),
        temp_directory=found.get("temp_directory"),
        **{key: value for key, value in said.items() if key not in _PATHS},
    )


_KEYS = tuple(Settings.__annotations__)


def _read(path: Path) -> dict[str, Any]:
    values = read_toml(path, "the file of settings")
    for key, value in values.items():
        if key not in _KEYS:
            raise UnknownName("setting", key, _KEYS, path)
        values[key] = _checked(f"{path}, key {key}", key, value)
    return values


def _checked(place: str, key: str, value: object) -> object:
    """The value of a key; sizes become bytes."""
    if key in _CHECKS:
        return _CHECKS[key](place, value)
    if not isinstance(value, str):
        what = "a path" if key in _PATHS else "a text"
        raise InputError(place, f"write {what} in quotation marks")
    return value


def _is_address(key: str, value: str) -> bool:
    return key == "store" and value.startswith(BUCKETS)


def _days(place: str, number: object) -> int:
    if type(number) is not int or not 0 <= number <= _MOST_DAYS:
        raise InputError(place, f"write a whole number of days, from 0 to {_MOST_DAYS}")
    return number


def _engine(place: str, address: object) -> str:
    if not isinstance(address, str) or not re.fullmatch(_ENGINES, address):
        choices = "duckdb, local, spark://HOST:PORT or sc://HOST:PORT"
        raise InputError(place, f"write {choices} in quotation marks")
    return address


_CHECKS: dict[str, Callable[[str, object], object]] = {
    "engine": _engine,
    "keep_text_days": _days,
    "memory_limit": checked_memory,
    "threads": checked_threads,
}
