from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialscore.errors import StoreError
from socialscore.store.aside import set_aside
from socialscore.store.journal import DamagedJournal, Journal, collecting, left, replay

if TYPE_CHECKING:
    from pathlib import Path

HEADER = {"network": "twitter"}


def journal(root: Path, *records: dict[str, object], name: str = "twitter-1-inbound") -> Path:
    written = Journal(root, name, HEADER)
    for record in records:
        written.append(record)
    written.close()
    return written.path


def test_what_is_written_is_read_in_its_order(tmp_path: Path) -> None:
    path = journal(tmp_path, {"page": 1}, {"page": 2})

    assert replay(path) == [{"format": 1, "network": "twitter"}, {"page": 1}, {"page": 2}]


def test_a_journal_torn_at_any_byte_is_read_up_to_the_last_whole_line(tmp_path: Path) -> None:
    path = journal(tmp_path, {"text": "Où est le métro ?"}, {"text": "Ici\n"})
    whole, content = replay(path), path.read_bytes()

    for length in range(len(content) + 1):
        path.write_bytes(content[:length])
        n_lines = content[:length].count(b"\n")
        assert replay(path) == whole[:n_lines]


def test_a_last_line_of_what_a_power_cut_leaves_is_dropped(tmp_path: Path) -> None:
    path = journal(tmp_path, {"page": 1})
    with path.open("ab") as file:
        file.write(b"\0" * 40 + b"\n")

    assert replay(path)[1:] == [{"page": 1}]


def test_damage_elsewhere_names_its_line(tmp_path: Path) -> None:
    path = journal(tmp_path, {"page": 1}, {"page": 2})
    path.write_bytes(path.read_bytes().replace(b'{"page":1}', b'{"page"  '))

    with pytest.raises(DamagedJournal, match=r"inbound\.1\.jsonl:2: is damaged"):
        replay(path)


def test_a_journal_of_another_format_says_so(tmp_path: Path) -> None:
    path = journal(tmp_path)
    path.write_text('{"format":2}\n')

    with pytest.raises(DamagedJournal, match="has format 2, this socialscore reads 1"):
        replay(path)


@given(st.lists(st.dictionaries(st.text(), st.text() | st.integers() | st.none()), max_size=5))
def test_any_text_survives(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]]
) -> None:
    path = journal(tmp_path_factory.mktemp("journal"), *records)

    assert replay(path)[1:] == records


def test_a_line_is_on_the_disk_when_append_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Journal(tmp_path, "twitter-1-inbound", HEADER)
    synced: list[bytes] = []
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda _: synced.append(written.path.read_bytes()))

    written.append({"page": 1})

    assert synced[-1].endswith(b'{"page":1}\n')
    written.close()


def test_what_is_set_aside_is_on_the_disk_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda file: synced.append(os.fstat(file).st_ino))

    path = set_aside(tmp_path, "twitter-1-inbound", {"page": 1})

    assert synced == [path.stat().st_ino, path.parent.stat().st_ino]


def test_a_full_disk_leaves_no_part_of_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Journal(tmp_path, "twitter-1-inbound", HEADER)
    really_write = os.write

    def half(file: int, data: bytes) -> int:
        really_write(file, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "write", half)
        with pytest.raises(StoreError, match="No space left on device"):
            written.append({"page": 1})
    written.append({"page": 2})

    assert replay(written.path)[1:] == [{"page": 2}]
    written.close()


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = journal(tmp_path)
    aside = set_aside(tmp_path, "twitter-1-inbound", {"page": 1})

    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, aside)] == [0o600, 0o600]
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_second_journal_of_one_name_is_a_file_of_its_own(tmp_path: Path) -> None:
    first, second = journal(tmp_path, {"page": 1}), journal(tmp_path, {"page": 2})

    assert left(tmp_path, "twitter") == [first, second]


def test_what_is_left_is_of_one_network_and_not_what_was_set_aside(tmp_path: Path) -> None:
    ours = journal(tmp_path)
    journal(tmp_path, name="facebook-1-all")
    set_aside(tmp_path, "twitter-1-inbound", {"page": 1})

    assert left(tmp_path, "twitter") == [ours]


def test_nothing_is_left_of_what_was_removed(tmp_path: Path) -> None:
    written = Journal(tmp_path, "twitter-1-inbound", HEADER)

    written.remove()

    assert left(tmp_path, "twitter") == []


@pytest.mark.parametrize("name", ["mastodon-ville@social.example-all", "x-../../up-all", "x-a b%"])
def test_any_identifier_makes_a_file_in_the_folder(tmp_path: Path, name: str) -> None:
    path = journal(tmp_path, name=name)

    assert path.parent == tmp_path / "journal"


def test_a_second_collector_of_a_network_is_told_to_try_later(tmp_path: Path) -> None:
    with (
        collecting(tmp_path, "twitter"),
        pytest.raises(StoreError, match="another run is collecting from twitter") as refused,
        collecting(tmp_path, "twitter"),
    ):
        pass  # the second gets no further than its door

    assert refused.value.exit_code == 75


def test_collectors_of_two_networks_do_not_meet(tmp_path: Path) -> None:
    with collecting(tmp_path, "twitter"), collecting(tmp_path, "facebook"):
        assert (tmp_path / "collector-facebook.lock").exists()


def test_the_network_is_given_back(tmp_path: Path) -> None:
    with collecting(tmp_path, "twitter"):
        pass

    with collecting(tmp_path, "twitter"):
        assert left(tmp_path, "twitter") == []
