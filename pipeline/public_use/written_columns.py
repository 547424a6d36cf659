"""The columns of a public file as they are written: number, family, variables, weight and replicate weights."""

from __future__ import annotations

import numpy as np

from pipeline.public_use.building import BuiltFile
from pipeline.public_use.columns import HIDDEN, PublicColumn
from surveys.dictionary import Dictionary, Label

WEIGHT = "weight"
REPLICATE = "replicate_"
HIDDEN_LABEL = Label("Oculto para proteger a las personas", "Hidden to protect people")


def written_columns(built: BuiltFile) -> tuple[PublicColumn, ...]:
    """Put the columns of a file in order, with labels.

    Parameters
    ----------
    built : BuiltFile
        The file.

    Returns
    -------
    tuple of PublicColumn
        ``<file>_id``, the family's number where rows are persons, the variables, ``weight`` and ``replicate_1`` on.
    """
    name = built.file.name
    columns = [_made(f"{name}_id", "Número de la fila, al azar", "Number of the row, drawn at random", built.number)]
    if built.file.of is not None:
        given = np.where(built.family > 0, built.family, HIDDEN)
        text = ("Número de la familia en el archivo de familias, donde se da",
                "Number of the family in the file of families, where it is given")  # fmt: skip
        columns.append(_made(f"{built.file.of}_id", *text, given))
    columns += built.columns
    columns.append(_made(WEIGHT, "Factor de expansión", "Weight", built.weight))
    columns += [
        _made(f"{REPLICATE}{number}", f"Factor de la réplica {number}", f"Weight of replicate {number}", weights)
        for number, weights in enumerate(built.replicates, start=1)
    ]
    return tuple(columns)


def missing_labels(dictionary: Dictionary) -> dict[int, Label]:
    """Say why values are missing, by the number below zero that stands for it."""
    found = {-number: kind.label for number, kind in enumerate(dictionary.missing_kinds.values(), start=1)}
    if min(found, default=0) <= HIDDEN:
        raise ValueError("there are more reasons of missing than numbers for them")
    return {**found, HIDDEN: HIDDEN_LABEL}


def _made(name: str, es: str, en: str, values: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> PublicColumn:
    return PublicColumn(name, Label(es, en), name, None, (), np.asarray(values, dtype=np.float64))
