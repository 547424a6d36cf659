"""Stage `final_editions`: the folder of each audience, once all who validate have signed."""

from __future__ import annotations

from estimates.release_view import analyses_view, release_view
from pipeline.analysis_files import read_analyses
from pipeline.editions.writing import write_editions
from pipeline.estimate_files import read_estimates
from pipeline.release import Release
from pipeline.run import Run
from pipeline.study_files import load_study
from pipeline.weight_files import write_json


def run(run: Run) -> None:
    """Write the signed editions of one study.

    Parameters
    ----------
    run : Run
        Reads what was signed and the `release` made of it; leaves what `editions` leaves, without the mark of a draft.

    Raises
    ------
    DataError
        A file tells what its edition may not, or all editions together tell what one of them hides.
    """
    loaded = load_study(run.study_folder, run.project)
    study, dictionary = loaded.study, loaded.dictionary
    view = release_view(read_estimates(run.input("estimate") / "estimates.csv"), study, dictionary)
    analyses = analyses_view(read_analyses(run.input("estimate")), study, dictionary)
    release = Release(loaded, view, analyses, run.input("validate") / "validation.json", final=True)
    documents = {name: run.input("release") for name in ("report", "brief")}
    write_json(run.output / "record.json", write_editions(run, release, run.input("release"), documents))
