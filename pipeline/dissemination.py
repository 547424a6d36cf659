"""Stage `disseminate`: the published view of the estimates in the forms that others import."""

from __future__ import annotations

from estimates.release_view import analyses_view, release_view
from pipeline.analysis_files import read_analyses
from pipeline.attack import refuse_leaks, refuse_without_audit
from pipeline.attack_study import attack_folder
from pipeline.estimate_files import read_estimates
from pipeline.open_tables import write_checksums
from pipeline.release import Release
from pipeline.release_files import write_release
from pipeline.releases import read_releases
from pipeline.run import Run
from pipeline.study_files import load_study
from pipeline.weight_files import read_record, write_json


def run(run: Run) -> None:
    """Write the files of a release, as a draft.

    Parameters
    ----------
    run : Run
        Reads ``estimates.csv`` of ``estimate``, and needs ``validate`` to have passed; leaves
        ``estimates.csv``, ``labels.csv``, ``datapackage.json``, a workbook for each language, SDMX data and
        structure, ``comparisons.csv``, ``models.csv``, ``tests.csv``,
        ``change.csv``, ``trend.csv`` and ``trend_tests.csv`` and ``small_areas.csv`` where they have rows,
        ``record.json`` and ``SHA256SUMS``. Every file is written from the published view.

    Raises
    ------
    DataError
        No passed disclosure audit; an earlier signed release that was altered; or, after everything is written
        and before it is published, an attack on the finished files that learns more than the rules allow.
    """
    loaded = load_study(run.study_folder, run.project)
    study, folder = loaded.study, run.output
    refuse_without_audit(read_record(run.input("validate")), study.name)
    view = release_view(read_estimates(run.input("estimate") / "estimates.csv"), study, loaded.dictionary)
    analyses = analyses_view(read_analyses(run.input("estimate")), study, loaded.dictionary)
    release = Release(loaded, view, analyses, run.input("validate") / "validation.json", final=False)
    formats = write_release(folder, release)
    counts = {str(status): int(count) for status, count in view["status"].value_counts().items()}
    earlier = [release.folder for release in read_releases(run.study_folder)]
    attacked = attack_folder(folder, loaded, run.build, earlier=earlier)
    refuse_leaks(attacked, study.name)
    write_json(folder / "record.json", {
        "rows": len(view), "by_status": counts, "formats": formats, "attack": attacked.record(),
    })  # fmt: skip
    write_checksums(folder)
