"""Where everything of the site lies: the only place that knows its paths.

A path is that of a file, from the site's root, as the disk has it. `link` makes it an address.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from socialscore.publishing.manifest import digest
from socialscore.publishing.series import folder_name

__all__ = [
    "CHOICE",
    "FEED",
    "ICON",
    "PICTURE",
    "SCRIPT",
    "SEARCH_INDEX",
    "SITE_MAP",
    "STYLE",
    "adoption",
    "body",
    "category",
    "compare",
    "data",
    "embedded_body",
    "embedded_week",
    "file_name",
    "home",
    "in_language",
    "link",
    "method",
    "of_ranking",
    "published",
    "ranking",
    "root",
    "week",
]

CHOICE = "index.html"  # of the language
STYLE, SCRIPT, ICON = "style.css", "site.js", "favicon.svg"
SEARCH_INDEX = "bodies.js"
SITE_MAP = "sitemap.xml"
FEED = "feed.xml"  # of a ranking
PICTURE = "chart.png"  # of the newest period of a ranking, to show beside links

_LONGEST = 80  # characters of a name before what makes it unique
_PLAIN = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{_LONGEST - 1}}}")


def home(language: str) -> str:
    """The first page in a language."""
    return f"{language}/index.html"


def ranking(language: str, name: str) -> str:
    """All periods and bodies of a ranking."""
    return of_ranking(language, name, "index.html")


def of_ranking(language: str, name: str, file: str) -> str:
    """A file of a ranking in a language."""
    return f"{language}/{name}/{file}"


def week(language: str, name: str, period: str, part: int = 1) -> str:
    """A period, in its last revision; the table of many bodies has several parts."""
    return of_ranking(language, name, f"{folder_name(period, 1)}{_part(part)}.html")


def body(language: str, name: str, body_id: str) -> str:
    """A body over the periods: its permanent address."""
    return of_ranking(language, name, f"body/{file_name(body_id)}.html")


def category(language: str, name: str, text: str, part: int = 1) -> str:
    """The bodies of a category; the table of many has several parts."""
    return of_ranking(language, name, f"category/{file_name(text)}{_part(part)}.html")


def method(language: str, name: str) -> str:
    """How a ranking is counted."""
    return of_ranking(language, name, "method.html")


def data(language: str, name: str) -> str:
    """The files of a ranking, and what their columns mean."""
    return of_ranking(language, name, "data.html")


def adoption(language: str, name: str) -> str:
    """Who of a ranking can be reached on which network."""
    return of_ranking(language, name, "adoption.html")


def compare(language: str, name: str) -> str:
    """Where bodies are put side by side."""
    return of_ranking(language, name, "compare.html")


def embedded_body(language: str, name: str, body_id: str) -> str:
    """A body, for other sites to frame."""
    return of_ranking(language, name, f"embed/body/{file_name(body_id)}.html")


def embedded_week(language: str, name: str, period: str) -> str:
    """A period, for other sites to frame."""
    return of_ranking(language, name, f"embed/{folder_name(period, 1)}.html")


def published(name: str, folder: str, file: str) -> str:
    """A file of a publication."""
    return f"data/{name}/{folder}/{file}"


def in_language(path: str, language: str) -> str:
    """The same page in another language."""
    return f"{language}/{path.partition('/')[2]}"


def root(path: str) -> str:
    """What leads from a page to the site's root: `../../`, or nothing."""
    return "../" * path.count("/")


def link(page: str, target: str) -> str:
    """The address of a file, as a page has to write it."""
    return root(page) + quote(target)


def _part(number: int) -> str:
    return "" if number == 1 else f".p{number}"


def file_name(text: str) -> str:
    """A name that every file system takes and that no other text has.

    Plain identifiers are their own names. Others keep what can be read of them, before the digest
    of them whole: `île` is `ile~b5a0da5dd4ec9a4c`.
    """
    if _PLAIN.fullmatch(text):
        return text
    letters = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^a-z0-9]+", "-", letters)[:_LONGEST].strip("-")
    return f"{readable}~{digest(text.encode('utf-8', 'surrogatepass')).split(':')[-1][:16]}"
