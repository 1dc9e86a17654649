"""`python -m bench [PART ...]`: measures, prints tables, and writes them to bench/RESULTS.md."""

from __future__ import annotations

import argparse
import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench.importing import CARE_CSV, ROWS_PER_POST
from bench.measure import FINDINGS, PARTS, found, measured, run_once
from bench.report import HEADER, facts, markdown, plain, rows, with_section
from bench.seed import invented, read_seed, write_repeated

if TYPE_CHECKING:
    from collections.abc import Sequence

_HERE = Path(__file__).parent
_SAMPLE = _HERE.parents[1] / "shared" / "data" / "care_tweets" / "head_1000.csv"


def main(
    arguments: Sequence[str] | None = None,
    *,
    data: Path = _HERE / "data",
    results: Path = _HERE / "RESULTS.md",
) -> None:
    """Measure the parts that are asked for."""
    options = _options(arguments)
    seed = read_seed(options.seed_file) if options.seed_file else invented()
    parts = options.parts or (*PARTS, *FINDINGS)
    folder = _folder_with_rows(data, seed, options.rows) if set(parts) & set(PARTS) else data
    origin = options.seed_file.name if options.seed_file else "invented"
    about = (
        f"{facts()} Each time is the median of some runs after a warm-up, with their range and the "
        f"largest peak of memory. The rows repeat {len(seed):,} rows ({origin}) with new ids."
    )
    measured_on = f"Measured on {datetime.now(UTC):%d %B %Y}"
    done: set[str] = set()
    for name in parts:
        print(f"bench: {name} …", file=sys.stderr)
        note = f"{measured_on}."
        if name in FINDINGS:
            tables = found(FINDINGS[name])
        else:
            part = PARTS[name]
            for job in part.needs:
                if job not in done:
                    run_once(job, folder)
            done.update((*part.needs, *(job.name for job in part.jobs)))
            n_posts = options.rows // ROWS_PER_POST
            title = part.title.format(rows=f"{options.rows:,}", posts=f"{n_posts:,}")
            tables = [(title, HEADER, rows(part, measured(part, folder, options.runs)))]
            note = f"{measured_on}; runs: {options.runs or '1, without a warm-up'}."
        # Written at once: all of them take hours.
        for title, header, lines in tables:
            print(plain(title, lines, header), flush=True)
            before = results.read_text(encoding="utf-8") if results.exists() else ""
            text = with_section(before, about, title, f"{markdown(lines, header)}\n{note}\n")
            results.write_text(text, encoding="utf-8")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    known = (*PARTS, *FINDINGS)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(known)}; default: all"
    )
    parser.add_argument(
        "--runs", type=int, default=5, metavar="N", help="besides the warm-up; 0: it counts"
    )
    parser.add_argument(
        "--rows", type=int, default=2_000_000, metavar="N", help="to import and rank"
    )
    parser.add_argument(
        "--seed-file",
        type=Path,
        default=_SAMPLE if _SAMPLE.exists() else None,
        metavar="FILE",
        help="rows in the care layout, to be repeated; default: the public sample beside the "
        "checkout, else invented rows",
    )
    options = parser.parse_args(arguments)
    for part in options.parts:
        if part not in known:
            parser.error(f"there is no part {part!r}; take {', '.join(known)}")
    return options


def _folder_with_rows(data: Path, seed: Sequence[Sequence[str]], n_rows: int) -> Path:
    """The folder of the jobs; its file of rows is written once for each seed and number."""
    folder = data / f"{n_rows}-{hashlib.sha256(repr(seed).encode()).hexdigest()[:8]}"
    if not (folder / CARE_CSV).exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / "unfinished.csv"
        write_repeated(seed, n_rows, unfinished)
        unfinished.rename(folder / CARE_CSV)
    return folder


if __name__ == "__main__":
    main()
