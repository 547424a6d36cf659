"""The files of a release, all written from one protected view: tables, workbook, SDMX."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from pipeline.analysis_release import analysis_sheets, write_analysis_tables
from pipeline.estimate_files import breakdown_columns
from pipeline.open_tables import write_data_package, write_open_tables
from pipeline.release_metadata import banner, describe
from pipeline.round_release import write_round_tables
from pipeline.sdmx_annotations import about_study
from pipeline.sdmx_files import write_sdmx
from pipeline.study_files import LoadedStudy
from pipeline.table_labels import Labels
from pipeline.workbook import write_workbook


def write_release(
    folder: Path, loaded: LoadedStudy, view: pd.DataFrame, validated: Path, *, final: bool,
    analyses: Mapping[str, pd.DataFrame],
) -> None:  # fmt: skip
    """Write the files that others import.

    Parameters
    ----------
    folder : Path
        Where to write.
    loaded : LoadedStudy
        The study and its dictionary.
    view : DataFrame
        Published view of the estimates; nothing else is written from.
    validated : Path
        ``validation.json``; its hash ties the release to what was checked.
    final : bool
        Signed by all who validate. Otherwise every file for people says that it is a draft.
    analyses : mapping of str to DataFrame
        What may be published of comparisons, models, tests, changes and trends.
    """
    study = loaded.study
    breakdowns = breakdown_columns(view)
    spanish, english = Labels(loaded.dictionary, "es"), Labels(loaded.dictionary, "en")
    write_open_tables(folder, view, breakdowns, (spanish, english))
    write_data_package(
        folder,
        breakdowns,
        name=study.name,
        title={"es": study.title.es, "en": study.title.en},
        synthetic=study.synthetic,
        draft=not final,
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
                banner=banner(study, labels.language, draft=not final),
                metadata=describe(study, labels.language, validated, draft=not final),
                year=study.year,
                others=analysis_sheets(analyses, study, labels),
            )
    write_analysis_tables(folder, analyses, study, (spanish, english))
    write_round_tables(folder, analyses, synthetic=study.synthetic)
    write_sdmx(folder, view, breakdowns, (spanish, english), about_study(study, draft=not final))
