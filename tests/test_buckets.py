from __future__ import annotations

import io
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from buckets import BUCKET, bucket
from savers import save
from shell import begin, run
from test_many_savers import EVER, begun, numbers, said
from test_store import kept
from worlds import PANEL

from socialscore.engines.duckdb import DuckDB
from socialscore.errors import Overtaken, StoreError
from socialscore.inputs.panel import Panel
from socialscore.language.rulebook import rulebook_digest
from socialscore.model.messages import Account, Body
from socialscore.store.checksums import seal_json, unseal_json
from socialscore.store.lake import Store
from socialscore.store.location import location_at
from socialscore.store.mark import read_mark
from socialscore.store.privacy import Pseudonyms, read_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ADDRESS = f"s3://{BUCKET}/données 2026/store"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server of buckets, with what says where it is."""
    with bucket() as address, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "SECRET-id")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "SECRET-key")
        yield address


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> Path:
    """A folder to work in."""
    assert endpoint
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return begin(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def in_bucket(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The address of a store of the demo, which no test changes, and what was said of it."""
    assert endpoint
    address = f"{ADDRESS}/demo"
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        return address, demonstrated(address)


@pytest.fixture
def address(folder: Path, request: pytest.FixtureRequest) -> str:
    """The address of a store that is not there yet, for each test another one."""
    assert folder
    return f"{ADDRESS}/{request.node.name.replace('[', '-').replace(']', '')}"


def objects(address: str) -> dict[str, bytes]:
    """Every object of a store; of Parquet files also what stands in them."""
    place = location_at(address)
    found = {}
    for name in place.names(""):
        content = place.read(name) or b""
        if content[:4] == b"PAR1":
            rows = pq.read_table(io.BytesIO(content)).to_pylist()
            content += repr(rows).encode()
        found[name] = content + name.encode()
    return found


def demonstrated(where: str) -> str:
    result = run("demo", "--store", where)
    assert result.code == 0, result.err
    return result.out


def test_a_bucket_ranks_as_a_folder_does(in_bucket: tuple[str, str], folder: Path) -> None:
    address, of_bucket = in_bucket
    of_folder = demonstrated(str(folder / "here"))

    for options in (["rank", "demo", "--format", "csv"], ["status", "--format", "csv"]):
        there = run(*options, "--store", address)
        here = run(*options, "--store", folder / "here")
        assert (there.code, there.err) == (0, here.err)
        assert there.out.replace("collected_at", "") == here.out.replace("collected_at", "")
    assert of_bucket == of_folder


def test_the_settings_and_the_environment_may_name_a_bucket(
    in_bucket: tuple[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, _ = in_bucket

    monkeypatch.setenv("SOCIALSCORE_STORE", address)
    by_variable = run("rank", "demo")
    monkeypatch.delenv("SOCIALSCORE_STORE")
    (folder / "socialscore.toml").write_text(f'store = "{address}"\n', encoding="utf-8")
    by_file = run("rank", "demo")

    assert by_variable.code == by_file.code == 0
    assert by_variable.out == by_file.out


# --- several at once -----------------------------------------------------------------------------


@pytest.fixture
def store(address: str) -> Store:
    store = Store.create(address, key_id="key")
    store.remember(PANEL)
    save(store, Random(0), lock=False)
    return store


@pytest.mark.slow
@pytest.mark.parametrize("lock", ["lock", "none"])
def test_several_who_save_at_once_lose_nothing_and_bring_nothing_twice(
    store: Store, lock: str
) -> None:
    n_before = len(numbers(store))

    running = [begun("save", store.location, number, 3, lock) for number in range(1, 4)]
    ranker = begun("rank", store.location, 3)
    saved, ranked = [said(each) for each in running], said(ranker)

    found = numbers(store)
    assert set(found.values()) == {1}
    assert len(found) == n_before + sum(each["n_new"] for each in saved)
    assert ranked["seen"] == sorted(ranked["seen"])


def test_bodies_that_are_remembered_at_once_are_all_there(store: Store) -> None:
    def remembered(number: int) -> None:
        account = Account("twitter", f"9{number}", f"body{number}")
        store.remember(Panel("p", (Body(f"body-{number}", f"Body {number}", "", (account,)),)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(remembered, range(8)))

    known = {body.body_id for body in store.panel().bodies}
    assert known == {f"body-{number}" for number in range(8)} | {"metro", "ville"}


def test_two_who_make_a_store_at_once_agree_on_its_key(address: str) -> None:
    def made(key_id: str) -> str | None:
        try:
            return read_mark(Store.create(address, key_id=key_id).location)["key_id"]
        except StoreError:
            return None

    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(made, "abcd"))

    assert len({key for key in keys if key}) == 1


# --- damage --------------------------------------------------------------------------------------


def test_a_missing_object_is_found_and_left_to_the_versions_of_the_bucket(address: str) -> None:
    take(address, ("101", GONE, "2026-10-05"), ("102", STAYS, "2026-10-06"))
    assert run("store", "check", "--store", address).code == 0
    location = location_at(address)
    [name] = [it for it in location.names("message") if it.endswith(".parquet")]
    location.remove(name)

    checked = run("store", "check", "--store", address, "--format", "csv")
    ranked = run("rank", "--store", address, "--period", "all")
    mended = run("store", "repair", "--store", address, "--yes")

    assert checked.code == ranked.code == mended.code == 5
    assert checked.out.splitlines()[1].startswith(f"{address}/{name},is missing,2 of 2 rows")
    assert "is missing; `socialscore store check`" in ranked.err
    assert "restore the earlier versions of the objects" in mended.err


# --- what goes is gone ---------------------------------------------------------------------------

GONE, STAYS = "9007199254740993001", "9007199254740993002"
HEAD = "message_id,author_id,sent_at,text,language,kind,mentioned_handles\n"


def take(address: str, *rows: tuple[str, str, str]) -> None:
    """Import questions to the city: number, author and day."""
    lines = (
        f"{number},{author},{day}T09:00:00Z,@montsabran TEXT-{number} ?,fr,mention,montsabran\n"
        for number, author, day in rows
    )
    Path("messages.csv").write_text(HEAD + "".join(lines), encoding="utf-8")
    panel = "body_id,body,network,account_id,handle\nville,Ville,twitter,1,montsabran\n"
    Path("panel.csv").write_text(panel, encoding="utf-8")
    done = run("import", "messages.csv", "--panel", "panel.csv", "--store", address)
    assert done.code == 0, done.err


def test_of_who_is_forgotten_nothing_is_left_in_any_object(address: str) -> None:
    take(address, ("101", GONE, "2026-10-05"), ("102", STAYS, "2026-10-06"))
    take(address, ("103", GONE, "2026-11-05"))
    digest = Pseudonyms(read_key(Path("pseudonym.key"))).of("twitter", GONE)
    markers = [digest.encode(), b"TEXT-101", b"TEXT-103"]
    before = b"".join(objects(address).values())

    done = run("forget", "--author", f"twitter:{GONE}", "--yes", "--store", address)

    after = b"".join(objects(address).values())
    assert (done.code, done.out) == (0, ""), done.err
    assert all(marker in before for marker in markers)
    assert not any(marker in after for marker in markers)
    assert b"TEXT-102" in after
    assert set(numbers(Store.open(address))) == {"102"}


def test_of_texts_that_expire_nothing_is_left_in_any_object(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(address, ("101", GONE, "2026-10-05"), ("102", STAYS, "2026-11-06"))
    before = b"".join(objects(address).values())
    monkeypatch.setenv("SOCIALSCORE_KEEP_TEXT_DAYS", "0")

    done = run("forget", "--expired", "--store", address)

    after = b"".join(objects(address).values())
    assert done.code == 0, done.err
    assert b"TEXT-" in before
    assert b"TEXT-" not in after
    assert set(numbers(Store.open(address))) == {"101", "102"}


def test_a_store_of_an_earlier_version_is_upgraded_and_judged_again(
    address: str, other_rules: Callable[[], None]
) -> None:
    take(address, ("101", GONE, "2026-10-05"))
    about = location_at(address).read("store.json") or b""
    earlier = seal_json(unseal_json(about) | {"format": 2})
    location_at(address).amend("store.json", lambda _: earlier)
    other_rules()

    take(address, ("102", STAYS, "2026-11-06"))

    store = Store.open(address)
    assert (read_mark(store.location)["format"], store.rulebook) == (3, rulebook_digest())
    judged = {row["message_id"]: row["rulebook"] for row in kept(store)}
    assert judged == dict.fromkeys(("101", "102"), rulebook_digest())


def test_compaction_makes_few_files_and_leaves_what_is_young(address: str) -> None:
    for number in range(10):
        take(address, (f"{number}", STAYS, f"2026-10-{number + 1:02}"))

    store = Store.open(address)

    n_files = len(store.messages(*EVER))
    n_objects = sum(name.endswith(".parquet") for name in store.location.names("message"))
    assert len(numbers(store)) == 10
    assert n_files < 9 < n_objects


def test_compaction_removes_the_cache_of_months_that_former_versions_kept(address: str) -> None:
    take(address, ("1", STAYS, "2026-10-01"))
    store = Store.open(address)
    store.location.amend("settled/digest.json", lambda _: b"{}")

    store.compact()

    assert not [name for name in objects(address) if "settled" in name]


def test_a_reader_whose_objects_vanish_is_told_to_try_again(address: str) -> None:
    take(address, ("101", GONE, "2026-10-05"))
    store = Store.open(address)
    files = store.messages(*EVER)
    with DuckDB() as engine:
        engine.relation("message", files)

        run("forget", "--author", f"twitter:{GONE}", "--yes", "--store", address)

        with pytest.raises(Overtaken, match="was rewritten while it was read"):
            engine.query("SELECT * FROM message", {})
    with DuckDB() as engine, pytest.raises(Overtaken, match="was rewritten while it was read"):
        engine.relation("message", files)


# --- publishing ----------------------------------------------------------------------------------


def test_what_is_published_from_a_bucket_is_verified_with_it(
    in_bucket: tuple[str, str], folder: Path
) -> None:
    address, _ = in_bucket

    published = run("publish", "demo", "--store", address, "--period", "2026-W46")
    verified = run("verify", "published/demo", "--store", address)

    assert published.code == 0, published.err
    assert verified.code == 0, verified.err
    text = b"".join(path.read_bytes() for path in folder.rglob("published/**/*") if path.is_file())
    assert b"SECRET" not in text


# --- what is wrong is said -----------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_a_bucket_that_is_missing_is_said() -> None:
    result = run("rank", "demo", "--store", "s3://elsewhere/store")

    assert (result.code, result.out) == (5, "")
    assert "s3://elsewhere/store: there is no such bucket; make it, or mend" in result.err


def test_a_store_that_is_missing_is_said(address: str) -> None:
    result = run("rank", "demo", "--store", address)

    assert result.code == 5
    assert f"there is no store yet; `socialscore import FILE --store {address}`" in result.err


def test_something_else_in_a_bucket_is_no_store(address: str) -> None:
    location_at(address).amend("holiday.jpg", lambda _: b"")

    for command in (["rank", "demo"], ["demo"]):
        result = run(*command, "--store", address)
        assert (result.code, "is not a socialscore store" in result.err) == (5, True)


@pytest.mark.parametrize("wrong", ["s3://", "s3:///folder", "s3://A_B/folder"])
@pytest.mark.usefixtures("folder")
def test_an_address_without_a_bucket_is_refused(wrong: str) -> None:
    result = run("rank", "demo", "--store", wrong)

    assert result.code == 5
    assert "names no bucket; write s3://BUCKET/FOLDER" in result.err


def test_an_endpoint_that_cannot_be_reached_is_said(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
        result = run("rank", "demo", "--store", address)

    assert result.code == 5
    assert "the endpoint cannot be reached; check AWS_ENDPOINT_URL" in result.err


@contextmanager
def refusing(code: str) -> Iterator[str]:
    """The endpoint of a server that refuses everybody, with a reason."""
    reason = f"<Error><Code>{code}</Code><AWSAccessKeyId>SECRET-id</AWSAccessKeyId></Error>"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(403)
            self.send_header("Content-Length", str(len(reason)))
            self.end_headers()
            self.wfile.write(reason.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("code", ["InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied"])
def test_credentials_that_are_refused_are_said_and_not_shown(
    address: str, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    with refusing(code) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        result = run("rank", "demo", "--store", address)

    assert result.code == 5
    assert "the credentials are refused; set AWS_ACCESS_KEY_ID and AWS_SECRET" in result.err
    assert "SECRET-" not in result.err.replace("AWS_SECRET", "")


def test_what_reads_buckets_may_be_missing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "socialscore.store.bucket", raising=False)

    result = run("rank", "demo", "--store", address)

    assert result.code == 5
    assert "pip install 'socialscore[s3]'" in result.err


@pytest.mark.usefixtures("folder")
def test_a_store_in_a_folder_needs_nothing_of_it(demo: Path) -> None:
    program = (
        "import sys; from socialscore.commands import main\n"
        f"try: main(['rank', 'demo', '--store', {str(demo)!r}])\n"
        "except SystemExit: print(*{'obstore', 'fsspec'} & set(sys.modules), file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert done.stderr == b"\n"
