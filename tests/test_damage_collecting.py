"""A collection into a damaged store ends before it asks a network for anything that costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_collect_command import collect, ground
from test_damage import empty, flip

if TYPE_CHECKING:
    from demo_collect import Ground

__all__ = ["ground"]

STORE = Path("socialscore-data")


@pytest.mark.parametrize(
    "pattern", ["coverage/*.parquet", "coverage/_delta_log/*0.json", "store.json", "panel.csv"]
)
def test_a_damaged_store_is_named_and_nothing_is_asked(ground: Ground, pattern: str) -> None:
    assert collect(ground).code == 0
    path = next(STORE.glob(pattern))
    (empty if path.suffix == ".csv" else flip)(path)
    n_asked = len(ground.x.requests)

    result = collect(ground)

    assert result.code == 5
    assert path.name in result.err
    assert "`socialscore store repair`" in result.err
    assert len(ground.x.requests) == n_asked
