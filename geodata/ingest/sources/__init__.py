"""Which sources can be read: one reader each."""

from geodata.ingest.readings import ReaderMaker
from geodata.ingest.sources.deepstate import DeepState

READERS: dict[str, ReaderMaker] = {"deepstate": DeepState}
"""Readers by the id of their source; each takes the Coverage."""
