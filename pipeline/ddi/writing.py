"""DDI-Codebook 2.5 documents written into a folder: one file a language, because catalogues read one name only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lxml import etree

from pipeline.ddi.data_description import data_description, file_description
from pipeline.ddi.documented_file import DocumentedFile, document_microdata, document_public_use
from pipeline.ddi.elements import NAMESPACE, SCHEMA_LOCATION, add
from pipeline.ddi.study_description import document_description, study_description
from pipeline.study_files import LoadedStudy
from pipeline.weight_files import read_record

LANGUAGES = ("es", "en")

__all__ = ["DocumentedFile", "document_microdata", "document_public_use", "write_ddi"]


def write_ddi(
    folder: Path, loaded: LoadedStudy, documented: Sequence[DocumentedFile], *, ingest: Path | None = None
) -> list[Path]:
    """Write ``ddi_<file>_<language>.xml`` for every file and language.

    Parameters
    ----------
    folder : Path
        An existing folder.
    loaded : LoadedStudy
        The study.
    documented : sequence of DocumentedFile
        Files to describe: `document_public_use` or `document_microdata`.
    ingest : Path, optional
        Folder of the stage ``ingest``, whose record counts who answered; the study's own counts without it.

    Returns
    -------
    list of Path
        The same bytes for the same study and files.
    """
    answered = {} if ingest is None else read_record(ingest).get("response") or {}
    paths = []
    for file in documented:
        for language in LANGUAGES:
            path = folder / f"ddi_{file.name}_{language}.xml"
            path.write_bytes(ddi_document(loaded, file, language, answered))
            paths.append(path)
    return paths


def ddi_document(
    loaded: LoadedStudy, file: DocumentedFile, language: str, answered: dict[str, dict[str, int]] | None = None
) -> bytes:
    """Compose one document.

    Parameters
    ----------
    loaded : LoadedStudy
        The study.
    file : DocumentedFile
        The file that it describes.
    language : {"es", "en"}
        Language of every text.
    answered : dict, optional
        Counts of who answered, by variable and code.

    Returns
    -------
    bytes
        UTF-8 with an XML declaration.
    """
    names: dict[str | None, str] = {None: NAMESPACE, "xsi": "http://www.w3.org/2001/XMLSchema-instance"}
    root = etree.Element(f"{{{NAMESPACE}}}codeBook", nsmap=names)  # type: ignore[arg-type]  # None is the default
    root.set("version", "2.5")
    root.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    root.set("ID", identifier(loaded, file))
    root.set("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", f"{NAMESPACE} {SCHEMA_LOCATION}")
    document_description(add(root, "docDscr"), loaded, file, language, identifier(loaded, file))
    study_description(add(root, "stdyDscr"), loaded, file, language, identifier(loaded, file), answered or {})
    file_description(root, file, language)
    data_description(add(root, "dataDscr"), file, language)
    etree.indent(root, space=" ")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def identifier(loaded: LoadedStudy, file: DocumentedFile) -> str:
    """Name the file as catalogues do: country, year, study, version and what it is."""
    study = loaded.study
    kind = "PUF" if file.frequencies else "INT"
    return f"DDI_{study.country}_{study.year}_{study.name.upper()}_V01_M_{file.name.upper()}_{kind}"
