"""Which tiles does an open release have, and how is one made for what a client asks."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geodata.cache import Cache, keeping
from geodata.crs import CRS84_AXES
from geodata.errors import InvalidInput, NotFound
from geodata.features.query import EVERYTHING, Query
from geodata.formats.rows import Rows
from geodata.store.base import FeatureStore, Selection
from geodata.store.drawings import TilesetAbout
from geodata.tiles import mlt, mvt
from geodata.tiles.generalise import point_units, single_points, thin
from geodata.tiles.grid import Tile, bounds_crs84, covering
from geodata.tiles.mvt import TileLayer, together
from geodata.tiles.mvt_decode import decode
from geodata.tiles.pmtiles import SUFFIX, PMTilesArchive
from geodata.tiles.source_layer import OMITTED, POINT_COUNT, scalar, tile_names
from geodata.tiles.tileset import VectorLayer
from geodata.types import IntArray

FORMS: dict[str, Callable[[list[TileLayer]], bytes]] = {"mvt": mvt.encode, "mlt": mlt.encode}


class Tilesets:
    """The tilesets of a release folder, of whose rows a store knows; none where there are none.

    features: the store whose rows the tiles show. Its tile ids say which feature of a tile built
    is which of its rows, so it need not be the one that holds the folder's tables.
    """

    def __init__(self, folder: Path, features: FeatureStore, unpacked: Cache[Any]) -> None:
        manifest = features.manifest
        self._release = manifest.id
        self._features = features
        names = (t.name for t in manifest.tables if t.name.endswith(SUFFIX))
        self._archives = {n.removesuffix(SUFFIX): PMTilesArchive(folder / n) for n in names}
        self._unpacked = keeping(unpacked, self._unpack, manifest.id)
        self.about = lru_cache(maxsize=None)(self._about)

    def names(self) -> tuple[str, ...]:
        """Ids of all tilesets."""
        return tuple(self._archives)

    def archive(self, name: str) -> Path:
        """The PMTiles file of a tileset. Raises NotFound."""
        return self._known(name).path

    def _about(self, name: str) -> TilesetAbout:
        """A tileset. Raises NotFound, naming what there is."""
        archive = self._known(name)
        metadata = archive.metadata
        return TilesetAbout(
            id=name,
            title=metadata["name"],
            description=metadata["description"],
            minzoom=metadata["minzoom"],
            maxzoom=metadata["maxzoom"],
            bounds=archive.bounds,
            vector_layers=tuple(VectorLayer(**layer) for layer in metadata["vector_layers"]),
            attribution=metadata["attribution"],
        )

    def tile(self, name: str, z: int, x: int, y: int) -> bytes | None:
        """A tile as it was built, gzip; None where it is empty. Raises NotFound outside limits."""
        return self._known(name).get(self._inside(name, Tile(z, x, y)))

    def made(  # noqa: PLR0913 - a tile's address is three numbers
        self, name: str, z: int, x: int, y: int, query: Query | None, form: str = "mvt"
    ) -> bytes:
        """A tile with only the rows a query asks for; not compressed, b"" where it is empty.

        query: None for all rows; its box, page and CRS play no part. form: mvt or mlt.
        Raises NotFound outside limits, InvalidInput where the tileset has nothing to ask.
        """
        tile = self._inside(name, Tile(z, x, y))
        if query is None:
            return FORMS[form](list(self._unpacked(name, tile)))
        if name == "basemap":
            raise InvalidInput("the base map has no days, sources or filters; leave them out")
        whole = replace(query, bbox=None, area=None, start=0, limit=EVERYTHING)
        plain = replace(whole, skip_geometry=False, crs=CRS84_AXES)
        return FORMS[form](self._asked(name, tile, self._features.select(plain)))

    def _asked(self, name: str, tile: Tile, selection: Selection) -> list[TileLayer]:
        """The features of a tile whose rows a query matches.

        Points that may stand for others are counted anew; all else is taken from the tile built.
        """
        thinned = [v.id for v in self.about(name).vector_layers if POINT_COUNT in v.fields]
        layers = [_points(selection, tile, each) for each in thinned]
        for layer in self._unpacked(name, tile):
            if name == "timelines" and layer.name == "standings":
                layers.append(_standing(layer, selection.query))
            elif layer.ids is not None:
                matching = np.isin(layer.ids, selection.rows.tile_ids)
                if layer.name in thinned:
                    # What of it is a point was made anew above: here a point built stands for
                    # neighbours that the query may not match.
                    matching &= shapely.get_dimensions(layer.geometry) > 0
                rows = np.flatnonzero(matching)
                layers.append(_with_properties(_rows(layer, rows), selection))
        return together([layer for layer in layers if len(layer)])

    def _unpack(self, name: str, tile: Tile) -> tuple[TileLayer, ...]:
        packed = self._archives[name].get(tile)
        return () if packed is None else tuple(decode(gzip.decompress(packed)))

    def _inside(self, name: str, tile: Tile) -> Tile:
        about = self.about(name)
        if not about.minzoom <= tile.z <= about.maxzoom:
            raise NotFound(
                f"tiles of {name} have levels {about.minzoom} to {about.maxzoom}, not {tile.z}"
            )
        left, top, right, bottom = covering(about.bounds, tile.z)
        if not (left <= tile.x <= right and top <= tile.y <= bottom):
            raise NotFound(
                f"tiles of {name} on level {tile.z} have columns {left} to {right} and rows {top} "
                f"to {bottom}, not column {tile.x} row {tile.y}"
            )
        return tile

    def _known(self, name: str) -> PMTilesArchive:
        archive = self._archives.get(name)
        if archive is None:
            known = ", ".join(self._archives) or f"none: {self._release} was built without tiles"
            raise NotFound(f"there are no tiles of {name[:60]!r}; there are {known}")
        return archive


def _standing(layer: TileLayer, query: Query) -> TileLayer:
    """The standings of the days and the source asked; none where more than these is asked.

    They are rows of no collection, so no store selects them: their properties in the tile do.
    """
    if query.filter or query.equals or query.properties:
        return _rows(layer, np.arange(0))
    begins, ends = (layer.table.column(n).to_numpy() for n in ("valid_from", "valid_to"))
    asked = np.ones(len(layer), dtype=bool)
    if query.when is not None:
        asked &= (begins <= _day_number(query.when.last)) & (ends > _day_number(query.when.start))
    if query.source is not None:
        asked &= pc.equal(layer.table.column("source"), query.source).to_numpy()
    return _rows(layer, np.flatnonzero(asked))


def _day_number(day: date) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def _rows(layer: TileLayer, rows: IntArray) -> TileLayer:
    ids = None if layer.ids is None else layer.ids[rows]
    table = layer.table.take(pa.array(rows))
    return TileLayer(layer.name, table, ids, layer.geometry[rows], layer.extent)


def _with_properties(layer: TileLayer, selection: Selection) -> TileLayer:
    """Only the properties asked; what says that something was left out always stays."""
    if selection.query.properties is None:
        return layer
    known = tile_names(selection.collection.column_names)
    wanted = {known.get(name, name) for name in selection.query.properties} | {OMITTED, POINT_COUNT}
    names = [name for name in layer.table.column_names if name in wanted]
    return replace(layer, table=layer.table.select(names))


def _points(selection: Selection, tile: Tile, name: str) -> TileLayer:
    """Points made from the rows themselves, thinned where this tile is crowded.

    The points within the tile are enough: those of one square are thinned to one, and no square
    reaches over the edge of a tile.
    """
    near = selection.rows.within(bounds_crs84(tile))
    read, ids = near.read(), near.tile_ids
    shapes = np.empty(0, dtype=object) if read.geometry is None else read.geometry
    if selection.collection.layer is None:
        spots, owners = shapely.point_on_surface(shapes), np.arange(len(shapes))
    else:
        spots, owners = single_points(shapes)
    lonlat = np.column_stack([shapely.get_x(spots), shapely.get_y(spots)])
    points = thin(point_units(lonlat, tile.z), np.zeros(len(owners)), tile.z)
    here = (points.columns == tile.x) & (points.lines == tile.y)
    rows = owners[points.rows[here]]
    table = _properties(selection, read, rows)
    table = table.append_column(POINT_COUNT, pa.array(points.counts[here]))
    return TileLayer(name, table, ids[rows], shapely.points(points.xy[here].astype(float)))


def _properties(selection: Selection, read: Rows, rows: IntArray) -> pa.Table:
    """The properties asked of some of the rows read, named and typed as tiles have them."""
    known = tile_names(selection.collection.column_names)
    picked = read.table.take(pa.array(rows)).combine_chunks()
    arrays = [scalar(_whole(picked.column(name)), name) for name in picked.column_names]
    return pa.table(arrays, names=[known[name] for name in picked.column_names])


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)
