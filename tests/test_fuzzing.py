"""Broken files; `tests/fuzzing.py` says what must come of them, and makes more of them by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from fuzzing import LAYOUTS, PACKS, Lost, broken, checked, fuzz, made

if TYPE_CHECKING:
    from pathlib import Path

WITHIN = "within a well-formed record"


@pytest.mark.parametrize("seed", range(4))
def test_of_broken_files_all_that_was_not_touched_arrives(tmp_path: Path, seed: int) -> None:
    counts = fuzz(tmp_path, seed, 5000)

    assert counts["untouched"] == counts["arrived"] + counts[WITHIN]
    assert counts[WITHIN] < 0.01 * counts["untouched"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_sound_file_arrives_whole(tmp_path: Path, layout: str) -> None:
    file = LAYOUTS[layout](Random(layout), layout)
    packs = ["plain"] if layout == "table parquet" else PACKS

    counts = sum(
        (
            checked(tmp_path / pack, replace(file, pack=pack), PACKS[pack](file.content))
            for pack in packs
        ),
        Counter(),
    )

    assert counts["arrived"] == counts["untouched"] == sum(counts[each] for each in LAYOUTS)
    assert counts["refused"] == 0


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_record_that_is_lost_is_noticed(tmp_path: Path, layout: str) -> None:
    random = Random(7)
    file = broken(LAYOUTS[layout](random, layout), random, 0.4)
    untouched = tuple(replace(record, touched=False) for record in file.records)

    with pytest.raises(Lost, match=r"record [0-9]+: .* arrived as "):
        checked(
            tmp_path / "broken", replace(file, records=untouched), PACKS[file.pack](file.content)
        )


def test_a_seed_and_a_number_make_one_file() -> None:
    assert made(1, 5) == made(1, 5)
    assert made(1, 5) != made(1, 6)
