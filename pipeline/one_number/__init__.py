"""One number of a study as a frame: what a statistician asks for in a notebook."""
