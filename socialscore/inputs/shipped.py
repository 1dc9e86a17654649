"""Where the shipped content lies: at the top of a checkout, or inside the installed package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from socialscore.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "calendar_names",
    "calendar_path",
    "demo_messages",
    "demo_panel",
    "is_there",
    "layout_names",
    "layout_path",
    "preset_names",
    "preset_path",
    "ranking_names",
    "ranking_path",
]

_PACKAGE = Path(__file__).parents[1]


def _find(folder: str) -> Path:
    inside = _PACKAGE / folder
    return inside if inside.is_dir() else _PACKAGE.parent / folder


def preset_names() -> list[str]:
    """The names that `--preset` takes."""
    return sorted(path.stem for path in _find("rankings/presets").glob("*.toml"))


def preset_path(name: str, *, place: object = None) -> Path:
    """The file of a preset; `place` is where the name was written, for the error."""
    if name not in preset_names():
        raise UnknownName("preset", name, preset_names(), place)
    return _find("rankings/presets") / f"{name}.toml"


def calendar_names() -> list[str]:
    """The names of the shipped calendars."""
    return sorted(_calendars(_find("calendars")))


def calendar_path(name: str, *, beside: Sequence[Path] = (), place: object = None) -> Path:
    """The file of a calendar: in the folder `calendars` beside some file, or a shipped one.

    Args:
        name: what a panel or a ranking calls it.
        beside: panel and ranking; the calendars of a later one go before those of an earlier one,
            and both before shipped ones.
        place: where the name was written, for the error.

    Raises:
        UnknownName: there is no such calendar in any folder.
    """
    found = _calendars(_find("calendars"))
    for path in beside:
        found |= _calendars(path.parent / "calendars")
    if name not in found:
        raise UnknownName("calendar", name, found, place)
    return found[name]


def _calendars(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in folder.glob("*.toml")}


def layout_names() -> list[str]:
    """The names of the layouts of files that are known."""
    return sorted(path.stem for path in _find("layouts").glob("*.toml"))


def layout_path(name: str) -> Path:
    """The file of a shipped layout."""
    return _find("layouts") / f"{name}.toml"


def demo_messages() -> Path:
    """The invented messages of the demo, a table."""
    return _find("fixtures/demo") / "messages.csv.gz"


def demo_panel() -> Path:
    """The invented bodies of the demo."""
    return _find("fixtures/demo") / "panel.csv"


def is_there(path: Path) -> bool:
    """Whether something lies at a path, which may be none: too long, or with a NUL in it."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def ranking_names() -> list[str]:
    """The names of the shipped rankings."""
    return sorted(_rankings())


def _rankings() -> dict[str, Path]:
    return {path.stem: path for path in _find("rankings").glob("*.toml")}


def ranking_path(ranking: str) -> Path:
    """The file of a shipped ranking by its name, or the path that was given.

    Raises:
        UnknownName: there is neither such a file nor such a ranking.
    """
    shipped = _rankings()
    if ranking.endswith(".toml") or (ranking and is_there(Path(ranking))):
        return Path(ranking)
    if ranking not in shipped:
        raise UnknownName("ranking (nor is there a file)", ranking, shipped)
    return shipped[ranking]
