"""Credentials: where they are kept, and `socialscore auth`."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from demo_collect import lay, tokens
from fakes import FakeGraph, FakeX, Fault, random_world
from fakes.facebook import USER_TOKEN, page_token
from fakes.twitter import TOKEN
from shell import Result, command, run, run_apart

from socialscore.errors import InputError, StoreError
from socialscore.inputs.credentials import Credentials, system_keyring, variable
from socialscore.model.network import COLLECTED, either

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from demo_collect import Ground

SECRET = "one-long-secret-0123456789"  # noqa: S105


class Drawer:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.secrets[service, username]


def credentials(
    folder: Path, environment: Mapping[str, str] | None = None, keyring: Drawer | None = None
) -> Credentials:
    return Credentials(environment or {}, folder / "credentials.json", keyring)


# --- the three places -----------------------------------------------------------------------------


def test_a_token_is_kept_in_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    place = credentials(tmp_path).keep("twitter", "bearer_token", SECRET)

    path = tmp_path / "credentials.json"
    assert place == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
    assert credentials(tmp_path).values("twitter", ["bearer_token"]) == {"bearer_token": SECRET}


def test_the_environment_goes_before_the_keyring_and_that_before_the_file(tmp_path: Path) -> None:
    variables, drawer = {"SOCIALSCORE_TWITTER_BEARER_TOKEN": "of-environment"}, Drawer()
    credentials(tmp_path).keep("twitter", "bearer_token", "of-file")
    credentials(tmp_path, keyring=drawer).keep("twitter", "bearer_token", "of-keyring")

    found = [
        credentials(tmp_path, environment, keyring).values("twitter", ["bearer_token"])
        for environment, keyring in ((variables, drawer), ({}, drawer), ({}, None))
    ]

    values = [each["bearer_token"] for each in found]
    assert values == ["of-environment", "of-keyring", "of-file"]


def test_with_a_keyring_there_is_no_file(tmp_path: Path) -> None:
    place = credentials(tmp_path, keyring=Drawer()).keep("twitter", "bearer_token", SECRET)

    assert place == "the keyring"
    assert list(tmp_path.iterdir()) == []


def test_each_page_has_a_token_of_its_own(tmp_path: Path) -> None:
    environment = {"SOCIALSCORE_FACEBOOK_PAGE_TOKEN_123": "of-environment"}
    credentials(tmp_path).keep("facebook", "page_token:456", "of-file")

    found = credentials(tmp_path, environment).values(
        "facebook", ["page_token:123", "page_token:456", "page_token:789"]
    )

    assert found == {"page_token:123": "of-environment", "page_token:456": "of-file"}


def test_a_page_without_a_number_has_a_variable_as_well() -> None:
    assert variable("facebook", "page_token:ville.montsabran") == (
        "SOCIALSCORE_FACEBOOK_PAGE_TOKEN_VILLE_MONTSABRAN"
    )


def test_forgetting_says_from_where(tmp_path: Path) -> None:
    drawer = Drawer()
    credentials(tmp_path).keep("twitter", "bearer_token", SECRET)
    both = credentials(tmp_path, keyring=drawer)
    both.keep("twitter", "bearer_token", SECRET)

    origins = both.forget("twitter", "bearer_token")

    assert origins == ["the keyring", str(tmp_path / "credentials.json")]
    assert both.forget("twitter", "bearer_token") == []
    assert SECRET not in (tmp_path / "credentials.json").read_text()


@pytest.mark.skipif(os.name != "posix", reason="only there have files such modes")
def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    credentials(tmp_path).keep("twitter", "bearer_token", SECRET)
    (tmp_path / "credentials.json").chmod(0o640)

    with pytest.raises(InputError, match="others may read the tokens in it: chmod 600"):
        credentials(tmp_path).find("twitter", "bearer_token")


@pytest.mark.parametrize("content", ["{", "[]", '{"twitter": "x"}', '{"twitter": {"a": 1}}', "ÿ"])
def test_a_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "credentials.json"
    path.write_bytes(content.encode("latin-1"))
    path.chmod(0o600)

    with pytest.raises(InputError) as caught:
        credentials(tmp_path).find("twitter", "bearer_token")

    assert str(caught.value).startswith(f"{path}: is damaged; remove it")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "in-the-way").write_text("")

    with pytest.raises(StoreError, match="the tokens cannot be written"):
        credentials(tmp_path / "in-the-way" / "folder").keep("twitter", "bearer_token", SECRET)


def test_no_secret_is_in_what_a_debugger_shows(tmp_path: Path) -> None:
    environment = {"SOCIALSCORE_TWITTER_BEARER_TOKEN": SECRET}
    some = credentials(tmp_path, environment)

    assert SECRET not in repr(some)
    assert SECRET not in repr(some.find("twitter", "bearer_token"))


KEYRING = """
import json, pathlib
from keyring.errors import KeyringError
PATH = pathlib.Path(__file__).with_name("drawer.json")
def _read():
    return json.loads(PATH.read_text()) if PATH.exists() else {}
def get_password(service, username):
    if LOCKED:
        raise KeyringError("locked")
    return _read().get(f"{service} {username}")
def set_password(service, username, password):
    PATH.write_text(json.dumps(_read() | {f"{service} {username}": password}))
def delete_password(service, username):
    PATH.write_text(json.dumps({k: v for k, v in _read().items() if k != f"{service} {username}"}))
"""


def install_keyring(folder: Path, *, locked: bool) -> dict[str, str]:
    """An environment in which Python finds a library `keyring`."""
    package = folder / "libraries" / "keyring"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(f"LOCKED = {locked}\n{KEYRING}")
    (package / "errors.py").write_text("class KeyringError(Exception): ...\n")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SOCIALSCORE_")}
    return kept | {"PYTHONPATH": str(package.parent)}


def test_the_keyring_of_the_system_is_used_where_there_is_one(ground: Ground) -> None:
    environment = install_keyring(ground.folder, locked=False)

    given = run_apart("auth", "set", "twitter", env=environment, input=SECRET)

    drawer = ground.folder / "libraries" / "keyring" / "drawer.json"
    assert (given.code, given.out) == (0, "")
    assert given.err == "the bearer token is kept in the keyring\n"
    assert json.loads(drawer.read_text()) == {"socialscore twitter bearer_token": SECRET}
    assert not (ground.folder / "credentials.json").exists()


def test_a_locked_keyring_is_left_alone(ground: Ground) -> None:
    environment = install_keyring(ground.folder, locked=True)

    given = run_apart("auth", "set", "twitter", env=environment, input=SECRET)

    assert given.code == 0
    assert (ground.folder / "credentials.json").exists()


def test_without_the_library_there_is_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)

    assert system_keyring() is None


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """A folder whose settings lead to a small world on both networks, without credentials."""
    world = random_world(3, n_posts=40)
    for name in [name for name in os.environ if name.startswith("SOCIALSCORE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.chdir(tmp_path)
    with FakeX(world) as x, FakeGraph(world) as graph:
        yield lay(tmp_path, world, x, graph)


def given(*arguments: str, value: str) -> Result:
    """`auth` with something on standard input."""
    return run_apart("auth", *arguments, input=value)


def test_a_token_is_read_from_standard_input_and_never_shown(ground: Ground) -> None:
    result = given("set", "twitter", value=f"{TOKEN}\n")

    assert result.code == 0
    assert TOKEN not in result.out + result.err
    kept = json.loads((ground.folder / "credentials.json").read_text())
    assert kept == {"twitter": {"bearer_token": TOKEN}}


def test_a_terminal_does_not_echo_a_token(ground: Ground) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command("auth", "set", "twitter"),
        cwd=ground.folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b"the bearer token:" not in shown:
        shown += os.read(ours, 4096)
    time.sleep(0.2)  # until it has switched off the echo
    os.write(ours, SECRET.encode() + b"\n")
    while b"is kept in" not in shown:
        shown += os.read(ours, 4096)
    process.wait(timeout=60)
    os.close(ours)

    assert process.returncode == 0
    assert SECRET.encode() not in shown
    assert SECRET in (ground.folder / "credentials.json").read_text()


def test_a_terminal_is_asked_for_the_token_of_every_page(ground: Ground) -> None:
    pages = ground.world.accounts("facebook")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command("auth", "set", "facebook"),
        cwd=ground.folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    for number, page in enumerate(pages):
        shown = b""
        while f"the token of the page {page.handle}".encode() not in shown:
            shown += os.read(ours, 4096)
        time.sleep(0.2)
        os.write(ours, b"\n" if number == 1 else f"token-{number}\n".encode())
    while b"page ville.2 is kept" not in shown:
        shown += os.read(ours, 4096)
    process.wait(timeout=60)
    os.close(ours)

    kept = json.loads((ground.folder / "credentials.json").read_text())["facebook"]
    assert process.returncode == 0
    assert kept == {
        f"page_token:{pages[0].account_id}": "token-0",
        f"page_token:{pages[2].account_id}": "token-2",
    }


@pytest.mark.parametrize("value", ["", "\n", "two words", "non-ascii-é", "a\nb"])
def test_what_cannot_be_a_token_is_not_kept(ground: Ground, value: str) -> None:
    result = given("set", "twitter", value=value)

    assert result.code == 2
    assert "must be one word" in result.err
    assert not (ground.folder / "credentials.json").exists()


def test_the_token_of_a_page_is_given_by_either_of_its_names(ground: Ground) -> None:
    first, second = ground.world.accounts("facebook")[:2]

    given("set", "facebook", "--page", first.handle, value="token-of-first")
    given("set", "facebook", "--page", second.account_id, value="token-of-second")

    kept = json.loads((ground.folder / "credentials.json").read_text())["facebook"]
    assert kept == {
        f"page_token:{first.account_id}": "token-of-first",
        f"page_token:{second.account_id}": "token-of-second",
    }


@pytest.mark.usefixtures("ground")
def test_a_page_that_the_panel_does_not_have_is_likened_to_one_that_it_has() -> None:
    result = given("set", "facebook", "--page", "vile.1", value=SECRET)

    assert result.code == 2
    assert "did you mean 'ville.1'?" in result.err


@pytest.mark.usefixtures("ground")
def test_without_a_terminal_the_page_must_be_named() -> None:
    result = given("set", "facebook", value=SECRET)

    assert result.code == 2
    assert "which page? Give --page with one of ville.0, ville.1, ville.2" in result.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["set"], f"which network? Add {either(COLLECTED)}"),
        (["set", "myspace"], "unknown network 'myspace'"),
        (["clear", "facebok"], "did you mean 'facebook'?"),
        (["set", "twitter", "--page", "x"], "--page is for facebook"),
        (["check", "--page", "x"], "--page is for facebook"),
    ],
)
def test_what_is_meant_must_be_clear(ground: Ground, arguments: list[str], says: str) -> None:
    result = run("auth", *arguments)

    assert result.code == 2
    assert says in result.err
    assert ground.x.requests == []


def test_clearing_removes_every_token_of_a_network(ground: Ground) -> None:
    for page in ground.world.accounts("facebook")[:2]:
        given("set", "facebook", "--page", page.handle, value=SECRET)
    given("set", "twitter", value=SECRET)

    result = run("auth", "clear", "facebook")

    assert result.code == 0
    assert result.err.count("is removed from") == 2
    kept = json.loads((ground.folder / "credentials.json").read_text())
    assert kept == {"facebook": {}, "twitter": {"bearer_token": SECRET}}


def test_a_variable_that_still_has_a_token_is_said(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIALSCORE_TWITTER_BEARER_TOKEN", SECRET)

    result = run("auth", "clear", "twitter")

    assert "the bearer token was not kept" in result.err
    assert "the variable SOCIALSCORE_TWITTER_BEARER_TOKEN still has one" in result.err
    assert ground.x.requests == []


# --- the check ------------------------------------------------------------------------------------


def test_a_check_of_good_credentials_says_so_line_by_line(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in tokens(ground.world).items():
        monkeypatch.setenv(name, value)

    result = run("auth", "check")

    lines = result.out.splitlines()
    assert result.code == 0, result.out
    assert all(line.startswith("✓ good    ") for line in lines)
    assert any(line.startswith("✓ good    twitter token: ") for line in lines)
    assert sum("facebook page ville." in line for line in lines) == 3
    assert not any(value in result.out for value in tokens(ground.world).values())


def test_a_check_without_credentials_says_how_to_give_them(ground: Ground) -> None:
    result = run("auth", "check")

    assert result.code == 4
    assert "✗ missing twitter" in result.out
    assert "socialscore auth set twitter" in result.out
    assert result.out.count("no token") == 3
    assert ground.x.requests == []


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("401"), "rejected"),
        (Fault("403"), "does not allow this"),
        (Fault("402"), "no credit is left"),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
def test_a_check_names_what_x_lacks(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, fault: Fault, says: str
) -> None:
    monkeypatch.setenv("SOCIALSCORE_TWITTER_BEARER_TOKEN", TOKEN)
    ground.x.add_fault(fault)

    result = run("auth", "check", "twitter")

    assert result.code == 4
    assert "✗ missing" in result.out
    assert says in result.out


def test_a_check_names_the_page_whose_token_is_not_its_own(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ground.world.accounts("facebook")[:2]
    monkeypatch.setenv(variable("facebook", f"page_token:{first.account_id}"), USER_TOKEN)
    good = page_token(second.account_id)
    monkeypatch.setenv(variable("facebook", f"page_token:{second.account_id}"), good)

    bad = run("auth", "check", "facebook", "--page", first.handle)
    fine = run("auth", "check", "facebook", "--page", second.handle)

    assert (bad.code, fine.code) == (4, 0)
    assert "the token is not the page's own" in bad.out
    assert f"✓ good    facebook page {second.handle}" in fine.out
