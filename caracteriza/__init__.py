"""One number of a study, for notebooks: ``from caracteriza import estimate``."""

from pipeline.one_number.answers import breakdowns, estimate, indicators
from pipeline.one_number.places import NoNumber

__all__ = ["NoNumber", "breakdowns", "estimate", "indicators"]
