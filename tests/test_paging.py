"""From page to page: no circles, no more claimed than came, and the times of what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialscore.collectors.base import Interval, Refused, Stopped
from socialscore.collectors.mapping import mapped, placed
from socialscore.collectors.paging import SECOND, Order, Walk, is_cursor, spans
from socialscore.model.messages import Message
from socialscore.payloads import PayloadError

START = datetime(2026, 9, 7, tzinfo=UTC)
WHOLE = Interval(START, START + timedelta(days=1))


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def test_a_cursor_that_comes_again_ends_the_walk() -> None:
    walk = Walk()
    walk.on(["1"], "a")
    walk.on(["2"], "b")

    with pytest.raises(Stopped, match="repeated-cursor"):
        walk.on(["3"], "a")


def test_a_page_with_nothing_new_ends_the_walk() -> None:
    walk = Walk()
    walk.on(["1", "2"], "a")

    with pytest.raises(Stopped, match="no-new-items"):
        walk.on(["2", "1"], "b")


def test_empty_pages_are_passed_over_but_not_for_ever() -> None:
    walk = Walk()

    for number in range(9):
        walk.on([], number)
    with pytest.raises(Stopped, match="no-new-items"):
        walk.on([], 9)


@pytest.mark.parametrize("value", [None, "", 7, {"a": 1}, ["a"], "a b", "\ud800", "é", "x" * 9000])
def test_what_cannot_stand_in_an_address_leads_nowhere(value: object) -> None:
    assert not is_cursor(value)
    assert is_cursor("7140dibdnow9c7btw3z2vwioavpvutgzrzm9icis4ndix")


def test_a_list_has_come_as_far_as_its_last_item_but_one() -> None:
    order = Order()

    reached = [order.continued([at(9), at(8)]), order.continued([]), order.continued([at(7)])]

    assert reached == [at(9), at(9), at(8)]


def test_one_item_says_nothing_about_how_far_a_list_has_come() -> None:
    assert Order().continued([at(9)]) is None


@given(st.lists(st.integers(1, 500), min_size=3, max_size=30), st.data())
def test_one_old_item_anywhere_moves_nothing(gaps: list[int], data: st.DataObject) -> None:
    minutes = list(accumulate(gaps, lambda before, gap: before - gap, initial=1_000_000))
    place = data.draw(st.integers(0, len(minutes) - 1))
    before = data.draw(st.integers(1, len(minutes)))

    order = Order()
    reached = order.continued(at(0 if n == place else m) for n, m in enumerate(minutes[:before]))

    seen = [m for n, m in enumerate(minutes[:before]) if n != place]
    assert reached is None or reached >= at(min(seen))


def test_once_the_order_is_broken_a_list_says_nothing_any_more() -> None:
    order = Order()

    order.continued([at(9), at(1), at(7), at(6), at(5)])

    assert order.continued([at(4), at(3)]) is None


def test_an_item_that_does_not_say_when_lies_between_its_neighbours() -> None:
    found = spans([None, at(9), None, None, at(5), None], WHOLE)

    assert found == [
        Interval(at(9), WHOLE.until),
        Interval(at(9), at(9) + SECOND),
        Interval(at(5), at(9) + SECOND),
        Interval(at(5), at(9) + SECOND),
        Interval(at(5), at(5) + SECOND),
        Interval(WHOLE.since, at(5) + SECOND),
    ]


@pytest.mark.parametrize(
    "moments", [[None], [at(3), None, at(9)], [None, START - timedelta(days=9), at(1)]]
)
def test_without_neighbours_in_order_it_may_lie_anywhere(moments: list[datetime | None]) -> None:
    assert spans(moments, WHOLE)[moments.index(None)] == WHOLE


def test_what_an_item_says_itself_counts_only_at_the_ends_of_a_list() -> None:
    own = [at(11), at(9), at(2), at(5), at(3)]

    found = spans([None, at(9), None, at(5), None], WHOLE, own)

    assert [found[place] for place in (0, 2, 4)] == [
        Interval(at(9), at(11) + SECOND),
        Interval(at(5), at(9) + SECOND),
        Interval(at(3), at(5) + SECOND),
    ]


def test_what_is_no_message_is_refused_by_name() -> None:
    def refusing() -> Message:
        raise PayloadError("no text")

    assert mapped("7", refusing) == Refused("7", "no text")
    assert mapped(None, refusing) == Refused("?", "no text")


def test_what_is_refused_has_the_time_between_the_messages_beside_it() -> None:
    first, last = (
        Message("twitter", str(each), "7", at(each), "La piscine ?", "mention") for each in (9, 5)
    )

    found = placed([first, Refused("7", "no text"), last], [at(9), at(1), at(5)], WHOLE)

    assert found == [first, Refused("7", "no text", Interval(at(5), at(9) + SECOND)), last]
