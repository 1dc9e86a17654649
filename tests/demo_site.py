"""Builds the site of the demo's eight weeks and shows it: `make demo-site`.

Without a terminal it only builds the site, and says where it lies.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from demo_weeks import Ground, publish_weeks, write

from socialscore.commands import main as socialscore


def main() -> int:
    ground = Ground(Path(tempfile.mkdtemp(prefix="socialscore-site-")))
    made = ground.run("demo", "--store", "store", show=False)
    if made.returncode or not publish_weeks(ground) or ground.run("site").returncode:
        write(made.stderr)
        return 1
    site = ground.folder / "site"
    write(f"\nThe site lies in {site}; its bodies and messages are invented.\n")
    if sys.stdout.isatty():
        socialscore(["serve", str(site), "--port", "0"])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
