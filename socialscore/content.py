"""Where the shipped content lies: at the top of a checkout, or inside the installed package."""

from __future__ import annotations

from pathlib import Path

from socialscore.errors import UnknownName

__all__ = ["demo_messages", "demo_panel", "preset_names", "preset_path", "ranking_path"]

_PACKAGE = Path(__file__).parent


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


def demo_messages() -> Path:
    """The invented messages of the demo, a table."""
    return _find("fixtures/demo") / "messages.csv.gz"


def demo_panel() -> Path:
    """The invented bodies of the demo."""
    return _find("fixtures/demo") / "panel.csv"


def ranking_path(ranking: str) -> Path:
    """The file of a shipped ranking by its name, or the path that was given.

    Raises:
        UnknownName: there is neither such a file nor such a ranking.
    """
    shipped = {path.stem: path for path in _find("rankings").glob("*.toml")}
    if ranking.endswith(".toml") or Path(ranking).exists():
        return Path(ranking)
    if ranking not in shipped:
        raise UnknownName("ranking (nor is there a file)", ranking, shipped)
    return shipped[ranking]
