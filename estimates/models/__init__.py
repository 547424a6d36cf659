"""Regression models whose uncertainty is that of the sample design."""
