"""The World Bank's imaginary country as clusters of one attribute."""

from __future__ import annotations

import numpy as np
import pandas as pd

from estimates.simulation.finite_population import Clusters

ROWS_PER_CLUSTER = 20


def clusters_of(households: pd.DataFrame, column: str, value: str) -> Clusters:
    """Count the households with an attribute in every enumeration area.

    Parameters
    ----------
    households : (n, ...) DataFrame
        One row for each household, with ``geo1``, ``urbrur``, ``ea`` and the attribute's column.
    column : str
        Column of the attribute.
    value : str
        Category that counts, or a number followed by ``+`` for that many and more.

    Returns
    -------
    Clusters
        Enumeration areas in the order of their strata, which are region by urban or rural.
    """
    if value.endswith("+"):
        attribute = (households[column] >= int(value[:-1])).to_numpy()
    else:
        attribute = (households[column].astype(str) == value).to_numpy()
    stratum = households["geo1"].astype(str) + households["urbrur"].astype(str)
    table = (
        pd.DataFrame({"stratum": stratum.to_numpy(), "ea": households["ea"].to_numpy(), "attribute": attribute})
        .groupby(["stratum", "ea"], sort=True)["attribute"]
        .agg(["size", "sum"])
    )
    codes = pd.factorize(table.index.get_level_values("stratum"), sort=True)[0]
    return Clusters(
        codes.astype(np.int64), table["size"].to_numpy(dtype=np.int64), table["sum"].to_numpy(dtype=np.int64)
    )
