"""Carriers of the scan: who reads the rows of a table larger than memory and adds them up by PSU and cell."""
