"""What DuckDB may take of the machine, and what happens when that is not enough."""

from __future__ import annotations

import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from shell import begin, run, run_apart
from worlds import PANEL, world

import socialscore
from socialscore.errors import InputError, OutOfRoom, StoreError
from socialscore.importers import read_arrow
from socialscore.importers.staging import Stage
from socialscore.inputs.ranking import load_ranking
from socialscore.runtime.duckdb import connect, within_limits
from socialscore.runtime.limits import Limits, limit, limits
from socialscore.scoring import MessageSource, MessageTable, score
from socialscore.store.schema import MESSAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

MB = 10**6
LARGE = "SELECT i, md5(i::VARCHAR) AS text FROM range(1_000_000) AS numbers(i)"


@pytest.fixture(autouse=True)
def usual_limits() -> Iterator[None]:
    limit(Limits())  # a command of another module left its own
    yield
    limit(Limits())


def setting(connection: duckdb.DuckDBPyConnection, name: str) -> object:
    ((value,),) = connection.execute("SELECT current_setting($name)", {"name": name}).fetchall()
    return value


def spilling(connection: duckdb.DuckDBPyConnection) -> Path:
    """Make a table that is larger than the memory, and tell the folder of the rest."""
    connection.execute(f"CREATE TABLE large AS {LARGE}")
    return Path(str(setting(connection, "temp_directory")))


# --- what may be taken --------------------------------------------------------------------------


def test_limits_hold_for_every_database_that_is_made_from_then_on(tmp_path: Path) -> None:
    socialscore.limit(memory_limit="64 MiB", temp_directory=tmp_path, threads=1)

    with connect() as connection, connect(1 / 4) as part:
        assert setting(connection, "memory_limit") == "64.0 MiB"
        assert setting(part, "memory_limit") == "16.0 MiB"
        assert setting(connection, "threads") == 1
        assert Path(str(setting(connection, "temp_directory"))).parent == tmp_path


def test_by_default_half_of_the_memory_is_left_to_others() -> None:
    def gigabytes(text: object) -> float:
        number, unit = str(text).split()
        return float(number) * {"GiB": 1, "TiB": 1024}[unit]

    with connect() as connection, connect(1 / 2) as part:
        whole = gigabytes(setting(connection, "memory_limit"))
        connection.execute("RESET memory_limit")  # four fifths
        assert whole == pytest.approx(gigabytes(setting(connection, "memory_limit")) * 5 / 8, abs=1)
        assert whole == pytest.approx(gigabytes(setting(part, "memory_limit")) * 2, abs=0.2)


@pytest.mark.parametrize(
    "options", [{"memory_limit": "much"}, {"memory_limit": ""}, {"threads": 0},
                {"temp_directory": "no-such-folder"}, {"temp_directory": __file__}],
)  # fmt: skip
def test_what_cannot_be_leaves_the_limits_as_they_were(options: dict[str, object]) -> None:
    with pytest.raises(InputError, match=f"^{next(iter(options))}: "):
        socialscore.limit(**options)  # type: ignore[arg-type]

    assert limits() == Limits()


def test_the_settings_hold_for_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(tmp_path, monkeypatch)
    monkeypatch.setenv("SOCIALSCORE_MEMORY_LIMIT", "3 GB")
    monkeypatch.setenv("SOCIALSCORE_THREADS", "1")

    run("status")

    assert limits() == Limits(memory=3_000 * MB, threads=1)


# --- temporary files ----------------------------------------------------------------------------


def test_what_does_not_fit_lies_where_nobody_else_can_look(tmp_path: Path) -> None:
    socialscore.limit(memory_limit="30 MB", temp_directory=tmp_path)

    with connect() as connection:
        folder = spilling(connection)
        found = list(folder.iterdir())

        assert found
        assert folder.parent == tmp_path
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not list(folder.iterdir())


def test_nothing_is_left_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    socialscore.limit(memory_limit="30 MB")

    with connect() as connection:
        folder = spilling(connection)

        assert folder.is_relative_to(tempfile.gettempdir())
        assert not list(tmp_path.iterdir())


def test_a_folder_that_somebody_tidied_away_is_made_anew(tmp_path: Path) -> None:
    socialscore.limit(memory_limit="30 MB", temp_directory=tmp_path)
    with connect() as connection:
        shutil.rmtree(str(setting(connection, "temp_directory")))

    with connect() as connection:
        assert stat.S_IMODE(spilling(connection).stat().st_mode) == 0o700


SPILLING = f"""
import sys
import socialscore
from socialscore.runtime.duckdb import connect

socialscore.limit(memory_limit="30 MB", temp_directory=sys.argv[1])
connection = connect()
connection.execute("CREATE TABLE large AS {LARGE}")
print("ready", flush=True)
sys.stdin.readline()
"""


def start(folder: Path) -> subprocess.Popen[str]:
    """A process with files in the folder, which ends when it is told to."""
    command = [sys.executable, "-c", SPILLING, str(folder)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def test_the_folder_goes_with_its_process(tmp_path: Path) -> None:
    process = start(tmp_path)
    during = list(tmp_path.glob("*/*"))

    process.communicate("end\n")

    assert during
    assert not list(tmp_path.iterdir())


def test_what_a_killed_process_left_is_removed_by_the_next_and_nothing_else(
    tmp_path: Path,
) -> None:
    killed, running = start(tmp_path), start(tmp_path)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    foreign = tmp_path / "socialscore-temp-not-a-folder"
    foreign.write_text("of somebody")
    assert len(list(tmp_path.iterdir())) == 3

    start(tmp_path).communicate("end\n")

    (folder,) = (path for path in tmp_path.iterdir() if path != foreign)
    assert list(folder.iterdir())
    running.communicate("end\n")
    assert list(tmp_path.iterdir()) == [foreign]


@pytest.mark.parametrize("prefix", ["socialscore-temp-", "socialscore-scratch-"])
def test_what_an_earlier_version_left_is_removed_too(tmp_path: Path, prefix: str) -> None:
    left = tmp_path / f"{prefix}abc"
    left.mkdir()
    socialscore.limit(memory_limit="30 MB", temp_directory=tmp_path)

    with connect() as connection:
        folder = spilling(connection)

    assert not left.exists()
    assert folder.name.startswith("socialscore-temp-")


def test_a_temporary_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    socialscore.limit(temp_directory=folder)
    folder.rmdir()

    with pytest.raises(StoreError, match=r"here \(No such file.*set temp_directory to another"):
        connect()


# --- when it is not enough ----------------------------------------------------------------------


def test_memory_that_runs_out_is_said_with_the_way_out() -> None:
    socialscore.limit(memory_limit="30 MB")

    with pytest.raises(OutOfRoom) as caught, connect() as connection, within_limits():
        connection.sql(f"SELECT list(text) FROM ({LARGE})").fetchall()

    assert str(caught.value) == (
        "DuckDB's memory limit of 30 MB is not enough; raise memory_limit, or lower threads"
    )
    assert caught.value.exit_code == 5


def test_memory_that_runs_out_within_a_stream_is_said_likewise() -> None:
    socialscore.limit(memory_limit="30 MB")
    groups = f"SELECT text, list(i) FROM ({LARGE}) GROUP BY text ORDER BY text"

    with pytest.raises(OutOfRoom), connect() as connection, within_limits():
        list(connection.sql(groups).to_arrow_reader(10_000))


def test_arrow_says_it_in_other_classes() -> None:
    with pytest.raises(OutOfRoom), within_limits():
        raise pa.ArrowInvalid("Out of Memory Error: failed to pin block of size 256.0 KiB")


def test_a_full_disk_is_said_with_its_folder(tmp_path: Path) -> None:
    socialscore.limit(memory_limit="30 MB", temp_directory=tmp_path)

    with connect() as connection:
        connection.execute("SET max_temp_directory_size = '5 MB'")  # usually: of the disk, 90 %
        with pytest.raises(OutOfRoom) as caught, within_limits():
            spilling(connection)

    assert str(caught.value) == (
        f"temporary files have filled the disk of {tmp_path}; free some space, or set "
        "temp_directory to a folder elsewhere"
    )


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(OSError, match="of something else"), within_limits():
        raise OSError("of something else")


# --- rankings and imports -----------------------------------------------------------------------

MANY = """
SELECT
    'twitter' AS network,
    CAST(1 + i // 6 % 2 AS VARCHAR) AS account_id,
    CAST(i AS VARCHAR) AS message_id,
    CASE i % 3 WHEN 2 THEN account_id ELSE 'citizen-' || hash(i // 6) % 30_000 END AS author_id,
    TIMESTAMP '2026-09-07' + to_seconds(i // 6 * 90 + hash(i) % 50_000) AS sent_at,
    CASE i % 3 WHEN 2 THEN 'reply' ELSE 'mention' END AS kind,
    CASE i % 3 WHEN 2 THEN CAST(i - 1 - hash(i) % 2 AS VARCHAR) END AS reply_to_id,
    CAST(i // 6 AS VARCHAR) AS conversation_id,
    CASE i % 3 WHEN 2 THEN ['citizen-' || hash(i // 6) % 30_000] END AS addressed_ids,
    1 AS n_addressed,
    i % 3 <> 2 AS question_mark,
    i % 3 <> 2 AS question,
    i % 3 <> 2 AS request,
    CASE i % 3 WHEN 2 THEN 'answer' END AS response_class,
    CAST(hash(i) AS VARCHAR) AS text_digest,
    FALSE AS bot,
    0 AS n_edits
FROM range(300_000) AS numbers(i)
"""


@cache
def many() -> MessageTable:
    """Fifty thousand threads of six messages: four of a citizen, two of the body."""
    with connect() as connection:
        table = connection.sql(MANY).to_arrow_table()
    columns = [
        table[each.name].cast(each.type)
        if each.name in table.column_names
        else pa.nulls(len(table), each.type)
        for each in MESSAGE
    ]
    return MessageTable(pa.Table.from_arrays(columns, schema=MESSAGE), world([]).covered)


OPTIONS = {"period": "all", "timezone": "UTC"}


@pytest.mark.parametrize("preset", ["default", "socially-devoted"])
def test_a_ranking_in_little_memory_has_the_same_numbers(preset: str) -> None:
    ranking = load_ranking(None, {"preset": preset} | OPTIONS)
    expected = score(MessageSource(many()), PANEL, ranking)

    limit(Limits(memory=100 * MB, threads=2))
    found = score(MessageSource(many()), PANEL, ranking)

    assert sum(each.values["n_requests"] for each in found.scores) > 20_000
    assert found == expected


def test_a_ranking_that_cannot_be_made_says_so() -> None:
    limit(Limits(memory=5 * MB))

    with pytest.raises(OutOfRoom, match="5 MB is not enough"):
        score(MessageSource(many()), PANEL, load_ranking(None, OPTIONS))


def test_a_command_that_runs_out_of_memory_ends_with_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    begin(tmp_path, monkeypatch)
    with Path("socialscore.toml").open("a", encoding="utf-8") as settings:
        settings.write('memory_limit = "1 MB"\nthreads = 1\n')

    result = run_apart("rank", "demo", "--store", demo)

    assert result.code == 5
    assert result.err == (
        "socialscore: DuckDB's memory limit of 1 MB is not enough; raise memory_limit, or lower "
        "threads\n"
    )


def test_a_file_that_needs_more_than_its_memory_is_staged_all_the_same() -> None:
    limit(Limits(memory=180 * MB, threads=2))
    table = many().table.append_column("handle", pa.nulls(300_000, pa.string()))
    texts = pa.array([f"@montsabran message {number}: " + "a" * 200 for number in range(300_000)])
    table = table.set_column(table.column_names.index("text"), "text", texts)
    aware = table["sent_at"].cast(pa.timestamp("us", "UTC"))
    table = table.set_column(table.column_names.index("sent_at"), "sent_at", aware)

    with Stage() as stage:
        stage.read(read_arrow(table.select(["message_id", "author_id", "sent_at", "text"])), "it")

        assert stage.tally().n_rows == 300_000


def test_a_stage_without_room_says_so() -> None:
    limit(Limits(memory=4 * MB))
    table = many().table.select(["message_id", "author_id", "sent_at"])
    table = table.append_column("text", table["message_id"])

    with pytest.raises(OutOfRoom), Stage() as stage:
        stage.read(read_arrow(table), "the table")
