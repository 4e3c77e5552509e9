"""Which types do arrays, columns and progress reports have? Their one home."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.record import ColumnType

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
GeometryArray = npt.NDArray[np.object_]
DayArray = npt.NDArray[np.datetime64]
Progress = Callable[[str, int, int], None]
ARROW: dict[ColumnType, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", "UTC"),
    "strings": pa.list_(pa.string()),
}


def silent(_stage: str, _done: int, _total: int) -> None:
    """A progress report nobody reads."""
