"""Which sources can be read: one reader each."""

from geodata.ingest.control.parsed_file import ReaderMaker
from geodata.ingest.control.readers.deepstate import DeepState

READERS: dict[str, ReaderMaker] = {"deepstate": DeepState}
"""Readers by the id of their source; each takes the Coverage."""
