"""Every kind of file of a store × every kind of damage × every command: exit codes and messages.

The table of `docs/store.md` is printed from what this finds.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree, rmtree
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from deltalake import DeltaTable
from shell import Result, begin, run
from test_damage import cut, empty, flip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STORE = Path("socialscore-data")
PERIOD = ("--period", "2026-07")
START = datetime(2026, 6, 29, tzinfo=UTC)
PANEL = """body_id,body,category,network,account_id,handle
gare,Gare de Roz,transport,twitter,103,gareroz
ville,Ville de Montsabran,ville,twitter,101,montsabran
"""
HEAD = "message_id,author_id,sent_at,text,language,reply_to_id\n"
RANKING = 'title = "July"\npanel = "panel.csv"\nmin_requests = 1\n'

DAMAGES: dict[str, Callable[[Path], object]] = {
    "truncated": cut, "flipped": flip, "removed": Path.unlink, "emptied": empty,
}  # fmt: skip


def newest(pattern: str) -> Path:
    """The file that was written last."""
    return max(STORE.glob(pattern), key=lambda path: (path.stat().st_mtime_ns, path.name))


def oldest(table: str) -> Path:
    """Of the files of which a table consists, the one that was written first."""
    found = [Path(uri) for uri in DeltaTable(STORE / table).file_uris()]
    return min(found, key=lambda path: path.stat().st_mtime_ns)


def journal() -> Path:
    """Pages that a killed run has left."""
    path = STORE / "journal" / "twitter-101-inbound.1.jsonl"
    path.parent.mkdir(exist_ok=True)
    lines = [{"format": 1, "stream": "inbound"}, *[{"page": {"items": [1, 2, 3]}}] * 3]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


KINDS: dict[str, Callable[[], Path]] = {
    "messages": lambda: newest("message/network=twitter/month=2026-07/*.parquet"),
    "coverage": lambda: oldest("coverage"),
    "erasures": lambda: newest("erasure/*.parquet"),
    "first commit": lambda: STORE / "message/_delta_log" / f"{0:020}.json",
    "commit in the middle": lambda: STORE / "message/_delta_log" / f"{2:020}.json",
    "last commit": lambda: newest("message/_delta_log/*.json"),
    "checkpoint": lambda: newest("coverage/_delta_log/*.checkpoint.parquet"),
    "`_last_checkpoint`": lambda: STORE / "coverage/_delta_log/_last_checkpoint",
    "`store.json`": lambda: STORE / "store.json",
    "`panel.csv`": lambda: STORE / "panel.csv",
    "journal": journal,
    "spare copy of a commit": lambda: newest("spare/message/_delta_log/*.copy"),
    "checksums": lambda: newest("spare/message/network=twitter/month=2026-07/*.crc"),
}

EXCEPT = {
    ("journal", "`forget`", 75),  # collect first, which merges the pages or sets them aside
    ("`panel.csv`", "`verify`", 3),  # a name is not the published one, whoever changed it
}

COMMANDS: dict[str, tuple[object, ...]] = {
    "`rank`": ("rank", *PERIOD, "--format", "json", "--min-requests", 1),
    "`import`": ("import", "august.csv", "--panel", "panel.csv"),
    "`status`": ("status", "--format", "csv"),
    "`forget`": ("forget", "--before", "2026-07-04", "--yes"),
    "`publish`": ("publish", "weekly.toml", "--period", "2026-W29"),
    "`verify`": ("verify", "published/monthly/2026-07", "--store", STORE),
    "`store check`": ("store", "check", "--format", "json"),
    "`store repair`": ("store", "repair", "--yes", "--format", "json"),
}


def questions(first: datetime, n_days: int) -> Iterator[str]:
    """Two questions a day to each account; the station answers the first of them."""
    for day in range(n_days):
        for account, handle in (("101", "montsabran"), ("103", "gareroz")):
            for n in range(2):
                when = first + timedelta(days=day, hours=9 + n)
                number = f"1{when:%m%d%H}{account}"
                text = f"@{handle} Pourquoi est-ce fermé ici {number} ?"
                yield f"{number},7{number},{when:%Y-%m-%dT%H:%M:%SZ},{text},fr,\n"
                if n == 0 and account == "103":
                    when += timedelta(hours=2)
                    text = f"Les travaux {number}."
                    yield f"9{number},103,{when:%Y-%m-%dT%H:%M:%SZ},{text},fr,{number}\n"


def taken(name: str, first: datetime, n_days: int) -> None:
    """Write a file of questions and import it."""
    Path(name).write_text(HEAD + "".join(questions(first, n_days)), encoding="utf-8")
    covers = f"{first:%Y-%m-%d}..{first + timedelta(days=n_days - 1):%Y-%m-%d}"
    done = run("import", name, "--panel", "panel.csv", "--covers", covers)
    assert done.code == 0, done.err


class World(NamedTuple):
    """A folder to run commands in, with a sound store, and what its ranking says."""

    folder: Path
    scores: dict[str, Any]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Several commits of messages, coverage with a checkpoint, and an erasure."""
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin(folder, monkeypatch)
        Path("panel.csv").write_text(PANEL, encoding="utf-8")
        for name in ("monthly.toml", "weekly.toml"):
            Path(name).write_text(RANKING, encoding="utf-8")
        taken("early.csv", START, 10)
        taken("late.csv", START + timedelta(days=10), 30)
        assert run("forget", "--before", "2026-07-01", "--yes").code == 0
        DeltaTable(STORE / "coverage").create_checkpoint()
        taken("august.csv", START + timedelta(days=40), 30)
        published = run("publish", "monthly.toml", "--period", "2026-07")
        assert published.code == 0, published.err
        yield World(folder, scores(run(*COMMANDS["`rank`"])))


def scores(ranked: Result) -> dict[str, Any]:
    assert ranked.code == 0, ranked.err
    return {score["body_id"]: score for score in json.loads(ranked.out)["scores"]}


def figures(of_bodies: dict[str, Any]) -> dict[str, Any]:
    """What is counted: names can be edited by hand, so a bit that flips in one is no damage."""
    texts = ("body", "category")
    return {
        body: {name: value for name, value in score.items() if name not in texts}
        for body, score in of_bodies.items()
    }


@pytest.fixture
def again(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Called, it lets the working folder be as the world was."""
    folder = tmp_path / "copy"
    monkeypatch.setenv("SOCIALSCORE_KEY_FILE", str(world.folder / "pseudonym.key"))

    def copied() -> None:
        monkeypatch.chdir(tmp_path)
        if folder.exists():
            rmtree(folder)
        copytree(world.folder, folder)
        monkeypatch.chdir(folder)

    return copied


def outcome(world: World, kind: str, damage: str, again: Callable[[], None]) -> list[str]:
    """The exit codes of all commands; what holds for every cell is asserted here."""
    codes = []
    for name, command in COMMANDS.items():
        again()
        path = KINDS[kind]()
        DAMAGES[damage](path)
        done = run(*command)
        codes.append(str(done.code))
        where = f"{damage} {kind}, {name}: {done.err}"
        assert done.code in (0, 5) or (kind, name, done.code) in EXCEPT, where
        if done.code == 5 and name != "`store check`":
            assert path.name in done.err, where
            assert "`socialscore store repair`" in done.err, where
        if name == "`rank`" and done.code == 0:
            assert figures(scores(done)) == figures(world.scores), where
        if name == "`store check`":
            named = [each["file"] for each in json.loads(done.out)]
            assert (done.code == 5) == bool(named), where
            assert not named or any(path.name in each for each in named), where
    assert "5" not in codes[:-2] or codes[-2] == "5", (kind, damage, codes)
    return [*codes, after_repair(world, kind, damage)]


def after_repair(world: World, kind: str, damage: str) -> str:
    """What a ranking says of a repaired store; it is the last command that has run."""
    checked = run(*COMMANDS["`store check`"])
    assert checked.code == 0, f"{damage} {kind}: {checked.out}"
    ranked = run(*COMMANDS["`rank`"])
    if ranked.code:
        return f"{ranked.code}: {ranked.err.strip().rpartition(': ')[2]}"
    found = scores(ranked)
    if figures(found) == figures(world.scores):
        return "as before"
    reasons = {score["reason"] for score in found.values()}
    assert reasons <= {"low-coverage", "not-collected"}, (kind, damage, found)
    return "not ranked: a gap"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_damage_changes_a_number_or_ends_in_a_traceback(
    kind: str, world: World, again: Callable[[], None], golden: Callable[[str, str], str]
) -> None:
    found: dict[tuple[str, ...], list[str]] = {}
    for damage in DAMAGES:
        found.setdefault(tuple(outcome(world, kind, damage, again)), []).append(damage)

    rows = "".join(
        f"| {kind} | {', '.join(damages)} | {' | '.join(cells)} |\n"
        for cells, damages in found.items()
    )

    assert golden(f"damage/{list(KINDS).index(kind):02}.md", rows) == rows
