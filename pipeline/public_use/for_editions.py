"""What an edition holds of microdata: public-use files with their DDI, or the DDI of the internal files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pipeline.ddi.writing import document_microdata, document_public_use, write_ddi
from pipeline.microdata_files import read_microdata
from pipeline.public_use.writing import write_public_use
from pipeline.study_files import LoadedStudy

FORMATS = ("public_use", "ddi")


def write_microdata_formats(
    folder: Path, loaded: LoadedStudy, formats: Collection[str], *, ingest: Path, weight: Path, estimates: Path
) -> dict[str, list[str]]:
    """Write those of the formats ``public_use`` and ``ddi`` that an edition asks for.

    Parameters
    ----------
    folder : Path
        Of the edition.
    loaded : LoadedStudy
        The study.
    formats : collection of str
        What the edition asks for; other names are left to others. ``ddi`` describes the public-use files, counts
        included, where the edition has them, and the internal files, without any count, where it has not.
    ingest, weight, estimates : Path
        Published folders of the stages of those names.

    Returns
    -------
    dict of str to list of str
        Names of the files written, by format.

    Raises
    ------
    StudyError, DataError
        As `pipeline.public_use.writing.write_public_use`.
    """
    written: dict[str, list[str]] = {}
    if "public_use" in formats:
        made = write_public_use(folder, loaded, ingest=ingest, weight=weight, estimates=estimates)
        written["public_use"] = [path.name for path in made.paths]
        if "ddi" in formats:
            documents = write_ddi(folder, loaded, document_public_use(made, loaded), ingest=ingest)
            written["ddi"] = [path.name for path in documents]
    elif "ddi" in formats:
        microdata = read_microdata(ingest, loaded.dictionary)
        documents = write_ddi(folder, loaded, document_microdata(loaded, microdata), ingest=ingest)
        written["ddi"] = [path.name for path in documents]
    return written
