"""Make the two source files and the printed figures of `small_country`, a country that does not exist.

Run in this folder: ``python make_small_country.py``. It prints the hashes that study.yaml needs.
"""

from __future__ import annotations

import csv
import hashlib
import random
from pathlib import Path

HERE = Path(__file__).parent
STRATA, PSUS, FAMILIES = 3, 14, 6


def main() -> None:
    """Draw families and persons, and print what the office would have printed."""
    draw = random.Random(20161231)
    households: list[dict[str, object]] = []
    persons: list[dict[str, object]] = []
    for stratum in range(1, STRATA + 1):
        for psu in range(1, PSUS + 1):
            level = draw.gauss(0.0, 0.6)
            for family in range(1, FAMILIES + 1):
                folio = f"{stratum}{psu:02d}{family:02d}"
                displaced = draw.random() < (0.18 if stratum == 1 else 0.04)
                households.append(
                    {
                        "folio": folio,
                        "estrato": stratum,
                        "upm": psu,
                        "region": stratum,
                        "factor": round(draw.uniform(40, 160) * stratum, 4),
                        "ingreso": "" if draw.random() < 0.03 else round(300 * 2.7 ** (level + draw.gauss(0, 0.5)), 2),
                    }
                )
                for person in range(1, draw.choice([1, 2, 3, 3, 4, 5]) + 1):
                    persons.append(
                        {
                            "folio": folio,
                            "nro": person,
                            "sexo": draw.choice(["1.Hombre", "2.Mujer"]),
                            "edad": draw.randint(0, 85),
                            "pobre": "" if draw.random() < 0.02 else int(draw.random() < 0.35 - 0.15 * level),
                            "desplazada": int(displaced),
                            "motivo": draw.choice([1, 1, 1, 2]) if displaced else "",
                        }
                    )
    _write("households.csv", households)
    _write("persons.csv", persons)
    weight = {row["folio"]: float(str(row["factor"])) for row in households}
    _write(
        "published.csv",
        [
            _figure("small_persons", "", sum(weight[row["folio"]] for row in persons), 1, 0),
            _figure("small_poverty", "", _share(persons, weight), 100, 1),
            _figure(
                "small_poverty", "sex=2", _share([row for row in persons if row["sexo"] == "2.Mujer"], weight), 100, 1
            ),
        ],
    )


def _share(persons: list[dict[str, object]], weight: dict[object, float]) -> float:
    known = [row for row in persons if row["pobre"] != ""]
    return sum(weight[row["folio"]] for row in known if row["pobre"] == 1) / sum(weight[row["folio"]] for row in known)


def _figure(indicator: str, domain: str, value: float, scale: float, digits: int) -> dict[str, object]:
    return {
        "indicator": indicator,
        "domain": domain,
        "value": f"{value * scale:.{digits}f}",
        "scale": scale,
        "digits": digits,
        "tolerance": 0,
        "where": "An office that does not exist",
        "explanation": "",
    }


def _write(name: str, rows: list[dict[str, object]]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(name, len(rows), hashlib.sha256((HERE / name).read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
