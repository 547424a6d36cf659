"""Stage `disseminate`: the published view of the estimates in the forms that others import."""

from __future__ import annotations

from estimates.protection import published_view
from pipeline.attack import refuse_leaks, refuse_without_audit
from pipeline.attack_study import attack_folder
from pipeline.estimate_files import breakdown_columns, read_estimates
from pipeline.open_tables import write_checksums, write_data_package, write_open_tables
from pipeline.release_metadata import banner, describe
from pipeline.run import Run
from pipeline.sdmx_files import write_sdmx
from pipeline.study_files import load_study
from pipeline.table_labels import Labels
from pipeline.weight_files import read_record, write_json
from pipeline.workbook import write_workbook


def run(run: Run) -> None:
    """Write the files of a release.

    Parameters
    ----------
    run : Run
        Reads ``estimates.csv`` of ``estimate``, and needs ``validate`` to have passed; leaves
        ``estimates.csv``, ``labels.csv``, ``datapackage.json``, a workbook for each language, SDMX data and
        structure, ``record.json`` and ``SHA256SUMS``. Every file is written from the published view.

    Raises
    ------
    DataError
        No passed disclosure audit; or, after everything is written and before it is published, an attack on
        the finished files that learns more than the rules allow.
    """
    loaded = load_study(run.study_folder, run.project)
    study, folder = loaded.study, run.output
    refuse_without_audit(read_record(run.input("validate")), study.name)
    validated = run.input("validate") / "validation.json"
    view = published_view(read_estimates(run.input("estimate") / "estimates.csv"))
    breakdowns = breakdown_columns(view)
    spanish, english = Labels(loaded.dictionary, "es"), Labels(loaded.dictionary, "en")
    write_open_tables(folder, view, breakdowns, (spanish, english))
    write_data_package(
        folder,
        breakdowns,
        name=study.name,
        title={"es": study.title.es, "en": study.title.en},
        synthetic=study.synthetic,
        spanish=spanish,
        english=english,
    )
    for labels in (spanish, english):
        if labels.language in study.languages:
            write_workbook(
                folder / f"{study.name}_{labels.language}.xlsx",
                view,
                breakdowns,
                labels,
                title=study.title.get(labels.language),
                banner=banner(study, labels.language),
                metadata=describe(study, labels.language, validated),
                year=study.year,
            )
    write_sdmx(
        folder, view, breakdowns, english, country=study.country, year=study.year, title=study.title.en
    )
    counts = {str(status): int(count) for status, count in view["status"].value_counts().items()}
    attacked = attack_folder(folder, loaded, run.build, earlier=run.study_folder / "earlier")
    refuse_leaks(attacked, study.name)
    write_json(folder / "record.json", {"rows": len(view), "by_status": counts, "attack": attacked.record()})
    write_checksums(folder)
