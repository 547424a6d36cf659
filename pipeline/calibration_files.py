"""What weighting left of its calibrations, made ready for the variance, and what the methods annex says of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from estimates.level_calibration import Calibrations
from pipeline.weight_files import read_calibrations, read_record
from surveys.microdata import Microdata

# Factors that came before a calibration and that the variance takes as if they had been known beforehand.
ESTIMATED = ("unknown_eligibility", "nonresponse", "two_phase")


def study_calibrations(folder: Path, microdata: Microdata) -> Calibrations:
    """Read the calibrations of a study.

    Parameters
    ----------
    folder : Path
        Of the weighting stage.
    microdata : Microdata
        The rows that were weighted.

    Returns
    -------
    Calibrations
        Without any where the weights were given.
    """
    steps = _steps_by_level(read_record(folder))
    inherits = frozenset(level for level, own in steps.items() if own and own[0]["step"] == "inherit")
    return Calibrations(read_calibrations(folder, microdata), inherits)


def calibration_record(
    folder: Path, microdata: Microdata, weights: Mapping[str, NDArray[Any]], calibrations: Calibrations
) -> dict[str, Any]:
    """Say which weights are calibrated, and for which of them the variance knows.

    Parameters
    ----------
    folder : Path
        Of the weighting stage.
    microdata, weights, calibrations
        As estimation used them.

    Returns
    -------
    dict
        ``taken``: levels with the number of known totals behind them; ``ignored``: levels whose weights were
        calibrated, which the variance cannot know; ``as_known``: earlier steps whose factors count as known.
    """
    taken: dict[str, int] = {}
    ignored: list[str] = []
    as_known: dict[str, None] = {}
    steps = _steps_by_level(read_record(folder))
    for level in weights:
        own = steps.get(level, [])
        owner = calibrations.owner(level, microdata, weights)
        if owner is not None:
            taken[level] = int(calibrations.known[owner][1].shape[1])
            as_known |= {str(step["step"]): None for step in own if step["step"] in ESTIMATED}
        elif any("calibration" in step.get("contains", ()) for step in own):
            ignored.append(level)
    return {"taken": taken, "ignored": ignored, "as_known": list(as_known)}


def _steps_by_level(record: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for step in record.get("steps", ()):
        found.setdefault(str(step.get("level", "")), []).append(step)
    return found
