"""Statistics estimated from PSU totals, one formula each."""
