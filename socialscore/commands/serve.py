"""`socialscore serve`: look at a site in a browser, on this machine alone."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any

import typer

from socialscore.commands.common import settings_here
from socialscore.commands.screens import say
from socialscore.errors import UsageError

__all__ = ["command", "server"]

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".toml": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
}


def command(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            help="The site. Default: `site`, beside the publications.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option("--port", metavar="PORT", min=0, max=65_535, help="0: any that is free."),
    ] = 8000,
) -> None:
    """Show a site that `socialscore site` built, until Ctrl-C.

    Only this machine can open it. To publish a site, copy its folder to any web server.
    """
    root = folder or settings_here().published.absolute().with_name("site")
    if not (root / "index.html").is_file():
        raise UsageError(
            f"{root} is no site; build one with `socialscore site`, or name its folder"
        )
    with server(root, port) as running:
        say(f"http://127.0.0.1:{running.server_port}/ shows {root}; Ctrl-C ends it")
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            say("ended")


def server(root: Path, port: int) -> ThreadingHTTPServer:
    """A web server of a folder, on 127.0.0.1.

    Args:
        root: the folder.
        port: 0 takes one that is free.

    Raises:
        UsageError: the port cannot be taken.
    """
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), partial(_Pages, directory=str(root)))
    except OSError as error:
        raise UsageError(
            f"port {port} cannot be used ({error.strerror}); choose another with --port"
        ) from None


class _Pages(SimpleHTTPRequestHandler):
    """Files of one folder, none hidden, and no lists of them."""

    extensions_map = _TYPES

    def send_head(self) -> Any:
        root, path = Path(self.directory).resolve(), Path(self.translate_path(self.path))
        inside = path.resolve().is_relative_to(root)
        hidden = inside and any(it.startswith(".") for it in path.resolve().relative_to(root).parts)
        if not inside or hidden:
            self.send_error(404)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:  # noqa: ARG002 - of the library
        self.send_error(404)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")  # the next build is looked at anew
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - of the library
        """Nothing: what a reader opens is no news to the person who looks at it."""
