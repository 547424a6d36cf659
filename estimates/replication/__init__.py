"""Replicate estimates from PSU totals: no replicate weight is ever made for a row."""
