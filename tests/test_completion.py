"""Tab completion, by the protocol that shells speak."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from shell import command

from socialscore.commands import COMMANDS, completion
from socialscore.inputs.ranking import load_ranking
from socialscore.inputs.shipped import preset_names, ranking_names
from socialscore.model.network import COLLECTED, NETWORKS
from socialscore.reporters import FORMATS
from socialscore.reporters.delimited import DIALECTS, LABELS
from socialscore.scoring import GROUPS
from socialscore.scoring.metrics import metrics_for

if TYPE_CHECKING:
    from pathlib import Path


_SERIES = re.compile("(within|n_excluded|n_selected|n_answered)_|median_.*_(low|high)")


def asked(line: str, shell: str = "bash") -> list[str]:
    """What the shell is told at the end of a line."""
    words = line.split(" ")
    asking = {
        "_SOCIALSCORE_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    done = subprocess.run(
        command(), env=os.environ | asking, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [*filter(None, done.stdout.splitlines())]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings, a panel beside a store, and a publication."""
    monkeypatch.chdir(tmp_path)
    for name in ("STORE", "PANEL"):
        monkeypatch.delenv(f"SOCIALSCORE_{name}", raising=False)
    (tmp_path / "socialscore.toml").write_text('store = "kept"\n', encoding="utf-8")
    published = tmp_path / "published" / "weekly" / "2026-W46"
    for place, body_ids in ((tmp_path / "kept", "ab"), (published, "cd")):
        place.mkdir(parents=True)
        rows = "".join(f"{it}-ville,Ville,twitter\n{it}-ville,Ville,facebook\n" for it in body_ids)
        (place / "panel.csv").write_text(f"body_id,body,network\n{rows}", encoding="utf-8")
    (published / "panel.csv").rename(published / "ranking.csv")
    for file in ("weekly.toml", "published/other.toml"):
        (tmp_path / file).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("socialscore ", [*COMMANDS]),
        ("socialscore st", ["status", "store"]),
        ("socialscore rank --preset s", [it for it in preset_names() if it.startswith("s")]),
        ("socialscore import --layout twarc", ["twarc-csv"]),
        ("socialscore presets quin", ["quintly"]),
        ("socialscore rank --show n_requests,median_w", ["n_requests,median_wait"]),
        ("socialscore rank --by response", ["response_rate"]),
        ("socialscore rank --by-group ", [*GROUPS]),
        ("socialscore rank --network ", [*NETWORKS]),
        ("socialscore rank --unit ", ["message", "episode", "author"]),
        ("socialscore rank --format ", [*FORMATS]),
        ("socialscore status --format ", ["table", "csv", "json"]),
        ("socialscore rank demo-", [*filter(lambda it: it != "demo", ranking_names())]),
        ("socialscore rank weekl", ["weekly.toml"]),
        ("socialscore rank ./", ["./weekly.toml"]),
        ("socialscore rank published/", ["published/other.toml"]),
        ("socialscore rank --csv-dialect ", [*DIALECTS]),
        ("socialscore rank --labels ", [*LABELS]),
        ("socialscore rank --engine ", ["duckdb", "local"]),
        ("socialscore auth set ", [*COLLECTED]),
        ("socialscore chart funnel weekl", ["weekly.toml"]),
        ("socialscore chart trend --ranking weekly ", ["c-ville", "d-ville"]),
        ("socialscore explain ", ["a-ville", "b-ville"]),
        ("socialscore explain --store nowhere ", []),
        ("socialscore history --ranking weekly ", ["c-ville", "d-ville"]),
        (
            "socialscore no-such-command --",
            ["--version", "--help", "--install-completion", "--show-completion"],
        ),
        ("socialscore --version ", [*COMMANDS]),
        ("socialscore rank --store '' --comp", ["--compare-to"]),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_shell_is_offered_what_can_stand_there(line: str, offered: list[str]) -> None:
    assert sorted(asked(line)) == sorted(offered)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
@pytest.mark.usefixtures("folder")
def test_other_shells_are_offered_the_same(shell: str) -> None:
    commands, presets = asked("socialscore st", shell), asked("socialscore presets quin", shell)

    assert "status" in commands[0]
    assert "Show since when each account has been collected" in commands[0]
    assert "quintly" in presets[0]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_names_the_command(shell: str) -> None:
    env = os.environ | {"_SOCIALSCORE_COMPLETE": f"source_{shell}"}
    done = subprocess.run(command(), env=env, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert f"_SOCIALSCORE_COMPLETE=complete_{shell} " in done.stdout


def test_bodies_of_settings_above_are_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")

    assert asked("socialscore explain a") == ["a-ville"]


def test_groups_and_metrics_are_those_that_there_are() -> None:
    offered = completion.metrics("")
    known = [metric.name for metric in metrics_for(load_ranking())]

    assert completion.GROUPS == GROUPS
    assert len(offered) == len(set(offered))
    assert set(offered) <= {*known, "median_delay_calendar"}
    assert {name for name in known if not _SERIES.match(name)} <= set(offered)


def test_completing_imports_no_engine_and_reads_no_settings_by_model() -> None:
    code = "import sys, socialscore.commands.completion; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    heavy = {"duckdb", "deltalake", "pyarrow", "pandas", "pydantic", "rich"}
    assert not heavy & set(done.stdout.split())
