"""What could not be read is kept, and erased as messages are."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from socialscore.errors import StoreError
from socialscore.store.aside import (
    drop_aside,
    forget_drift,
    known_drifts,
    note_drift,
    pages_aside,
    rewrite_aside,
    set_aside,
    set_journal_aside,
)
from socialscore.store.erasure_request import ErasureRequest, unwanted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NAME = "twitter-1-inbound"


def damaged(root: Path, content: bytes = b"\0\0\0", *, written_at: datetime = NOW) -> Path:
    path = root / "journal" / f"{NAME}.1.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (written_at.timestamp(), written_at.timestamp()))
    return set_journal_aside(path)


def remembered(root: Path, retry_at: datetime = NOW) -> None:
    note_drift(root, NAME, {"retry_at": retry_at.isoformat(), "problem": "speaks in tongues"})


def drop(root: Path, request: ErasureRequest, *, act: bool = True) -> int:
    return drop_aside(root, lambda name, line, at: unwanted(name, line, request, at), act=act)


expired = partial(ErasureRequest, "expired")


@pytest.mark.parametrize(("days", "stays"), [(-1, True), (1, False)])
def test_a_damaged_journal_expires_by_when_it_was_written(
    tmp_path: Path, days: int, *, stays: bool
) -> None:
    path = damaged(tmp_path)

    n_dropped = drop(tmp_path, expired(until=NOW + days * DAY))

    assert path.exists() == stays
    assert n_dropped == (not stays)


def test_what_is_only_counted_stays(tmp_path: Path) -> None:
    path = damaged(tmp_path)

    assert drop(tmp_path, expired(until=NOW + DAY), act=False) == 1
    assert path.exists()


def test_a_damaged_journal_goes_with_messages_before_any_day(tmp_path: Path) -> None:
    path = damaged(tmp_path)

    drop(tmp_path, ErasureRequest("before", until=NOW - 365 * DAY))

    assert not path.exists()


@pytest.mark.parametrize(("author", "stays"), [("900077", False), ("900078", True)])
def test_a_damaged_journal_goes_with_an_author_it_names(
    tmp_path: Path, author: str, *, stays: bool
) -> None:
    path = damaged(tmp_path, b'\0{"author_id":"900077"')

    drop(tmp_path, ErasureRequest("author", "twitter", author))

    assert path.exists() == stays


@pytest.mark.parametrize(("account", "stays"), [("1", False), ("11", True)])
def test_all_that_could_not_be_read_goes_with_its_account(
    tmp_path: Path, account: str, *, stays: bool
) -> None:
    path = damaged(tmp_path)
    remembered(tmp_path)

    drop(tmp_path, ErasureRequest("account", "twitter", account))

    assert path.exists() == stays
    assert bool(known_drifts(tmp_path)) == stays


@pytest.mark.parametrize(("days", "stays"), [(1, True), (-1, False)])
def test_what_is_known_of_a_stream_does_not_expire_before_it_is_tried_again(
    tmp_path: Path, days: int, *, stays: bool
) -> None:
    remembered(tmp_path, retry_at=NOW + days * DAY)

    n_dropped = drop(tmp_path, expired(until=NOW))

    assert bool(known_drifts(tmp_path)) == stays
    assert n_dropped == 0  # it is no page


def test_only_the_owner_may_read_what_is_known_of_a_stream(tmp_path: Path) -> None:
    remembered(tmp_path)

    (path,) = (tmp_path / "journal").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["problem"] == "speaks in tongues"


@pytest.mark.parametrize(
    "act",
    [
        lambda root: set_aside(root, NAME, {}),
        lambda root: list(pages_aside(root, "twitter")),
        lambda root: rewrite_aside(root / "journal" / f"{NAME}.drift.jsonl", [b"{}"]),
        lambda root: set_journal_aside(root / "journal" / f"{NAME}.1.jsonl"),
        lambda root: note_drift(root, NAME, {}),
        lambda root: forget_drift(root, NAME),
        known_drifts,
        lambda root: drop_aside(root, lambda *_: True),
    ],
)
def test_what_the_disk_refuses_is_an_error_of_the_store(
    tmp_path: Path, act: Callable[[Path], object]
) -> None:
    for name in ("drift.jsonl", "drift.json"):
        (tmp_path / "journal" / f"{NAME}.{name}" / "in-the-way").mkdir(parents=True)

    with pytest.raises(StoreError, match=f"{NAME}.*: cannot be (written|read|renamed|removed)"):
        act(tmp_path)
