"""Makes persons.csv, the invented survey of the tutorial: 36 segments of 12 households in three zones."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

SEGMENTS, HOUSEHOLDS = 12, 12
FAMILIES = {1: 9000, 2: 5200, 3: 3100}  # families of each zone, of which 144 were drawn
AWAY = {1: 0.08, 2: 0.17, 3: 0.27}  # children out of school
MOVED = {1: 0.05, 2: 0.16, 3: 0.22}  # families that had to move because of violence
COLUMNS = ("zone", "segment", "household", "weight", "line", "sex", "age", "at_school", "had_to_move")


def rows(seed: int = 20240501) -> list[tuple[object, ...]]:
    """Draw the persons; the same seed gives the same rows."""
    random = np.random.Generator(np.random.PCG64(seed))
    found: list[tuple[object, ...]] = []
    for zone, families in FAMILIES.items():
        for segment in range(1, SEGMENTS + 1):
            tilt = random.normal(0, 0.35)
            for household in range(1, HOUSEHOLDS + 1):
                weight = round(families / (SEGMENTS * HOUSEHOLDS) * random.choice([0.9, 1.0, 1.1]), 2)
                moved = random.random() < MOVED[zone] * np.exp(tilt)
                adults = 1 + int(random.random() < 0.7)
                ages = [int(random.integers(19, 75)) for _ in range(adults)]
                ages += [int(random.integers(0, 19)) for _ in range(random.poisson(1.9))]
                for line, age in enumerate(ages, start=1):
                    away = random.random() < AWAY[zone] * np.exp(tilt) * (1.4 if moved else 1)
                    school = ("no" if away else "yes") if 5 <= age <= 17 else ""
                    name = f"{zone}{segment:02d}{household:02d}"
                    sex = "F" if random.random() < 0.52 else "M"
                    found.append((zone, segment, name, weight, line, sex, age, school, "yes" if moved else "no"))
    return found


def text() -> str:
    """Write the rows as CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows())
    return stream.getvalue()


if __name__ == "__main__":
    Path(__file__).with_name("persons.csv").write_text(text(), encoding="utf-8")
