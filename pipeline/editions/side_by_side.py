"""What goes with the side-by-side table of several countries: its CSV described, a catalogue record and checksums."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.dictionary_file import load_dictionary
from pipeline.editions.catalogue import Record, write_catalogue
from pipeline.open_data.found_tables import found_tables
from pipeline.open_data.web_metadata import write_web_metadata
from pipeline.open_tables import write_checksums
from pipeline.project import Project
from surveys.dictionary import Label
from surveys.study import Study

PUBLISHER = Label("Caracteriza, con cifras publicadas por otros", "Caracteriza, with figures published by others")
SYNTHETIC = Label(
    "Las filas marcadas como sintéticas vienen de datos inventados y no describen a personas reales.",
    "Rows marked as synthetic come from invented data and describe no real person.",
)
HELD = Label(
    "Cifras de varios estudios lado a lado, publicadas y estimadas, con definición, periodo y comparabilidad.",
    "Figures of several studies side by side, published and estimated, each with definition, period and comparability.",
)


def describe_side_by_side(
    folder: Path, name: str, title: Label, studies: Sequence[Study], project: Project
) -> None:  # fmt: skip
    """Write ``csv-metadata.json``, ``catalogue.jsonld`` and ``SHA256SUMS``.

    Parameters
    ----------
    folder : Path
        Complete but for these.
    name : str
        Of the table.
    title : Label
        Of the table.
    studies : sequence of Study
        In the order shown.
    project : Project
        Has the dictionary.
    """
    synthetic = any(study.synthetic for study in studies)
    notes = {"synthetic": SYNTHETIC} if synthetic else {}
    tables = found_tables(folder, (), load_dictionary(project.dictionary))
    write_web_metadata(folder, tables, title=title, notes=notes)
    countries = tuple(dict.fromkeys(study.country for study in studies))
    write_catalogue(folder, Record(
        name, title, HELD, title, PUBLISHER, PUBLISHER.es, max(study.year for study in studies), countries,
        tuple(notes.values()), synthetic,
    ))  # fmt: skip
    write_checksums(folder)
