"""`socialscore collect`, `status` and `refresh`, by the command line, against the fakes."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from demo_collect import Ground, beginning, import_truth, importing_truth, lay, table, tokens
from fakes import FakeGraph, FakeX, Fault, random_world, serve_demo
from shell import Result, command, run

from socialscore.store.journal import collecting
from socialscore.store.lake import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

N_STREAMS_OF_X, N_PAGES = 8, 3  # of the small world: four accounts, and three pages on Facebook
STORE = "socialscore-data"


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """A folder whose settings lead to a small world on both networks, with good credentials."""
    world = random_world(11, n_posts=160)
    world.now = datetime.now(UTC).replace(microsecond=0)
    for name in [name for name in os.environ if name.startswith("SOCIALSCORE_")]:
        monkeypatch.delenv(name)
    for name, value in tokens(world).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    with FakeX(world) as x, FakeGraph(world) as graph:
        yield lay(tmp_path, world, x, graph)


def collect(ground: Ground, *options: object) -> Result:
    return run("collect", "--since", f"{beginning(ground.world):%Y-%m-%dT%H:%M:%SZ}", *options)


COLUMNS = ["network", "account_id", "message_id", "author_id", "sent_at", "kind", "reply_to_id"]


def kept(store: Path) -> list[dict[str, Any]]:
    """What a store has of every message, in order."""
    files = Store.open(store).messages(datetime(2026, 1, 1, tzinfo=UTC), datetime.now(UTC))
    rows = [
        row
        for file in files
        for row in pq.ParquetFile(file).read([c for c in COLUMNS if c != "network"]).to_pylist()
    ]
    return sorted(rows, key=lambda row: (row["account_id"], row["message_id"]))


def assert_nothing_is_lost(ground: Ground) -> None:
    assert run(*importing_truth(ground)).code == 0
    assert kept(ground.folder / STORE) == kept(ground.folder / "truth")


# --- what is asked, and when ----------------------------------------------------------------------


def test_the_first_run_brings_everything_with_a_line_for_each_account(ground: Ground) -> None:
    result = collect(ground)

    assert result.code == 0
    assert result.out == ""
    for account in ground.world.accounts():
        assert re.search(rf"(?m)^@?{account.handle} .* complete$", result.err), result.err
    assert re.search(r"(?m)^twitter: \d+ messages in \d+ pages; .*\$\d+\.\d\d$", result.err)
    assert f"${ground.x.spent:,.2f}" in result.err
    assert_nothing_is_lost(ground)


def test_the_second_run_asks_for_one_page_of_each_stream_and_pays_nothing(ground: Ground) -> None:
    collect(ground)
    n_before = ground.x.count(), ground.graph.count()
    spent = ground.x.spent
    ground.world.now = datetime.now(UTC) + timedelta(minutes=2)

    result = run("collect")

    assert result.code == 0
    assert ground.x.count() - n_before[0] <= N_STREAMS_OF_X
    assert ground.graph.count() - n_before[1] <= N_PAGES
    assert ground.x.spent == spent


def test_a_message_that_was_shown_late_is_found_and_said(ground: Ground) -> None:
    account = ground.world.accounts("twitter")[0]
    citizen = ground.world.people["twitter", "9000000000000"]
    sent_at = datetime.now(UTC) - timedelta(hours=1)
    ground.world.write(citizen, f"@{account.handle} allô ?", sent_at, language="fr")
    collect(ground, "--network", "twitter")
    n_before = len({row["message_id"] for row in kept(ground.folder / STORE)})
    ground.world.write(citizen, f"@{account.handle} encore ?", sent_at, language="fr")
    time.sleep(1)

    estimate = run("collect", "--network", "twitter", "--estimate")
    result = run("collect", "--network", "twitter")

    assert "twitter: of this, at most $0.01 is for reading again" in estimate.err
    assert "  1 message shown late: an earlier run had read that time\n" in result.err
    assert len({row["message_id"] for row in kept(ground.folder / STORE)}) == n_before + 1


def test_without_an_overlap_nothing_is_read_again(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIALSCORE_OVERLAP", "0")
    collect(ground, "--network", "twitter")
    n_before = len(ground.x.requests)
    time.sleep(1)

    run("collect", "--network", "twitter")

    recent = datetime.now(UTC) - timedelta(minutes=5)
    starts = [each.query["start_time"] for each in ground.x.requests[n_before:]]
    assert len(starts) == N_STREAMS_OF_X
    assert all(datetime.fromisoformat(each) > recent for each in starts)


def test_what_cannot_be_read_is_said_with_what_becomes_of_it(ground: Ground) -> None:
    ground.x.add_fault(Fault("invalid-item", path="/mentions"))

    collect(ground, "--network", "twitter")
    shown = run("status", "--network", "twitter")

    assert "1 message could not be read; the next run asks once more" in shown.out


def test_a_stream_in_drift_is_shown_until_when_and_with_the_way_out(ground: Ground) -> None:
    ground.x.add_fault(Fault("drift", path="/mentions"))

    result = collect(ground, "--network", "twitter")
    n_paid = ground.x.n_paid
    again = collect(ground, "--network", "twitter")
    shown = run("status", "--network", "twitter")

    assert (result.code, again.code) == (4, 4)
    assert ground.x.n_paid == n_paid
    assert re.search(r"@\w+: twitter: .*; not asked again before \d{4}-\d\d-\d\d", again.err)
    assert "update socialscore; it is tried again from" in shown.out


def test_a_journal_that_is_damaged_is_said_and_ends_nothing(ground: Ground) -> None:
    folder = ground.folder / STORE / "journal"
    collect(ground, "--network", "twitter", "--limit", 1)
    (folder / "twitter-1-inbound.1.jsonl").write_bytes(b"\x00\xff\n\x00\n")

    result = collect(ground, "--network", "twitter")

    assert result.code == 0
    said = r"twitter-1-inbound\.1\.jsonl:1: is damaged; it is \S+\.damaged now; its time is asked"
    assert re.search(said, result.err), result.err


def test_a_clock_that_is_wrong_is_said(ground: Ground) -> None:
    ground.world.now = datetime.now(UTC) - timedelta(hours=2)

    result = collect(ground, "--network", "facebook")

    assert "the clock of this machine is 2 h 00 ahead of that of facebook; set it" in result.err


def test_a_run_by_other_rules_judges_again_what_it_has(
    ground: Ground, other_rules: Callable[[], None]
) -> None:
    collect(ground)
    n_rows = len(kept(ground.folder / STORE))
    other_rules()

    first, second = (run("collect", "--network", "twitter") for _ in range(2))

    changed = re.search(r"rules have changed: ([\d,]+) messages judged again, 0 ", first.err)
    assert changed, first.err
    assert 0 < int(changed[1].replace(",", "")) <= n_rows
    assert "rules have changed" not in second.err


def test_only_the_network_that_is_named_is_asked(ground: Ground) -> None:
    result = collect(ground, "--network", "facebook")

    assert result.code == 0
    assert ground.x.requests == []
    assert ground.graph.requests


@pytest.mark.parametrize("name", ["myspace", "bluesky"])
def test_a_network_that_cannot_be_collected_is_refused(ground: Ground, name: str) -> None:
    result = collect(ground, "--network", name)

    assert result.code == 2
    assert f"unknown network '{name}'" in result.err


def test_without_a_panel_nobody_is_asked(ground: Ground) -> None:
    (ground.folder / "socialscore.toml").write_text('key_file = "pseudonym.key"\n')

    result = run("collect")

    assert result.code == 2
    assert "whose messages? Give --panel FILE" in result.err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--since", "soon"], "--since soon: write a day or a time"),
        (["--since", "2090-01-01"], "that is in the future"),
        (["--max-wait", "long"], "--max-wait long: write a time such as 0, 90s, 15m or 2h"),
        (["--max-wait", "none"], "--max-wait none: write a time"),
        (["--max-wait", "25h"], "--max-wait 25h: at most 24h"),
        (["--count"], "--count goes with --estimate"),
        (["--format", "csv"], "--format goes with --estimate"),
        (["--strategy", "guess"], "unknown strategy 'guess'"),
    ],
)
def test_what_cannot_be_understood_is_said_before_anything_is_asked(
    ground: Ground, options: list[str], says: str
) -> None:
    result = run("collect", *options)

    assert result.code == 2
    assert says in result.err
    assert (ground.x.requests, ground.graph.requests) == ([], [])


# --- money ----------------------------------------------------------------------------------------


def test_an_estimate_asks_nothing_and_leaves_nothing(ground: Ground) -> None:
    result = collect(ground, "--estimate")

    assert result.code == 0
    assert re.search(r"(?m)^twitter +8 +≤ 160 +≤ 16,000 .* ≤ \$80\.00$", result.out)
    assert "twitter: prices and limits of 2026-08-22" in result.err
    assert (ground.x.requests, ground.graph.requests) == ([], [])
    assert not (ground.folder / STORE).exists()


def test_an_estimate_needs_no_credentials(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOCIALSCORE_TWITTER_BEARER_TOKEN")

    result = collect(ground, "--estimate", "--network", "twitter")

    assert result.code == 0
    assert "$80.00" in result.out
    assert "no credentials" in result.err


def test_an_estimate_is_a_list_for_programs(ground: Ground) -> None:
    rows = list(csv.DictReader(collect(ground, "--estimate", "--format", "csv").out.splitlines()))

    records = json.loads(collect(ground, "--estimate", "--format", "json").out)

    assert [row["network"] for row in rows] == [record["network"] for record in records]
    assert list(rows[0]) == list(records[0])
    assert [float(row["dollars"]) for row in rows] == pytest.approx(
        [record["dollars"] for record in records], abs=1e-6
    )
    assert {record["exact"] for record in records} <= {True, False}


def test_an_estimate_may_let_x_count(ground: Ground) -> None:
    result = collect(ground, "--estimate", "--count", "--network", "twitter")

    assert result.code == 0
    assert "≤" not in result.out
    assert {request.path for request in ground.x.requests} == {"/2/tweets/counts/all"}
    assert ground.x.n_paid == 0


def test_an_estimate_knows_what_was_collected(ground: Ground) -> None:
    collect(ground)

    result = collect(ground, "--estimate", "--network", "facebook")

    assert re.search(r"(?m)^facebook +[03] ", result.out)


@pytest.mark.parametrize("limit", [1, 7, 23])
def test_a_limit_is_exact(ground: Ground, limit: int) -> None:
    result = collect(ground, "--network", "twitter", "--limit", limit)

    assert result.code == 0
    assert f"twitter: {limit} message" in result.err
    rows = kept(ground.folder / STORE)
    assert 0 < len({row["message_id"] for row in rows}) <= limit


def test_a_limit_is_for_all_networks_together(ground: Ground) -> None:
    result = collect(ground, "--limit", 60)

    counts = re.findall(r"(?m)^\w+: (\d+) messages? in", result.err)
    assert sum(map(int, counts)) == 60


def test_what_a_limit_left_out_comes_with_the_next_run(ground: Ground) -> None:
    collect(ground, "--limit", 23)

    result = collect(ground)

    assert result.code == 0
    assert_nothing_is_lost(ground)


def test_a_budget_is_never_exceeded_and_the_rest_can_be_bought_later(ground: Ground) -> None:
    result = collect(ground, "--network", "twitter", "--budget", "0.60")

    assert result.code == 4
    assert 0 < ground.x.spent <= 0.60
    assert "budget of $0.60" in result.err

    assert collect(ground).code == 0
    assert_nothing_is_lost(ground)


def test_a_budget_for_one_page_buys_it_where_nobody_must_be_looked_up(ground: Ground) -> None:
    collect(ground, "--network", "twitter", "--budget", "0.50")

    assert 0 < ground.x.spent <= 0.50


# --- credentials ----------------------------------------------------------------------------------


def test_without_credentials_the_way_to_give_them_is_said(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in tokens(ground.world):
        monkeypatch.delenv(name)

    result = collect(ground)

    assert result.code == 4
    assert "socialscore auth set" in result.err
    assert (ground.x.requests, ground.graph.requests) == ([], [])


def test_a_network_without_credentials_is_said_and_does_not_hold_up_the_other(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOCIALSCORE_TWITTER_BEARER_TOKEN")

    result = collect(ground)

    assert result.code == 0
    assert "twitter: no credentials, so nothing is asked of it" in result.err
    assert "facebook: " in result.err


def test_a_network_that_is_named_needs_its_credentials(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOCIALSCORE_TWITTER_BEARER_TOKEN")

    result = collect(ground, "--network", "twitter")

    assert result.code == 4
    assert "socialscore: twitter: no credentials, so nothing is asked of it" in result.err


def test_pages_without_a_token_are_named_and_remembered(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ground.world.accounts("facebook")[1]
    monkeypatch.delenv(f"SOCIALSCORE_FACEBOOK_PAGE_TOKEN_{page.account_id}")

    result = collect(ground, "--network", "facebook")

    assert result.code == 0
    assert f"no token for {page.handle}" in result.err
    assert page.account_id not in {row["account_id"] for row in kept(ground.folder / STORE)}
    assert page.account_id in (ground.folder / STORE / "panel.csv").read_text(encoding="utf-8")


def test_a_wrong_token_is_refused_by_name_and_the_other_network_goes_on(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIALSCORE_TWITTER_BEARER_TOKEN", "AAAA-wrong-0123456789")

    result = collect(ground)

    assert result.code == 4
    assert "the bearer token was rejected" in result.err
    assert re.search(r"(?m)^facebook: [1-9]", result.err)
    assert "AAAA-wrong" not in result.err


def test_a_wrong_token_of_a_page_costs_that_page_only(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = ground.world.accounts("facebook")
    name = f"SOCIALSCORE_FACEBOOK_PAGE_TOKEN_{first.account_id}"
    monkeypatch.setenv(name, "EAAwrong0123456789")

    result = collect(ground, "--network", "facebook")

    assert result.code == 4
    assert re.search(rf"(?m)^{first.handle} .* failed, as said below$", result.err)
    for page in others:
        assert re.search(rf"(?m)^{page.handle} .* complete$", result.err)


@pytest.mark.parametrize("address", ["http://192.0.2.7:80", "ftp://127.0.0.1", "127.0.0.1:80"])
def test_no_token_is_sent_anywhere_in_the_clear(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("SOCIALSCORE_TWITTER_ADDRESS", address)

    result = collect(ground, "--network", "twitter")

    assert result.code == 3
    assert "SOCIALSCORE_TWITTER_ADDRESS: " in result.err
    assert "must begin with https:// or lie on this machine" in result.err
    assert not ground.x.requests


def test_a_strategy_is_refused_where_no_network_that_is_asked_has_any(ground: Ground) -> None:
    result = collect(ground, "--network", "facebook", "--strategy", "recent")

    assert result.code == 2
    assert "--strategy applies to twitter, which is not among the networks" in result.err
    assert not ground.graph.requests


@pytest.mark.parametrize(
    "fault",
    [Fault("401"), Fault("403"), Fault("reset"), Fault("drift"), Fault("400-list")],
    ids=lambda fault: fault.kind,
)
def test_no_token_is_left_anywhere(ground: Ground, fault: Fault) -> None:
    ground.x.add_fault(fault)

    results = [collect(ground, "--network", network) for network in ("twitter", "facebook")]
    results += [run("status"), run("auth", "check")]

    written = "".join(result.out + result.err for result in results).encode()
    written += b"".join(p.read_bytes() for p in ground.folder.rglob("*") if p.is_file())
    for secret in tokens(ground.world).values():
        assert secret.encode() not in written


# --- when it cannot go on -------------------------------------------------------------------------


def test_a_rate_limit_ends_a_run_that_must_not_wait_and_nothing_is_lost(ground: Ground) -> None:
    ground.x.add_fault(Fault("429", nth=4, seconds=300))

    result = collect(ground, "--network", "twitter", "--max-wait", "0")

    assert result.code == 75
    assert "the network allows no more requests until" in result.err
    assert ground.x.count() == 4
    assert collect(ground).code == 0
    assert_nothing_is_lost(ground)


def test_a_rate_limit_is_waited_for_where_that_is_allowed(ground: Ground) -> None:
    ground.x.add_fault(Fault("429", nth=2, seconds=0))

    result = collect(ground, "--network", "twitter", "--max-wait", "1m")

    assert result.code == 0
    assert re.search(r"waiting until \d\d:\d\d:\d\d: twitter: too many requests", result.err)


def test_two_runs_of_one_network_do_not_meet(ground: Ground) -> None:
    collect(ground, "--limit", 1)
    n_before = ground.x.count()

    with collecting(ground.folder / STORE, "twitter"):
        result = collect(ground, "--network", "twitter")

    assert result.code == 75
    assert "another run is collecting from twitter" in result.err
    assert ground.x.count() == n_before


def test_a_ranking_is_made_at_any_time_while_a_run_goes_on(ground: Ground) -> None:
    collect(ground, "--network", "facebook")
    process = begin(ground, stderr=subprocess.DEVNULL)

    codes = []
    while process.poll() is None:
        codes.append(run("rank", "ranking.toml", "--format", "csv").code)

    assert process.returncode == 0
    assert codes
    assert set(codes) == {0}


def test_an_account_that_is_gone_costs_its_own_messages_only(ground: Ground) -> None:
    ground.x.add_fault(Fault("404", nth=1))

    result = collect(ground, "--network", "twitter")

    assert result.code == 4
    assert result.err.count("complete\n") == len(ground.world.accounts("twitter")) - 1
    assert "failed, as said below" in result.err


def test_an_account_that_is_refused_is_named_and_the_others_go_on(ground: Ground) -> None:
    account = ground.world.accounts("twitter")[1]
    person = ground.world.of(account)
    ground.world.person("twitter", person.person_id, person.handle, protected=True)

    result = collect(ground, "--network", "twitter")

    assert result.code == 4
    assert re.search(rf"(?m)^  @{account.handle}: twitter: ", result.err), result.err
    assert result.err.count("complete\n") == len(ground.world.accounts("twitter")) - 1


def begin(
    ground: Ground, *options: object, n_requests: int = 3, **streams: Any
) -> subprocess.Popen[str]:
    """A run in a process of its own, which has asked for so many pages when this returns."""
    ground.x.latency = 0.1
    since = f"{beginning(ground.world):%Y-%m-%dT%H:%M:%SZ}"
    arguments = command("collect", "--network", "twitter", "--since", since, *options)
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE} | streams
    process = subprocess.Popen(
        arguments, cwd=ground.folder, env=ground.environment, text=True, **streams
    )
    wait_for(lambda: ground.x.count() >= n_requests)
    return process


def wait_for(met: Any) -> None:
    end = time.monotonic() + 60
    while not met():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_run_in_good_order(ground: Ground, number: signal.Signals) -> None:
    process = begin(ground)

    process.send_signal(number)
    _, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "ending when this page is safe" in err
    assert "goes on from there" in err
    assert not list((ground.folder / STORE / "journal").glob("*"))
    assert collect(ground).code == 0
    assert_nothing_is_lost(ground)


@pytest.mark.slow
def test_a_run_whose_terminal_hangs_up_loses_nothing(ground: Ground) -> None:
    ours, theirs = pty.openpty()
    process = begin(ground, stderr=theirs, start_new_session=True)
    os.close(theirs)

    os.close(ours)
    process.send_signal(signal.SIGHUP)  # as the kernel does to the terminal's own session
    process.wait(timeout=60)

    assert process.returncode == 130
    assert not list((ground.folder / STORE / "journal").glob("*"))
    assert collect(ground).code == 0
    assert_nothing_is_lost(ground)


@pytest.mark.slow
def test_a_run_under_nohup_goes_on_when_the_terminal_hangs_up(ground: Ground) -> None:
    process = begin(ground, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))

    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=60)

    assert process.returncode == 0


@pytest.mark.slow
def test_a_second_signal_ends_it_at_once(ground: Ground) -> None:
    ground.x.add_fault(Fault("hang", nth=2, seconds=50))
    process = begin(ground, n_requests=2)

    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)

    assert process.returncode == 130
    assert time.monotonic() - started < 10
    assert collect(ground).code == 0
    assert_nothing_is_lost(ground)


@pytest.mark.slow
def test_what_a_killed_run_had_paid_for_comes_with_the_next_one(ground: Ground) -> None:
    process = begin(ground, n_requests=4)

    process.kill()
    process.communicate(timeout=60)
    result = collect(ground)

    assert process.returncode == -signal.SIGKILL
    assert result.code == 0
    assert re.search(r"(?m)^twitter: .* pages? from a run that was cut off", result.err)
    assert_nothing_is_lost(ground)


def test_a_wait_can_be_interrupted(ground: Ground) -> None:
    ground.x.add_fault(Fault("429", nth=3, seconds=500))
    process = begin(ground, "--max-wait", "15m")
    assert process.stderr
    line = process.stderr.readline()

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)

    assert "waiting until" in line
    assert process.returncode == 130


def test_a_terminal_shows_a_table_that_lives(ground: Ground) -> None:
    # The table is drawn four times a second, which after the first page takes longer than that.
    ground.x.add_fault(Fault("hang", path="/users/", nth=2, times=2, seconds=0.6))
    ours, theirs = pty.openpty()
    process = begin(ground, stderr=theirs)
    os.close(theirs)

    shown = b""
    while chunk := read_from(ours):
        shown += chunk
    process.wait(timeout=60)

    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert process.returncode == 0
    assert re.search(r"@Ville0 .* being asked", text)
    assert re.search(r"\d of 8 streams · \d+ messages · \$\d", text)
    assert shown.rindex(b"\x1b[?25h") > shown.rindex(b"\x1b[?25l")  # the cursor is back


def read_from(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # the other side is closed
        return b""


# --- what is in view, and what is gone ------------------------------------------------------------


def test_the_status_says_what_is_in_view(ground: Ground) -> None:
    collect(ground)

    result = run("status")

    lines = [line for line in result.out.splitlines() if line.startswith(("twitter", "facebook"))]
    assert result.code == 0
    assert len(lines) == 2 * len(ground.world.accounts())
    assert all(f"{beginning(ground.world):%Y-%m-%d %H:%M}" in line for line in lines)
    assert "next" not in result.out


def test_the_status_says_what_to_do_before_anything_is_collected(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ground.world.accounts("facebook")[0]
    monkeypatch.delenv(f"SOCIALSCORE_FACEBOOK_PAGE_TOKEN_{page.account_id}")
    collect(ground, "--network", "facebook")

    result = run("status", "--network", "twitter")

    assert "socialscore collect --network twitter" in result.out
    assert "facebook" not in result.out


def test_the_status_names_every_gap_with_its_reason(ground: Ground) -> None:
    collected = collect(ground, "--network", "twitter", "--strategy", "recent")

    shown = run("status", "--network", "twitter")
    streams = json.loads(run("status", "--network", "twitter", "--format", "json").out)

    assert collected.code == 0
    assert f"{N_STREAMS_OF_X} gaps" in collected.err
    assert collected.err.count("the network shows nothing that old") == N_STREAMS_OF_X
    assert shown.out.count("the network shows nothing that old") >= N_STREAMS_OF_X
    assert "import what is missing" in shown.out
    reasons = [{gap["reason"] for gap in stream["gaps"]} for stream in streams]
    assert reasons == [{"out-of-reach"}] * N_STREAMS_OF_X


def test_the_status_is_a_table_for_spreadsheets_as_well(ground: Ground) -> None:
    collect(ground)

    rows = list(csv.DictReader(io.StringIO(run("status", "--format", "csv").out)))

    assert {row["stream"] for row in rows} == {"inbound", "outbound"}
    assert sum(int(row["n_messages"]) for row in rows) == len(kept(ground.folder / STORE))


def test_the_status_of_no_store_is_an_error(ground: Ground) -> None:
    result = run("status")

    assert result.code == 5
    assert "there is no store yet" in result.err
    assert ground.x.requests == []


def test_refreshing_marks_what_is_gone(ground: Ground) -> None:
    collect(ground)
    victims = [
        next(p for p in posts if ground.world.exists(p) and not p.answers)
        for posts in (
            ground.world.inbound(ground.world.accounts("twitter")[0]),
            ground.world.wall(ground.world.accounts("facebook")[0].account_id),
        )
    ]
    for post in victims:
        ground.world.delete(post)

    result = run("refresh", "--days", 3650)

    files = Store.open(ground.folder / STORE).messages(
        datetime(2026, 1, 1, tzinfo=UTC), datetime.now(UTC)
    )
    rows = [
        row
        for file in files
        for row in pq.ParquetFile(file).read(["message_id", "deleted_at", "text"]).to_pylist()
    ]
    gone = {row["message_id"] for row in rows if row["deleted_at"]}
    assert result.code == 0
    assert {row["text"] for row in rows if row["deleted_at"]} == {""}
    assert gone == {post.post_id for post in victims}
    assert re.search(r"(?m)^twitter +asked +gone$", result.err)


def test_refreshing_needs_credentials(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    collect(ground)
    n_before = ground.x.count()
    for name in tokens(ground.world):
        monkeypatch.delenv(name)

    result = run("refresh")

    assert result.code == 4
    assert "there are no credentials" in result.err
    assert ground.x.count() == n_before


def test_refreshing_that_is_refused_marks_nothing(ground: Ground) -> None:
    collect(ground)
    ground.x.add_fault(Fault("429", seconds=300))

    result = run("refresh", "--network", "twitter", "--days", 3650, "--max-wait", "0")

    assert result.code == 75
    assert "too many requests" in result.err
    assert re.search(r"(?m)^@Ville0 +0 +0$", result.err)


# --- what is not kept -----------------------------------------------------------------------------


def texts(store: Path) -> set[str]:
    """The texts in all files of a store, those of former versions included."""
    paths = (store / "message").rglob("*.parquet")
    tables = [pq.ParquetFile(path) for path in paths if "_delta_log" not in path.parts]
    return {text for table in tables for text in table.read(["text"])["text"].to_pylist()}


def test_a_collection_ends_with_blanking_the_texts_that_have_expired(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = collect(ground)
    kept_before, texts_before = kept(ground.folder / STORE), texts(ground.folder / STORE)
    monkeypatch.setenv("SOCIALSCORE_KEEP_TEXT_DAYS", "0")

    second = run("collect")

    assert "blanked" not in first.err
    assert len(texts_before) > 1
    assert re.search(
        r"(?m)^socialscore: blanked \d+ texts that came 0 days ago or earlier$", second.err
    )
    assert texts(ground.folder / STORE) == {""}
    assert kept(ground.folder / STORE) == kept_before


def test_what_was_erased_is_not_collected_again(ground: Ground) -> None:
    collect(ground)
    moments = sorted(row["sent_at"] for row in kept(ground.folder / STORE))
    middle = moments[len(moments) // 2]
    assert run("forget", "--before", f"{middle:%Y-%m-%d}", "--yes").code == 0
    rest = kept(ground.folder / STORE)

    result = collect(ground)

    assert result.code == 0
    assert 0 < len(rest) < len(moments)
    assert kept(ground.folder / STORE) == rest


# --- from end to end ------------------------------------------------------------------------------


def test_what_is_collected_ranks_as_the_truth_does(tmp_path: Path) -> None:
    since = datetime(2026, 11, 8, 23, tzinfo=UTC)
    with serve_demo(since) as (world, x, graph):
        world.now = datetime.now(UTC).replace(microsecond=0)
        ground = lay(tmp_path, world, x, graph)

        ground.run("collect", "--since", f"{beginning(world):%Y-%m-%dT%H:%M:%SZ}")

        collected = table(ground, tmp_path / STORE, "csv")
        assert collected == table(ground, import_truth(ground), "csv")
        assert sum(bool(row["rank"]) for row in csv.DictReader(io.StringIO(collected))) >= 10
