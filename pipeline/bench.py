"""``make bench``: how long each stage takes from nothing."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

from pipeline.progress import Progress
from pipeline.run_log import LOG
from pipeline.runner import Request, run_stages


def bench(request: Request, progress: Progress) -> str:
    """Run a study in an empty folder of results and return the seconds by stage, as tab-separated lines."""
    with tempfile.TemporaryDirectory(prefix="caracteriza-") as folder:
        fresh = replace(request, build=Path(folder))
        run_stages(fresh, "study", progress)
        lines = [json.loads(line) for line in (fresh.results / LOG).read_text(encoding="utf-8").splitlines()]
    total = sum(line["seconds"] for line in lines)
    return "\n".join([f"{line['stage']}\t{line['seconds']:.2f}" for line in lines] + [f"total\t{total:.2f}"])
