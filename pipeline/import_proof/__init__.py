"""Proof that an edition can be imported: loaded into an empty database through its own metadata, checked and asked."""
