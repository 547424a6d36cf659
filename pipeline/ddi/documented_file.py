"""A file of microdata as DDI describes it: columns, where it is, and whether its frequencies may be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.public_use.columns import PublicColumn, public_columns
from pipeline.public_use.writing import PublicUseFiles
from pipeline.public_use.written_columns import REPLICATE, WEIGHT, missing_labels, written_columns
from pipeline.study_files import LoadedStudy
from surveys.columns import Columns
from surveys.dictionary import Label
from surveys.microdata import Microdata
from surveys.public_use import PublicVariable


@dataclass(frozen=True)
class DocumentedFile:
    """What a DDI document says of one file.

    Parameters
    ----------
    name : str
        Of the document and of the data, without ending.
    label : Label
        What a row is.
    columns : tuple of PublicColumn
        In the order of the file.
    reasons : mapping of int to Label
        Why values are missing.
    files : mapping of str to tuple of str
        Names of the data files that go with each language; empty where the data stay elsewhere.
    frequencies : bool
        Whether counts and statistics of the values may be told: of protected files only.
    access : Label
        Who may use the file.
    weights : tuple of str
        Columns that are weights.
    """

    name: str
    label: Label
    columns: tuple[PublicColumn, ...]
    reasons: Mapping[int, Label]
    files: Mapping[str, tuple[str, ...]]
    frequencies: bool
    access: Label
    weights: tuple[str, ...] = field(default=())

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return int(self.columns[0].values.size) if self.columns else 0


def document_public_use(made: PublicUseFiles, loaded: LoadedStudy) -> list[DocumentedFile]:
    """Describe the public-use files, frequencies included.

    Parameters
    ----------
    made : PublicUseFiles
        Result of `pipeline.public_use.writing.write_public_use`.
    loaded : LoadedStudy
        The study, which says who permitted them.
    """
    plan = loaded.study.public_use
    if plan is None:
        raise ValueError("the study declares no public-use file")
    access = Label(
        f"Archivo de uso público, permitido por {plan.by} el {plan.date}.",
        f"Public-use file, permitted by {plan.by} on {plan.date}.",
    )
    found = []
    for built in made.files:
        columns = written_columns(built)
        names = {path.name for path in made.paths}
        both = tuple(f"{built.file.name}.{ending}" for ending in ("parquet", "csv"))
        files = {
            language: tuple(name for name in (*(f"{built.file.name}_{language}.{ending}" for ending in ("sav", "dta")),
                                              *both) if name in names)
            for language in ("es", "en")
        }  # fmt: skip
        weights = tuple(c.name for c in columns if c.name == WEIGHT or c.name.startswith(REPLICATE))
        reasons = missing_labels(loaded.dictionary)
        found.append(
            DocumentedFile(built.file.name, built.file.label, columns, reasons, files, True, access, weights)
        )
    return found


def document_microdata(loaded: LoadedStudy, microdata: Microdata) -> list[DocumentedFile]:
    """Describe the internal files of the working group, one for each level, without any count of their values.

    Parameters
    ----------
    loaded : LoadedStudy
        The study.
    microdata : Microdata
        Tells which variables there are and how many rows; no value is told.
    """
    access = Label("Archivo interno del grupo de trabajo. No se entrega a terceros.",
                   "Internal file of the working group. It is not given to others.")  # fmt: skip
    found = []
    for name, level in microdata.levels.items():
        columns = Columns(microdata, name, loaded.dictionary)
        rows = np.arange(level.rows, dtype=np.int64)
        held = {str(column).partition("__")[0] for column in level.frame.columns}
        variables = [spec for spec in loaded.dictionary.variables.values() if spec.level == name and spec.name in held]
        described: list[PublicColumn] = []
        for spec in variables:
            if spec.type == "text" or spec.type in ("number", "integer"):
                described.append(PublicColumn(spec.name, spec.label, spec.name, spec, (), np.zeros(level.rows)))
            else:
                described += public_columns(PublicVariable(spec.name, spec.name), columns, rows, loaded.dictionary)
        found.append(DocumentedFile(name, loaded.dictionary.levels[name].label, tuple(described),
                                    missing_labels(loaded.dictionary), {}, False, access))  # fmt: skip
    return found
