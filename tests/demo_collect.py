"""Shows the main job from end to end: `make demo-collect`.

X and Facebook, as `tests/fakes` play them on this machine, hold three weeks of the demo's invented
messages. The real commands collect them through the real SDKs and rank the bodies; the table must
be that of the truth, which is imported from the fakes' world without any network in between.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from fakes import serve_demo
from fakes.facebook import page_token
from fakes.twitter import TOKEN

from socialscore.inputs.panel import Panel, format_panel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes import FakeGraph, FakeX, World

CLI = Path(__file__).parents[1] / "cli.py"

_RANKING = """\
title = "What was collected: {n_bodies} invented bodies"
period = "{since}..{until}T00:00"
timezone = "UTC"
"""


@dataclass(frozen=True)
class Ground:
    """A folder to work in, and the networks that its settings lead to."""

    folder: Path
    world: World
    x: FakeX
    graph: FakeGraph

    @property
    def environment(self) -> dict[str, str]:
        """That of the commands: the fakes' addresses and tokens, and nothing of the person's."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SOCIALSCORE_")}
        return kept | tokens(self.world)

    def run(self, *arguments: object, show: bool = False) -> str:
        """A command, as a shell would start it; fails if it does.

        Returns:
            What it wrote to standard output, which is shown as well if that is wanted.
        """
        command = [sys.executable, str(CLI), *map(str, arguments)]
        if show:
            write(f"\n$ socialscore {' '.join(map(str, arguments))}\n")
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=None if show else subprocess.PIPE,
            text=True,
            check=True,
        )
        if show:
            write(done.stdout)
        return done.stdout


def tokens(world: World) -> dict[str, str]:
    """The variables that open the fakes."""
    pages = [account.account_id for account in world.accounts("facebook")]
    return {
        "SOCIALSCORE_TWITTER_BEARER_TOKEN": TOKEN,
        **{f"SOCIALSCORE_FACEBOOK_PAGE_TOKEN_{each}": page_token(each) for each in pages},
    }


def lay(folder: Path, world: World, x: FakeX, graph: FakeGraph) -> Ground:
    """Settings that lead to the fakes, the panel, and a ranking of the days that they hold."""
    (folder / "socialscore.toml").write_text(
        'panel = "panel.csv"\nkey_file = "pseudonym.key"\n'
        f'twitter_address = "{x.base_url}"\nfacebook_address = "{graph.base_url}"\n'
    )
    (folder / "panel.csv").write_text(format_panel(Panel("panel", world.bodies)), encoding="utf-8")
    since, until = beginning(world), world.now - timedelta(days=7)
    ranking = _RANKING.format(
        n_bodies=len(world.bodies),
        since=f"{since:%Y-%m-%dT%H:%M:%S}",
        until=f"{until:%Y-%m-%d}",
    )
    (folder / "ranking.toml").write_text(ranking, encoding="utf-8")
    return Ground(folder, world, x, graph)


def beginning(world: World) -> datetime:
    """The hour in which the world's first message was written."""
    first = min(post.sent_at for post in world.posts.values())
    return first.replace(minute=0, second=0)


def import_truth(ground: Ground) -> Path:
    """The store of what a complete collection would bring, made without any network."""
    ground.run(*importing_truth(ground))
    return ground.folder / "truth"


def importing_truth(ground: Ground) -> tuple[object, ...]:
    """The command that makes it."""
    path, world = ground.folder / "truth.parquet", ground.world
    pq.write_table(world.table(world.expected(expanded=False)), path)
    covers = f"{beginning(world):%Y-%m-%dT%H:%M:%SZ}..{world.now:%Y-%m-%dT%H:%M:%SZ}"
    return "import", path, "--store", ground.folder / "truth", "--covers", covers


def table(ground: Ground, store: Path, format_name: str = "table", *, show: bool = False) -> str:
    """The ranking of a store, on the clock of the world."""
    as_of = f"{ground.world.now:%Y-%m-%dT%H:%M:%SZ}"
    options = ("--as-of", as_of, "--format", format_name)
    return ground.run("rank", "ranking.toml", "--store", store, *options, show=show)


@contextmanager
def stage() -> Iterator[Ground]:
    """The demo on the fakes, whose clock says what ours does."""
    with serve_demo() as (world, x, graph), tempfile.TemporaryDirectory() as folder:
        world.now = datetime.now(UTC).replace(microsecond=0)
        yield lay(Path(folder), world, x, graph)


def main() -> int:
    """Collect, rank, compare; 0 if the tables are the same."""
    with stage() as ground:
        since = f"{beginning(ground.world):%Y-%m-%dT%H:%M:%SZ}"
        write(
            f"X at {ground.x.base_url} and Facebook at {ground.graph.base_url} hold "
            f"{len(ground.world.posts):,} invented messages.\n"
        )
        ground.run("collect", "--since", since, "--estimate", show=True)
        ground.run("collect", "--since", since, show=True)
        n_first = ground.x.count(), ground.graph.count()
        ground.run("collect", "--since", since, show=True)
        n_second = ground.x.count() - n_first[0], ground.graph.count() - n_first[1]
        kept = ground.folder / "socialscore-data"
        table(ground, kept, show=True)
        truth = import_truth(ground)
        same = {
            format_name: table(ground, kept, format_name) == table(ground, truth, format_name)
            for format_name in ("table", "csv")
        }
        write(
            f"\nrequests of the first run: {n_first[0]:,} to X, {n_first[1]:,} to Facebook; "
            f"of the second: {n_second[0]:,} and {n_second[1]:,}\n"
            f"paid to X: ${ground.x.spent:,.3f} for {ground.x.n_paid:,} posts, "
            f"{len(ground.x.paid_twice):,} of them in two streams\n"
        )
    for format_name, equal in same.items():
        verdict = "equals that of the truth" if equal else "DIFFERS FROM THAT OF THE TRUTH"
        write(f"the ranking as {format_name} {verdict}\n")
    return 0 if all(same.values()) else 1


def write(text: str) -> None:
    """To standard output, in order with what the commands write."""
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
