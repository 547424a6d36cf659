"""A country whose truth is known: a population made from published facts, and samples of it by a study's own design.

The truth itself is in `surveys.synthetic.truth`, which no stage may import, directly or through others.
"""

from __future__ import annotations

from surveys.synthetic.population import Population, population
from surveys.synthetic.source_tables import draw

__all__ = ["Population", "draw", "population"]
