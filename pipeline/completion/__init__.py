"""Completion of `make` in a shell: targets, variables, names of studies, languages."""
