"""The packaged facts, and how they are made from readable tables."""
