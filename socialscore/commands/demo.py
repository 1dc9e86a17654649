"""`socialscore demo`: the main job on invented data, without an account or a network."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import typer

from socialscore.commands.common import StoreOption, screen_width

__all__ = ["command"]

# Eight weeks, and the one in which the last requests mature; midnight in Paris.
_COVERS = (datetime(2026, 9, 20, 22, tzinfo=UTC), datetime(2026, 11, 22, 23, tzinfo=UTC))


def command(store: StoreOption = None) -> None:
    """Import the demo's invented messages and rank the bodies they are about.

    Without --store, the messages go to a temporary folder, which you can delete at any time.
    """
    from socialscore.importers import read
    from socialscore.importers.source import Source
    from socialscore.importers.staging import Stage
    from socialscore.inputs.panel_file import read_panel
    from socialscore.inputs.ranking import load_ranking
    from socialscore.inputs.shipped import demo_messages, demo_panel, ranking_path
    from socialscore.intake import keep
    from socialscore.reporters import render
    from socialscore.scoring import MessageSource, score
    from socialscore.store.lake import Store
    from socialscore.store.location import location_at
    from socialscore.store.privacy import Pseudonyms, read_key

    root = store or Path(tempfile.mkdtemp(prefix="socialscore-demo-")) / "store"
    ranking = load_ranking(ranking_path("demo"))
    panel = read_panel(demo_panel())
    key = read_key(location_at(root).here.with_name("demo.key"))
    target = Store.create(root, key_id=Pseudonyms(key).key_id)
    with Source(demo_messages()) as source, Stage() as stage:
        opened = read(source)
        stage.read(opened.rows, source.path)
        receipt = keep(
            stage,
            target,
            panel,
            key,
            source=opened.layout.name,
            collected_at=datetime.now(UTC),
            file_name=source.path.name,
            covers=_COVERS,
        )
    typer.echo(
        f"Imported {receipt.n_addressed:,} messages by and to {len(panel.bodies)} public bodies, "
        f"all of them invented, into {root}.\n",
        err=True,
    )
    board = score(MessageSource(target), panel, ranking)
    text = render(board, "table", width=screen_width(), colour=sys.stdout.isatty())
    typer.echo(text, nl=False)
    typer.echo(_NEXT.format(root=root), err=True)


_NEXT = """
What to try next:
  another way of counting   socialscore rank demo --store {root} --preset socially-devoted
  one week, as CSV          socialscore rank demo --store {root} --period 2026-W46 --format csv
  the method, as SQL        socialscore rank demo --store {root} --sql
  your own messages         socialscore init, then socialscore import FILE --panel PANEL.csv"""
