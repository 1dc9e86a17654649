"""A process whose streams, folders or limits are not as usual ends with a message and its code."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from shell import Result, begin, command, run

from socialscore.commands.streams import _Raw
from socialscore.errors import StoreError, UsageError
from socialscore.store.location import location_at

PANEL = "body_id,body,network,account_id,handle\nville,Ville,twitter,1,montsabran\n"
MESSAGES = """\
message_id,author_id,author_handle,sent_at,text,reply_to_id
11,901,ida,2026-09-07T08:00Z,@montsabran Où est le marché ?,
12,1,montsabran,2026-09-07T08:30Z,@ida Place du Four.,11
"""
RANK = "{socialscore} rank --period 2026-W37 --min-requests 1"
IMPORT = "{socialscore} import messages.csv --panel panel.csv --store other"
PUBLISH = "{socialscore} publish r.toml --period 2026-W37"
UNWRITABLE = "socialscore: standard output cannot be written (No space left on device): what was"
CLOSED = "socialscore: standard output cannot be written (it is closed): what was to be printed"
NO_KEY = "the pseudonym key can be neither read nor made (Not a directory); name another place"
GONE = "mkdir gone && cd gone && rmdir ../gone && "
NOWHERE = "socialscore: the folder in which you work cannot be found"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with settings, a panel, a ranking and a store."""
    folder = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as monkeypatch:
        begin(folder, monkeypatch)
        Path("panel.csv").write_text(PANEL, encoding="utf-8")
        Path("messages.csv").write_text(MESSAGES, encoding="utf-8")
        Path("r.toml").write_text('panel = "panel.csv"\nmin_requests = 1\n')
        covers = "2026-09-01..2026-09-30"
        assert run("import", "messages.csv", "--panel", "panel.csv", "--covers", covers).code == 0
    return folder


def in_shell(line: str, folder: Path) -> Result:
    done = subprocess.run(
        ["bash", "-c", line.format(socialscore=shlex.join(command()))],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.mark.slow  # each is a process or two
@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (f"set -o pipefail; {RANK} --format json | head -c 1", 0, ""),
        (f"{RANK} >&-", 2, CLOSED),
        (f"{RANK} >/dev/full", 2, UNWRITABLE),
        ("{socialscore} --help >/dev/full", 2, UNWRITABLE),
        ("{socialscore} metrics >&-", 2, CLOSED),
        (f"{PUBLISH} --out full >/dev/full", 2, UNWRITABLE),
        (f"{PUBLISH} --out closed >&-", 2, CLOSED),
        (f"{RANK} --output /dev/full", 2, "/dev/full: cannot be written (No space left on device)"),
        (f"{RANK} 2>&-", 0, ""),
        ("{socialscore} rank --period x 2>&-", 2, ""),
        ("{socialscore} rank --period x 2>/dev/full", 2, ""),
        (f"{RANK} <&- >&- 2>&-", 2, ""),
        (f"ulimit -n 14; {RANK}", 5, "socialscore: too many files are open"),
        (f"ulimit -n 14; {PUBLISH} --out few", 5, "socialscore: too many files are open"),
        (f"ulimit -n 64; {RANK}", 0, ""),
        (f"ulimit -n 64; {IMPORT}", 0, "2 messages kept"),
        (f"rm socialscore.toml; HOME=/dev/null {IMPORT}2", 5, NO_KEY),
        (f"rm socialscore.toml; XDG_CONFIG_HOME=/dev/null {IMPORT}3", 5, NO_KEY),
        (f"rm socialscore.toml; env -u HOME {RANK}", 0, ""),
        (f"TMPDIR=/nonexistent {RANK}", 0, ""),
        (f"{GONE}{RANK}", 2, NOWHERE),
        (f"{GONE}{{socialscore}} --version", 0, ""),
    ],
)
def test_an_odd_process_ends_with_its_code_and_a_message(
    project: Path, tmp_path: Path, line: str, code: int, said: str
) -> None:
    subprocess.run(["cp", "-r", f"{project}/.", str(tmp_path)], check=True)

    result = in_shell(line, tmp_path)

    assert (result.code, "Traceback" in result.err) == (code, False), result.err
    assert said in result.err


# --- streams -------------------------------------------------------------------------------------


def test_what_cannot_be_printed_is_told_once_and_the_rest_is_lost() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    stream = _Raw(full)

    with pytest.raises(UsageError, match=r"cannot be written \(No space left on device\)"):
        stream.write(b"data")
    assert stream.write(b"more") == 4
    os.close(full)


def test_what_cannot_be_said_on_stderr_is_lost_without_a_word() -> None:
    full = os.open("/dev/full", os.O_WRONLY)

    assert _Raw(full, matters=False).write(b"data") == 4
    os.close(full)


def test_whoever_reads_no_further_hears_nothing_of_it() -> None:
    reading, writing = os.pipe()
    os.close(reading)

    with pytest.raises(BrokenPipeError):
        _Raw(writing).write(b"data")
    os.close(writing)


# --- where a store can be -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "the folder of the store is empty; name one"),
        (" ", "the folder of the store is empty; name one"),
        ("~", 'only a shell knows what "~" means; write the path in full'),
        ("~/data", 'only a shell knows what "~" means; write the path in full'),
        ("s3:/bucket", "no store can be at such an address; name a folder, or s3://"),
        ("file:///tmp/data", "no store can be at such an address; name a folder, or s3://"),
        ("a%20b", "no store can be in a folder with % in its path; choose another"),
        ("a\\b", "no store can be in a folder with \\ in its path; choose another"),
        ("a\nb", "no store can be in a folder with the character '\\n' in its path; choose"),
        ("a\0b", "no store can be in a folder with the character '\\x00' in its path; choose"),
        ("a\udcffb", "no store can be in a folder with the character '\\udcff' in its path"),
    ],
)
def test_where_no_store_can_be_is_said(name: str, problem: str) -> None:
    with pytest.raises(StoreError) as caught:
        location_at(name)

    assert problem in str(caught.value)
    str(caught.value).encode()


@pytest.mark.parametrize("name", ["a b#c?", "é京'\"", "*{x}:", "-x"])
def test_a_store_can_be_in_a_folder_with_an_odd_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    begin(tmp_path, monkeypatch)
    Path("panel.csv").write_text(PANEL, encoding="utf-8")
    Path("messages.csv").write_text(MESSAGES, encoding="utf-8")

    covers = ("--covers", "2026-09-01..2026-09-30", f"--store={name}")
    imported = run("import", "messages.csv", "--panel", "panel.csv", *covers)
    ranked = run("rank", "--period", "2026-W37", f"--store={name}", "--format", "csv")

    assert (imported.code, ranked.code) == (0, 0), imported.err + ranked.err
    assert ",Ville," in ranked.out


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("file", "is not a socialscore store"),
        ("file/in", "the store cannot be created (Not a directory)"),
        ("dangling", "the store cannot be created (File exists)"),
        ("x" * 300, "the store cannot be read (File name too long)"),
        ("", "--store is empty; name a folder, or leave the option out"),
    ],
)
def test_a_place_that_cannot_hold_a_store_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, problem: str
) -> None:
    begin(tmp_path, monkeypatch)
    Path("file").write_text("x")
    Path("dangling").symlink_to("nowhere")
    Path("panel.csv").write_text(PANEL, encoding="utf-8")
    Path("messages.csv").write_text(MESSAGES, encoding="utf-8")

    result = run("import", "messages.csv", "--panel", "panel.csv", "--store", name)

    assert result.code == (5 if name else 2)
    assert problem in result.err
