"""Confidence intervals by name: arrays in, arrays out, never an exception for a bad row."""

from __future__ import annotations

from estimates.intervals.arcsine import arcsine
from estimates.intervals.beta_prior import bayes_uniform, jeffreys
from estimates.intervals.bounds import Bounds, t_quantile
from estimates.intervals.by_name import PROPORTION_INTERVALS, proportion_interval
from estimates.intervals.effective_sample import effective_sample
from estimates.intervals.korn_graubard import korn_graubard
from estimates.intervals.likelihood import likelihood
from estimates.intervals.log_interval import log_interval
from estimates.intervals.logit import logit
from estimates.intervals.wald import wald
from estimates.intervals.wilson import wilson
from estimates.intervals.zero_cell import zero_cell

__all__ = [
    "PROPORTION_INTERVALS",
    "Bounds",
    "arcsine",
    "bayes_uniform",
    "effective_sample",
    "jeffreys",
    "korn_graubard",
    "likelihood",
    "log_interval",
    "logit",
    "proportion_interval",
    "t_quantile",
    "wald",
    "wilson",
    "zero_cell",
]
