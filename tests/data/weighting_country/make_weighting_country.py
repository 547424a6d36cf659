"""Make the small invented country whose weights are made from the draw to the trimmed calibration.

Run from this folder. A population of families with a known truth is drawn in two stages and two phases, and answers
less often where it is more displaced. The truth goes to truth.csv, which only the test reads.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
AGES = np.array([0, 15, 30, 45, 60])


def population(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Families, persons and dwellings; some families can be reached through two dwellings."""
    families, dwellings = [], []
    number = 0
    for region in (1, 2, 3):
        for psu in range(20):
            urban = rng.random() < (0.8, 0.5, 0.3)[region - 1]
            for _ in range(int(rng.integers(120, 260))):
                number += 1
                rooms = int(rng.integers(1, 7))
                risk = 0.08 + 0.10 * (region == 3) + 0.10 * (rooms <= 2)
                links = 2 if rng.random() < 0.08 else 1
                families.append((number, region, psu, 1 if urban else 2, rooms, rng.random() < risk,
                                 1 + rng.poisson(2.4), links))  # fmt: skip
                dwellings += [(region, psu, number)] * links
            dwellings += [(region, psu, 0)] * int(rng.integers(5, 15))  # nobody lives there
    columns = ["family", "region", "psu", "area", "rooms", "displaced", "size", "links"]
    frame = pd.DataFrame(families, columns=columns)
    persons = frame.loc[frame.index.repeat(frame["size"]), ["family"]].reset_index(drop=True)
    persons["person"] = persons.groupby("family").cumcount() + 1
    persons["sex"] = rng.integers(1, 3, len(persons))
    persons["age"] = np.minimum(rng.gamma(1.6, 18, len(persons)).astype(int), 98)
    return frame, persons, pd.DataFrame(dwellings, columns=["region", "psu", "family"])


def sample(rng: np.random.Generator, families: pd.DataFrame, dwellings: pd.DataFrame) -> pd.DataFrame:
    """Draw 9 of 20 PSUs in each region and 40 dwellings in each, list them, and interview part of the listed."""
    drawn = []
    for region in (1, 2, 3):
        for psu in rng.choice(20, 9, replace=False):
            here = dwellings[(dwellings["region"] == region) & (dwellings["psu"] == psu)]
            taken = here.sample(40, random_state=int(rng.integers(1 << 30)))
            drawn.append(taken.assign(p1=9 / 20, p2=40 / len(here)))
    rows = pd.concat(drawn, ignore_index=True)
    rows = rows.merge(families.drop(columns=["region", "psu"]), on="family", how="left")
    u = rng.random(len(rows))
    lived = rows["family"] > 0
    answer = 0.92 - 0.12 * (rows["region"] == 3) - 0.15 * (rows["rooms"] <= 2)
    rows["result"] = np.select(
        [u < 0.03, ~lived, rng.random(len(rows)) < answer, rng.random(len(rows)) < 0.6], ["5", "6", "1", "3"], "4"
    )
    listed = rows["result"] == "1"
    rows["selected"] = np.where(listed & (rows["displaced"].eq(True) | (rng.random(len(rows)) < 0.5)), "1", "2")
    interviewed = (rows["selected"] == "1") & (rng.random(len(rows)) < 0.93)
    rows["interviewed"] = np.where(interviewed, "1", "2")
    return rows


def main() -> None:
    """Write the source files, the known totals, the truth, and the hashes in study.yaml."""
    rng = np.random.default_rng(20180515)
    families, persons, dwellings = population(rng)
    rows = sample(rng, families, dwellings)
    rows.insert(0, "folio", np.arange(10001, 10001 + len(rows)))
    known = rows["result"] == "1"
    out = pd.DataFrame({
        "folio": rows["folio"], "region": rows["region"], "upm": rows["psu"] + 1, "prob_upm": rows["p1"],
        "prob_viv": rows["p2"].round(12), "resultado": rows["result"],
        # what can be seen from outside is known of every dwelling
        "cuartos": rows["rooms"].fillna(3).astype(int),
        "familia": np.where(known, "F" + rows["family"].astype(str), ""),
        "viviendas": rows["links"].where(known).map(lambda x: "" if pd.isna(x) else str(int(x))),
        "desplazada": rows["displaced"].where(known).map({True: "1", False: "2"}).fillna(""),
        "fase2": rows["selected"], "entrevista2": rows["interviewed"],
        "zona": rows["area"].fillna(1).astype(int),
    })  # fmt: skip
    out.to_csv(HERE / "households.csv", index=False, lineterminator="\n")
    inside = rows[rows["interviewed"] == "1"]
    members = inside[["folio", "family"]].merge(persons, on="family").drop(columns="family")
    members.rename(columns={"person": "nro", "sex": "sexo", "age": "edad"}).to_csv(
        HERE / "persons.csv", index=False, lineterminator="\n"
    )
    totals = [("region", str(k), int(n)) for k, n in families["region"].value_counts().sort_index().items()]
    persons["group"] = np.searchsorted(AGES, persons["age"], side="right")
    cells = persons.groupby(["sex", "group"]).size()
    totals += [("sex_age", f"{sex}|{group}", int(n)) for (sex, group), n in cells.items()]
    lines = [f"{margin},{cell},{total},census of the invented country,2018-05-15" for margin, cell, total in totals]
    (HERE / "population_totals.csv").write_text("margin,cell,total,source,date\n" + "\n".join(lines) + "\n")
    truth = {
        "families": len(families), "persons": len(persons), "displaced_families": int(families["displaced"].sum()),
        "displaced_share": float(families["displaced"].mean()),
    }  # fmt: skip
    (HERE / "truth.csv").write_text("quantity,value\n" + "".join(f"{k},{v!r}\n" for k, v in truth.items()))
    study = (HERE / "study.yaml").read_text()
    for name in ("households", "persons"):
        path = HERE / f"{name}.csv"
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        count = len(path.read_text().splitlines()) - 1
        study = re.sub(rf'(file: {name}\.csv, sha256: ")[0-9a-f]*(".*rows: )\d+', rf"\g<1>{digest}\g<2>{count}", study)
    (HERE / "study.yaml").write_text(study)


if __name__ == "__main__":
    main()
