"""The same store, panel, ranking and instants give the same bytes, wherever that is computed.

Besides this interpreter, those of virtual environments `.venv-*` in the checkout publish too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from deltalake import DeltaTable, write_deltalake
from publications import BODIES, HEAD, Desk, contents
from shell import CHECKOUT

from socialscore.store.lake import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.slow

INTERPRETERS = [sys.executable, *sorted(map(str, CHECKOUT.glob(".venv-*/bin/python")))]
AT_HOME = {"TZ": "Europe/Paris", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
ABROAD = {"TZ": "Pacific/Auckland", "LC_ALL": "tr_TR.UTF-8", "LANG": "ar", "PYTHONHASHSEED": "77"}
IN_ASCII = {"TZ": "America/St_Johns", "LC_ALL": "POSIX", "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0", "PYTHONHASHSEED": "5"}  # fmt: skip


@pytest.fixture(scope="module")
def desk(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A ranking that needs calendars, holidays, draws and sums."""
    desk = Desk(tmp_path_factory.mktemp("desk"), project / "socialscore-data")
    desk.panel(*(f"{body},town-hall" for body in BODIES), head=f"{HEAD},calendar")
    desk.ranking(clock="business", by="wilson_low", title="L’été à Montsabran", ignore=["75432"])
    return desk


@pytest.fixture(scope="module")
def at_home(desk: Desk) -> dict[str, bytes]:
    """What is published here."""
    return published(desk, desk.store, AT_HOME, "home")


def published(
    desk: Desk,
    store: Path,
    variables: Mapping[str, str],
    out: str,
    python: str = sys.executable,
    **options: Any,
) -> dict[str, bytes]:
    """The files of three weeks, published in a process of its own.

    Args:
        desk: panel and ranking.
        store: the messages.
        variables: of the environment.
        out: the name of the folder to publish to.
        python: the interpreter.
        options: as of `subprocess.run`.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    key = desk.store.parent / "pseudonym.key"
    subprocess.run(
        [
            python, CHECKOUT / "cli.py", "publish", desk.folder / "weekly.toml",
            "--store", store, "--out", desk.folder / out,
            "--as-of", "2026-11-05", "--since", "2026-W43",
        ],
        env=kept | dict(variables) | {"SOCIALSCORE_KEY_FILE": str(key)},
        check=True,
        stdout=subprocess.DEVNULL,
        **options,
    )  # fmt: skip
    return contents(desk.folder / out / "weekly")


def differing(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """The files that are not the same in both."""
    return sorted(path for path in one | other if one.get(path) != other.get(path))


def test_there_is_something_to_compare(at_home: dict[str, bytes]) -> None:
    assert {path.split("/")[0] for path in at_home} == {"2026-W43", "2026-W44"}
    assert "2026-W44/calendars/town-hall.toml" in at_home


@pytest.mark.parametrize("python", INTERPRETERS)
def test_every_interpreter_abroad_publishes_the_same(
    python: str, desk: Desk, at_home: dict[str, bytes], tmp_path: Path
) -> None:
    out = f"abroad-{INTERPRETERS.index(python)}"

    there = published(desk, desk.store, ABROAD, out, python, cwd=tmp_path, umask=0o077)

    assert differing(at_home, there) == []


def test_a_machine_that_knows_only_ascii_and_has_one_processor_publishes_the_same(
    desk: Desk, at_home: dict[str, bytes]
) -> None:
    there = published(desk, desk.store, IN_ASCII, "ascii", preexec_fn=_on_one_processor)

    assert differing(at_home, there) == []


def test_another_order_of_rows_and_files_gives_the_same(
    desk: Desk, at_home: dict[str, bytes], tmp_path: Path
) -> None:
    copy = tmp_path / "socialscore-data"
    shutil.copytree(desk.store, copy)
    _reorder(copy)

    assert differing(at_home, published(desk, copy, AT_HOME, "reordered")) == []


def _on_one_processor() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _reorder(store: Path) -> None:
    """Each month of the messages in one file, and the last message first."""
    table = DeltaTable(store / "message")
    table.optimize.compact()
    rows = table.to_pyarrow_table().sort_by([("sent_at", "descending")])
    write_deltalake(table, rows, mode="overwrite")
    Store.open(store).compact()
