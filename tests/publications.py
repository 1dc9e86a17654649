"""A store to publish from, which tests read and do not change, and what publishing left behind.

Four invented bodies, from September 2026 to April 2027: over both changes of clocks, week 53 and
New Year. In 2026-W46 nearly nobody writes; 2026-W48 was not collected.
"""

from __future__ import annotations

import csv
import io
import json
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from shell import Result, begin, run

from socialscore.publishing.manifest import digest
from socialscore.publishing.publish import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN, END = datetime(2026, 9, 21, tzinfo=UTC), datetime(2027, 4, 12, tzinfo=UTC)
THIN, UNSEEN = "2026-W46", "2026-W48"

HEAD = "body_id,body,category,network,account_id,handle"
VILLE = "ville,Ville de Montsabran,ville,twitter,101,montsabran"
BOURG = "bourg,Bourg de Lusambre,ville,twitter,104,lusambre"
METRO = "metro,Métro de Valdoine,transport,twitter,102,valdoine"
GARE = "gare,Gare de Roz,transport,twitter,103,gareroz"
BODIES = (VILLE, BOURG, METRO, GARE)
ACCOUNTS = {row.split(",")[4]: row.split(",")[5] for row in BODIES}

WEEKLY = {
    "title": "The week",
    "panel": "panel.csv",
    "period": "last-week",
    "min_requests": 1,
}


@dataclass(frozen=True)
class Desk:
    """A folder with a panel and a ranking, from which a store is published."""

    folder: Path
    store: Path

    def panel(self, *rows: str, head: str = HEAD) -> None:
        """Write the panel anew."""
        (self.folder / "panel.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")

    def ranking(self, *tables: str, name: str = "weekly", **options: Any) -> Path:
        """Write the ranking anew: what `WEEKLY` says, options over it, and TOML tables below."""
        lines = (f"{key} = {_toml(value)}" for key, value in (WEEKLY | options).items())
        path = self.folder / f"{name}.toml"
        path.write_text("\n".join([*lines, *tables, ""]), encoding="utf-8")
        return path

    def publish(self, as_of: str, *options: object, name: str = "weekly") -> Result:
        """Run the command in this folder; without other options a series begins with the last."""
        said = tomllib.loads((self.folder / f"{name}.toml").read_text(encoding="utf-8"))
        period = str(said.get("period", "last-week"))
        out = self.folder / "published" / name
        if not (
            any(out.glob("*/manifest.json"))
            or {"--since", "--period", "--out"} & set(map(str, options))
        ):
            options = (*options, *(("--since", period) if period in RULES else ()))
        return run("publish", f"{name}.toml", "--store", self.store, "--as-of", as_of, *options)

    def published(self, as_of: str, *options: object, name: str = "weekly") -> list[str]:
        """Run the command, which must succeed: the names of the folders that it made."""
        result = self.publish(as_of, *options, name=name)
        assert result.code == 0, result.err
        return [Path(line).name for line in result.out.splitlines()]

    def at(self, folder: str, name: str = "weekly") -> Path:
        """Where a publication lies."""
        return self.folder / "published" / name / folder


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # texts, numbers and lists look the same in both


def lay_store(folder: Path) -> Path:
    """A folder with settings, a key and the store."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin(folder, monkeypatch)
        for module in ("importers.staging", "model.period"):  # its time has not come yet
            monkeypatch.setattr(f"socialscore.{module}.CLOCKS_DIFFER", END - BEGIN)
        Path("panel.csv").write_text("\n".join([HEAD, *BODIES, ""]), encoding="utf-8")
        unseen = datetime.fromisoformat("2026-W48-1").replace(tzinfo=UTC)
        rows = list(_rows())
        _take("before", [row for row in rows if row["sent_at"] < unseen], BEGIN, unseen)
        seen = unseen + timedelta(days=7)
        _take("after", [row for row in rows if row["sent_at"] >= seen], seen, END)
    return folder


def _take(name: str, rows: list[dict[str, Any]], since: datetime, until: datetime) -> None:
    path = Path(f"{name}.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(row | {"sent_at": f"{row['sent_at']:%Y-%m-%dT%H:%M:%SZ}"} for row in rows)
    covers = f"{since:%Y-%m-%dT%H:%MZ}..{until:%Y-%m-%dT%H:%MZ}"
    done = run("import", path, "--panel", "panel.csv", "--covers", covers)
    assert done.code == 0, done.err


def _rows() -> Iterator[dict[str, Any]]:
    """Every week, a few people ask each body something; most get an answer, some a late one."""
    random, number = Random(20260921), 5000
    for week in range((END - BEGIN).days // 7):
        monday = BEGIN + timedelta(days=7 * week)
        thin = f"{monday:%G-W%V}" == THIN
        for nth, (account_id, handle) in enumerate(ACCOUNTS.items()):
            for _ in range(1 if thin else random.randint(3, 5)):
                number += 2
                when = monday + timedelta(seconds=random.randrange(2 * 3600, 7 * 86_400 - 3600))
                text = f"@{handle} Pourquoi est-ce fermé, numéro {number} ?"
                yield _row(f"{number}", f"7{number}", when, text, "")
                if random.random() < 0.5 + 0.1 * nth:
                    delay = timedelta(seconds=random.choice([600, 7200, 5 * 86_400, 9 * 86_400]))
                    text = f"Les travaux {number}."
                    yield _row(f"{number + 1}", account_id, when + delay, text, f"{number}")


def _row(message_id: str, author_id: str, when: datetime, text: str, to: str) -> dict[str, Any]:
    return {
        "message_id": message_id,
        "author_id": author_id,
        "sent_at": when,
        "text": text,
        "language": "fr",
        "reply_to_id": to,
    }


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by path; hidden ones are not read."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def document(folder: Path, name: str = "ranking.json") -> dict[str, Any]:
    """What a JSON file of a publication says."""
    found: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return found


def manifest(folder: Path) -> dict[str, Any]:
    """What a publication rests on."""
    return document(folder, "manifest.json")


def rows(folder: Path, name: str = "ranking.csv") -> dict[str, dict[str, str]]:
    """The rows of a CSV of a publication, by body."""
    text = (folder / name).read_text(encoding="utf-8")
    return {row["body_id"]: row for row in csv.DictReader(io.StringIO(text))}


def is_whole(folder: Path) -> bool:
    """Whether a folder has just the files that its manifest lists, with the digests there."""
    found = contents(folder)
    if "manifest.json" not in found:
        return False
    said = json.loads(found.pop("manifest.json"))["files"]
    return bool(said == {path: digest(content) for path, content in found.items()})
