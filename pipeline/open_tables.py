"""Published tables as plain CSV files for import, and the checksums of a folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipeline.open_data.table import published_frame
from pipeline.table_labels import STATUS_LABELS, TOTAL, Labels

NUMERIC_TEXT = re.compile(r"[+-]?\d+(\.\d+)?")
RUNS = ("=", "+", "-", "@", "\t", "\r")


def write_open_tables(
    folder: Path,
    view: pd.DataFrame,
    breakdowns: Sequence[str],
    labels: tuple[Labels, Labels],
) -> None:
    """Write ``estimates.csv`` and ``labels.csv``.

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
    """
    write_frame(folder, "estimates", published_frame(view))
    write_frame(folder, "labels", label_rows(view, breakdowns, labels))


def write_frame(folder: Path, name: str, frame: pd.DataFrame, *, digits: int = 17) -> None:
    """Write ``<name>.csv``: UTF-8, comma, a point in numbers, nothing where no number is told, no text that runs.

    Parameters
    ----------
    folder : Path
        Of the release.
    name : str
        Of the file, without ending.
    frame : DataFrame
        Result of `pipeline.open_data.table.published_frame`.
    digits : int
        Significant digits of its numbers.
    """
    written = frame.copy()
    for column in written.columns:
        if not pd.api.types.is_numeric_dtype(written[column]):
            written[column] = [inert(str(text)) for text in written[column]]
    written.to_csv(
        folder / f"{name}.csv", index=False, float_format=f"%.{digits}g", lineterminator="\n", encoding="utf-8"
    )


def label_rows(view: pd.DataFrame, breakdowns: Sequence[str], labels: tuple[Labels, Labels]) -> pd.DataFrame:
    """Every code that appears in the estimates with its name in both languages."""
    spanish, english = labels
    rows: list[tuple[str, str, str, str]] = []
    for name in dict.fromkeys(view["indicator"]):
        rows.append(("indicator", name, spanish.indicator(name), english.indicator(name)))
    for breakdown in breakdowns:
        rows.append(("breakdown", breakdown, spanish.breakdown(breakdown), english.breakdown(breakdown)))
        for code in (TOTAL, *spanish.dictionary.codes_of(spanish.dictionary.breakdowns[breakdown].variable)):
            rows.append(
                (breakdown, code, spanish.category(breakdown, code), english.category(breakdown, code))
            )
    for unit in dict.fromkeys(view["unit"]):
        rows.append(("unit", unit, spanish.unit(unit), english.unit(unit)))
    rows += [("status", status, *texts) for status, texts in STATUS_LABELS.items()]
    return pd.DataFrame(rows, columns=["column", "code", "es", "en"], dtype=object)


def inert(text: str) -> str:
    """Put a quote before a text that a spreadsheet would run as a formula; numbers and codes stay."""
    return f"'{text}" if text.startswith(RUNS) and not NUMERIC_TEXT.fullmatch(text) else text


def write_checksums(folder: Path) -> None:
    """Write ``SHA256SUMS`` over all files of the folder, in order of name, as ``sha256sum -c`` reads it."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
