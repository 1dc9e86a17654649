"""Runs commands as a person does: in this process, or in one of their own."""

from __future__ import annotations

import io
import os
import re
import stat
import subprocess
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from socialscore.commands import main
from socialscore.inputs.settings import TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

CHECKOUT = Path(__file__).parents[1]
NOBODY = 65534  # whom root becomes to be refused something
SHARED = CHECKOUT.parent / "shared" / "data"  # real data, which not everybody has


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str


def begin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with settings of its own, which name no panel."""
    for name in ("STORE", "PANEL", "KEY_FILE", "ENGINE"):
        monkeypatch.delenv(f"SOCIALSCORE_{name}", raising=False)
    monkeypatch.chdir(folder)
    settings = Path("socialscore.toml")
    settings.write_text(re.sub(r"(?m)^panel = .*\n", "", TEMPLATE), encoding="utf-8")
    return folder


def run(*arguments: object) -> Result:
    """A command in this process, which writes neither to a terminal nor to a pipe."""
    code = 0
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
    return Result(code, out.getvalue(), err.getvalue())


def run_apart(*arguments: object, **options: Any) -> Result:
    """A command in a process of its own; options are those of `subprocess.run`."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    done = subprocess.run(command(*arguments), text=True, check=False, **options)
    return Result(done.returncode, done.stdout or "", done.stderr or "")


def command(*arguments: object) -> list[str]:
    """What a shell would start."""
    return [sys.executable, str(CHECKOUT / "cli.py"), *map(str, arguments)]


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder becomes one that cannot be written to, not even by root, who becomes nobody."""
    is_root = os.geteuid() == 0
    found = [folder, *folder.rglob("*")]
    modes = [stat.S_IMODE(path.stat().st_mode) for path in found]
    for path, mode in zip(found, modes, strict=True):
        path.chmod(mode & ~0o222)
        if is_root:
            os.chown(path, NOBODY, NOBODY)
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for path, mode in zip(found, modes, strict=True):
            path.chmod(mode)


def zstd(content: bytes) -> bytes:
    """What a .zst file holds."""
    return bytes(pa.compress(content, codec="zstd", asbytes=True))
