"""The words of a message that may say what it is about."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["handle_words", "stem", "words"]

_STOP_WORDS = Path(__file__).parent / "stopwords"
_NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|@[\w.-]+|\w*\d\w*")
# Where something is says little of what it is, and is nobody's business.
_STREET = re.compile(
    r"\b(?:rue|avenue|boulevard|bd|impasse|all[ée]e|chemin|quai|square|quartier|lotissement)s?"
    r"\s+(?:(?:de|du|des|la|le|les)\s+|d['’]|l['’])*[\w-]+"
    r"|\b(?:cours|place)\s+(?:de\s+la|du|des)\s+[\w-]+|[\w-]+ (?:street|road|lane)\b"
)
_HANDLE = re.compile(r"@([\w.-]+)")
_PART = re.compile(r"[A-ZÀ-Þ]?[^\W\d_A-ZÀ-Þ]+|[A-ZÀ-Þ]+")  # of VilleDeLyon or INFO_Trains
_NAMED = 0.1  # the share of messages from which a handle is that of whom all write to
_WORD = re.compile(r"[^\W\d_]{3,}")  # shorter ones say little in either language


def words(text: str) -> list[str]:
    """The words of a message in order, lower case, without links, streets, handles, digits, emoji.

    Stop words are left out, of French and of English: nobody says which language a message is in.
    """
    lower = _NOT_WORDS.sub(" ", unicodedata.normalize("NFC", text)).lower()
    found = _WORD.findall(_STREET.sub(" ", lower))
    return [word for word in found if _folded(word) not in stop_words()]


def handle_words(texts: Sequence[str]) -> set[str]:
    """The stems in the handles that a tenth of the messages name: to whom, not about what."""
    n_named = Counter(handle for text in texts for handle in set(_HANDLE.findall(text)))
    named = (handle for handle, n in n_named.items() if n >= _NAMED * len(texts))
    return {stem(part.lower()) for handle in named for part in _PART.findall(handle)}


def stem(word: str) -> str:
    """What a word has in common with the ways in which people type it: no accents, no plural."""
    folded = _folded(word)
    return folded[:-1] if len(folded) > 3 and folded[-1] in "sx" else folded


@cache
def stop_words() -> frozenset[str]:
    """Words that say nothing of what a message is about, without accents."""
    lines = (
        line
        for path in sorted(_STOP_WORDS.glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    )
    return frozenset(_folded(word) for line in lines for word in line.split())


@cache
def _folded(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
