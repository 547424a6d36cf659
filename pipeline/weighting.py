"""Stage `weight`: the recipe of the study applied to the microdata, from top to bottom."""

from __future__ import annotations

from pipeline.control_totals import totals_of_recipe
from pipeline.microdata_files import read_microdata
from pipeline.run import Run
from pipeline.study_files import load_study
from pipeline.weight_files import (
    weights_record,
    write_calibrations,
    write_history,
    write_json,
    write_weights,
)
from weights.recipe import prepare


def run(run: Run) -> None:
    """Weight the microdata of one study.

    Parameters
    ----------
    run : Run
        Reads the microdata of ``ingest`` and the known totals of the study folder; leaves
        ``weights_<level>.parquet``, ``calibration_<level>.parquet`` for the variance, ``weights_history.csv``
        and ``record.json``.

    Raises
    ------
    StudyError
        The recipe or the known totals do not hold together.
    DataError
        A step cannot be done on these microdata; nothing is left.
    """
    loaded = load_study(run.study_folder, run.project)
    totals = totals_of_recipe(loaded)
    microdata = read_microdata(run.input("ingest"), loaded.dictionary)

    run.say(es="Ponderando", en="Weighting")
    recipe = prepare(
        loaded.study, loaded.dictionary, microdata, totals,
        lambda position: loaded.files.study.where(("weighting", position)),
    )  # fmt: skip
    weights = recipe.weigh()

    write_weights(run.output, weights, microdata)
    write_calibrations(run.output, weights, microdata)
    write_history(run.output / "weights_history.csv", weights)
    write_json(run.output / "record.json", weights_record(weights))
