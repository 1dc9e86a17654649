"""One run of one job, in a process of its own: `python -m bench.child JOB FOLDER`.

The last line that it writes is JSON: `seconds`, of the job without its imports, and `peak_mb`, the
largest resident memory of this process or of one that it started.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from pathlib import Path
from time import perf_counter

from bench.jobs import JOBS

gc.set_threshold(1_000_000)  # as commands have it
job, folder = sys.argv[1:]
call = JOBS[job](Path(folder))
begun = perf_counter()
call()
seconds = perf_counter() - begun
usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
peak_kib = max(usage.ru_maxrss for usage in usages)
# DuckDB 2 draws a bar of its progress on stdout, and may leave its line open.
print("\n" + json.dumps({"seconds": seconds, "peak_mb": peak_kib * 1024 / 1e6}))
