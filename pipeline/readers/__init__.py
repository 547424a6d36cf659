"""Reading source files: a limited child process reads named columns, the parent trusts nothing else."""
