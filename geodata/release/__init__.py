"""Releases: built from facts and batches, verified, published by one rename, compared."""
