"""Which types do arrays, columns and progress reports have? Their one home."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.record import ColumnType

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
"""Places in other arrays: numpy's index type."""
Int64Array = npt.NDArray[np.int64]
"""Numbers: days, microseconds, counts."""
Mask = npt.NDArray[np.bool_]
GeometryArray = npt.NDArray[np.object_]
"""shapely geometries; None where there is none."""
DayArray = npt.NDArray[np.datetime64]
"""`datetime64[D]`; NaT for an open end."""
Progress = Callable[[str, int, int], None]
"""A stage's name, how much of it is done, and how much there is."""
ARROW: dict[ColumnType, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", "UTC"),
    "strings": pa.list_(pa.string()),
    "integers": pa.list_(pa.int64()),
    "numbers": pa.list_(pa.float64()),
    "dates": pa.list_(pa.date32()),
    "json": pa.json_(pa.string()),
}
"""Arrow type of a column by its type in `schemas`; geometry travels apart."""


def silent(_stage: str, _done: int, _total: int) -> None:
    """A progress report nobody reads."""
