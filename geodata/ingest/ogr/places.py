"""Where is the geometry of a layer: in its own column, in WKT, or in longitude and latitude."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import shapely

from geodata.ingest.ogr.drive import RawLayer
from geodata.ingest.ogr.shapes import parsed
from geodata.types import GeometryArray

LON = ("lon", "lng", "long", "longitude", "decimallongitude", "lon_wgs84", "x")
LAT = ("lat", "latitude", "decimallatitude", "lat_wgs84", "y")
WKT = ("wkt", "geom", "geometry", "the_geom", "wkt_geom", "geom_wkt", "geometry_wkt", "shape")
WKT_SIGN = r"^\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)"
UNREADABLE = b"?"
"""Stands for a geometry that is there and cannot be read; no WKB begins so."""


@dataclass(frozen=True)
class Place:
    """The geometry of all rows as WKB, its name in the file, and columns that are nothing else.

    crs: what it is moved from, '' where it is longitude and latitude on WGS 84.
    """

    wkb: pa.ChunkedArray
    name: str
    columns: tuple[str, ...] = ()
    crs: str = ""


def place(raw: RawLayer) -> Place:
    """The geometry of a layer; all missing where it has none."""
    if raw.geometry is not None:
        extra = () if raw.covering is None else (raw.covering,)
        name = raw.geometry_name or "geometry"
        return Place(_plain(raw.table.column(raw.geometry)), name, (raw.geometry, *extra))
    return _written(raw) or _points(raw) or Place(pa.chunked_array([_nothing(raw)]), "geometry")


def has_place(raw: RawLayer) -> bool:
    """Whether a layer has geometry in some form."""
    return raw.geometry is not None or bool(_written(raw) or _points(raw))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if isinstance(column.type, pa.BaseExtensionType):
        column = pa.chunked_array([c.storage for c in column.chunks], column.type.storage_type)
    return column.cast(pa.binary())


def _nothing(raw: RawLayer) -> pa.Array:
    return pa.nulls(raw.table.num_rows, pa.binary())


def _named(raw: RawLayer, wanted: tuple[str, ...]) -> str | None:
    """The column with one of the names, the earliest of them where there are several."""
    names = {name.lower().strip(): name for name in reversed(raw.table.column_names)}
    return next((names[each] for each in wanted if each in names), None)


def _written(raw: RawLayer) -> Place | None:
    """Geometry from a column of WKT, EWKT (its SRID is passed over) or hexadecimal WKB."""
    name = _named(raw, WKT)
    if name is None or not pa.types.is_string(raw.table.schema.field(name).type):
        return None
    texts = raw.table.column(name).to_pandas().astype(object)
    first = texts.dropna().head(1)
    if first.str.match(WKT_SIGN, case=False).any():
        texts = texts.str.replace(r"^\s*SRID=\d+;", "", regex=True)
        with np.errstate(invalid="ignore"):
            shapes = parsed(partial(shapely.from_wkt, on_invalid="ignore"), _objects(texts))
    elif first.str.fullmatch(r"[0-9A-Fa-f]{18,}").any():
        shapes = parsed(partial(shapely.from_wkb, on_invalid="ignore"), _objects(texts))
    else:
        return None
    return Place(_wkb(shapes, texts.notna().to_numpy()), name, (name,))


def _objects(texts: pd.Series) -> npt.NDArray[np.object_]:
    return np.asarray(texts.where(texts.notna(), None).to_numpy(dtype=object))


def _points(raw: RawLayer) -> Place | None:
    """Points from columns of longitude and latitude, which stay properties too."""
    lon, lat = _named(raw, LON), _named(raw, LAT)
    if lon is None or lat is None:
        return None
    x, y = (_numbers(raw.table.column(name)) for name in (lon, lat))
    given = (raw.table.column(lon).is_valid().to_numpy()) | (
        raw.table.column(lat).is_valid().to_numpy()
    )
    shapes = np.full(len(x), None, dtype=object)
    whole = np.isfinite(x) & np.isfinite(y)
    shapes[whole] = shapely.points(x[whole], y[whole])
    return Place(_wkb(shapes, given), "geometry")


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    values = pd.to_numeric(column.to_pandas().astype(object), errors="coerce")
    return np.asarray(values.to_numpy(dtype=float, na_value=np.nan))


def _wkb(shapes: GeometryArray, given: npt.NDArray[np.bool_]) -> pa.ChunkedArray:
    """WKB of shapes; where one is given and none was read, bytes that cannot be read."""
    values = np.array(shapely.to_wkb(shapes, flavor="iso"), dtype=object)
    values[shapely.is_missing(shapes) & given] = UNREADABLE
    return pa.chunked_array([pa.array(values, pa.binary())])
