"""Dates of SPSS, Stata and SAS files as ISO text."""

from __future__ import annotations

import re
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Moment = Literal["date", "datetime", "time"]

# Seconds from the origin of each program to 1970-01-01.
_SPSS_ORIGIN = np.datetime64("1582-10-14T00:00:00", "s")
_SIXTY = np.datetime64("1960-01-01T00:00:00", "s")
_SPSS = {"DATE": "date", "ADATE": "date", "EDATE": "date", "JDATE": "date", "SDATE": "date",
         "DATETIME": "datetime", "YMDHMS": "datetime", "TIME": "time", "DTIME": "time", "MTIME": "time"}
_SAS_DATES = ("DATE", "MMDDYY", "DDMMYY", "YYMMDD", "JULIAN", "WEEKDATE", "WORDDATE", "E8601DA", "B8601DA",
              "NLDATE", "MINGUO", "DAY", "MONYY", "YYMM", "YYQ", "QTR", "YEAR")
_SAS_MOMENTS = ("DATETIME", "E8601DT", "B8601DT", "DATEAMPM", "NLDATM", "DTDATE", "MDYAMPM")
_SAS_TIMES = ("TIME", "HHMM", "HOUR", "TOD", "E8601TM", "B8601TM", "NLTIM", "TIMEAMPM")


def iso_text(values: NDArray[np.float64], program: str, display: str | None) -> NDArray[np.object_] | None:
    """Write numbers that stand for dates as ISO text.

    Parameters
    ----------
    values : (n,) float64
        As stored: seconds since 1582 (SPSS), days or milliseconds since 1960 (Stata), days or seconds
        since 1960 (SAS). NaN where missing.
    program : {"spss", "stata", "sas"}
        Who wrote the file.
    display : str or None
        Display format of the column.

    Returns
    -------
    (n,) object or None
        ``2018-05-06``, ``2018-05-06T10:10:10`` or ``10:10:10``; None when the column holds no dates. A
        number outside the years 1 to 9999 is written as a number.
    """
    kind = _kind(program, (display or "").upper().strip())
    if kind is None:
        return None
    moment, origin, per_second = kind
    out = np.full(values.shape, None, dtype=object)
    for row in np.flatnonzero(~np.isnan(values)):
        out[row] = _one(float(values[row]) * per_second, moment, origin)
    return out


def _kind(program: str, display: str) -> tuple[Moment, np.datetime64, float] | None:
    if program == "stata":
        if display.startswith(("%TC", "%-TC")):
            return "datetime", _SIXTY, 0.001
        if display.startswith(("%TD", "%-TD", "%D", "%-D")):
            return "date", _SIXTY, 86400.0
        return None
    name = re.sub(r"[\d.]+$", "", display)
    if program == "spss":
        moment = _SPSS.get(name)
        return None if moment is None else (moment, _SPSS_ORIGIN, 1.0)  # type: ignore[return-value]  # closed table
    if name.startswith(_SAS_MOMENTS):
        return "datetime", _SIXTY, 1.0
    if name in _SAS_DATES or name.startswith(("MMDDYY", "DDMMYY", "YYMMDD", "E8601DA", "B8601DA")):
        return "date", _SIXTY, 86400.0
    return ("time", _SIXTY, 1.0) if name.startswith(_SAS_TIMES) else None


def _one(seconds: float, moment: Moment, origin: np.datetime64) -> str:
    if moment == "time":
        whole = round(seconds)
        sign = "-" if whole < 0 else ""
        whole = abs(whole)
        return f"{sign}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    if not abs(seconds) < 4e11:
        return repr(seconds)
    point = origin + np.timedelta64(round(seconds), "s")
    if not np.datetime64("0001-01-01") <= point <= np.datetime64("9999-12-31T23:59:59"):
        return repr(seconds)
    text = str(point)
    return text[:10] if moment == "date" else text
