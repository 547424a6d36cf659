"""Hidden numbers searched in the words that describe data: metadata of CSV and Parquet, notes of cubes, structures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lxml import etree
from numpy.typing import NDArray

from estimates.protection import NUMBER_COLUMNS
from pipeline.open_data.data_package import FILE as PACKAGE
from pipeline.open_data.reading import parquet_texts
from pipeline.open_data.web_metadata import FILE as WEB
from pipeline.px.reading import read_px

WRITTEN = re.compile(r"(?<![\w.,])\d+(?:\.\d+)?(?![\w.,]?\d)")
#: A number of so many digits does not stand in a text by chance.
DIGITS = 5
STRUCTURES = ("sdmx_structure.xml", "sdmx_structure_2.1.xml", "sdmx_structure.json")
FloatVector = NDArray[np.float64]


def told_by_descriptions(
    folder: Path, frame: pd.DataFrame, hidden: NDArray[np.bool_], printed: pd.DataFrame
) -> Iterator[tuple[str, str]]:
    """Find hidden numbers in texts that only describe.

    Parameters
    ----------
    folder : Path
        The release.
    frame : DataFrame
        Internal estimates.
    hidden : (R,) bool
        Rows of them that may not be shown.
    printed : DataFrame
        What of the same rows may be printed: these numbers may stand in a text.

    Yields
    ------
    file : str
        Name of the file.
    indicator : str
        Whose number is there, with five digits or more and to its last digit, as it is or out of one hundred.
    """
    secret = {str(name): _numbers(rows) for name, rows in frame[hidden].groupby("indicator", sort=True)}
    open_numbers = _numbers(printed)
    for path in sorted(folder.rglob("*")):
        told = {found for text in _texts(path) for found in WRITTEN.findall(text) if _digits(found) >= DIGITS}
        for found in sorted(told):
            if _is_one_of(found, open_numbers):
                continue
            yield from ((path.name, name) for name, numbers in secret.items() if _is_one_of(found, numbers))


def _texts(path: Path) -> Iterator[str]:
    if path.name in (PACKAGE, WEB, "sdmx_structure.json"):
        yield from _strings(json.loads(path.read_text(encoding="utf-8")))
    elif path.suffix == ".parquet":
        yield from parquet_texts(path)
    elif path.suffix == ".px":
        yield from (text for texts in read_px(path).keywords.values() for text in texts)
    elif path.name in STRUCTURES:
        root = etree.parse(str(path), etree.XMLParser(resolve_entities=False, huge_tree=True)).getroot()
        yield from (str(text) for text in root.itertext())


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif not isinstance(value, bool) and value is not None:
        yield value if isinstance(value, str) else repr(value)


def _numbers(rows: pd.DataFrame) -> FloatVector:
    values = rows[list(NUMBER_COLUMNS)].to_numpy(dtype=np.float64).ravel()
    values = np.abs(values[np.isfinite(values)])
    return np.concatenate([values, 100 * values])


def _is_one_of(text: str, numbers: FloatVector) -> bool:
    decimals = len(text.partition(".")[2])
    return bool((np.abs(numbers - float(text)) <= 0.5 * 10.0**-decimals * (1 + 1e-9)).any())


def _digits(text: str) -> int:
    return len(text.replace(".", "").lstrip("0"))
