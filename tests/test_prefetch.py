from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from socialscore.runtime.prefetch import prefetch

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_the_items_come_in_their_order() -> None:
    assert list(prefetch(range(100))) == list(range(100))


def test_nothing_comes_of_nothing() -> None:
    assert list(prefetch([])) == []


def test_none_is_an_item_like_the_others() -> None:
    assert list(prefetch([None, 1, None])) == [None, 1, None]


def test_the_next_item_is_made_while_one_is_used() -> None:
    second_is_made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        second_is_made.set()
        yield 2

    coming = prefetch(items())

    assert next(coming) == 1
    assert second_is_made.wait(timeout=60)
    assert next(coming) == 2


def test_what_making_an_item_raises_is_raised_in_its_turn() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no second")

    coming = prefetch(items())

    assert next(coming) == 1
    with pytest.raises(ValueError, match="no second"):
        next(coming)
