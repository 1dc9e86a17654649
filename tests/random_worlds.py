"""Random worlds for hypothesis: few people and few moments, so that what is rare happens often.

Times are those of other messages, or of the edges of periods, days and horizons, plus one of a few
steps. So two messages of a second, a gap of 24 hours to the second and a response at the end of the
horizon are all likely.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from worlds import answers, asks

from socialscore.inputs.panel import Panel
from socialscore.model.messages import Account, Body

Row = dict[str, Any]

HANDED_OVER = date(2026, 10, 24)
PANEL = Panel(
    "random",
    (
        Body("metro", "Métro de Valdoine", "transport", (
            Account("twitter", "2", "valdoine", valid_until=HANDED_OVER),  # renamed on that day
            Account("twitter", "2", "valdoine_metro", valid_from=HANDED_OVER),
            Account("facebook", "1", "valdoine"),  # the identifier of another body on twitter
        ), "nights"),
        Body("port", "Port de Lanmeur", "transport", (
            Account("twitter", "5", "lanmeur", valid_from=HANDED_OVER),  # the city's until then
            Account("facebook", "4", "lanmeur", valid_until=date(2026, 10, 27)),
        ), "halves"),
        Body("ville", "Ville de Montsabran", "ville", (
            Account("twitter", "1", "montsabran"),
            Account("twitter", "3", "montsabran_aide", "care"),
            Account("twitter", "5", "lanmeur", valid_until=HANDED_OVER),
            Account("facebook", "3", "montsabran"),
        ), "halves"),
    ),
)  # fmt: skip
ACCOUNTS = sorted({(account.network, account.account_id) for _, account in PANEL.accounts()})
_SISTERS = [("twitter", "1"), ("twitter", "3"), ("twitter", "5")]

SINCE, MIDDLE, UNTIL = "2026-10-22", "2026-10-25T03:00", "2026-10-28T00:00"
"""The period and its halves; on the 25th, clocks in Paris go back from three to two."""
AS_OF = (
    "2026-11-06", "2026-11-06", "2026-11-04", "2026-11-04", "2026-11-01T09:00", "2026-10-29",
    "2026-10-28", "2026-10-26T12:00", "2026-10-25T02:30",
)  # fmt: skip
_EDGES = (
    *(
        datetime(2026, 10, day, hour, tzinfo=UTC)
        for day in (22, 24, 25, 27, 28)
        for hour in (0, 22)
    ),
    *(datetime(2026, 10, 25, hour, tzinfo=UTC) for hour in (1, 7, 17)),
    *(datetime(2026, 10, day, 10, 55, tzinfo=UTC) for day in (23, 26, 27)),
)
_FINE = tuple(timedelta(seconds=s) for s in (0, 1, 59, 60, 61, 600, 3600, -1, -60, -61, -600))
_COARSE = tuple(
    timedelta(days=days, seconds=seconds)
    for days, seconds in (
        *((0, seconds) for seconds in (3600, 14400, 40000, 82800)),
        *((days, seconds) for days in (1, 2) for seconds in (-1, 0, 1)),
        (-1, 0), (3, 0),
    )
)  # fmt: skip
_LONG = tuple(timedelta(days=days, seconds=seconds) for days in (7, 14) for seconds in (-1, 0, 1))
_PEOPLE = ("ana", "ana", "bo", "cy", "di")


# --- opening hours ----------------------------------------------------------------------------

_OFFICE = ((510, 720), (810, 1050))  # minutes after midnight: 8:30 to 12:00, 13:30 to 17:30
HOURS: dict[str, dict[int, tuple[tuple[int, int], ...]]] = {
    "halves": {0: _OFFICE, 1: _OFFICE, 2: ((540, 1020),), 3: _OFFICE, 4: _OFFICE},
    "nights": {2: ((600, 660),), 4: ((1320, 1800),), 5: ((1320, 1560),), 6: ((600, 1439),)},
}
ZONE, CLOSED = ZoneInfo("Europe/Paris"), date(2026, 10, 27)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def calendar_file(name: str) -> str:
    """The opening hours as the TOML of a calendar."""
    lines = [f'title = "{name}"', f'timezone = "{ZONE.key}"', "[hours]"]
    for weekday, hours in HOURS[name].items():
        clocks = [[f"{m // 60 % 24:02d}:{m % 60:02d}" for m in opening] for opening in hours]
        openings = ", ".join(f'"{begin}-{end}"' for begin, end in clocks)
        lines.append(f"{_WEEKDAYS[weekday]} = [{openings}]")
    return "\n".join([*lines, "[[closed]]", f"day = {CLOSED}"])


def open_intervals(name: str) -> list[tuple[datetime, datetime]]:
    """The opening hours of the months around the period, from local time to UTC."""
    found = []
    for n in range(120):
        day = date(2026, 9, 1) + timedelta(days=n)
        midnight = datetime.combine(day, time())
        for opening in () if day == CLOSED else HOURS[name].get(day.weekday(), ()):
            local = [midnight + timedelta(minutes=minutes) for minutes in opening]
            begin, end = (moment.replace(tzinfo=ZONE).astimezone(UTC) for moment in local)
            found.append((begin, end))
    return found


# --- messages ---------------------------------------------------------------------------------


class World(tuple[Row, ...]):
    """The rows of a world, printed one a line where a test fails."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "".join(
            f"\n  {row['sent_at']:%m-%d %H:%M:%S} "
            + " ".join(f"{n}={value}" for n, value in row.items() if n not in _PLAIN and value)
            for row in sorted(self, key=lambda row: row["sent_at"])
        )


_PLAIN = ("sent_at", "n_edits")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """What a few people and the bodies of `PANEL` write to each other, on some of its accounts.

    Chance writes the world, since hypothesis likes to repeat itself; hypothesis then loses rows of
    it, a few at first, and all that a failure can do without in the end.
    """
    random = Random(draw(st.integers(0, 2**64)))
    pool = random.choice((_SISTERS, _SISTERS[:2], random.sample(ACCOUNTS, random.randint(1, 3))))
    rows = written(random, pool, random.randint(5, 40))
    fate = st.lists(st.integers(0, 15), min_size=len(rows), max_size=len(rows))
    return World(row for row, kept in zip(rows, draw(fate), strict=True) if kept)


def written(random: Random, accounts: list[tuple[str, str]], n_events: int) -> list[Row]:
    """What chance makes people write to some accounts, and these to them."""
    draft = _Draft(random, accounts)
    for n in range(n_events):
        random.choice(_EVENTS)(draft, f"m{n}")
    return draft.rows


def side_by_side(worlds: list[Any]) -> list[Row]:
    """Worlds that know nothing of each other, for the panel of `panel_of`."""
    return [prefixed(row, f"{n}/") for n, rows in enumerate(worlds) for row in rows]


def prefixed(row: Row, prefix: str) -> Row:
    """The row with other identifiers, so that it has to do with those of its prefix only."""
    names = [name for name in row if name.endswith("_id") and row[name] is not None]
    renamed: Row = {name: f"{prefix}{row[name]}" for name in names}
    if row.get("addressed_ids"):
        renamed["addressed_ids"] = [f"{prefix}{name}" for name in row["addressed_ids"]]
    return row | renamed


def panel_of(n_worlds: int) -> Panel:
    """The bodies of `PANEL`, once for every world."""
    return Panel("worlds", tuple(
        replace(
            body,
            body_id=f"{n}/{body.body_id}",
            accounts=tuple(replace(a, account_id=f"{n}/{a.account_id}") for a in body.accounts),
        )
        for n in range(n_worlds)
        for body in PANEL.bodies
    ))  # fmt: skip


@dataclass
class _Draft:
    """A world that is being written."""

    random: Random
    accounts: list[tuple[str, str]]  # those that take part
    rows: list[Row] = field(default_factory=list)

    def one_of(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def rarely(self) -> bool:
        return self.one_of(False, False, False, False, True)

    def moment(self) -> datetime:
        """Near an edge, or near what somebody asked."""
        asked = [row["sent_at"] for row in self.rows if "addressed_ids" not in row]
        near = self.one_of(*_EDGES, *asked[-3:] * 6)
        return near + self.one_of(*self.one_of(_FINE, _FINE, _COARSE))

    def delay(self) -> timedelta:
        """How long an answer takes, or a deletion."""
        return self.one_of(*self.one_of(_FINE, _FINE, _FINE, _COARSE, _COARSE, _COARSE, _LONG))

    def others(self, network: str, account_id: str) -> list[str]:
        """The other accounts of a network."""
        return [other for on, other in ACCOUNTS if on == network and other != account_id]


def _ask(draft: _Draft, message_id: str, **columns: Any) -> None:
    """Somebody writes to an account, now and then to two at once."""
    network, account_id = draft.one_of(*draft.accounts)
    n_levels = draft.one_of(3, 2, 1, 0)
    row = asks(
        message_id,
        draft.moment(),
        network=network,
        account_id=account_id,
        author_id=draft.one_of(*_PEOPLE),
        kind=draft.one_of("wall-post", "repost", "direct", "repost")
        if draft.rarely() else "mention",
        conversation_id=draft.one_of("t1", None, "t2"),
        n_addressed=draft.one_of(3, 4, 5) if draft.rarely() else 1,
        question_mark=n_levels > 2,
        question=n_levels > 1,
        request=n_levels > 0,
        text_digest=draft.one_of("x", None, "x", "y"),
        third_party=draft.rarely(),
    ) | columns  # fmt: skip
    if draft.rarely():
        gone = row["sent_at"] + draft.delay()
        row |= {"deleted_at": gone.replace(tzinfo=None)}
    draft.rows.append(row)
    if row["author_id"] in _PEOPLE and draft.rarely():
        second = draft.one_of(*draft.others(network, account_id))
        aside = row["third_party"] and not draft.rarely()
        draft.rows.append(row | {"account_id": second, "third_party": aside})


def _answer(draft: _Draft, message_id: str) -> None:
    """An account writes to somebody, most often in reply to a message."""
    inbound = [row for row in draft.rows if row["author_id"] != row["account_id"]]
    if not inbound:
        return _ask(draft, message_id)
    asked = draft.one_of(*inbound[-6:])
    network, account_id, author_id = asked["network"], asked["account_id"], asked["author_id"]
    if draft.rarely():
        account_id = draft.one_of(*[other for on, other in (*ACCOUNTS, *_SISTERS) if on == network])
    near = asked["sent_at"] if draft.one_of(True, True, True, False) else draft.moment()
    to = draft.one_of(*[asked["message_id"]] * 4, None, "unknown")
    alone, pair = [author_id], [author_id, "zoe"]
    thread = [draft.one_of(account_id, "3", "5"), author_id]
    addressed = draft.one_of(alone, alone, alone, pair, pair[::-1], thread, ["zoe"], [])
    draft.rows.append(
        answers(
            message_id,
            to,
            near + draft.delay(),
            network=network,
            account_id=account_id,
            author_id=account_id,
            kind=draft.one_of("mention", "repost", "direct", "post") if draft.rarely() else "reply",
            reply_to_author_id=author_id if to == asked["message_id"] else None,
            addressed_ids=addressed,
            n_addressed=len(addressed),
            conversation_id=draft.one_of(asked["conversation_id"], "t1", None),
            response_class=draft.one_of(
                "answer", "answer", "redirect", "redirect", None, "automatic"
            ),
            text_digest=draft.one_of(None, "thanks"),
            bot=draft.rarely() and draft.rarely(),
        )
    )
    return None


def _burst(draft: _Draft, message_id: str) -> None:
    """Several messages, each with the same reply soon after."""
    network, account_id = draft.one_of(*draft.accounts)
    start, gap = draft.moment(), draft.one_of(0, 61, 21600, 21601)
    delay = draft.one_of(5, 0, 59, 60, -30)
    for n in range(draft.one_of(5, 4, 6)):
        asked_at = start + timedelta(seconds=n * gap)
        author_id, asked = draft.one_of(*_PEOPLE), f"{message_id}-{n}"
        columns = {"network": network, "account_id": account_id, "conversation_id": None}
        draft.rows += [
            asks(asked, asked_at, author_id=author_id, **columns),
            answers(
                f"{asked}-auto",
                asked,
                asked_at + timedelta(seconds=delay),
                citizen=author_id,
                text_digest="thanks",
                **columns | {"author_id": account_id},
            ),
        ]


def _institution(draft: _Draft, message_id: str) -> None:
    """An account writes to another one, of its body or not: a row under each."""
    network, account_id = draft.one_of(*draft.accounts)
    author_id = draft.one_of(*draft.others(network, account_id))
    _ask(draft, message_id, network=network, account_id=account_id, author_id=author_id)
    columns = {"account_id": author_id, "addressed_ids": [account_id], "response_class": "answer"}
    draft.rows.append(draft.rows[-1] | columns)


_EVENTS = (_ask, _ask, _ask, _answer, _answer, _answer, _answer, _answer, _burst, _institution)
