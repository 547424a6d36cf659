"""Calibration: the smallest change of the weights that makes them hit known totals."""
