"""Weights on disk: one Parquet file per weighted level, keys beside every factor, and the history of the steps."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.private_store.private_files import private_input, private_output
from surveys.microdata import LevelData, Microdata
from surveys.problems import DataError, Message, Problem
from weights.weight_set import WeightSet

WEIGHTS_OF_OTHERS = Message(
    "weights_of_other_microdata",
    "the weights of level '{level}' belong to other microdata; row by row the same keys were expected. "
    "Run `make weight` again.",
    "los factores del nivel '{level}' son de otros microdatos; se esperaban las mismas claves fila por fila. "
    "Ejecute de nuevo `make weight`.",
)


def write_weights(folder: Path, weights: Mapping[str, WeightSet], microdata: Microdata) -> None:
    """Write ``weights_<level>.parquet`` for every weighted level, readable by its owner only.

    Parameters
    ----------
    folder : Path
        Where to write.
    weights : mapping of str to WeightSet
        By level; units in the order of the level's rows.
    microdata : Microdata
        Gives the keys, so that the file can be read without this program.
    """
    for level, weight_set in weights.items():
        data = microdata.levels[level]
        columns: dict[str, Any] = {name: data.frame[name] for name in data.key}
        columns["base"] = weight_set.base
        for position, step in enumerate(weight_set.steps, start=1):
            columns[f"factor_{position}_{step.name}"] = step.factor
        columns["weight"] = weight_set.final
        with private_output(folder / f"weights_{level}.parquet") as out:
            pd.DataFrame(columns).to_parquet(out, index=False)


def read_weights(folder: Path, microdata: Microdata) -> dict[str, NDArray[np.float64]]:
    """Read final weights back, for the levels that have their own.

    Parameters
    ----------
    folder : Path
        Folder of the weighting stage.
    microdata : Microdata
        The rows the weights belong to.

    Returns
    -------
    dict of str to (n,) float
        By level, in the order of the level's rows.

    Raises
    ------
    DataError
        When the keys in a file are not those of the microdata, row by row: the two stages disagree.
    """
    weights: dict[str, NDArray[np.float64]] = {}
    for level, data in microdata.levels.items():
        path = folder / f"weights_{level}.parquet"
        if not path.exists():
            continue
        frame = _read(path)
        if not _same_keys(frame, data):
            raise DataError([Problem(WEIGHTS_OF_OTHERS, path.name, {"level": level})])
        weights[level] = frame["weight"].to_numpy(dtype=np.float64)
    return weights


def weights_record(weights: Mapping[str, WeightSet]) -> dict[str, Any]:
    """Say what ran, for the methods annex: one entry per level and step, no microdata."""
    return {
        "steps": [
            {
                "step": step.name,
                "level": level,
                "contains": list(step.contains),
                **step.parameters,
                **step.diagnostics,
            }
            for level, weight_set in weights.items()
            for step in weight_set.steps
        ]
    }


def write_calibrations(folder: Path, weights: Mapping[str, WeightSet], microdata: Microdata) -> None:
    """Write what the last calibration of each level knew, for the variance; readable by its owner only.

    ``calibration_<level>.parquet`` has the keys, the group of each unit and its weight before the calibration;
    ``calibration_<level>_groups.parquet`` the auxiliary vector of each group, a column for each known total.
    """
    for level, weight_set in weights.items():
        found = weight_set.calibrated()
        if found is None:
            continue
        cells, before = found
        data = microdata.levels[level]
        units: dict[str, Any] = {name: data.frame[name] for name in data.key}
        units |= {"group": cells.group, "base_weight": before}
        names = [f"{number} {margin} {cell}".strip() for number, (margin, cell) in enumerate(cells.names, start=1)]
        for name, frame in (
            (f"calibration_{level}", pd.DataFrame(units)),
            (f"calibration_{level}_groups", pd.DataFrame(cells.x, columns=names)),
        ):
            with private_output(folder / f"{name}.parquet") as out:
                frame.to_parquet(out, index=False)


def read_calibrations(
    folder: Path, microdata: Microdata
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]]:
    """Read back what the last calibration of each level knew.

    Returns
    -------
    dict of str to (group, x, base_weight)
        By level: group of each unit (n,) int, auxiliary vector of each group (G, k) float, and weights before
        the calibration (n,) float. Levels that were not calibrated are not there.

    Raises
    ------
    DataError
        When the keys in a file are not those of the microdata.
    """
    found = {}
    for level, data in microdata.levels.items():
        path = folder / f"calibration_{level}.parquet"
        if not path.exists():
            continue
        frame = _read(path)
        if not _same_keys(frame, data):
            raise DataError([Problem(WEIGHTS_OF_OTHERS, path.name, {"level": level})])
        x = _read(folder / f"calibration_{level}_groups.parquet").to_numpy(dtype=np.float64)
        found[level] = (frame["group"].to_numpy(np.int64), x, frame["base_weight"].to_numpy(np.float64))
    return found


HISTORY = ("level", "position", "step", "measure", "cell", "target", "target_se", "before", "after", "value")


def write_history(path: Path, weights: Mapping[str, WeightSet]) -> None:
    """Write what was measured after every step, one number or one cell a line; counts and sums, no microdata.

    Columns ``target`` (known total) and ``target_se``, ``before`` and ``after`` the step, or ``value`` alone.
    """
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HISTORY)
        for level, weight_set in weights.items():
            for position, step in enumerate(weight_set.steps, start=1):
                start = (level, position, step.name)
                for name, value in step.diagnostics.items():
                    if name != "tables" and isinstance(value, int | float):
                        writer.writerow((*start, name, "", "", "", "", "", _plain(value)))
                for row in step.diagnostics.get("tables") or ():
                    numbers = [_plain(row.get(column)) for column in HISTORY[5:]]
                    writer.writerow((*start, row["measure"], row["cell"], *numbers))


def _plain(value: Any) -> str:
    return "" if value is None else f"{value:.17g}" if isinstance(value, float) else str(value)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a record so that equal content gives equal bytes."""
    path.write_text(
        json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n",
        encoding="utf-8",
    )


def _read(path: Path) -> pd.DataFrame:
    with private_input(path) as stream:
        return pd.read_parquet(stream)


def _same_keys(frame: pd.DataFrame, data: LevelData) -> bool:
    if len(frame) != len(data.frame):
        return False
    return all(
        (frame[name].astype(str).to_numpy() == data.frame[name].astype(str).to_numpy()).all()
        for name in data.key
    )


def read_record(folder: Path) -> dict[str, Any]:
    """Read the record that a stage left; empty when it left none."""
    path = folder / "record.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return content
