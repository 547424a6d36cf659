"""The published view as PC-Axis cubes, written and read back."""
