"""Hidden weighted totals and identifiers searched in the words of pages and PDF documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.attack_bytes import PATTERNS
from pipeline.attack_page import page_text

GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u2009\u202f,.]\d{3})+(?!\d)|(?<![\d.,])\d{4,9}(?![\d.,]?\d)")
LEAST = 1000


def search_text(
    folder: Path, frame: pd.DataFrame, hidden: NDArray[np.bool_], canaries: Sequence[str] = (),
    printed_view: pd.DataFrame | None = None,
) -> tuple[list[tuple[str, str]], list[str]]:
    """Search the printed form of hidden totals in running text and tables.

    Parameters
    ----------
    folder : Path
        The release, or a folder of reports.
    frame : DataFrame
        Internal estimates.
    hidden : (R,) bool
        Rows that may not be shown.
    canaries : sequence of str
        Texts that must not be there.
    printed_view : DataFrame, optional
        What of the same rows is printed: shown numbers may be there. By default the numbers of the rows that are not
        hidden.

    Returns
    -------
    leaks : list of (str, str)
        File, and kind of identifier, or name of the indicator whose hidden total, 1,000 or more, is printed
        there, unless a shown row prints the same number. Smaller numbers and percentages are too common to be
        found this way; for them the bounds are solved.
    not_attacked : list of str
        Documents that could not be read.
    """
    totals = frame["estimate"].to_numpy(dtype=np.float64)
    is_total = ~frame["unit"].astype(str).isin(["percent"]).to_numpy() & np.isfinite(totals)
    printed = np.round(np.where(is_total, totals, 0.0)).astype(np.int64)
    shown = frame[~hidden] if printed_view is None else printed_view
    open_numbers: set[int] = set()
    for column in ("estimate", "n", "cases", "population"):
        values = shown[column].to_numpy(dtype=np.float64)
        open_numbers |= set(np.round(values[np.isfinite(values)]).astype(np.int64).tolist())
    secret = {
        int(value): str(name)
        for value, name, closed in zip(printed, frame["indicator"], hidden, strict=True)
        if closed and value >= LEAST and int(value) not in open_numbers
    }
    leaks: list[tuple[str, str]] = []
    not_attacked: list[str] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".html":
            text = page_text(path)
        elif path.suffix == ".pdf":
            if find_spec("pypdf") is None:
                not_attacked.append(f"PDF not attacked: {path.name} (pypdf is not installed)")
                continue
            pages = import_module("pypdf").PdfReader(path).pages
            text = "\n".join(page.extract_text() for page in pages)
        else:
            continue
        numbers = {int(re.sub(r"\D", "", found)) for found in GROUPED.findall(text)}
        leaks += [(path.name, kind) for kind, pattern in PATTERNS.items() if pattern.search(text)]
        leaks += [(path.name, "canary") for canary in canaries if canary.casefold() in text.casefold()]
        leaks += [(path.name, secret[value]) for value in sorted(numbers & set(secret))]
    return leaks, not_attacked
