"""Languages: numbers, dates and texts; and the catalogues, which say all that the code says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from socialscore.reporters.locale import CATALOGUES, ENGLISH, FRENCH, LOCALES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Catalog, Message

PACKAGE = Path(__file__).parents[1] / "socialscore"
METHODS = [
    ("**.py", "python"),
    ("**/templates/**", "jinja2.ext:babel_extract"),
]
OPTIONS = {"**/templates/**": {"trimmed": "true", "encoding": "utf-8"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}


def in_code() -> set[str | tuple[str, ...]]:
    """The texts that the code and the templates ask catalogues for."""
    found = extract_from_dir(PACKAGE, METHODS, OPTIONS, KEYWORDS)
    return {
        tuple(text) if isinstance(text, tuple | list) else text
        for _, _, text, _, _ in found
        if text
    }


def catalogue(code: str) -> Iterator[tuple[str, Message]]:
    for path in sorted((CATALOGUES / code).glob("*.po")):
        catalog: Catalog = read_po(BytesIO(path.read_bytes()), locale=code, abort_invalid=True)
        yield from ((path.name, message) for message in catalog if message.id)


@pytest.mark.parametrize("code", sorted(LOCALES.keys() - {"en"}))
class TestCatalogue:
    def test_it_has_every_text_of_the_code_and_no_other(self, code: str) -> None:
        translated = {
            tuple(it.id) if it.pluralizable else it.id for _, it in catalogue(code) if it.string
        }

        assert translated == in_code()

    def test_it_has_each_text_once_translated_for_certain(self, code: str) -> None:
        texts = [it.id for _, it in catalogue(code)]
        doubtful = [
            (name, it.id)
            for name, it in catalogue(code)
            if it.fuzzy or not (all(it.string) if it.pluralizable else it.string)
        ]

        assert doubtful == []
        assert sorted(map(str, set(map(str, texts)))) == sorted(map(str, texts))

    def test_its_texts_take_the_values_that_the_english_ones_take(self, code: str) -> None:
        mismatched = [str(error) for _, it in catalogue(code) for error in it.check()]

        assert mismatched == []


@pytest.mark.parametrize(
    ("english", "french"),
    [
        (lambda it: it.count(1_574_775), ("1,574,775", "1\u202f574\u202f775")),
        (lambda it: it.share(0.62), ("62 %", "62\u00a0%")),
        (lambda it: it.share(0.999), (">99 %", ">99\u00a0%")),
        (lambda it: it.share(None), ("–", "–")),
        (lambda it: it.ratio(1.84), ("1.8", "1,8")),
        (lambda it: it.duration(45), ("45 s", "45\u00a0s")),
        (lambda it: it.duration(7_500), ("2 h 05", "2\u00a0h\u00a005")),
        (lambda it: it.duration(4 * 86_400), ("4 d 00 h", "4\u00a0j\u00a000\u00a0h")),
        (lambda it: it.span(7 * 86_400), ("7 d", "7\u00a0j")),
        (lambda it: it.limit(0.995, "share"), ("99.5 %", "99,5\u00a0%")),
        (lambda it: it.limit(1234.5, "count"), ("1,234.5", "1\u202f234,5")),
        (lambda it: it.points(-0.03), ("−3", "−3")),
        (lambda it: [it.ordinal(n) for n in (1, 2, 3, 11, 21, 112)], (
            ["1st", "2nd", "3rd", "11th", "21st", "112th"],
            ["1er", "2e", "3e", "11e", "21e", "112e"],
        )),
        (lambda it: it.day(date(2026, 11, 1)), ("1 Nov 2026", "1er novembre 2026")),
        (lambda it: it.instant(datetime(2026, 11, 16, 8, tzinfo=UTC)), (
            "16 Nov 2026 08:00", "16 novembre 2026 08:00"
        )),
        (lambda it: it.period("2026-W46"), ("week 46 of 2026", "semaine 46 de 2026")),
        (lambda it: it.period("2026-Q4"), ("4th quarter of 2026", "4e trimestre 2026")),
        (lambda it: it.period("2026-11"), ("November 2026", "novembre 2026")),
        (lambda it: it.period("2026-10-01..2026-10-31"), ("2026-10-01..2026-10-31",) * 2),
        (lambda it: it.weekdays()[::6], (["Mon", "Sun"], ["lun.", "dim."])),
    ],
)  # fmt: skip
def test_values_read_as_in_the_language(english, french) -> None:
    assert (english(ENGLISH), english(FRENCH)) == french


@pytest.mark.parametrize(
    ("since", "until", "english", "french"),
    [
        ((2026, 11, 9), (2026, 11, 16), "9–15 Nov 2026", "9–15 novembre 2026"),
        ((2026, 11, 9), (2026, 11, 10), "9 Nov 2026", "9 novembre 2026"),
        ((2026, 9, 28), (2026, 10, 5), "28 Sep – 4 Oct 2026", "28 septembre – 4 octobre 2026"),
        ((2026, 12, 28), (2027, 1, 4), "28 Dec 2026 – 3 Jan 2027",
         "28 décembre 2026 – 3 janvier 2027"),
        ((2026, 11, 1), (2026, 11, 8), "1–7 Nov 2026", "1er–7 novembre 2026"),
    ],
)  # fmt: skip
def test_days_of_a_period(since, until, english, french) -> None:
    days = datetime(*since, tzinfo=UTC), datetime(*until, tzinfo=UTC)

    assert (ENGLISH.days(*days), FRENCH.days(*days)) == (english, french)


def test_names_sort_as_a_dictionary_sorts_them() -> None:
    names = ["Ville", "Énergie", "Évreux", "Eaux", "œuvres", "Odéon", "zoo", "Été", "ete"]

    assert sorted(names, key=FRENCH.sort_key) == [
        "Eaux", "Énergie", "ete", "Été", "Évreux", "Odéon", "œuvres", "Ville", "zoo",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "english", "french"),
    [(0, "0 more bodies", "0 autre organisme"), (1, "1 more body", "1 autre organisme"),
     (2, "2 more bodies", "2 autres organismes"), (21, "21 more bodies", "21 autres organismes"),
     (1_000_000, "1000000 more bodies", "1000000 autres organismes")],
)  # fmt: skip
def test_texts_have_the_form_of_their_number(number: int, english: str, french: str) -> None:
    forms = "%(n)s more body", "%(n)s more bodies"

    told = [locale.ngettext(*forms, number) % {"n": number} for locale in (ENGLISH, FRENCH)]

    assert told == [english, french]
