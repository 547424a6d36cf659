"""Estimates of a plan whose rows are summed elsewhere: by batches, by an engine of tables, or by another office."""
