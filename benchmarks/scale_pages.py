"""The table and the curve of the scan by size, as Markdown, JSON and a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

NAMES = {"streamed": "streamed (default)", "duckdb": "DuckDB", "reading": "reading once"}


def write_pages(found: Sequence[Mapping[str, Any]], census: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Write ``scale.md``, ``scale.json`` and ``scale.png``.

    Parameters
    ----------
    found : sequence of mapping
        `benchmarks.scale.Scanned`, as mappings.
    census : sequence of mapping
        `benchmarks.scale_census.census_timings`.
    folder : Path
        Where to.
    """
    told = {"scans": list(found), "census": list(census)}
    (folder / "scale.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    (folder / "scale.md").write_text(_table(found, census), encoding="utf-8")
    if found:
        _curve(found, folder / "scale.png")


def _table(found: Sequence[Mapping[str, Any]], census: Sequence[Mapping[str, Any]]) -> str:
    lines = ["20 indicators by 6 breakdowns, from Parquet to estimates with errors, intervals and verdicts.", ""]
    lines += [
        "| rows | carrier | seconds | times reading | processor seconds | MiB | GB read | estimates | files |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    reading = {item["rows"]: item["seconds"] for item in found if item["carrier"] == "reading"}
    for item in found:
        times = f"{item['seconds'] / reading[item['rows']]:.2f}" if item["rows"] in reading else ""
        kept = "all at once" if item["stored"] else "one by one"
        lines.append(
            f"| {item['rows']:,} | {NAMES[item['carrier']]} | {item['seconds']:.2f} | {times} "
            f"| {item['processor']:.2f} | {item['mib']:.0f} | {item['bytes'] / 1e9:.2f} | {item['estimates']:,} "
            f"| {kept} |"
        )
    for item in census:
        lines.append("")
        lines.append(
            f"A census of {item['persons']:,} persons, 60 indicators by 6 breakdowns ({item['estimates']:,} "
            f"estimates), {item['run']}: {item['seconds']:.2f} s, {item['processor']:.2f} processor s, "
            f"{item['mib']:.0f} MiB."
        )
    return "\n".join([*lines, ""])


def _curve(found: Sequence[Mapping[str, Any]], path: Path) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
    for carrier, mark in zip(NAMES, "osx", strict=True):
        mine = sorted((item["rows"], item["seconds"], item["mib"]) for item in found if item["carrier"] == carrier)
        if mine:
            rows, seconds, memory = zip(*mine, strict=True)
            axes[0].loglog(rows, seconds, marker=mark, label=NAMES[carrier])
            axes[1].semilogx(rows, memory, marker=mark, label=NAMES[carrier])
    axes[0].axhline(300, color="grey", linestyle=":")
    axes[1].axhline(1024, color="grey", linestyle=":")
    axes[0].set(xlabel="rows", ylabel="seconds")
    axes[1].set(xlabel="rows", ylabel="greatest memory, MiB", ylim=(0, None))
    for axis in axes:
        axis.grid(alpha=0.3)
    axes[0].legend(fontsize=8)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)
