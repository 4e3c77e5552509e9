"""How are the values of a MapLibre Tile's column written: streams, each with a head (MLT v1)?

A stream says what its numbers are for, how they are encoded, how many they are and how many bytes.
Of whole numbers three encodings are tried (none, delta, run lengths); the shortest is written.
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise

import numpy as np

from geodata.tiles.varint import Signed, Unsigned, lengths, varints, zigzag
from geodata.types import Mask

PRESENT = 0x00
_PLAIN, _RUNS = 0x00, 0x60
_VARINT, _DELTA, _DELTA_XY = 0x02, 0x20, 0x40
_RUN_LEAST, _RUN_MOST, _LITERALS_MOST = 3, 130, 128
"""What one control byte of ORC's run lengths of bytes can say."""
_NARROW_END, _WIDE_END = 1 << 31, 1 << 62


class Data(IntEnum):
    """Streams of values."""

    PLAIN = 0x10
    DICTIONARY = 0x11
    VERTICES = 0x13


class Offset(IntEnum):
    """Streams of places in a dictionary."""

    TEXT = 0x22


class Length(IntEnum):
    """Streams of sizes."""

    TEXT = 0x30
    GEOMETRIES = 0x31
    PARTS = 0x32
    RINGS = 0x33
    DICTIONARY = 0x36


Kind = Data | Offset | Length


@dataclass(frozen=True)
class IntegerType:
    """Whole numbers of a type: signed or not, of 64 bits (wide) or 32. kind: the type's code."""

    values: Signed
    kind: int
    signed: bool
    wide: bool

    @property
    def unsigned(self) -> "IntegerType":
        """The same as numbers without sign."""
        return replace(self, signed=False)

    @property
    def coded(self) -> Unsigned:
        """The numbers without sign, as they are written."""
        return zigzag(self.values) if self.signed else self.values.astype(np.uint64)

    @property
    def deltas(self) -> Unsigned | None:
        """The difference of each number to the one before, from 0; None where one is too wide."""
        end = _WIDE_END if self.wide else _NARROW_END
        delta = np.diff(self.values, prepend=0)
        # Of two numbers of 64 bits the difference may not fit into 64: both must be below 2**62.
        fits = not self.wide or bool((np.abs(self.values) < end).all())
        return zigzag(delta) if fits and bool((np.abs(delta) < end).all()) else None


def integers(kind: Kind, numbers: IntegerType) -> bytes:
    """Whole numbers in the shortest of: as they are, as deltas, as runs of equals."""
    coded = numbers.coded
    runs = _runs(coded)
    ways = [(_VARINT, coded, b""), (_RUNS | _VARINT, runs, _run_counts(coded, runs))]
    deltas = numbers.deltas
    if deltas is not None:
        ways.append((_DELTA | _VARINT, deltas, b""))
    way, values, more = min(ways, key=lambda each: int(lengths(each[1]).sum()) + len(each[2]))
    return _stream(kind, way, len(values), varints(values), more)


def vertices(xy: Signed) -> bytes:
    """Positions (n, 2) as deltas of x and of y."""
    deltas = zigzag(np.diff(xy, axis=0, prepend=0)).ravel()
    return _stream(Data.VERTICES, _DELTA_XY | _VARINT, len(deltas), varints(deltas))


def raw(kind: Kind, count: int, body: bytes) -> bytes:
    """Bytes as they are: texts or numbers of fixed width."""
    return _stream(kind, _PLAIN, count, body)


def flags(values: Mask) -> bytes:
    """Flags, eight in a byte, runs of equal bytes written once."""
    return _stream(Data.PLAIN, _RUNS, len(values), _packed(values))


def present(values: Mask) -> bytes:
    """Which rows have a value."""
    return _stream(PRESENT, _RUNS, len(values), _packed(values))


def varint(value: int) -> bytes:
    """One number."""
    return varints(np.array([value], dtype=np.uint64))


def _stream(kind: int, encoding: int, count: int, body: bytes, more: bytes = b"") -> bytes:
    return bytes((kind, encoding)) + varint(count) + varint(len(body)) + more + body


def _runs(coded: Unsigned) -> Unsigned:
    """Lengths of all runs, then their values."""
    starts = np.flatnonzero(np.concatenate([[True], coded[1:] != coded[:-1]]))
    sizes = np.diff(starts, append=len(coded)).astype(np.uint64)
    return np.concatenate([sizes, coded[starts]])


def _run_counts(coded: Unsigned, runs: Unsigned) -> bytes:
    return varint(len(runs) // 2) + varint(len(coded))


def _packed(values: Mask) -> bytes:
    """Bits, lowest first, in the run lengths of bytes that ORC has: n + 3 equals, or -n others."""
    whole = np.packbits(values, bitorder="little")
    edges = np.flatnonzero(np.diff(whole)) + 1
    out, waiting = bytearray(), bytearray()
    for start, stop in pairwise([0, *edges.tolist(), len(whole)]):
        run = whole[start:stop].tobytes()
        if len(run) < _RUN_LEAST:  # a run takes two bytes, and ends the literals before it
            waiting += run
            continue
        out += _literals(waiting) + _repeated(run[0], len(run))
        waiting.clear()
    return bytes(out + _literals(waiting))


def _literals(waiting: bytearray) -> bytes:
    blocks = (waiting[at : at + _LITERALS_MOST] for at in range(0, len(waiting), _LITERALS_MOST))
    return b"".join(bytes((256 - len(block),)) + block for block in blocks)


def _repeated(value: int, count: int) -> bytes:
    """A run; what its last block would leave too short is written as it is."""
    whole, rest = divmod(count, _RUN_MOST)
    out = bytes((_RUN_MOST - _RUN_LEAST, value)) * whole
    if rest >= _RUN_LEAST:
        return out + bytes((rest - _RUN_LEAST, value))
    return out + _literals(bytearray((value,)) * rest)
