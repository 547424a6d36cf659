"""Statistics that are no function of totals: one linearized value per row, then the common road."""
