"""One number of a study, for notebooks: ``from caracteriza import estimate``."""

from pipeline.one_number.answers import NoNumber, breakdowns, estimate, indicators

__all__ = ["NoNumber", "breakdowns", "estimate", "indicators"]
