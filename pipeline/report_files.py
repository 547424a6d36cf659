"""Files of the report: records read, pages written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.report_model import Report
from pipeline.report_pdf import compile_pdf
from pipeline.report_render import render_html, render_typst


def read_records(folders: Mapping[str, Path]) -> dict[str, Mapping[str, Any]]:
    """Read ``record.json`` of each stage; a stage that left none has none."""
    return {stage: json.loads((folder / "record.json").read_text(encoding="utf-8"))
            for stage, folder in folders.items() if (folder / "record.json").is_file()}


def write_report(folder: Path, report: Report, templates: Path) -> None:
    """Write one language of a report: PDF, page, and the brief of two pages."""
    language = report.words.language
    charts = {chart.anchor: chart.svg for chart in report.charts if chart.svg}
    for name in ("report", "brief"):
        pdf = compile_pdf(render_typst(report, templates, f"{name}.j2"), charts, templates, year=report.year,
                          where=f"report_templates  {name}_{language}.pdf")
        (folder / f"{name}_{language}.pdf").write_bytes(pdf)
    (folder / f"report_{language}.html").write_text(render_html(report, templates), encoding="utf-8")
