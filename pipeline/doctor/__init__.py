"""What a machine lacks to run this program, said before anything of it is installed."""
