"""Formats: rows as the bytes clients read."""
