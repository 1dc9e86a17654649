"""Panels without identifiers, and imports that tell them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from shell import begin, run

HANDLES = "body_id,body,network,handle\nville,Ville Alpha,X,VilleAlpha\ntram,Tram Beta,X,TramBeta\n"
NUMBERS = HANDLES.replace("network", "network,account_id").replace("X,V", "X,1001,V")
NUMBERS = NUMBERS.replace("X,T", "X,1002,T")

ASKS = """\
message_id,author_id,author_handle,sent_at,text,reply_to_id
1,77,anne,2026-10-05T08:00Z,@VilleAlpha pourquoi ?,
"""
ANSWERS = """\
message_id,author_id,author_handle,sent_at,text,reply_to_id
2,1001,villealpha,2026-10-05T09:00Z,@anne Demain.,1
"""
BY_NUMBER = """\
message_id,author_id,sent_at,text,mentioned_ids,reply_to_id
3,79,2026-10-06T08:00Z,Comment ?,1001,
4,1001,2026-10-06T09:00Z,Comme ceci.,79,3
"""
ORDERS = [(ASKS, ANSWERS, BY_NUMBER), (ANSWERS, BY_NUMBER, ASKS)]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    begin(tmp_path, monkeypatch)
    Path("handles.csv").write_text(HANDLES, encoding="utf-8")
    Path("numbers.csv").write_text(NUMBERS, encoding="utf-8")
    return tmp_path


def take(text: str, panel: str = "handles.csv") -> None:
    Path("messages.csv").write_text(text, encoding="utf-8")
    covers = ("--covers", "2026-10-01..2026-10-31")
    result = run("import", "messages.csv", "--panel", panel, *covers)
    assert result.code == 0, result.err


def answered(*options: str) -> dict[str, tuple[str, str, str]]:
    """By body: its requests, how many have an answer, and the share that was in view."""
    period = ("--period", "2026-W41", "--min-requests", "1", "--format", "csv")
    result = run("rank", *period, *options)
    assert result.code == 0, result.err
    rows = csv.DictReader(result.out.splitlines())
    columns = ("n_requests", "n_answered", "coverage")
    return {row["body_id"]: tuple(row[it] for it in columns) for row in rows}  # type: ignore[misc]


@pytest.mark.parametrize("texts", ORDERS)
def test_a_body_counts_all_that_is_kept_of_an_account_whose_identifier_was_learnt(
    texts: tuple[str, ...],
) -> None:
    for text in texts:
        take(text)

    known = Path("socialscore-data/panel.csv").read_text(encoding="utf-8")
    assert ",VilleAlpha,VilleAlpha,main,,,1001" in known
    for panel in ((), ("--panel", "handles.csv"), ("--panel", "numbers.csv")):
        assert answered(*panel)["ville"] == ("2", "2", "1.0")


def test_a_panel_gets_its_identifiers_later() -> None:
    take(ASKS)
    take(ANSWERS, "numbers.csv")
    take(BY_NUMBER, "numbers.csv")

    assert answered("--panel", "handles.csv")["ville"] == ("2", "2", "1.0")
    assert answered("--panel", "numbers.csv") == answered()


def test_a_panel_of_handles_finds_what_one_with_identifiers_brought() -> None:
    for text in (ASKS, ANSWERS, BY_NUMBER):
        take(text, "numbers.csv")
    before = answered()

    take(ASKS)

    assert answered("--panel", "handles.csv") == answered() == before
    assert ",1001,VilleAlpha,main,,\n" in Path("socialscore-data/panel.csv").read_text()


def test_an_edition_by_a_panel_of_handles_is_as_that_panel_says() -> None:
    take(ASKS, "numbers.csv")
    take(ANSWERS, "numbers.csv")
    Path("weekly.toml").write_text(
        'period = "2026-W41"\npanel = "handles.csv"\nmin_requests = 1\n[assert]\nmin_bodies = 1\n'
        "min_requests_total = 1\n",
        encoding="utf-8",
    )
    published = run("publish", "weekly.toml")

    verified = run(
        "verify", "published/weekly", "--store", "socialscore-data", "--ranking", "weekly.toml"
    )

    assert published.out.strip().endswith("published/weekly/2026-W41"), published.err
    assert verified.code == 0, verified.err


def test_the_check_of_a_panel_names_whose_identifier_nobody_knows() -> None:
    take(ANSWERS)

    result = run("panel", "check")

    assert result.out.splitlines()[-1].split() == [
        "accounts", "without", "account_id", "twitter", "1", "TramBeta",
    ]  # fmt: skip
