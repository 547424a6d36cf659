"""The files of a release: one writer for each format, all of them fed by the same protected rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.analysis_release import analysis_sheets, write_analysis_tables
from pipeline.open_tables import write_data_package, write_open_tables
from pipeline.release import Release
from pipeline.release_metadata import banner, describe
from pipeline.round_release import write_round_tables
from pipeline.sdmx_annotations import about_study
from pipeline.sdmx_files import write_sdmx
from pipeline.workbook import write_workbook

Writer = Callable[[Path, Release], None]


def write_release(folder: Path, release: Release, formats: Sequence[str] | None = None) -> None:
    """Write the files that others import.

    Parameters
    ----------
    folder : Path
        Where to write.
    release : Release
        Nothing is written from anything else.
    formats : sequence of str, optional
        Names in `FORMATS`; all of them by default.
    """
    for name in FORMATS if formats is None else formats:
        FORMATS[name](folder, release)


def write_csv(folder: Path, release: Release) -> None:
    """Write the open tables and their description."""
    study = release.loaded.study
    spanish, english = release.labels
    write_open_tables(folder, release.view, release.breakdowns, release.labels)
    write_data_package(
        folder,
        release.breakdowns,
        name=study.name,
        title={"es": study.title.es, "en": study.title.en},
        synthetic=study.synthetic,
        draft=not release.final,
        spanish=spanish,
        english=english,
    )
    write_analysis_tables(folder, release.analyses, study, release.labels)
    write_round_tables(folder, release.analyses, synthetic=study.synthetic)


def write_workbooks(folder: Path, release: Release) -> None:
    """Write a workbook for each language of the study."""
    study = release.loaded.study
    for labels in release.labels:
        if labels.language in study.languages:
            write_workbook(
                folder / f"{study.name}_{labels.language}.xlsx",
                release.view,
                release.breakdowns,
                labels,
                title=study.title.get(labels.language),
                banner=banner(study, labels.language, draft=not release.final),
                metadata=describe(study, labels.language, release.validated, draft=not release.final),
                year=study.year,
                others=analysis_sheets(release.analyses, study, labels),
            )


def write_exchange(folder: Path, release: Release) -> None:
    """Write SDMX structures and data."""
    about = about_study(release.loaded.study, draft=not release.final)
    write_sdmx(folder, release.view, release.breakdowns, release.labels, about)


# a format is a name that an edition may ask for, and what writes it
FORMATS: dict[str, Writer] = {
    "csv": write_csv,
    "workbook": write_workbooks,
    "sdmx": write_exchange,
}
