"""What ingest leaves beside the microdata: findings, counts, and the reason to stop."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.run import Run
from pipeline.source_reading import SourcesRead
from pipeline.study_files import LoadedStudy
from surveys.checks import count_missing, response_counts
from surveys.findings import COLUMNS, SEVERITIES, Finding
from surveys.harmonization import Harmonized
from surveys.microdata import Microdata
from surveys.problems import DataError, DesignError, Language, ProblemsFound


def write_findings(findings: Sequence[Finding], folder: Path, language: Language) -> None:
    """Write ``findings.csv``, errors first."""
    with (folder / "findings.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for finding in findings:
            writer.writerow([_inert(cell) for cell in finding.row(language)])


def _inert(cell: object) -> object:
    """Keep a spreadsheet from running a text of the source file as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "@", "\t", "\r") else cell


def write_json(path: Path, data: Any) -> None:
    """Write plain data with sorted keys, the same bytes for the same data."""
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def ingest_record(loaded: LoadedStudy, sources: SourcesRead, made: Harmonized, microdata: Microdata | None,
                  findings: Sequence[Finding]) -> dict[str, Any]:
    """Say what ran and what it counted, for the methods annex; no microdata.

    Returns
    -------
    dict
        ``sources``, ``levels``, ``findings`` by severity, ``undocumented`` and ``missing`` counts by
        variable, ``response`` counts by variable, or by level where the study gives them itself.
    """
    levels = (
        {} if microdata is None else {name: {"rows": level.rows} for name, level in microdata.levels.items()}
    )
    return {
        "sources": list(sources.records),
        "levels": levels,
        "findings": {
            severity: sum(finding.severity == severity for finding in findings) for severity in SEVERITIES
        },
        "undocumented": made.undocumented,
        "missing": {} if microdata is None else count_missing(microdata, loaded.dictionary),
        "response": {} if microdata is None else _response(loaded, microdata),
        "synthetic": loaded.study.synthetic_seed,
    }


def _response(loaded: LoadedStudy, microdata: Microdata) -> dict[str, Mapping[str, int]]:
    counts: dict[str, Mapping[str, int]] = {}
    for response in loaded.study.response:
        if response.variable is None:
            counts[response.level] = response.counts
        elif response.variable in microdata.levels[response.level].frame.columns:
            counts[response.variable] = response_counts(microdata, loaded.dictionary, response.variable)
    return counts


def stop_on_errors(findings: Sequence[Finding], loaded: LoadedStudy, run: Run) -> None:
    """Raise every finding of severity error as one error.

    Raises
    ------
    DesignError
        All of them concern the design variables.
    DataError
        Otherwise.
    """
    errors = [finding for finding in findings if finding.severity == "error"]
    if not errors:
        _say_what_to_read(findings, run)
        return
    of_design = all(finding.rule.startswith("design_") for finding in errors)
    kind: type[ProblemsFound] = DesignError if of_design else DataError
    raise kind([finding.problem(loaded.files.where(finding.place)) for finding in errors])


def _say_what_to_read(findings: Sequence[Finding], run: Run) -> None:
    """Tell of warnings at once: results built on a forgotten code look like any other."""
    warnings = sum(finding.severity == "warning" for finding in findings)
    if warnings:
        run.say(
            es=f"{warnings} {'advertencia' if warnings == 1 else 'advertencias'} en ingest/findings.csv: léalas "
            "antes de creer los resultados",
            en=f"{warnings} {'warning' if warnings == 1 else 'warnings'} in ingest/findings.csv: read before "
            "believing the results",
        )
