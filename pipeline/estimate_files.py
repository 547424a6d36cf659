"""Estimates on disk: one CSV that gives back every number to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from estimates.protection import NUMBER_COLUMNS
from estimates.study_plan import methods_of
from surveys.design import Design
from surveys.study import Role, Study

WHOLE = ("n", "n_psu", "cases")
TOTAL = "_T"
#: Rows of editions that the public one does not hold; beside ``estimates.csv``, which everybody may see protected.
FURTHER = "estimates_of_editions.csv"


def write_estimates(path: Path, frame: pd.DataFrame) -> None:
    """Write an estimate table as CSV: UTF-8, comma, ``%.17g``, empty where missing."""
    written = frame.copy()
    for column in WHOLE:
        written[column] = written[column].astype("Int64")
    written.to_csv(path, index=False, float_format="%.17g", lineterminator="\n", encoding="utf-8")


def read_estimates(path: Path) -> pd.DataFrame:
    """Read an estimate table back: codes as text, numbers as float64 with NaN."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    for column in NUMBER_COLUMNS:
        frame[column] = pd.to_numeric(frame[column].replace("", np.nan)).astype(np.float64)
    return frame


def read_every_estimate(folder: Path) -> pd.DataFrame:
    """Read the rows of all editions of a study: those that everybody may see protected, then the others."""
    public = read_estimates(folder / "estimates.csv")
    if not (folder / FURTHER).is_file():
        return public
    further = read_estimates(folder / FURTHER)
    names = list(dict.fromkeys([*breakdown_columns(public), *breakdown_columns(further)]))
    others = [str(name) for name in public.columns if name not in names]
    after = others.index("estimate")
    columns = [*others[:after], *names, *others[after:]]
    both = pd.concat([part.reindex(columns=columns) for part in (public, further)], ignore_index=True)
    both[names] = both[names].fillna(TOTAL)
    kinds = dict.fromkeys(names, public["indicator"].dtype) | dict(public.dtypes)
    return both.astype(kinds)


def without_unused(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the breakdown columns in which every row is a whole."""
    unused = [name for name in breakdown_columns(frame) if (frame[name] == TOTAL).all()]
    return frame.drop(columns=unused).reset_index(drop=True)


def breakdown_columns(frame: pd.DataFrame) -> list[str]:
    """Columns between ``indicator`` and ``estimate``: the breakdown variables."""
    names = [str(name) for name in frame.columns]
    return names[names.index("indicator") + 1 : names.index("estimate")]


def estimation_record(
    study: Study, design: Design, frame: pd.DataFrame, calibration: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Say what ran, for the methods annex: design, methods, counts of rows by status; no microdata."""
    roles = study.design
    return {
        "design": {
            "level": roles.level,
            "stratum": _role(roles.stratum),
            "psu": _role(roles.psu),
            "psu_population": _role(roles.psu_population),
            "nested": roles.nested,
            "strata": design.strata,
            "psus": design.psus,
            "degrees_of_freedom": design.degrees_of_freedom,
            "lonely_psu": roles.lonely_psu,
            "lonely": list(design.lonely),
            "collapsed": [str(group.name) for group in design.collapsed],
            "fpc": design.psu_population is not None,
        },
        "methods": {
            **methods_of(study),
            "calibration": dict(calibration or {}),
            "standards": list(study.publication.standards),
            "planned": list(study.publication.planned),
            "minimum_cases": study.publication.minimum_cases,
        },
        "rows": len(frame),
        "indicators": int(frame["indicator"].nunique()),
        "by_status": {str(status): int(count) for status, count in frame["status"].value_counts().items()},
        "versions": {name: version(name) for name in ("numpy", "pandas", "scipy")},
    }


def _role(role: Role) -> dict[str, Any]:
    if role.variable is not None:
        return {"variable": role.variable}
    unavailable = role.unavailable
    return {
        "unavailable": {
            "es": unavailable.es if unavailable else "",
            "en": unavailable.en if unavailable else "",
        },
        "fallback": role.fallback,
    }
