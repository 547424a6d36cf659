"""The published view as SDMX: structure 3.0, 2.1 and JSON, data as CSV, JSON and generic 2.1, from one set of rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipeline.sdmx_annotations import About
from pipeline.sdmx_data import data_csv, data_generic, observations
from pipeline.sdmx_json import data_json
from pipeline.sdmx_structure import Structure, structure_21, structure_30, structure_json, structure_of
from pipeline.table_labels import Labels

DATA_CSV, DATA_JSON, DATA_GENERIC = "sdmx_data.csv", "sdmx_data.json", "sdmx_data_2.1.xml"
STRUCTURE_30, STRUCTURE_21, STRUCTURE_JSON = "sdmx_structure.xml", "sdmx_structure_2.1.xml", "sdmx_structure.json"


def write_sdmx(
    folder: Path, view: pd.DataFrame, breakdowns: Sequence[str], labels: tuple[Labels, Labels], about: About
) -> None:
    """Write the six SDMX files.

    Parameters
    ----------
    folder : Path
        Where to write.
    view : DataFrame
        Published view of the estimates.
    breakdowns : sequence of str
        Its breakdown columns.
    labels : (Labels, Labels)
        Spanish and English names.
    about : About
        What the release says of itself.
    """
    present = structure_of(view, breakdowns, labels, about, single_measure=False)
    older = structure_of(view, breakdowns, labels, about, single_measure=True)
    write_messages(folder, present, older, observations(view, breakdowns, labels[1].dictionary, about), about)


def write_messages(folder: Path, present: Structure, older: Structure, data: pd.DataFrame, about: About) -> None:
    """Write one set of observations in every form.

    Parameters
    ----------
    folder : Path
        Where to write.
    present, older : Structure
        With several measures, and with one.
    data : DataFrame
        Observations as text, a column for each component.
    about : About
        What the release says of itself.
    """
    for name, content in {
        STRUCTURE_30: structure_30(present),
        STRUCTURE_JSON: structure_json(present),
        STRUCTURE_21: structure_21(older),
        DATA_CSV: data_csv(present, data),
        DATA_JSON: data_json(present, data, about),
        DATA_GENERIC: data_generic(older, data),
    }.items():
        (folder / name).write_bytes(content)
