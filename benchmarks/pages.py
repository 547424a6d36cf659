"""The table and the curves of a benchmark, as Markdown, JSON and a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from benchmarks.tasks import TASKS

NAMES = {
    "caracteriza": "this engine",
    "svy": "svy",
    "samplics": "samplics",
    "balance": "balance",
    "r": "R survey",
    "limit": "reading once",
}


def write_pages(timings: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Write ``bench.md``, ``bench.json``, ``bench.png`` by persons and ``bench_domains.png`` by domains.

    Parameters
    ----------
    timings : sequence of mapping
        Engine, task, persons, seconds, median, MiB and agreement.
    folder : Path
        Where to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(list(timings), indent=1), encoding="utf-8")
    (folder / "bench.md").write_text(_table(timings), encoding="utf-8")
    _curves(timings, folder / "bench.png")
    _domains(timings, folder / "bench_domains.png")


def _table(timings: Sequence[Mapping[str, Any]]) -> str:
    ours = {
        (item["task"], item["persons"]): item for item in timings if item["engine"] == "caracteriza" and item["seconds"]
    }
    lines = [
        "| task | persons | engine | seconds | spread | times ours | processor seconds | times ours | MiB "
        "| estimates differ | SE differ |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for item in timings:
        which = f"| {item['task']} | {item['persons']:,} | {NAMES[item['engine']]}"
        if not item["seconds"]:
            lines.append(f"{which} | {item['failed']} | | | | | | | |")
            continue
        mine = ours.get((item["task"], item["persons"]))
        wall, work = (_times(item, mine, name) for name in ("median", "processor_median"))
        spread = f"{min(item['seconds']):.3g}-{max(item['seconds']):.3g}"
        far = [("" if item[name] is None else f"{item[name]:.1e}") for name in ("estimate", "se")]
        lines.append(
            f"{which} | {item['median']:.3g} | {spread} | {wall} | {item['processor_median']:.3g} | {work} "
            f"| {item['mib']:.0f} | {far[0]} | {far[1]} |"
        )
    words = [f"- **{name}** {task.words}: {task.cells:,} estimates" for name, task in TASKS.items()]
    return "\n".join([*words, "", *lines, "", *_bootstraps(ours)])


def _times(item: Mapping[str, Any], mine: Mapping[str, Any] | None, name: str) -> str:
    return f"{item[name] / mine[name]:.3g}" if mine and mine[name] else ""


def _bootstraps(ours: Mapping[tuple[str, int], Mapping[str, Any]]) -> list[str]:
    """Compare the replicates of the plan with its linearization, where both were timed."""
    lines = []
    for (name, persons), mine in ours.items():
        if TASKS[name].replicates and ("T4", persons) in ours and TASKS[name].indicators == TASKS["T4"].indicators:
            whole = ours["T4", persons]
            lines.append(
                f"{name} takes {_times(mine, whole, 'median')} times T4 at {persons:,} persons, "
                f"{_times(mine, whole, 'processor_median')} times in processor seconds.  "
            )
    return [*lines, ""] if lines else []


def _curves(timings: Sequence[Mapping[str, Any]], path: Path) -> None:
    tasks = list(dict.fromkeys(item["task"] for item in timings))
    figure, axes = plt.subplots(1, len(tasks), figsize=(3.2 * len(tasks), 3.2), squeeze=False, layout="constrained")
    for axis, task in zip(axes[0], tasks, strict=True):
        for engine, mark in zip(NAMES, "os^vDx", strict=True):
            points = sorted(
                (item["persons"], item["median"])
                for item in timings
                if item["task"] == task and item["engine"] == engine and item["seconds"]
            )
            if points:
                axis.loglog(*zip(*points, strict=True), marker=mark, label=NAMES[engine])
        axis.set(title=task, xlabel="persons")
        axis.grid(alpha=0.3)
    axes[0][0].set_ylabel("seconds")
    axes[0][-1].legend(fontsize=7)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def _domains(timings: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Seconds by number of domains, one line for each engine and number of persons."""
    points: dict[tuple[str, int], list[tuple[int, float]]] = {}
    for item in timings:
        if item["task"].startswith("D") and item["seconds"]:
            at = TASKS[item["task"]].cells, item["median"]
            points.setdefault((item["engine"], item["persons"]), []).append(at)
    points = {line: sorted(some) for line, some in points.items() if len(some) > 1}
    if not points:
        return
    figure, axis = plt.subplots(figsize=(5.5, 4), layout="constrained")
    marks = dict(zip(NAMES, "os^vDx", strict=True))
    for (engine, persons), some in points.items():
        dash = ":" if engine == "limit" else "-"
        axis.loglog(*zip(*some, strict=True), dash, marker=marks[engine], label=f"{NAMES[engine]}, {persons:,}")
    axis.set(title="one mean by domains", xlabel="domains", ylabel="seconds")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=7)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)
