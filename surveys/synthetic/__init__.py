"""A country whose truth is known: a population made from published facts, and samples of it by a study's own design."""

from __future__ import annotations

from surveys.synthetic.population import Population, population
from surveys.synthetic.source_tables import draw
from surveys.synthetic.truth import studied, truth

__all__ = ["Population", "draw", "population", "studied", "truth"]
