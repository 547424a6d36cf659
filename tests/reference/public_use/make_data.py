"""Makes the data of `public_file.R`: a public file with weights and replicate weights, as a user would get it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from estimates.public_use.masked_weights import masked_weights
from estimates.public_use.replicate_weights import Held, replicate_weights
from estimates.public_use.variance_units import join_psus

HERE = Path(__file__).parent


def main() -> None:
    """Write ``public_file.csv`` and ``public_file_scale.csv``."""
    generator = np.random.default_rng(20181122)
    stratum_of_psu = np.repeat(np.arange(5), [7, 9, 11, 8, 13])
    psu = np.repeat(np.arange(48), generator.integers(2, 6, 48))
    area = (psu % 3 == 0).astype(np.int64)
    units = join_psus(stratum_of_psu, np.zeros(48, dtype=np.int64), generator, psus=3)
    weight = masked_weights(
        generator.uniform(10, 30, psu.size), area, stratum_of_psu[psu], rows=5, strata=3, step=1.0
    )
    replicates = np.round(replicate_weights(weight, psu, units, Held(area)), 3)
    effect = generator.normal(0, 1, 48)[psu]
    table = pd.DataFrame({"area": area, "moved": (generator.random(psu.size) < 0.3 + 0.1 * np.tanh(effect)).astype(int),
                          "income": np.round(np.exp(5 + 0.3 * effect + generator.normal(0, 0.5, psu.size)), 2),
                          "weight": weight})  # fmt: skip
    columns = {f"replicate_{number}": line for number, line in enumerate(replicates, start=1)}
    pd.concat([table, pd.DataFrame(columns)], axis=1).to_csv(HERE / "public_file.csv", index=False, lineterminator="\n")
    scale = pd.DataFrame({"replicate": list(columns), "scale": units.scale()})
    scale.to_csv(HERE / "public_file_scale.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
