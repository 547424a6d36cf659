"""Area-level models: figures of places whose own sample is too small, and how sure they are."""
