"""The files of a release: one writer for each format, all of them fed by the same protected rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pipeline.analysis_release import analysis_sheets
from pipeline.geography.area_tables import area_tables
from pipeline.geography.reading import read_geography
from pipeline.hashing import files_below
from pipeline.open_data.data_package import write_data_package
from pipeline.open_data.found_tables import found_tables
from pipeline.open_data.parquet_files import write_parquet
from pipeline.open_data.release_tables import release_tables
from pipeline.open_data.table import Table
from pipeline.open_data.web_metadata import write_web_metadata
from pipeline.open_tables import write_frame
from pipeline.px.view_cubes import view_cubes
from pipeline.px.writing import write_px
from pipeline.release import Release
from pipeline.release_metadata import banner, describe, languages_of, notices
from pipeline.sdmx_annotations import about_study
from pipeline.sdmx_files import write_sdmx
from pipeline.web_page.writing import write_web
from pipeline.workbook import write_workbook

Writer = Callable[[Path, Release], None]


def write_release(folder: Path, release: Release, formats: Sequence[str] | None = None) -> dict[str, list[str]]:
    """Write the files that others import.

    Parameters
    ----------
    folder : Path
        Where to write.
    release : Release
        Nothing is written from anything else.
    formats : sequence of str, optional
        Names in `FORMATS`; all of them by default. They are written in the order of `FORMATS`, because descriptions
        describe what is there; plain CSV files always bring their data package.

    Returns
    -------
    dict of str to list of str
        Files written by each format, by their path inside the folder.
    """
    names = with_descriptions(FORMATS if formats is None else formats)
    return {name: write_format(folder, release, name) for name in names}


def write_format(folder: Path, release: Release, name: str) -> list[str]:
    """Write one format, and return its files by their path inside the folder."""
    before = set(files_below(folder))
    FORMATS[name](folder, release)
    return [path.relative_to(folder).as_posix() for path in files_below(folder) if path not in before]


def with_descriptions(formats: Iterable[str]) -> list[str]:
    """Put formats in the order in which they are written; plain CSV files bring their data package."""
    wanted = set(formats)
    if "csv" in wanted:
        wanted.add("datapackage")
    return [*sorted(wanted - set(FORMATS)), *(name for name in FORMATS if name in wanted)]


def write_csv(folder: Path, release: Release) -> None:
    """Write the open tables."""
    for table in release_tables(release):
        write_frame(folder, table.name, table.frame, digits=table.digits)


def write_columns(folder: Path, release: Release) -> None:
    """Write the open tables as Parquet, for programs that read by column."""
    notes = notices(release.loaded.study, draft=not release.final)
    for table in (*release_tables(release), *geography_tables(release)):
        write_parquet(folder, table, notes)


def write_cubes(folder: Path, release: Release) -> None:
    """Write a PC-Axis file for each set of breakdowns, in the languages of the study."""
    study = release.loaded.study
    for cube in view_cubes(release.view, release.breakdowns, release.labels, study, draft=not release.final):
        write_px(folder, cube, languages_of(study))


def write_areas(folder: Path, release: Release) -> None:
    """Write the administrative divisions and their crosswalk, where the study declares them."""
    for table in geography_tables(release):
        write_frame(folder, table.name, table.frame)


def geography_tables(release: Release) -> list[Table]:
    """Administrative divisions of the study's country; none where it declares none."""
    loaded = release.loaded
    geography = read_geography(loaded.study.settings, loaded.homes, loaded.files.study.where)
    return [] if geography is None else area_tables(geography)


def write_package(folder: Path, release: Release) -> None:
    """Describe every CSV that is there as a Frictionless data package."""
    study = release.loaded.study
    write_data_package(
        folder,
        _described(folder, release),
        name=study.name,
        title=study.title,
        synthetic=study.synthetic,
        draft=not release.final,
    )


def write_csvw(folder: Path, release: Release) -> None:
    """Describe every CSV that is there as CSV on the Web."""
    study = release.loaded.study
    notes = notices(study, draft=not release.final)
    write_web_metadata(folder, _described(folder, release), title=study.title, notes=notes)


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


def _described(folder: Path, release: Release) -> list[Table]:
    """Describe the CSV files that are there, whoever wrote them."""
    every = [*release_tables(release), *geography_tables(release)]
    ours = [table for table in every if (folder / f"{table.name}.csv").is_file()]
    return [*ours, *found_tables(folder, {table.name for table in ours}, release.loaded.dictionary)]


# a format is a name that an edition may ask for, and what writes it; what describes or links others comes last
FORMATS: dict[str, Writer] = {
    "csv": write_csv,
    "workbook": write_workbooks,
    "sdmx": write_exchange,
    "parquet": write_columns,
    "px": write_cubes,
    "geography": write_areas,
    "datapackage": write_package,
    "csvw": write_csvw,
    "web": write_web,
}
#: Formats that describe or link the files that are there: each folder needs its own.
DESCRIBING = ("datapackage", "csvw", "web")
