"""The packaged facts: readable tables, boundaries and definitions."""
