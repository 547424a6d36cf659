"""DDI-Codebook 2.5 of files of microdata, one document for each language."""
