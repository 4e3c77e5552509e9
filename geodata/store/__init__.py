"""Stores: a release that has been opened for questions."""
