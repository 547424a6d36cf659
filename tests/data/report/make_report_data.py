"""Makes the invented estimates and records of this folder; every number comes from a formula, none from people."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

HERE = Path(__file__).parent
COLUMNS = ["study", "indicator", "department", "sex", "age_group", "year", "place", "estimate", "se", "ci_low",
           "ci_high", "cv", "deff", "df", "n", "n_psu", "cases", "population", "unit", "status", "reason"]
BREAKDOWNS = COLUMNS[2:7]
#: Numbers of withheld and confidential rows: they must not be found in any product.
PLANTED = 0.7319
PLANTED_COUNT = 73194


def proportion(indicator: str, domain: dict[str, str], place: int, *, status: str = "reliable",
               reason: str = "", base: float = 0.3) -> dict[str, object]:
    estimate = base + 0.11 * math.sin(1.7 * place + 0.4)
    n = 240 + 37 * (place % 9)
    se = math.sqrt(1.8 * estimate * (1 - estimate) / n)
    if status == "weak":
        se *= 2.2
    return row(indicator, domain, estimate, se, n, "percent", status, reason)


def total(indicator: str, domain: dict[str, str], place: int, *, status: str = "reliable",
          reason: str = "") -> dict[str, object]:
    estimate = 26_000 + 9_000 * math.sin(0.9 * place)
    return row(indicator, domain, estimate, estimate * 0.07, 300 + 11 * place, "persons", status, reason)


def row(indicator: str, domain: dict[str, str], estimate: float, se: float, n: int, unit: str, status: str,
        reason: str) -> dict[str, object]:
    if status in ("withheld", "confidential"):
        estimate, se, n = (PLANTED, 0.21987, 7319) if unit == "percent" else (PLANTED_COUNT, 21987.0, 7319)
    low, high = estimate - 1.98 * se, estimate + 1.98 * se
    numbers: dict[str, object] = {
        "estimate": estimate, "se": se, "ci_low": low, "ci_high": high, "cv": se / estimate, "deff": 1.8, "df": 118,
        "n": n, "n_psu": 24, "cases": round(n * min(estimate, 1)), "population": n * 251.0}
    if status == "empty":
        numbers = dict.fromkeys(numbers, "") | {"n": 0, "n_psu": 0, "cases": 0}
    return {"study": "made_up", "indicator": indicator, **{name: domain.get(name, "_T") for name in BREAKDOWNS},
            **numbers, "unit": unit, "status": status, "reason": reason}


def rows() -> list[dict[str, object]]:
    made = [proportion("poverty", {}, 0), proportion("hunger", {}, 3, base=0.18), total("moved", {}, 1)]
    special = {4: ("weak", "cepal_2023:cases_30_49"), 6: ("withheld", "cepal_2023:cases_below_30"),
               9: ("confidential", "disclosure:small_cell"), 13: ("empty", "no_cases")}
    for place in range(1, 15):
        status, reason = special.get(place, ("reliable", ""))
        for indicator, base in (("poverty", 0.3), ("hunger", 0.18)):
            made.append(proportion(indicator, {"department": str(place)}, place, status=status, reason=reason,
                                   base=base))
        made.append(total("moved", {"department": str(place)}, place, status=status, reason=reason))
    for place in range(1, 61):
        status, reason = special.get(place % 30, ("reliable", "")) if place > 30 else ("reliable", "")
        made.append(proportion("poverty", {"place": str(place)}, place, status=status, reason=reason))
    for sex in ("1", "2"):
        made.append(proportion("poverty", {"sex": sex}, int(sex) + 4))
        for age in range(1, 6):
            status = "weak" if (sex, age) == ("2", 5) else "reliable"
            made.append(proportion("poverty", {"sex": sex, "age_group": str(age)}, 7 * int(sex) + age,
                                   status=status))
    for year in range(2010, 2019):
        status = {2011: "withheld", 2016: "weak"}.get(year, "reliable")
        made.append(total("moved", {"year": str(year)}, year - 2010, status=status))
    for code in range(1, 8):
        status = {5: "confidential", 6: "weak"}.get(code, "reliable")
        made.append(proportion(f"reason.{code}", {}, code, status=status, base=0.16))
    made.append(proportion("secret", {}, 2, status="confidential", reason="disclosure:small_cell"))
    return made


RECORDS = {
    "ingest": {
        "sources": [{"name": "persons", "file": "persons_2018.csv", "rows": 12034, "columns_read": 31,
                     "sha256": "9c1f3ab2d4e5f60718293a4b5c6d7e8f9c1f3ab2d4e5f60718293a4b5c6d7e8f"}],
        "levels": {"household": {"rows": 3200}, "person": {"rows": 12034}},
        "findings": {"error": 0, "warning": 14, "note": 52}, "undocumented": {}},
    "weight": {"steps": [{"step": "given", "level": "household", "variable": "weight",
                          "contains": ["base", "nonresponse", "calibration"], "sum": 1702318.0, "n": 3200,
                          "kish_deff": 1.31, "min": 41.2, "max": 1822.9, "ratio": 44.2,
                          "counted_sum": 6640701.7, "counts": "person", "expected_total": 6643359.0,
                          "difference": -0.0004}]},
    "estimate": {
        "design": {"strata": 28, "psus": 312, "degrees_of_freedom": 284, "lonely_psu": "collapsed",
                   "lonely": ["12", "17"], "collapsed": ["11+12", "17+18"], "fpc": False},
        "methods": {"variance": "taylor_psu_totals", "interval_proportion": "korn_graubard",
                    "interval_other": "log_totals_t", "deff": "with_replacement", "confidence": 0.95,
                    "standards": ["cepal_2023"],
                    "planned": ["department"], "minimum_cases": 10},
        "rows": 152, "by_status": {"reliable": 131, "weak": 7, "withheld": 5, "confidential": 6, "empty": 3}},
}


def main() -> None:
    """Write ``estimates.csv`` and one record per stage."""
    with (HERE / "estimates.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for made in rows():
            writer.writerow({name: f"{value:.17g}" if isinstance(value, float) else value
                             for name, value in made.items()})
    for stage, record in RECORDS.items():
        text = json.dumps(record, indent=1, sort_keys=True) + "\n"
        (HERE / f"{stage}_record.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
