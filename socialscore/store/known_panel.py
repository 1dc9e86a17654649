"""The panel of a store, `panel.csv`: the accounts whose messages are kept.

People may edit it, but not take accounts off: their messages would have nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialscore.errors import Damaged, SocialscoreError
from socialscore.inputs.panel import Panel, format_panel
from socialscore.inputs.panel_file import read_panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialscore.store.location import Location

__all__ = ["amend_panel", "known_panel"]

_NAME = "panel.csv"


def known_panel(location: Location) -> Panel:
    """The bodies whose messages a store keeps.

    Raises:
        Damaged: the file is not what was written, as far as anybody may not change it.
    """
    try:
        return _read(location, location.spare(_NAME), location.read(_NAME))
    except Damaged:  # or amended between the two
        return _read(location, location.spare(_NAME), location.read(_NAME))


def amend_panel(location: Location, change: Callable[[Panel], Panel]) -> Panel:
    """Let the panel be what becomes of it, whoever else amends it.

    Raises:
        Damaged: as `known_panel`.
        OSError: it cannot be written.
    """

    def amended(text: bytes | None) -> bytes:
        known = _read(location, location.spare(_NAME), text)
        changed = change(known)
        return text if text is not None and changed == known else format_panel(changed).encode()

    return _read(location, None, location.amend(_NAME, amended))


def _read(location: Location, spare: bytes | None, text: bytes | None) -> Panel:
    path = f"{location}/{_NAME}"
    if not text and spare:
        raise Damaged(path, "is missing" if text is None else "is empty")
    if text and spare and spare.startswith(text) and spare.rstrip() != text.rstrip():
        raise Damaged(path, "is cut short")
    try:
        found = Panel("panel", ()) if text is None else read_panel(path, text, accepted=True)
    except SocialscoreError as error:
        problem = getattr(error, "problem", str(error))
        raise Damaged(getattr(error, "place", None) or path, problem) from None
    except OSError as error:
        raise Damaged(path, f"cannot be read ({error.strerror})") from None
    known = read_panel(path, spare, accepted=True) if spare is not None else found
    if lost := known.account_keys - found.account_keys:
        some = ", ".join(":".join(each) for each in sorted(lost)[:3])
        raise Damaged(path, f"lacks {len(lost):,} accounts that the store knew ({some})")
    return found
