"""How is arithmetic done? In doubles; what has no finite result is null."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geodata.cql2.frame import Datum

Doubles: TypeAlias = npt.NDArray[np.float64]


def whole_quotient(left: Doubles, right: Doubles) -> Doubles:
    """`div`: the quotient without its fraction, towards zero as SQL has it."""
    return np.trunc(left / right)


def power(left: Doubles, right: Doubles) -> Doubles:
    """`^`; unlike in IEEE 754, `1^null` and `null^0` have no result."""
    return np.where(np.isnan(left) | np.isnan(right), np.nan, np.power(left, right))


def arithmetic(work: Callable[..., Doubles]) -> Callable[..., Datum]:
    """An operator over columns and numbers: null in, or no finite number out, gives null."""

    def computed(*operands: Datum) -> Datum:
        with np.errstate(all="ignore"):
            result = np.asarray(work(*map(doubles, operands)), dtype=np.float64)
        finite = np.isfinite(result)
        if all(isinstance(operand, pa.Scalar) for operand in operands):
            return pa.scalar(float(result[0]) if finite[0] else None, pa.float64())
        return pa.array(result, mask=~finite)

    return computed


def doubles(value: Datum) -> Doubles:
    """Numbers as doubles, NaN where missing; a single number has length 1."""
    if isinstance(value, pa.Scalar):
        return np.array([np.nan if value.as_py() is None else value.as_py()], dtype=np.float64)
    return np.asarray(value.to_numpy(zero_copy_only=False), dtype=np.float64)


def part_of_date(part: Callable[[Datum], Datum]) -> Callable[[Datum], Datum]:
    """A calendar part of dates or UTC timestamps, as whole numbers."""

    def computed(moment: Datum) -> Datum:
        bare = moment.cast(pa.timestamp("us")) if pa.types.is_timestamp(moment.type) else moment
        return pc.cast(part(bare), pa.int64())

    return computed
