"""How are whole arrays of numbers written as protocol buffer varints, all at once?"""

import numpy as np
import numpy.typing as npt

Unsigned = npt.NDArray[np.uint64]
Signed = npt.NDArray[np.int64]
# Seven bits a byte: 1 << 7 is the first number of two bytes, 1 << 63 the first of ten.
_STEPS = np.array([1 << (7 * k) for k in range(1, 10)], dtype=np.uint64)


def lengths(values: Unsigned) -> Signed:
    """Bytes each value takes as a varint, (n,): 1 to 10."""
    return np.asarray(np.searchsorted(_STEPS, values, side="right") + 1, dtype=np.int64)


def varints(values: Unsigned, sizes: Signed | None = None) -> bytes:
    """All values as varints, one after the other. sizes: their lengths, where known."""
    sizes = lengths(values) if sizes is None else sizes
    ends = np.cumsum(sizes)
    if not len(ends):
        return b""
    out = np.empty(int(ends[-1]), dtype=np.uint8)
    starts = ends - sizes
    # Byte by byte over all numbers that have one more: ten rounds at most, whatever their count.
    low = (values & np.uint64(0x7F)).astype(np.uint8)
    out[starts] = low | np.where(sizes > 1, 0x80, 0).astype(np.uint8)
    at = np.flatnonzero(sizes > 1)
    place = 1
    while len(at):
        part = (values[at] >> np.uint64(7 * place)) & np.uint64(0x7F)
        more = sizes[at] > place + 1
        out[starts[at] + place] = part.astype(np.uint8) | np.where(more, 0x80, 0).astype(np.uint8)
        at, place = at[more], place + 1
    return out.tobytes()


def zigzag(values: Signed) -> Unsigned:
    """Signed numbers as unsigned ones that stay small: 0, -1, 1, -2 become 0, 1, 2, 3."""
    return np.asarray(((values << 1) ^ (values >> 63)).astype(np.uint64))


def sums(values: Signed, counts: Signed) -> Signed:
    """Sums over consecutive groups of `counts` values, 0 for an empty group."""
    totals = np.concatenate([[0], np.cumsum(values)])
    ends = np.cumsum(counts)
    return np.asarray(totals[ends] - totals[ends - counts])


def ranges(counts: Signed) -> Signed:
    """0, 1, … within each group: the place of every value in its group."""
    starts = np.cumsum(counts) - counts
    return np.asarray(np.arange(int(counts.sum())) - np.repeat(starts, counts))
