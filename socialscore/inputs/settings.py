"""Settings: `socialscore.toml`, in the working folder or one above it, and the environment.

Each key may also be given as a variable: SOCIALSCORE_STORE, SOCIALSCORE_THREADS and so on. Paths in
the file are relative to its folder. An option of a command goes before both.

No credential is a setting: see `credentials`.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    PlainValidator,
    ValidationError,
    create_model,
)

from socialscore.errors import InputError, SocialscoreError, UnknownName
from socialscore.inputs.credentials import checked_address, variable
from socialscore.inputs.options import seconds
from socialscore.inputs.toml_files import FilePosition, place_of, read_toml
from socialscore.inputs.value_errors import problems_of, raise_all
from socialscore.model.network import BY_NAME, COLLECTED
from socialscore.runtime.limits import Limits, checked_folder, checked_memory, checked_threads
from socialscore.runtime.object_storage import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["FILE_NAME", "TEMPLATE", "Settings", "load_settings"]

FILE_NAME = "socialscore.toml"


def _commented(network: str) -> str:
    """The settings of a network, each with its default, as comments."""
    lines = []
    for setting in BY_NAME[network].settings:
        choices = f": {setting.choices_in_words}" if setting.choices else ""
        says = textwrap.wrap(f"{setting.help}{choices}.", 98, break_on_hyphens=False)
        lines += [
            *(f"# {line}" for line in says),
            f'# {network}_{setting.name} = "{setting.default}"',
            "",
        ]
    return "".join(f"{line}\n" for line in lines)


TEMPLATE = f"""\
# Settings of socialscore for this folder and those below it. Paths are relative to this file.

# Where messages are kept: a folder, or "s3://bucket/folder" (docs/store.md). `socialscore import`
# and `socialscore collect` make it.
store = "socialscore-data"

# The bodies to rank: a CSV with one row per account. While it names none, or without it, the bodies
# that the store knows.
panel = "panel.csv"

# Where `socialscore publish` writes, a folder for each ranking.
# published = "published"

# What the pages of `socialscore site` say of themselves: their name, the address under which they
# are served, where a number can be disputed (an e-mail address or a page), and the address of the
# licence of the data. With an address they get a sitemap, a feed and pictures for sharing.
# site_name = "Who answers?"
# site_url = "https://answers.example.org/"
# site_contact = "answers@example.org"
# site_licence = "https://creativecommons.org/licenses/by/4.0/"

# The key that turns citizens' identifiers into pseudonyms. It is made when it is first needed. Keep
# it: without it, what is imported later cannot be tied to what was imported before.
# `socialscore auth set` keeps tokens beside it, where the system has no keyring.
key_file = "pseudonym.key"

# How many days the text of a message is kept after it came. Then `socialscore collect` blanks it,
# and keeps what it was judged to be: rankings need no texts, `explain --show-text` does.
# keep_text_days = 30

# How late networks may show a message: each run reads again what the ones before it read sooner
# after it was written. "0" reads nothing again.
# overlap = "6h"

{"".join(map(_commented, COLLECTED))}\
# The memory that DuckDB may take, of which an import makes several parts; Python and the pages that
# are read need some more. What does not fit goes to temporary files. Default: half of what this
# machine, or the container, has.
# memory_limit = "4 GB"

# Where temporary files go, into a folder that only you can read and that is removed at the end.
# Default: the system's temporary folder. Where that is kept in memory, name one on a disk.
# temp_directory = "/var/tmp"

# How many threads count. Default: one for each core. Fewer take less memory.
# threads = 2

# Query engine: duckdb, or Spark as local, spark://HOST:PORT or sc://HOST:PORT (docs/scale.md).
# engine = "duckdb"
"""

_PATHS = ("store", "panel", "published", "key_file", "temp_directory")
_NUMBERS = ("keep_text_days", "threads")
_ADDRESS = r"https?://[^\s/?#\"<>]+(/[^\s?#\"<>]*)?"
_MAIL = r"[^\s@\"<>]+@[^\s@\"<>]+\.[^\s@\"<>]+"
_LONGEST_SITE_NAME = 80
_ENGINES = r"duckdb|local|(spark|sc)://\S+"
_LONGEST_OVERLAP = timedelta(days=7)
_MOST_DAYS = 36_500  # a hundred years, which a date can go back
_PREFIX = "SOCIALSCORE_"
_MISSPELT = 0.8  # how like a setting a variable must be to be taken for a slip of the pen


def _path(value: object) -> Path:
    if isinstance(value, str) and value.startswith("~"):
        raise ValueError('write the path in full; only a shell knows what "~" means')
    if not isinstance(value, Path):
        raise ValueError("write a path in quotation marks")
    return value


def _is_path(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value and not re.match(r"\s*$|~", value)


def _location(value: object) -> Path | str:
    is_address = isinstance(value, str) and value.startswith(BUCKETS)
    return value if is_address else _path(value)  # type: ignore[return-value]


def _days(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MOST_DAYS:
        raise ValueError(f"write a whole number of days, from 0 to {_MOST_DAYS}")
    return value


def _overlap(value: object) -> timedelta:
    if isinstance(value, timedelta):  # the default
        return value
    try:
        read = 0 if value == "0" else seconds(value if isinstance(value, str) else None)
    except ValueError:
        read = None
    if not isinstance(read, int) or read > _LONGEST_OVERLAP.total_seconds():
        raise ValueError('write a time such as "6h" or "90m", up to "7d", or "0"')
    return timedelta(seconds=read)


def _site_name(value: object) -> str:
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name or not name.isprintable() or len(name) > _LONGEST_SITE_NAME:
        raise ValueError(f"write a name of 1 to {_LONGEST_SITE_NAME} characters")
    return name


def _page(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(_ADDRESS, value):
        raise ValueError('write the address of a page, such as "https://answers.example.org/"')
    return value


def _site_url(value: object) -> str:
    return f"{_page(value).removesuffix('/')}/"


def _contact(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(_MAIL, value):
        return value
    if not isinstance(value, str) or not re.fullmatch(_ADDRESS, value):
        raise ValueError("write an e-mail address, or the address of a page")
    return value


def _engine(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(_ENGINES, value):
        quoted = "" if isinstance(value, str) else " in quotation marks"
        raise ValueError(f"write duckdb, local, spark://HOST:PORT or sc://HOST:PORT{quoted}")
    return value


def _by(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A check of ours, as pydantic wants it."""

    def checked(value: Any) -> Any:
        try:
            return check(value)
        except InputError as error:
            raise ValueError(error.problem) from None
        except SocialscoreError as error:
            raise ValueError(str(error)) from None

    return checked


class Settings(BaseModel):
    """Where things are, and how networks are asked; with a field for each of their settings."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    store: Annotated[Path | str, PlainValidator(_location)]  # or an address: s3://bucket/folder
    panel: Annotated[Path | None, PlainValidator(_path)] = None
    published: Annotated[Path, PlainValidator(_path)]  # what rankings are published to
    site_name: Annotated[str | None, PlainValidator(_site_name)] = None  # None: the usual one
    site_url: Annotated[str | None, PlainValidator(_site_url)] = None  # ends with a slash
    site_contact: Annotated[str | None, PlainValidator(_contact)] = None  # for disputes
    site_licence: Annotated[str | None, PlainValidator(_page)] = None  # the data's, its address
    key_file: Annotated[Path, PlainValidator(_path)]  # of the pseudonyms
    keep_text_days: Annotated[int, PlainValidator(_days)] = 30  # after which texts are blanked
    # How late networks show messages: what was read sooner is read again.
    overlap: Annotated[timedelta, PlainValidator(_overlap)] = timedelta(hours=6)
    # Bytes that DuckDB may take; None: half of what there is.
    memory_limit: Annotated[int | None, PlainValidator(checked_memory)] = None
    # For what does not fit; None: the system's.
    temp_directory: Annotated[
        Path | None, PlainValidator(_path), AfterValidator(checked_folder)
    ] = None
    # Of DuckDB; None: one for each core.
    threads: Annotated[int | None, PlainValidator(checked_threads)] = None
    engine: Annotated[str, PlainValidator(_engine)] = "duckdb"  # address of the query engine

    @property
    def credentials_file(self) -> Path:
        """Where tokens lie if nothing better keeps them."""
        return self.key_file.with_name("credentials.json")

    @property
    def limits(self) -> Limits:
        """What DuckDB may take."""
        return Limits(self.memory_limit, self.temp_directory, self.threads)

    def address_of(self, network: str) -> str | None:
        """What to ask instead of a network; None: the network."""
        address: str | None = getattr(self, f"{network}_address")
        return address

    def of_network(self, network: str) -> dict[str, str]:
        """What a network declares as its settings, by name."""
        names = (setting.name for setting in BY_NAME[network].settings)
        return {name: getattr(self, f"{network}_{name}") for name in names}


def _of_networks() -> Iterator[tuple[str, Any]]:
    """The fields for what networks can be told, with type and default."""
    for name in COLLECTED:
        yield f"{name}_address", (Annotated[str | None, AfterValidator(_by(checked_address))], None)
        for setting in BY_NAME[name].settings:
            kind = Annotated[str, AfterValidator(_by(setting.checked))]
            yield f"{name}_{setting.name}", (kind, setting.default)


_Declared = create_model("Settings", __base__=Settings, **dict(_of_networks()))
_KEYS = tuple(_Declared.model_fields)
_VARIABLES = {f"{_PREFIX}{key.upper()}": key for key in _KEYS}
_TOKENS = [variable(name, each) for name in COLLECTED for each in BY_NAME[name].credentials]
_OF_PAGES = tuple(f"{token}_" for token in _TOKENS)


def load_settings(folder: Path, environment: Mapping[str, str], home: Path) -> Settings:
    """The settings that hold in a folder.

    Args:
        folder: where to look for the file, and in the folders above.
        environment: variables by name.
        home: the person's folder for settings; the key lies there if nothing says where.

    Raises:
        InputError: the file is not TOML, a value is not what its key asks for, nothing can be
            written to the folder for temporary files, or a variable is a misspelt setting.
        UnknownName: for a key that does not exist.
        SeveralProblems: more than one of these.
    """
    files = (each / FILE_NAME for each in (folder, *folder.parents))
    file = next((file for file in files if file.is_file()), folder / FILE_NAME)
    values: dict[str, Any] = {
        "store": folder / "socialscore-data",
        "published": file.parent / "published",
        "key_file": home / "pseudonym.key",
    }
    problems = [*_misspelt(environment)]
    for key, value in (read_toml(file, "the settings file") if file.is_file() else {}).items():
        if key in _KEYS:
            values[key] = _placed(key, value, file.parent)
        else:
            place = replace(place_of(file, key), key="")
            problems.append(UnknownName("setting", key, _KEYS, place))
    said_by = {key: name for name, key in _VARIABLES.items() if environment.get(name)}
    for key, name in said_by.items():
        text = environment[name]
        is_number = key in _NUMBERS and re.fullmatch("[0-9]{1,9}", text)
        number = int(text) if is_number else text
        values[key] = _placed(key, number, folder)

    def place_of_value(key: str, *_: str | int) -> FilePosition:
        return FilePosition(said_by[key]) if key in said_by else place_of(file, key)

    try:
        settings = _Declared.model_validate(values)
    except ValidationError as error:
        problems += problems_of(error, place_of_value, lambda *_: _KEYS)
    raise_all(problems)
    return settings


def _placed(key: str, value: Any, folder: Path) -> Any:
    """A value; a path from the folder that it is relative to."""
    is_address = key == "store" and isinstance(value, str) and value.startswith(BUCKETS)
    return folder / value if key in _PATHS and _is_path(value) and not is_address else value


def _misspelt(environment: Mapping[str, str]) -> Iterator[SocialscoreError]:
    """Variables that look like settings and are none; others may be somebody else's."""
    known = [*_VARIABLES, *_TOKENS]
    for name in environment:
        if not name.startswith(_PREFIX) or name in known or name.startswith(_OF_PAGES):
            continue
        bare = {each.removeprefix(_PREFIX): each for each in known}
        for close in get_close_matches(name.removeprefix(_PREFIX), bare, n=1, cutoff=_MISSPELT):
            yield InputError(name, f"there is no such setting; did you mean {bare[close]}?")
