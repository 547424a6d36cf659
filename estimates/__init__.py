"""From weighted data to publishable rows: totals, variance, intervals and publication rules."""
