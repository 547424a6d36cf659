"""What a census would know of the municipalities studied: the totals to which the study's weights are calibrated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveys.synthetic.population import Population


def known_totals(country: Population) -> pd.DataFrame:
    """Count families and persons of the municipalities studied, by municipality and area.

    Parameters
    ----------
    country : Population

    Returns
    -------
    DataFrame
        ``margin`` (``families`` by municipality, ``families_by_area``, ``persons_by_area``), ``cell`` and ``total``.
    """
    places = country.places
    inside = places.studied[country.municipality]
    home, size = country.municipality[inside], country.size[inside]
    area = places.segment_area[country.segment[inside]]
    families = np.bincount(home, minlength=places.code.size)
    rows = [("families", str(places.code[m]), int(families[m])) for m in np.flatnonzero(places.studied)]
    for margin, weight in (("families_by_area", np.ones_like(size)), ("persons_by_area", size)):
        counted = np.bincount(area, weights=weight)
        rows += [(margin, str(code), int(counted[code])) for code in np.unique(area)]
    return pd.DataFrame(rows, columns=["margin", "cell", "total"])
