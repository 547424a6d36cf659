"""Administrative divisions of a country: read from a file, held against the lists of a study, published as tables."""
