"""Is a file a TIFF that can be opened without harm: its header, read before GDAL sees it.

TIFF 6.0 and BigTIFF. A header is a claim: how many cells there are, and where which bytes of them
lie. The claims are held against each other, against the file's size and against the limits.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from geodata.errors import Refused

MOST_SIDE = 100_000
MOST_BYTES = 4 << 30
"""Bytes of all cells of a band, unpacked."""
MOST_RATIO = 2_000
"""Unpacked over packed bytes: DEFLATE reaches 1,032, LZW 1,365 on cells that are all alike."""
FREE_BYTES = 64 << 20
"""Unpacked bytes below which the ratio does not matter."""
MOST_TAGS, MOST_BANDS, MOST_BLOCKS = 512, 64, 4_000_000
WIDTH, HEIGHT, BITS, BANDS = 256, 257, 258, 277
STRIP_OFFSETS, ROWS_PER_STRIP, STRIP_COUNTS, PLANES = 273, 278, 279, 284
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = 322, 323, 324, 325
_SIZES = {1: 1, 3: 2, 4: 4, 6: 1, 8: 2, 9: 4, 13: 4, 16: 8, 17: 8, 18: 8}
_LETTERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
"""TIFF's types of whole numbers: their bytes, and their letters in `struct`."""
_WANTED = {
    WIDTH, HEIGHT, BITS, BANDS, STRIP_OFFSETS, ROWS_PER_STRIP, STRIP_COUNTS, PLANES,
    TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS,
}  # fmt: skip


@dataclass(frozen=True)
class Header:
    """What the first image of a TIFF says of itself."""

    width: int
    height: int
    bands: int
    bits: int
    blocks: int
    packed_bytes: int

    @property
    def band_bytes(self) -> int:
        """Bytes of the cells of one band, unpacked."""
        return self.width * self.height * max(1, self.bits // 8)


def is_tiff(head: bytes) -> bool:
    """Whether a file begins as a TIFF or BigTIFF does."""
    return head[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}


def checked_header(path: Path) -> Header:
    """The header of a TIFF. Raises Refused where it is none, lies, or passes a limit."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        if not is_tiff(stream.read(4)):
            raise Refused("it does not begin as a TIFF does; give a GeoTIFF")
        try:
            tags = _first_tags(stream, size)
        except (struct.error, OverflowError, OSError) as error:
            raise Refused(f"its header ends before it should: {error}") from error
    return _agreeing(tags, size)


def _first_tags(stream: BinaryIO, size: int) -> dict[int, Sequence[int]]:
    """Whole-number tags of the first image."""
    stream.seek(0)
    head = stream.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in {b"+\0", b"\0+"}
    at = struct.unpack(order + ("Q" if big else "I"), head[8:16] if big else head[4:8])[0]
    stream.seek(_inside(at, size))
    count = struct.unpack(order + ("Q" if big else "H"), stream.read(8 if big else 2))[0]
    if not 0 < count <= MOST_TAGS:
        raise Refused(f"its first image has {count} tags; 1 to {MOST_TAGS} are read")
    entry, word = ("HHQ", 8) if big else ("HHI", 4)
    length = struct.calcsize("=" + entry) + word
    rows = stream.read(length * count)
    found = {}
    for start in range(0, length * count, length):
        tag, kind, many = struct.unpack_from(order + entry, rows, start)
        if kind in _SIZES and tag in _WANTED:
            held = rows[start + length - word : start + length]
            found[tag] = _values(stream, size, order, kind, many, held)
    return found


def _values(  # noqa: PLR0913 - what a tag's entry says
    stream: BinaryIO, size: int, order: str, kind: int, many: int, held: bytes
) -> Sequence[int]:
    """The numbers of a tag: beside it where they fit, else where it points to."""
    if many > MOST_BLOCKS:
        raise Refused(f"a tag has {many} values; at most {MOST_BLOCKS} are read")
    length = _SIZES[kind] * many
    if length > len(held):
        at = struct.unpack(order + ("Q" if len(held) == 8 else "I"), held)[0]
        stream.seek(_inside(at + length, size) - length)
        held = stream.read(length)
    return struct.unpack(f"{order}{many}{_LETTERS[kind]}", held[:length])


def _inside(at: int, size: int) -> int:
    if at > size:
        raise Refused(f"its header points to byte {at} of a file of {size}; it was cut short")
    return at


def _agreeing(tags: dict[int, Sequence[int]], size: int) -> Header:
    """The header, its claims held against each other and the limits."""
    width, height = _one(tags, WIDTH), _one(tags, HEIGHT)
    bands, bits = _one(tags, BANDS, 1), max(tags.get(BITS, (1,)) or (1,))
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise Refused(f"it has {width} x {height} cells; 1 to {MOST_SIDE} a side are taken")
    if not 0 < bands <= MOST_BANDS or not 0 < bits <= 64:
        raise Refused(f"it has {bands} bands of {bits} bits; 1 to {MOST_BANDS} of 64 are taken")
    counts, offsets = _blocks(tags)
    wanted = _wanted_blocks(tags, width, height) * (bands if _one(tags, PLANES, 1) == 2 else 1)
    if len(counts) != len(offsets) or len(counts) != wanted:
        raise Refused(
            f"it lists {len(offsets)} places and {len(counts)} sizes of blocks, and has {wanted}"
        )
    for at, length in zip(offsets, counts, strict=True):
        if at + length > size:
            raise Refused(
                f"a block of {length} bytes at {at} lies beyond the file's {size}; it was cut "
                "short, or its header lies"
            )
    header = Header(width, height, bands, bits, len(counts), sum(counts))
    _check_size(header)
    return header


def _check_size(header: Header) -> None:
    if header.band_bytes > MOST_BYTES:
        raise Refused(
            f"a band of it has {header.band_bytes >> 20} MB of cells; at most {MOST_BYTES >> 20} "
            "MB are taken: cut it, or make its cells larger"
        )
    whole = header.band_bytes * header.bands
    if whole > max(FREE_BYTES, header.packed_bytes * MOST_RATIO):
        raise Refused(
            f"it unpacks to {whole >> 20} MB from {header.packed_bytes} bytes, over {MOST_RATIO} "
            "times its size; write it with fewer empty cells"
        )


def _blocks(tags: dict[int, Sequence[int]]) -> tuple[Sequence[int], Sequence[int]]:
    """Sizes and places of strips or tiles."""
    tiled = TILE_OFFSETS in tags
    counts = tags.get(TILE_COUNTS if tiled else STRIP_COUNTS, ())
    return counts, tags.get(TILE_OFFSETS if tiled else STRIP_OFFSETS, ())


def _wanted_blocks(tags: dict[int, Sequence[int]], width: int, height: int) -> int:
    """How many blocks a plane of this size has."""
    if TILE_OFFSETS not in tags:
        rows = min(_one(tags, ROWS_PER_STRIP, height), height)
        return math.ceil(height / max(rows, 1))
    across, down = _one(tags, TILE_WIDTH), _one(tags, TILE_HEIGHT)
    if not (0 < across <= 1 << 16 and 0 < down <= 1 << 16):
        raise Refused(f"its tiles have {across} x {down} cells; 1 to {1 << 16} a side are taken")
    return math.ceil(width / across) * math.ceil(height / down)


def _one(tags: dict[int, Sequence[int]], tag: int, default: int = 0) -> int:
    values = tags.get(tag, ())
    return values[0] if values else default
