"""What weighting left of its calibrations, made ready for the variance, and what the methods annex says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.calibrations import Calibrations, PhaseRows
from pipeline.private_store.private_files import private_input
from pipeline.weight_files import read_calibrations, read_record
from surveys.dictionary import Dictionary
from surveys.microdata import Microdata
from surveys.study import Study
from weights.recipe_columns import RecipeColumns, with_recipe_variables
from weights.weight_set import WeightSet

# Factors that came before a calibration and that the variance takes as if they had been known beforehand.
ESTIMATED = ("unknown_eligibility", "nonresponse", "two_phase")


def study_calibrations(folder: Path, study: Study, dictionary: Dictionary, microdata: Microdata) -> Calibrations:
    """Read the calibrations and second phases of a study.

    Parameters
    ----------
    folder : Path
        Of the weighting stage.
    study, dictionary : Study, Dictionary
        The recipe, and the variables that it reads.
    microdata : Microdata
        The rows that were weighted.

    Returns
    -------
    Calibrations
        Without any where the weights were given.
    """
    steps = _steps_by_level(read_record(folder))
    inherits = frozenset(level for level, own in steps.items() if own and own[0]["step"] == "inherit")
    return Calibrations(
        read_calibrations(folder, microdata), inherits, _phases(folder, study, dictionary, microdata, steps)
    )


def weighed_calibrations(
    weights: Mapping[str, WeightSet], study: Study, dictionary: Dictionary, microdata: Microdata
) -> Calibrations:
    """Take what weighting leaves for the variance from the weights themselves, as `study_calibrations` from files.

    Parameters
    ----------
    weights : mapping of str to WeightSet
        By level, as `weights.recipe.Recipe.weigh` gives them.
    study, dictionary, microdata
        As `study_calibrations`.
    """
    known = {level: (cells.group, cells.x, before)
             for level, made in weights.items() if (found := made.calibrated()) is not None
             for cells, before in (found,)}  # fmt: skip
    inherits = frozenset(level for level, made in weights.items() if made.steps and made.steps[0].name == "inherit")
    phases = {}
    for level, made in weights.items():
        names = [step.name for step in made.steps]
        if not _one_second_phase(names):
            continue
        position = names.index("two_phase")
        before = made.base.copy()
        for step in made.steps[:position]:
            before = before * step.factor
        own = made.steps[position]
        phases[level] = _phase_rows(
            before, own.factor, level, own.parameters.get("groups"), study, dictionary, microdata
        )
    return Calibrations(known, inherits, phases)


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
        if owner is not None and owner in calibrations.known:
            taken[level] = int(calibrations.known[owner][1].shape[1])
            as_known |= {str(step["step"]): None for step in own if step["step"] in ESTIMATED}
            if owner in calibrations.phases:
                as_known.pop("two_phase", None)
        elif any("calibration" in step.get("contains", ()) for step in own):
            ignored.append(level)
    found: dict[str, Any] = {"taken": taken, "ignored": ignored, "as_known": list(as_known)}
    if calibrations.phases:
        found["two_phase"] = {
            level: {"listed": int(rows.listed.sum()), "taken": int(rows.taken.sum())}
            for level, rows in calibrations.phases.items()
        }
    return found


def _phases(
    folder: Path, study: Study, dictionary: Dictionary, microdata: Microdata,
    ran: Mapping[str, list[Mapping[str, Any]]],
) -> dict[str, PhaseRows]:  # fmt: skip
    """Find who was listed and who was taken, from the factors that weighting left."""
    found: dict[str, PhaseRows] = {}
    for level, own in ran.items():
        names = [str(step["step"]) for step in own]
        if not _one_second_phase(names):
            continue
        position = names.index("two_phase")
        with private_input(folder / f"weights_{level}.parquet") as stream:
            frame = pd.read_parquet(stream)
        before = frame["base"].to_numpy(dtype=np.float64)
        for number, name in enumerate(names[:position], start=1):
            before = before * frame[f"factor_{number}_{name}"].to_numpy(dtype=np.float64)
        factor = frame[f"factor_{position + 1}_two_phase"].to_numpy(dtype=np.float64)
        found[level] = _phase_rows(before, factor, level, own[position].get("groups"), study, dictionary, microdata)
    return found


def _one_second_phase(steps: Sequence[str]) -> bool:
    # Rounds put together have each a listing of their own, and a second phase within a second is not known here.
    return steps.count("two_phase") == 1 and "pool" not in steps


def _phase_rows(
    before: NDArray[np.float64], factor: NDArray[np.float64], level: str, groups: object, study: Study,
    dictionary: Dictionary, microdata: Microdata,
) -> PhaseRows:  # fmt: skip
    whole = with_recipe_variables(study, dictionary, microdata, lambda step: f"weighting.{step}")
    classes = RecipeColumns(whole, dictionary, level, "weighting").classes(groups)
    return PhaseRows(before > 0, (before > 0) & (factor > 0), classes.code.astype(np.int64))


def _steps_by_level(record: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for step in record.get("steps", ()):
        found.setdefault(str(step.get("level", "")), []).append(step)
    return found
