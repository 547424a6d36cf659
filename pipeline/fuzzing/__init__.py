"""Thousands of damaged and hostile files, read by the program as any other, and counted by outcome."""
