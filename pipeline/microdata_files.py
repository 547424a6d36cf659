"""Harmonized microdata on disk: one private Parquet file per level, read back exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeline.private_store.private_files import private_input, private_output
from surveys.dictionary import Dictionary
from surveys.microdata import LevelData, Microdata

_WHY = "__why"
_PARENT = "__parent_row"


def write_microdata(microdata: Microdata, folder: Path) -> None:
    """Write ``<level>.parquet`` for every level, readable by the owner only, sealed when there is a key.

    Columns are those of the frame, ``<variable>__why`` with the reasons of missing, and ``__parent_row``.
    """
    for level in microdata.levels.values():
        with private_output(folder / f"{level.name}.parquet") as out:
            pq.write_table(_table(level), out, compression="zstd", use_dictionary=True, write_statistics=False)


def read_microdata(folder: Path, dictionary: Dictionary) -> Microdata:
    """Read what ``write_microdata`` wrote.

    Parameters
    ----------
    folder : Path
        Published folder of the ingest stage.
    dictionary : Dictionary
        The dictionary it was written with; tells the levels, keys and types.

    Returns
    -------
    Microdata
        Equal to the one written, categories and dtypes included.
    """
    levels = {}
    present = [name for name in dictionary.levels if (folder / f"{name}.parquet").exists()]
    for name in present:
        spec = dictionary.levels[name]
        with private_input(folder / f"{name}.parquet") as stream:
            table = pq.read_table(stream)
        columns: dict[str, Any] = {}
        why: dict[str, NDArray[np.int8]] = {}
        parent: NDArray[np.int64] | None = None
        for column in table.column_names:
            values = table.column(column)
            if column == _PARENT:
                parent = np.array(values.to_numpy(), dtype=np.int64)
            elif column.endswith(_WHY):
                why[column.removesuffix(_WHY)] = np.array(values.to_numpy(), dtype=np.int8)
            else:
                columns[column] = _column(values, column, dictionary)
        frame = pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows))
        levels[name] = LevelData(
            name, spec.key, spec.parent if spec.parent in present else None, frame, why, parent
        )
    return Microdata(levels)


def _table(level: LevelData) -> pa.Table:
    arrays: dict[str, pa.Array] = {}
    for name in level.frame.columns:
        values = level.frame[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            arrays[str(name)] = pa.DictionaryArray.from_arrays(
                pa.array(
                    values.cat.codes.to_numpy().astype(np.int32), mask=values.isna().to_numpy(dtype=bool)
                ),
                pa.array([str(code) for code in values.cat.categories], type=pa.string()),
            )
        elif values.dtype == np.float64:
            arrays[str(name)] = pa.array(values.to_numpy(), type=pa.float64(), from_pandas=False)
        else:
            absent = values.isna().to_numpy(dtype=bool)
            texts = [None if gap else str(value) for gap, value in zip(absent, values.to_numpy(), strict=True)]
            arrays[str(name)] = pa.array(texts, type=pa.string())
    for name, reasons in level.why.items():
        arrays[f"{name}{_WHY}"] = pa.array(reasons, type=pa.int8())
    if level.parent_row is not None:
        arrays[_PARENT] = pa.array(level.parent_row, type=pa.int64())
    return pa.table(arrays)


def _column(values: pa.ChunkedArray, name: str, dictionary: Dictionary) -> Any:
    variable = dictionary.variables.get(name)
    if pa.types.is_floating(values.type):
        return np.array(values.to_numpy(), dtype=np.float64)
    if variable is None or variable.type != "code":
        texts = values.cast(pa.string()).combine_chunks()
        return pd.Series(np.array(texts.to_numpy(zero_copy_only=False), dtype=object), dtype=object)
    categories = list(dictionary.codes_of(name))
    place = {code: at for at, code in enumerate(categories)}
    coded = values.combine_chunks() if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    # The last place of the look-up is that of an absent value.
    known = np.array([*(place.get(code, -1) for code in coded.dictionary.to_pylist()), -1], dtype=np.int64)
    at: NDArray[np.int64] = known[coded.indices.fill_null(-1).to_numpy()]
    return pd.Categorical.from_codes(at, dtype=pd.CategoricalDtype(categories))
