"""Every table of a release as typed columns, written as CSV and Parquet and described for programs that read them."""
