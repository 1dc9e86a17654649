"""How numbers, durations, dates and texts read in a language.

`ENGLISH` is what the console prints; pages, charts and exports take either. Texts stand in English
in the code and the templates; the other languages are catalogues (gettext) under `locales/`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from socialscore.model.period import MONTHS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from gettext import NullTranslations
    from typing import Protocol

    class _Labelled(Protocol):
        """A metric, an option or a column: declared with its label in both languages."""

        @property
        def label(self) -> str: ...
        @property
        def label_fr(self) -> str: ...


__all__ = ["ENGLISH", "FRENCH", "LOCALES", "NO_VALUE", "Locale"]

NO_VALUE = "–"

CATALOGUES = Path(__file__).with_name("locales")
"""A folder per language; in it a catalogue per area, all of which are one when they are read."""


_PERIOD = re.compile(
    r"(?P<year>\d{4})-(?:W(?P<week>\d\d)|Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2]))"
)


@dataclass(frozen=True)
class Locale:
    """A language and how it writes numbers, durations and dates."""

    code: str  # BCP 47, as `lang` attributes have it
    name: str  # in the language itself
    thousands: str  # what sets groups of three digits apart
    decimal: str
    space: str  # between a number and its unit: one that does not break where print would not
    day_unit: str  # of durations, beside h, min and s

    # --- texts ------------------------------------------------------------------------------------

    def gettext(self, text: str) -> str:
        """A text of the catalogue, which has English as its key."""
        return _translations(self.code).gettext(text)

    def ngettext(self, one: str, several: str, number: float) -> str:
        """The form for a number; in French, 0 and 1 are both singular."""
        # gettext takes whole numbers alone: 1.5 is several in English and one in French.
        return _translations(self.code).ngettext(one, several, int(number))

    def label(self, declared: _Labelled) -> str:
        """The label that a metric, an option or a column declares."""
        return (declared.label_fr if self.code == "fr" else "") or declared.label

    def sort_key(self, name: str) -> tuple[str, str]:
        """The order of dictionaries: accents and case decide only between equal letters."""
        parts = unicodedata.normalize("NFKD", name.casefold())
        bare = "".join(it for it in parts if not unicodedata.combining(it))
        return bare.replace("œ", "oe").replace("æ", "ae"), name

    # --- numbers ----------------------------------------------------------------------------------

    def quantity(self, value: float | None, unit: str) -> str:
        """A metric's value, by the unit that the metric declares."""
        readers = {
            "count": self.count, "share": self.share, "seconds": self.duration, "ratio": self.ratio
        }  # fmt: skip
        return readers[unit](value)

    def count(self, value: float | None) -> str:
        """`1,574,775`, `−619,819`."""
        if value is None:
            return NO_VALUE
        return f"{round(value):,}".replace("-", "−").replace(",", self.thousands)

    def share(self, value: float | None) -> str:
        """`72 %`; only none at all reads `0 %`, and only all reads `100 %`."""
        if value is None:
            return NO_VALUE
        if 0 < value < 0.005:
            return f"<1{self.space}%"
        if 0.995 <= value < 1:
            return f">99{self.space}%"
        return f"{round(100 * value)}{self.space}%"

    def ratio(self, value: float | None) -> str:
        """`1.8`."""
        return NO_VALUE if value is None else f"{value:.1f}".replace(".", self.decimal)

    def duration(self, seconds: float | None) -> str:
        """`45 s`, `12 min`, `2 h 05`, `3 d 04 h`: rounded to the last unit shown."""
        if seconds is None:
            return NO_VALUE
        minutes = round(seconds / 60)
        if round(seconds) < 60:
            parts = [f"{round(seconds)}", "s"]
        elif minutes < 60:
            parts = [f"{minutes}", "min"]
        elif minutes < 24 * 60:
            parts = [f"{minutes // 60}", "h", f"{minutes % 60:02}"]
        else:
            hours = round(seconds / 3_600)
            parts = [f"{hours // 24}", self.day_unit, f"{hours % 24:02}", "h"]
        return self.space.join(parts)

    def points(self, difference: float) -> str:
        """A difference of shares in whole percentage points, with its sign: `+10`, `−3`, `0`."""
        number = round(100 * difference)
        return f"{'+' if number > 0 else '−' if number < 0 else ''}{abs(number)}"

    def limit(self, value: float, unit: str) -> str:
        """A value that somebody chose, exactly: `65 %`, `99.5 %`, `15 min`."""
        if unit == "share":
            return f"{100 * value:.10g}".replace(".", self.decimal) + f"{self.space}%"
        if unit == "ratio":
            return f"{value:.10g}".replace(".", self.decimal)
        number = int(value) if value == int(value) else value
        if unit != "count":
            return self.span(number)
        return f"{number:,}".translate(
            {ord("-"): "−", ord(","): self.thousands, ord("."): self.decimal}
        )

    def span(self, seconds: float) -> str:
        """`7 d`, `36 h`, `90 min`: exact, in the largest unit that divides it."""
        for size, unit in ((86_400, self.day_unit), (3_600, "h"), (60, "min")):
            if seconds % size == 0:
                return f"{seconds // size}{self.space}{unit}"
        return f"{seconds}{self.space}s"

    def ordinal(self, number: int) -> str:
        """`1st`, `22nd`, `113th`; in French `1er`, `22e`."""
        if self.code == "fr":
            return "1er" if number == 1 else f"{number}e"
        endings = {1: "st", 2: "nd", 3: "rd"}
        return f"{number}{'th' if number // 10 % 10 == 1 else endings.get(number % 10, 'th')}"

    # --- dates ------------------------------------------------------------------------------------

    def day(self, day: date) -> str:
        """`9 Nov 2026`."""
        return f"{self._day_and_month(day)} {day.year}"

    def days(self, since: datetime, until: datetime) -> str:
        """`9–15 Nov 2026`: the days of `[since, until)`; with hours where one of them is cut."""
        if f"{since:%H%M%S}{until:%H%M%S}" != "0" * 12:
            return f"{self.instant(since)} – {self.instant(until)}"
        first, last = since.date(), until.date() - timedelta(days=1)
        if first == last:
            return self.day(first)
        if first.year != last.year:
            return f"{self.day(first)} – {self.day(last)}"
        if first.month != last.month:
            return f"{self._day_and_month(first)} – {self.day(last)}"
        return f"{self._day_of_month(first)}–{self.day(last)}"

    def instant(self, moment: datetime) -> str:
        """`16 Nov 2026 08:00`, in the moment's own timezone."""
        return f"{self.day(moment.date())} {moment:%H:%M}"

    def period(self, label: str) -> str:
        """`week 46 of 2026`, `November 2026`, `Q4 2026`; another label as it is."""
        found = _PERIOD.fullmatch(label)
        if not found:
            return label
        year = found["year"]
        if found["week"]:
            week = self.gettext("week %(week)s of %(year)s")
            return week % {"week": int(found["week"]), "year": year}
        if found["quarter"]:
            quarter = self.gettext("%(quarter)s quarter of %(year)s")
            return quarter % {"quarter": self.ordinal(int(found["quarter"])), "year": year}
        return f"{_months(self.code, wide=True)[int(found['month']) - 1]} {year}"

    def short_period(self, label: str) -> tuple[str, str]:
        """`W46` and `2026`, as the tick of an axis says it; another label as it is, and no year."""
        found = _PERIOD.fullmatch(label)
        if not found:
            return label, ""
        if found["week"]:
            return self.gettext("W%(week)s") % {"week": int(found["week"])}, found["year"]
        if found["quarter"]:
            return self.gettext("Q%(quarter)s") % {"quarter": found["quarter"]}, found["year"]
        return _months(self.code)[int(found["month"]) - 1], found["year"]

    def weekdays(self) -> list[str]:
        """Monday to Sunday, in short."""
        from babel.dates import get_day_names

        names = get_day_names("abbreviated", locale=self.code)
        return [names[day] for day in range(7)]

    def _day_of_month(self, day: date) -> str:
        return self.ordinal(1) if day.day == 1 and self.code == "fr" else f"{day.day}"

    def _day_and_month(self, day: date) -> str:
        return f"{self._day_of_month(day)} {_months(self.code)[day.month - 1]}"


ENGLISH = Locale("en", "English", thousands=",", decimal=".", space=" ", day_unit="d")
"""The console's, whose tables set units apart by plain spaces."""

FRENCH = Locale("fr", "français", thousands="\u202f", decimal=",", space="\u00a0", day_unit="j")

LOCALES = {locale.code: locale for locale in (ENGLISH, FRENCH)}


@cache
def _months(code: str, *, wide: bool = False) -> Sequence[str]:
    """The names of the months; those of English dates are short, as in every output before."""
    if code == ENGLISH.code and not wide:
        return MONTHS
    from babel.dates import get_month_names

    names = get_month_names("wide", locale=code)
    return [names[month] for month in range(1, 13)]


@cache
def _translations(code: str) -> NullTranslations:
    """The catalogues of a language; those of English are its keys."""
    from gettext import GNUTranslations, NullTranslations

    if code == ENGLISH.code:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    # The header of the first says which form goes with a number; that of another version of Babel
    # may count forms that the catalogues do not have.
    whole, *others = (
        read_po(BytesIO(path.read_bytes()), locale=code)
        for path in sorted((CATALOGUES / code).glob("*.po"))
    )
    for message in chain.from_iterable(others):
        if message.id:
            whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)
