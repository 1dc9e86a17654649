"""`socialscore serve`: a site on this machine, and nothing else of the machine."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from shell import CHECKOUT, run

from socialscore.commands.serve import server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "en").mkdir(parents=True)
    (folder / "index.html").write_text("<p>Welcome</p>")
    (folder / "site.js").write_text("// é", encoding="utf-8")
    (folder / "en" / "ranking.csv").write_text("a\n")
    (folder / ".socialscore-site.json").write_text("[]")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
def port(site: Path) -> Iterator[int]:
    with server(site, 0) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running.server_port
        running.shutdown()
        thread.join()


def get(port: int, path: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.getheader("X-Content-Type-Options") == "nosniff"
        return response.status, response.getheader("Content-Type") or "", response.read()
    finally:
        connection.close()


def test_pages_have_their_types(port: int) -> None:
    assert get(port, "/") == (200, "text/html; charset=utf-8", b"<p>Welcome</p>")
    assert get(port, "/site.js")[:2] == (200, "text/javascript; charset=utf-8")
    assert get(port, "/en/ranking.csv") == (200, "text/csv; charset=utf-8", b"a\n")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt", "/%2e%2e/secret.txt", "/en/../../secret.txt", "/..%2fsecret.txt",
        "/link.txt", "/.socialscore-site.json", "/en/", "/nothing.html", "//etc/passwd",
    ],
)  # fmt: skip
def test_nothing_else_is_shown(port: int, path: str) -> None:
    status, _, content = get(port, path)

    assert status == 404
    assert b"secret" not in content.replace(path.encode(), b"")


def test_it_ends_by_ctrl_c(site: Path) -> None:
    command = [sys.executable, str(CHECKOUT / "cli.py"), "serve", str(site), "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    port = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stderr.readline())
    assert port
    assert get(int(port[1]), "/")[0] == 200

    os.kill(process.pid, signal.SIGINT)

    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "socialscore: ended\n")


def test_a_port_that_is_taken_is_named_with_the_way_out(site: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]

        result = run("serve", site, "--port", number)

    assert (result.code, f"port {number} cannot be used" in result.err) == (2, True)
    assert "--port" in result.err


def test_a_folder_that_is_no_site_says_how_to_build_one(tmp_path: Path) -> None:
    result = run("serve", tmp_path)

    assert (result.code, "build one with `socialscore site`" in result.err) == (2, True)
