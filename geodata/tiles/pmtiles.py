"""How are tiles kept: a PMTiles (v3) archive a tileset, written once, mapped into memory?"""

import gzip
import json
import mmap
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from pmtiles.tile import (
    Compression,
    TileType,
    deserialize_directory,
    deserialize_header,
    zxy_to_tileid,
)
from pmtiles.writer import Writer

from geodata.errors import Damaged
from geodata.tiles.grid import Bounds, Tile

SUFFIX = ".pmtiles"
LEVEL = 6
"""How hard tiles are compressed, of zlib's 0 to 9."""
HEADER_BYTES = 127
"""Length of the header of an archive."""


def packed(tile: bytes) -> bytes:
    """A tile as it is kept: gzip, without a time, so that the same tile has the same bytes."""
    return gzip.compress(tile, LEVEL, mtime=0)


def outward(bounds: Bounds) -> tuple[int, int, int, int]:
    """Bounds in ten-millionths of a degree, none of which cuts off what lies on the edge."""
    whole = [round(value * 1e7) for value in bounds]
    west, south = (n - (n / 1e7 > value) for n, value in zip(whole[:2], bounds[:2], strict=True))
    east, north = (n + (n / 1e7 < value) for n, value in zip(whole[2:], bounds[2:], strict=True))
    return west, south, east, north


def write_archive(
    path: Path, tiles: Iterable[tuple[Tile, bytes]], bounds: Bounds, metadata: dict[str, Any]
) -> int:
    """Write tiles, compressed already and of at least one, in the order the format keeps them.

    bounds: CRS84. metadata: what the archive says of itself. Returns the number of tiles.
    """
    # By their number on the Hilbert curve: the writer marks an archive as clustered only then.
    numbered = sorted((zxy_to_tileid(t.z, t.x, t.y), body) for t, body in tiles)
    with path.open("wb") as stream:
        writer: Any = Writer(stream)  # type: ignore[no-untyped-call]
        for number, body in numbered:
            writer.write_tile(number, body)
        # The header holds degrees in whole ten-millionths.
        west, south, east, north = outward(bounds)
        writer.finalize(
            {
                "tile_type": TileType.MVT,
                "tile_compression": Compression.GZIP,
                "min_lon_e7": west,
                "min_lat_e7": south,
                "max_lon_e7": east,
                "max_lat_e7": north,
                "center_zoom": metadata.get("minzoom", 0),
                "center_lon_e7": (west + east) // 2,
                "center_lat_e7": (south + north) // 2,
            },
            metadata,
        )
    return len(numbered)


class PMTilesArchive:
    """An archive opened: its metadata, and its tiles as slices of the mapped file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"PMTilesArchive({self.path.name}, {len(self._places)} tiles)"

    @cached_property
    def _bytes(self) -> memoryview:
        try:
            with self.path.open("rb") as stream:
                return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
        except (OSError, ValueError) as error:
            raise Damaged(f"{self.path.name} cannot be read: {error}") from error

    @cached_property
    def _header(self) -> dict[str, Any]:
        try:
            return dict(deserialize_header(bytes(self._bytes[:HEADER_BYTES])))
        except Exception as error:
            raise Damaged(f"{self.path.name} is no PMTiles archive: {error!r}") from error

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """What the archive says of itself. Raises Damaged."""
        try:
            text = gzip.decompress(self._part("metadata"))
            return dict(json.loads(text))
        except (OSError, ValueError, EOFError) as error:
            raise Damaged(f"{self.path.name} has lost its description: {error}") from error

    @cached_property
    def bounds(self) -> Bounds:
        """West, south, east, north, CRS84 degrees."""
        h = self._header
        names = ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
        west, south, east, north = (h[name] / 1e7 for name in names)
        return west, south, east, north

    def check(self) -> None:
        """Raises Damaged where the description or the tiles at either end cannot be read."""
        _ = self.metadata, self.bounds
        # Of all tiles the first and the last in the file: one cut short has lost its last.
        places = sorted(self._places.values())
        for start, length in {places[0], places[-1]} if places else ():
            try:
                gzip.decompress(self._bytes[start : start + length])
            except (OSError, EOFError) as error:
                raise Damaged(f"{self.path.name} has a damaged tile: {error}") from error

    def get(self, tile: Tile) -> bytes | None:
        """A tile as it is kept, gzip; None where there is nothing."""
        place = self._places.get(zxy_to_tileid(tile.z, tile.x, tile.y))
        return None if place is None else bytes(self._bytes[place[0] : place[0] + place[1]])

    @cached_property
    def _places(self) -> dict[int, tuple[int, int]]:
        """Offset and length of every tile by its number on the Hilbert curve."""
        base = self._header["tile_data_offset"]
        return {
            entry.tile_id + k: (base + entry.offset, entry.length)
            for entry in self._entries(self._part("root"))
            for k in range(entry.run_length)  # equal tiles side by side are kept once
        }

    def _entries(self, directory: bytes) -> Iterable[Any]:
        for entry in deserialize_directory(directory):
            if entry.run_length:
                yield entry
                continue
            # An entry without a run is a directory of its own, a leaf.
            start = self._header["leaf_directory_offset"] + entry.offset
            yield from self._entries(bytes(self._bytes[start : start + entry.length]))

    def _part(self, name: str) -> bytes:
        start = self._header[f"{name}_offset"]
        return bytes(self._bytes[start : start + self._header[f"{name}_length"]])

    def __len__(self) -> int:
        return len(self._places)
