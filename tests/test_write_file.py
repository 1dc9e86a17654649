"""The one way to write a file: all of it or nothing, also when the power goes."""

from __future__ import annotations

import ast
import errno
import os
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from socialscore.runtime.write_file import create_file, remove_unfinished, write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGE = Path(__file__).parents[1] / "socialscore"
POSIX = pytest.mark.skipif(os.name != "posix", reason="this system has no permission bits")

Patch = pytest.MonkeyPatch


FULL = OSError(errno.ENOSPC, "No space left on device")
NO_LINKS = OSError(errno.EPERM, "Operation not permitted")


class Killed(BaseException):
    """What happens to a process that is killed."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "panel.csv"


@pytest.fixture
def steps(monkeypatch: Patch) -> list[tuple[str, int, bytes]]:
    """What is done, in order: the call, the inode it is about, and what that file holds by then."""
    done: list[tuple[str, int, bytes]] = []
    fsync, replace, link = os.fsync, os.replace, os.link

    def note(call: str, inode: int, content: bytes = b"") -> None:
        done.append((call, inode, content))

    def noting_fsync(descriptor: int) -> None:
        about = os.fstat(descriptor)
        is_file = stat.S_ISREG(about.st_mode)
        content = Path(f"/proc/self/fd/{descriptor}").read_bytes() if is_file else b""
        note("fsync", about.st_ino, content)
        fsync(descriptor)

    def noting_replace(source: Path, target: Path) -> None:
        note("replace", source.stat().st_ino)
        replace(source, target)

    def noting_link(source: Path, target: Path, **options: Any) -> None:
        note("link", source.stat().st_ino)
        link(source, target, **options)

    monkeypatch.setattr(os, "fsync", noting_fsync)
    monkeypatch.setattr(os, "replace", noting_replace)
    monkeypatch.setattr(os, "link", noting_link)
    return done


def fail_at(monkeypatch: Patch, name: str, error: BaseException = FULL, *, call: int = 1) -> None:
    """Have a function of `os` fail, when it is called for the first time or later."""
    real, n_calls = getattr(os, name), 0

    def fails(*arguments: Any, **options: Any) -> Any:
        nonlocal n_calls
        n_calls += 1
        if n_calls == call:
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(os, name, fails)


# --- writing -----------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system has no /proc")
@pytest.mark.parametrize(("write", "call"), [(write_file, "replace"), (create_file, "link")])
def test_content_is_on_the_disk_before_the_file_has_its_name_and_the_name_thereafter(
    path: Path,
    steps: list[tuple[str, int, bytes]],
    write: Callable[[Path, str], None],
    call: str,
) -> None:
    write(path, "whole")

    file, folder = path.stat().st_ino, path.parent.stat().st_ino
    assert steps == [("fsync", file, b"whole"), (call, file, b""), ("fsync", folder, b"")]


@pytest.mark.parametrize("step", ["open", "chmod", "fsync", "replace"])
def test_a_disk_that_fails_at_any_step_leaves_the_old_file_and_nothing_else(
    path: Path, monkeypatch: Patch, step: str
) -> None:
    path.write_text("old")

    with monkeypatch.context() as disk:
        fail_at(disk, step)
        with pytest.raises(OSError, match="No space left"):
            write_file(path, "new")

    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_cannot_be_synced_is_told_and_the_new_file_is_whole(
    path: Path, monkeypatch: Patch
) -> None:
    path.write_text("old")

    with monkeypatch.context() as disk:
        fail_at(disk, "fsync", call=2)
        with pytest.raises(OSError, match="No space left"):
            write_file(path, "new")

    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("reason", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_is_written_where_folders_cannot_be_synced(
    path: Path, monkeypatch: Patch, reason: int
) -> None:
    fail_at(monkeypatch, "fsync", OSError(reason, "no"), call=2)

    write_file(path, "new")

    assert path.read_text() == "new"


@pytest.mark.parametrize(
    ("step", "call", "left"),
    [("open", 1, "old"), ("fsync", 1, "old"), ("replace", 1, "old"), ("fsync", 2, "new")],
)
def test_a_process_killed_at_any_step_leaves_the_old_file_or_the_new_one(
    path: Path, monkeypatch: Patch, step: str, call: int, left: str
) -> None:
    path.write_text("old")

    with monkeypatch.context() as killed:
        killed.setattr(Path, "unlink", lambda *_, **__: None)  # who is killed tidies nothing up
        fail_at(killed, step, Killed(), call=call)
        with pytest.raises(Killed):
            write_file(path, "new")

    assert path.read_text() == left
    remove_unfinished(path.parent)
    assert list(path.parent.iterdir()) == [path]


def test_bytes_and_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    write_file(tmp_path / "text", "é\r\nb\n")
    write_file(tmp_path / "bytes", b"\xff\r\n")

    assert (tmp_path / "text").read_bytes() == "é\r\nb\n".encode()
    assert (tmp_path / "bytes").read_bytes() == b"\xff\r\n"


@POSIX
def test_a_secret_is_never_readable_by_others_whatever_the_old_file_and_the_umask_allow(
    path: Path, monkeypatch: Patch
) -> None:
    path.write_text("old")
    path.chmod(0o644)
    seen = []
    fsync = os.fsync

    def looking(descriptor: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", looking)
    umask = os.umask(0)
    try:
        write_file(path, "secret", mode=0o600)
    finally:
        os.umask(umask)

    assert seen[0] == stat.S_IMODE(path.stat().st_mode) == 0o600


@POSIX
def test_a_file_that_may_not_be_written_again_can_be_made(path: Path) -> None:
    write_file(path, "published", mode=0o444)

    assert path.read_text() == "published"
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


# --- creating ----------------------------------------------------------------------------------


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_a_file_that_is_there_is_not_created_again(
    path: Path, monkeypatch: Patch, links: bool
) -> None:
    path.write_text("old")

    if not links:
        fail_at(monkeypatch, "link", NO_LINKS)

    with pytest.raises(FileExistsError):
        create_file(path, "new")

    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_created_where_the_disk_has_no_hard_links(path: Path, monkeypatch: Patch) -> None:
    fail_at(monkeypatch, "link", NO_LINKS)

    create_file(path, "new", mode=0o600)

    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [FULL, Killed()])
def test_a_disk_that_fails_without_hard_links_leaves_no_half_of_a_new_file(
    path: Path, monkeypatch: Patch, error: BaseException
) -> None:
    fail_at(monkeypatch, "link", NO_LINKS)
    fail_at(monkeypatch, "fsync", error, call=2)

    with pytest.raises(type(error)):
        create_file(path, "new")

    assert list(path.parent.iterdir()) == []


@POSIX
def test_a_secret_is_never_readable_by_others_without_hard_links(
    path: Path, monkeypatch: Patch
) -> None:
    fail_at(monkeypatch, "link", NO_LINKS)
    seen = []
    fsync = os.fsync

    def looking(descriptor: int) -> None:
        seen.extend(stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", looking)
    umask = os.umask(0)
    try:
        create_file(path, "secret", mode=0o600)
    finally:
        os.umask(umask)

    assert path in path.parent.iterdir()
    assert set(seen) == {0o600}


def test_of_many_that_create_a_file_at_once_one_succeeds_and_all_see_it_whole(path: Path) -> None:
    created, seen = [], []
    together = threading.Barrier(8)

    def create(number: int) -> None:
        together.wait()
        try:
            create_file(path, str(number) * 1000)
            created.append(str(number) * 1000)
        except FileExistsError:
            pass
        seen.append(path.read_text())

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(created) == 1
    assert seen == created * 8


# --- nobody writes in another way ---------------------------------------------------------------

OTHERWISE = {
    "commands/streams.py": {"os.open"},  # nowhere, instead of a stream that is closed
    "commands/waiting.py": {"os.open", "os.write"},  # words for the terminal, or nowhere
    "engines/spark_sql.py": {"replace"},  # parts of a statement, no files
    "importers/source.py": {"TemporaryFile"},  # what came through a pipe
    "publishing/series.py": {"rename"},  # a folder, whose files are on the disk by then
    "publishing/signatures.py": {"write_bytes"},  # into the folder that goes with the process
    "reporters/files.py": {"open"},  # pipes and devices, which cannot be replaced
    "runtime/limits.py": {"TemporaryFile"},  # to see whether a folder can be written to
    "runtime/temp_folder.py": {"os.open", "rename"},  # a folder and its lock
    "store/aside.py": {"os.open", "rename"},  # as the journal
    "store/damaged_folder.py": {"rename"},  # what is damaged is moved aside as it is
    "store/journal.py": {"os.open", "os.write"},  # lines are appended, and synced one by one
}
"""The modules that touch files in another way, and why that is a thing of its own."""

WRITERS = {
    "hardlink_to", "mkstemp", "NamedTemporaryFile", "rename", "symlink_to", "TemporaryFile",
    "touch", "write_bytes", "write_text",
}  # fmt: skip
OF_OS = {"fdatasync", "fsync", "link", "open", "rename", "renames", "replace", "write"}


def writes(tree: ast.AST) -> Iterator[str]:
    """The calls in a module that create, write or rename a file."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        name = called.rpartition(".")[2]
        if called in {f"os.{each}" for each in OF_OS}:
            yield called
        elif name in WRITERS:
            yield name
        elif name == "replace" and "." in called and len(node.args) == 1:
            yield name  # of paths: texts take two arguments, dates none without a keyword
        elif name == "open" and _mode_of(node) & set("wxa+"):
            yield name


def _mode_of(node: ast.Call) -> set[str]:
    """The signs of the mode in which `open` opens a file."""
    said = [*node.args[:2], *(each.value for each in node.keywords if each.arg == "mode")]
    return {sign for each in said if isinstance(each, ast.Constant) for sign in str(each.value)}


@pytest.mark.parametrize(
    "line",
    [
        "os.replace(one, other)", "one.replace(other)", "path.write_text(text)", "os.fsync(3)",
        "path.open('wb')", "open(path, mode='a')", "path.open('r+')", "one.rename(other)",
    ],
)  # fmt: skip
def test_other_ways_of_writing_are_seen(line: str) -> None:
    assert list(writes(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    ["text.replace('a', 'b')", "day.replace(year=1)", "replace(it, a=1)", "path.open('rb')"],
)
def test_what_writes_no_file_is_let_be(line: str) -> None:
    assert not list(writes(ast.parse(line)))


def test_every_file_is_written_by_write_file() -> None:
    found: dict[str, set[str]] = {}
    for module in sorted(PACKAGE.rglob("*.py")):
        name = module.relative_to(PACKAGE).as_posix()
        if others := set(writes(ast.parse(module.read_text(encoding="utf-8")))):
            found[name] = others

    del found["runtime/write_file.py"]
    assert found == OTHERWISE
