"""Shows eight weeks of publishing, as a cron job would do it: `make demo-weeks`.

Every Saturday the real `socialscore publish` runs on the demo's invented messages: the week that
has ended appears as provisional, the one before becomes final. Each publication is verified against
the store. Then copies are tampered with, and `socialscore verify` must name what was changed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from deltalake import DeltaTable

from socialscore.publishing.manifest import digest

CHECKOUT = Path(__file__).parents[1]
WEEKS = [f"2026-W{week}" for week in range(39, 47)]
SATURDAYS = [f"{date(2026, 10, 3) + timedelta(weeks=nth)}" for nth in range(len(WEEKS))]
END = "2026-11-23"  # when the last week has matured
TAMPERED = "2026-W44.r2"
ASKED = datetime(2026, 10, 27), datetime(2026, 10, 28)  # noqa: DTZ001 - a day of that week, UTC

_LOOK = """
Look at {folder}:
  ranking.md       the table             method.txt     how it was counted
  ranking.xlsx     the spreadsheet       manifest.json  what it rests on
"""


@dataclass(frozen=True)
class Ground:
    """A folder with a store and what is published from it."""

    folder: Path

    @property
    def series(self) -> Path:
        return self.folder / "published" / "demo-weekly"

    def run(self, *arguments: object, program: Path = CHECKOUT, show: bool = True) -> Done:
        """A command, as a shell would start it."""
        words = [str(argument) for argument in arguments]
        if show:
            write(f"\n$ socialscore {' '.join(words)}\n")
        command = [sys.executable, str(program / "cli.py"), *words]
        env = {k: v for k, v in os.environ.items() if not k.startswith("SOCIALSCORE_")}
        options = {"cwd": self.folder, "env": env, "text": True, "capture_output": True}
        return subprocess.run(command, **options, check=False)


Done = subprocess.CompletedProcess[str]


def publish_weeks(ground: Ground) -> bool:
    """Every Saturday, and twice at the end: whether all is there, and there is no more to do."""
    for as_of in (*SATURDAYS, END, END):
        done = ground.run("publish", "demo-weekly", "--store", "store", "--as-of", as_of)
        news = [line for line in done.stderr.splitlines() if re.search(r"published,|nothing", line)]
        write("".join(f"{line.removeprefix('socialscore: ')}\n" for line in news))
    there = {path.name for path in ground.series.glob("[!.]*")}
    return there == {f"{week}{nth}" for week in WEEKS for nth in ("", ".r2")} and not done.stdout


def verify_weeks(ground: Ground) -> bool:
    """Whether every publication is what the store says."""
    done = ground.run("verify", "published", "--store", "store")
    write(done.stdout + done.stderr)
    return not done.returncode and len(done.stdout.splitlines()) == 2 * len(WEEKS)


def tamper(ground: Ground) -> bool:
    """Whether each kind of tampering is found and named."""
    cell = ("ranking.csv", ",0.", ",0.9")
    body = ("panel.csv", "Ville de Montsabran", "Ville de Valdoine")
    findings = [
        _with_another_file(ground, "a cell", cell, "ranking.csv: is not the file"),
        _with_another_file(ground, "a cell, and its file's digest", cell, "ranking.csv: line "),
        _with_another_file(ground, "a body of the panel", body, "panel.csv: is not the file"),
        _with_other_rules(ground),
        _with_another_row(ground),
    ]
    return all(findings)


def _with_another_file(ground: Ground, what: str, change: tuple[str, str, str], name: str) -> bool:
    """Whether a change in a copy of a publication is named."""
    copy = ground.folder / "tampered" / "series"
    shutil.copytree(ground.series, copy)
    path, manifest = copy / TAMPERED / change[0], copy / TAMPERED / "manifest.json"
    before = digest(path.read_bytes())
    _replace(path, *change[1:])
    if what.endswith("digest"):
        _replace(manifest, before, digest(path.read_bytes()))
    done = ground.run("verify", copy / TAMPERED, show=False)
    shutil.rmtree(copy)
    return _is_named(what, done, name)


def _replace(path: Path, old: str, new: str) -> None:
    path.chmod(0o644)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _with_other_rules(ground: Ground) -> bool:
    """Whether a program whose language rules differ says so."""
    program = ground.folder / "tampered" / "program"
    for name in ("socialscore", "rankings", "calendars"):
        shutil.copytree(CHECKOUT / name, program / name)
    shutil.copy(CHECKOUT / "cli.py", program)
    _replace(program / "socialscore" / "language" / "rules" / "fr.toml", "\n", "\n# Another.\n")
    done = ground.run("verify", ground.series / TAMPERED, program=program, show=False)
    return _is_named("a language rule of the program", done, "rules/fr.toml is not that")


def _with_another_row(ground: Ground) -> bool:
    """Whether a store from which somebody took a question away gives other cells."""
    store = ground.folder / "tampered" / "store"
    shutil.copytree(ground.folder / "store", store)
    table = DeltaTable(store / "message")
    rows = table.to_pyarrow_table(filters=[("sent_at", ">=", ASKED[0]), ("sent_at", "<", ASKED[1])])
    authors = Counter(rows["author_id"].to_pylist())
    asked = (row for row in rows.to_pylist() if row["question_mark"] and row["n_addressed"] == 1)
    message_id = min(row["message_id"] for row in asked if authors[row["author_id"]] == 1)
    table.delete(f"message_id = '{message_id}'")
    done = ground.run("verify", ground.series / TAMPERED, "--store", store, show=False)
    return _is_named("a row of the store", done, "n_requests: ")


def _is_named(what: str, done: Done, name: str) -> bool:
    """Show what `verify` said of a change; whether it failed, and named it."""
    said = [line.removeprefix("socialscore: ") for line in done.stderr.splitlines()]
    said.sort(key=lambda line: name not in line)
    named = done.returncode == 3 and any(name in line for line in said)
    write(f"\nchanged: {what}{'' if named else ': NOT NAMED'}\n")
    write("".join(f"  {line[:160]}\n" for line in said[:3]))
    return named


def main() -> int:
    """Publish, verify, tamper; 0 if all is as promised."""
    ground = Ground(Path(tempfile.mkdtemp(prefix="socialscore-demo-weeks-")))
    imported = ground.run("demo", "--store", "store")
    write(imported.stderr.splitlines()[0] + "\n")
    kept = {
        "every week is published, provisional and then final": publish_weeks(ground),
        "every publication is what the store says": verify_weeks(ground),
        "every change is found and named": tamper(ground),
    }
    shutil.rmtree(ground.folder / "tampered")
    write("\n" + "".join(f"{'yes' if is_so else 'NO '}  {what}\n" for what, is_so in kept.items()))
    write(_LOOK.format(folder=ground.series / f"{WEEKS[-1]}.r2"))
    return 0 if all(kept.values()) else 1


def write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
