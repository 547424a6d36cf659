"""Drawn samples with a known truth, to measure what intervals and variances are worth."""
