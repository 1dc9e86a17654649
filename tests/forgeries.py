"""Forged publications, and what notices them: the table in docs/publish.md.

The forger has all that the publisher has, and mostly not the key: he lets `publish` make series in
which every digest is right.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from deltalake import DeltaTable
from publications import BODIES, BOURG, GARE, METRO, VILLE, Desk, document, lay_store, manifest
from shell import begin, run
from ssh_keys import allow, new_key

from socialscore.publishing.manifest import digest
from socialscore.version import FIRST_METHOD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEADER = ("forged", "the folder alone", "`--store`", "`--ranking`", "`--allowed-signers`")
DAYS = ("2026-11-03", "2026-11-10", "2026-11-16T09:00")
CITIES = [row.split(",")[1] for row in (VILLE, BOURG)]


def rows() -> list[tuple[str, ...]]:
    """A line per forgery: whether `verify` finds it in the folder alone, and with each option."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as monkeypatch:
        found = list(_rows(Path(folder), monkeypatch))
    assert found[0] == ("nothing", *["no"] * 4)
    return found[1:]


def _rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    for name in ("project", "honest"):
        (folder / name).mkdir()
    store = lay_store(folder / "project") / "socialscore-data"
    monkeypatch.chdir(begin(folder / "honest", monkeypatch))
    honest = Desk(folder / "honest", store)
    allow(Path("allowed_signers"), new_key(Path("key")))
    new_key(Path("another"))
    _write(honest)
    _publish(honest, "key")
    for number, (what, forge) in enumerate(FORGERIES.items()):
        forged = Desk(folder / f"forged-{number}", store)
        shutil.copytree(honest.folder, forged.folder)
        monkeypatch.chdir(forged.folder)
        forge(forged)
        _write(forged)
        yield what, *(_is_found(forged, *options) for options in _ways(store))


def _ways(store: Path) -> Iterator[tuple[object, ...]]:
    yield ()
    yield "--store", store
    yield "--ranking", "weekly.toml"
    yield "--allowed-signers", "allowed_signers"


def _is_found(desk: Desk, *options: object) -> str:
    done = run("verify", desk.at(""), *options)
    assert done.code in (0, 3), done.err
    return "found" if done.code else "no"


def _write(desk: Desk) -> None:
    """Write panel and ranking as they are right."""
    desk.panel(*BODIES)
    desk.ranking()


def _publish(desk: Desk, key: str) -> None:
    """Publish three weeks from what is on the desk, in place of what was published before."""
    shutil.rmtree(desk.at(""), ignore_errors=True)
    for day in DAYS:
        desk.published(day, "--since", "2026-W43", "--sign", key)


# --- the forgeries --------------------------------------------------------------------------------


def _nothing(_: Desk) -> None:
    """What is right must be found to be so."""


def _exchanged(desk: Desk) -> None:
    one, other = CITIES
    desk.panel(VILLE.replace(one, other), BOURG.replace(other, one), METRO, GARE)
    _publish(desk, "another")


def _confusable(desk: Desk) -> None:
    desk.panel(VILLE, BOURG, METRO.replace("Valdoine", "V\N{CYRILLIC SMALL LETTER A}ldoine"), GARE)
    _publish(desk, "another")


def _option(desk: Desk) -> None:
    desk.ranking(selection="all")
    _publish(desk, "another")


def _cell(desk: Desk) -> None:
    path = desk.at("2026-W43") / "ranking.csv"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace(",0.", ",0.9", 1), encoding="utf-8")


def _by_another_method(desk: Desk) -> None:
    folder = desk.at("2026-W45.r2")
    ranking, said = document(folder), manifest(folder)
    ranking["scores"][0]["response_rate"] = 1.0
    ranking["method"] = said["method"] = FIRST_METHOD
    text = json.dumps(ranking, ensure_ascii=False)
    said["files"]["ranking.json"] = digest(text.encode())
    for name, content in (("ranking.json", text), ("manifest.json", json.dumps(said))):
        (folder / name).chmod(0o644)
        (folder / name).write_text(content, encoding="utf-8")


def _replayed(desk: Desk) -> None:
    shutil.rmtree(desk.at("2026-W45"))
    shutil.copytree(desk.at("2026-W44"), desk.at("2026-W45"))


def _of_another_series(desk: Desk) -> None:
    desk.ranking(name="draft", selection="all")
    desk.published(DAYS[-1], "--period", "2026-W45", "--sign", "key", name="draft")
    for name in ("2026-W45", "2026-W45.r2"):
        shutil.rmtree(desk.at(name))
    desk.at("2026-W45", "draft").rename(desk.at("2026-W45"))


def _revision_removed(desk: Desk) -> None:
    shutil.rmtree(desk.at("2026-W44.r2"))


def _newest_removed(desk: Desk) -> None:
    shutil.rmtree(desk.at("2026-W45.r2"))


def _rebuilt(desk: Desk, key: str = "another") -> None:
    store = Path(shutil.copytree(desk.store, desk.folder / "store"))
    DeltaTable(store / "message").delete("author_id = '104'")  # one body has answered nobody
    _publish(Desk(desk.folder, store), key)


FORGERIES: dict[str, Callable[[Desk], None]] = {
    "nothing": _nothing,
    "a number in one file": _cell,
    "a number in the newest edition, which names another method": _by_another_method,
    "two names exchanged, in a series made anew": _exchanged,
    "a name with a character of another script, likewise": _confusable,
    "an option changed, likewise": _option,
    "a series made anew from other messages": _rebuilt,
    "the same, by whoever has the key": lambda desk: _rebuilt(desk, "key"),
    "an older edition copied over a newer one": _replayed,
    "the newest edition exchanged for one of another series with this key": _of_another_series,
    "a revision removed, so that the one before it stands": _revision_removed,
    "the newest edition removed": _newest_removed,
}
