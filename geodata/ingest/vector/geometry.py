"""Where is the geometry, and how does it become clean CRS84?"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyproj
import shapely

from geodata.crs import CRS84, reproject
from geodata.errors import InvalidInput
from geodata.geometry import have_empty_parts, polygonal, without_empty_parts
from geodata.ingest.vector.reader import RawLayer
from geodata.types import GeometryArray, Mask

LON = ("lon", "lng", "long", "longitude", "decimallongitude", "lon_wgs84", "x")
LAT = ("lat", "latitude", "decimallatitude", "lat_wgs84", "y")
WKT = ("wkt", "geom", "geometry", "the_geom", "wkt_geom", "geom_wkt", "geometry_wkt", "shape")
WKT_SIGN = r"^\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)"
UNREADABLE = b"?"
"""Stands for a geometry that is there and cannot be read; no WKB begins so."""
EDGE_DEG = 1e-6
"""How far a coordinate may lie beyond the edge of the world by rounding, and is moved back."""
POLYGONS = (3, 6)


@dataclass(frozen=True)
class GeometryColumn:
    """The geometry of all rows as WKB, its name in the file, and columns that are nothing else.

    crs: what it is moved from, '' where it is longitude and latitude on WGS 84.
    """

    wkb: pa.ChunkedArray
    name: str
    columns: tuple[str, ...] = ()
    crs: str = ""


def geometry_column(raw: RawLayer) -> GeometryColumn:
    """The geometry of a layer; all missing where it has none."""
    if raw.geometry is not None:
        extra = () if raw.covering is None else (raw.covering,)
        name = raw.geometry_name or "geometry"
        return GeometryColumn(_plain(raw.table.column(raw.geometry)), name, (raw.geometry, *extra))
    return (
        _written(raw)
        or _points(raw)
        or GeometryColumn(pa.chunked_array([_nothing(raw)]), "geometry")
    )


def has_geometry(raw: RawLayer) -> bool:
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


def _written(raw: RawLayer) -> GeometryColumn | None:
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
    return GeometryColumn(_wkb(shapes, texts.notna().to_numpy()), name, (name,))


def _objects(texts: pd.Series) -> npt.NDArray[np.object_]:
    return np.asarray(texts.where(texts.notna(), None).to_numpy(dtype=object))


def _points(raw: RawLayer) -> GeometryColumn | None:
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
    return GeometryColumn(_wkb(shapes, given), "geometry")


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    values = pd.to_numeric(column.to_pandas().astype(object), errors="coerce")
    return np.asarray(values.to_numpy(dtype=float, na_value=np.nan))


def _wkb(shapes: GeometryArray, given: npt.NDArray[np.bool_]) -> pa.ChunkedArray:
    """WKB of shapes; where one is given and none was read, bytes that cannot be read."""
    values = np.array(shapely.to_wkb(shapes, flavor="iso"), dtype=object)
    values[shapely.is_missing(shapes) & given] = UNREADABLE
    return pa.chunked_array([pa.array(values, pa.binary())])


@dataclass
class Shapes:
    """Geometries of some rows, CRS84, (n,); None where missing.

    faults: rows set aside, by the rule they break. repairs: rows changed, by the rule they broke.
    """

    geometry: GeometryArray
    faults: dict[str, Mask] = field(default_factory=dict)
    repairs: dict[str, Mask] = field(default_factory=dict)

    @property
    def passed(self) -> Mask:
        """Rows that are not set aside."""
        lost = np.zeros(len(self.geometry), dtype=bool)
        for mask in self.faults.values():
            lost |= mask
        return ~lost

    def fault(self, rule: str, mask: Mask) -> None:
        """Set rows aside; their geometry is no longer looked at."""
        if mask.any():
            self.faults[rule] = mask
            self.geometry[mask] = None

    def repair(self, rule: str, mask: Mask) -> None:
        """Note rows as changed."""
        if mask.any():
            self.repairs[rule] = mask


def read_shapes(wkb: pa.Array, crs: str | None) -> Shapes:
    """Geometries from WKB. crs: where the coordinates are moved from; None: they are CRS84."""
    values = wkb.to_numpy(zero_copy_only=False)
    given = wkb.is_valid().to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are dealt with below
        geometry = parsed(partial(shapely.from_wkb, on_invalid="fix"), values)
        return clean(geometry, given, crs)


def parsed(read: Callable[[object], object], values: npt.NDArray[np.object_]) -> GeometryArray:
    """What a function of shapely makes of values, one by one where it knows a type of none of them.

    shapely refuses all values of an array for one curve among them; None stands for that one.
    """
    try:
        return np.asarray(read(values))
    except NotImplementedError:
        shapes = np.full(len(values), None, dtype=object)
        for at, value in enumerate(values):
            with suppress(NotImplementedError):
                shapes[at] = read(value)
        return shapes


def clean(geometry: GeometryArray, given: Mask, crs: str | None) -> Shapes:
    """The rules every geometry passes. given: rows whose file has a geometry, (n,)."""
    shapes = Shapes(np.array(geometry, dtype=object))
    shapes.fault("geometry_can_be_read", given & shapely.is_missing(shapes.geometry))
    _without_empty(shapes)
    _flatten(shapes)
    if crs is not None:
        shapes.geometry = reproject(shapes.geometry, crs, CRS84)
    _within_the_world(shapes)
    _mend(shapes)
    return shapes


def _without_empty(shapes: Shapes) -> None:
    empty = shapely.is_empty(shapes.geometry)
    shapes.repair("geometry_is_not_empty", empty)
    shapes.geometry[empty] = None
    partly = have_empty_parts(shapes.geometry)
    shapes.repair("part_has_points", partly)
    shapes.geometry[partly] = [without_empty_parts(each) for each in shapes.geometry[partly]]


def _flatten(shapes: Shapes) -> None:
    thick = shapely.has_z(shapes.geometry) | shapely.has_m(shapes.geometry)
    shapes.repair("geometry_has_two_axes", thick)
    shapes.geometry[thick] = shapely.force_2d(shapes.geometry[thick])


def _within_the_world(shapes: Shapes) -> None:
    """Rows beyond the world are set aside; what only rounding moved out is moved back."""
    there = ~shapely.is_missing(shapes.geometry)
    beyond = np.maximum(_beyond(shapes.geometry), 0)
    shapes.fault("lies_on_earth", there & ~(beyond <= EDGE_DEG))
    slightly = there & (beyond > 0) & (beyond <= EDGE_DEG)
    shapes.repair("lies_within_the_edge", slightly)
    shapes.geometry[slightly] = shapely.transform(
        shapes.geometry[slightly], lambda c: np.clip(c, [-180, -90], [180, 90])
    )


def _beyond(geometry: GeometryArray) -> npt.NDArray[np.float64]:
    """Degrees by which bounds pass the world's edge, NaN for coordinates that are no numbers.

    shapely leaves NaN coordinates out of bounds, so they are looked for one by one.
    """
    bounds = shapely.bounds(geometry)
    past = np.abs(bounds) - [180, 90, 180, 90]
    worst: npt.NDArray[np.float64] = past.max(axis=1)
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    worst[owner[~np.isfinite(coordinates).all(axis=1)]] = np.nan
    return worst


def _mend(shapes: Shapes) -> None:
    """Polygons that are not valid are rebuilt; those without area are set aside."""
    areal = np.isin(shapely.get_type_id(shapes.geometry), POLYGONS)
    broken = areal.copy()
    broken[areal] = ~shapely.is_valid(shapes.geometry[areal])
    for row in np.flatnonzero(broken):
        shapes.geometry[row] = _rebuilt(shapes.geometry[row])
    flat = broken & shapely.is_empty(shapes.geometry)
    shapes.fault("polygon_has_area", flat)
    shapes.repair("polygon_is_valid", broken & ~flat)


def _rebuilt(polygon: shapely.Geometry) -> shapely.Geometry:
    """The areal part of a polygon made valid; one polygon where it is one."""
    areal = polygonal(shapely.make_valid(polygon))
    parts = shapely.get_parts(areal)
    return parts[0] if len(parts) == 1 else areal


def moved_from(crs: str) -> str:
    """The CRS coordinates are moved from, '' where they are longitude, latitude on WGS 84.

    crs: what the file or the user names. Raises InvalidInput where it is unknown, or is none from
    which there is a way to WGS 84.
    """
    try:
        flat = pyproj.CRS.from_user_input(crs).to_2d()
        if flat.equals(pyproj.CRS(CRS84), ignore_axis_order=True):
            return ""
        pyproj.Transformer.from_crs(flat, CRS84, always_xy=True)
    except pyproj.exceptions.ProjError as error:
        raise InvalidInput(
            f"from the CRS {crs[:60]!r} there is no way to WGS 84; name another with --crs",
            parameter="crs",
        ) from error
    return str(flat.to_wkt())


def is_geographic_box(bounds: npt.NDArray[np.float64]) -> bool:
    """Whether total bounds could be longitude and latitude; also where there are none."""
    west, south, east, north = bounds
    if np.isnan(bounds).all():
        return True
    edge = EDGE_DEG
    return bool(
        west >= -180 - edge and south >= -90 - edge and east <= 180 + edge and north <= 90 + edge
    )
