"""Which tiles does an open release have, and how is one made for what a client asks."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geodata.cache import Cache, keeping
from geodata.errors import InvalidInput, NotFound
from geodata.features.query import Query
from geodata.features.table import FeatureTable
from geodata.store.base import Page
from geodata.tiles import mlt, mvt
from geodata.tiles.generalise import point_units, single_points, thin
from geodata.tiles.grid import Bounds, Tile, bounds_crs84, covering
from geodata.tiles.mvt import TileLayer, together
from geodata.tiles.mvt_decode import decode
from geodata.tiles.pmtiles import SUFFIX, PMTilesArchive
from geodata.tiles.source_layer import OMITTED, POINT_COUNT, scalar, tile_names
from geodata.tiles.tileset import VectorLayer
from geodata.types import IntArray
from schemas import Manifest

FORMS: dict[str, Callable[[list[TileLayer]], bytes]] = {"mvt": mvt.encode, "mlt": mlt.encode}
EVERYTHING = 10**9


@dataclass(frozen=True)
class TilesetAbout:
    """What a tileset is. bounds: CRS84."""

    id: str
    title: str
    description: str
    minzoom: int
    maxzoom: int
    bounds: Bounds
    vector_layers: tuple[VectorLayer, ...]
    attribution: str


@dataclass(frozen=True)
class Asker:
    """What of the store a tileset asks: the rows of a query, and the source of a day's map."""

    select: Callable[[Query], Page]
    source_of: Callable[[Query], str | None]


class Tilesets:
    """The tilesets of a release folder; none where it was built without."""

    def __init__(
        self, folder: Path, manifest: Manifest, asker: Asker, unpacked: Cache[Any]
    ) -> None:
        self._release = manifest.id
        self._asker = asker
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
        said = archive.metadata
        return TilesetAbout(
            id=name,
            title=said["name"],
            description=said["description"],
            minzoom=said["minzoom"],
            maxzoom=said["maxzoom"],
            bounds=archive.bounds,
            vector_layers=tuple(VectorLayer(**layer) for layer in said["vector_layers"]),
            attribution=said["attribution"],
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
        page = self._asker.select(replace(query, start=0, limit=EVERYTHING))
        return FORMS[form](self._asked(name, tile, page))

    def _asked(self, name: str, tile: Tile, page: Page) -> list[TileLayer]:
        """The features of a tile whose rows a query matches.

        Points that may stand for others are counted anew; all else is taken from the tile built.
        """
        thinned = [v.id for v in self.about(name).vector_layers if POINT_COUNT in v.fields]
        layers = [_points(page, tile, each) for each in thinned]
        for layer in self._unpacked(name, tile):
            if name == "timelines" and layer.name == "standings":
                layers.append(_standing(layer, page.query, self._asker))
            elif layer.ids is not None:
                held = np.isin(layer.ids, page.at + 1)
                if layer.name in thinned:
                    held &= shapely.get_dimensions(layer.geometry) > 0
                rows = np.flatnonzero(held)
                layers.append(_with_properties(_rows(layer, rows), page))
        return together([layer for layer in layers if len(layer)])

    def _unpack(self, name: str, tile: Tile) -> tuple[TileLayer, ...]:
        kept = self._archives[name].get(tile)
        return () if kept is None else tuple(decode(gzip.decompress(kept)))

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
        found = self._archives.get(name)
        if found is None:
            known = ", ".join(self._archives) or f"none: {self._release} was built without tiles"
            raise NotFound(f"there are no tiles of {name[:60]!r}; there are {known}")
        return found


def _standing(layer: TileLayer, query: Query, asker: Asker) -> TileLayer:
    """The standings of the days and the source asked; none where more than these is asked."""
    if query.filter or query.equals or query.properties:
        return _rows(layer, np.arange(0))
    begins, ends = (layer.table.column(n).to_numpy() for n in ("valid_from", "valid_to"))
    held = np.ones(len(layer), dtype=bool)
    if query.when is not None:
        held &= (begins <= _day_number(query.when.last)) & (ends > _day_number(query.when.start))
    source = asker.source_of(query)
    if source is not None:
        held &= pc.equal(layer.table.column("source"), source).to_numpy()
    return _rows(layer, np.flatnonzero(held))


def _day_number(day: date) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def _rows(layer: TileLayer, rows: IntArray) -> TileLayer:
    ids = None if layer.ids is None else layer.ids[rows]
    table = layer.table.take(pa.array(rows))
    return TileLayer(layer.name, table, ids, layer.geometry[rows], layer.extent)


def _with_properties(layer: TileLayer, page: Page) -> TileLayer:
    """Only the properties asked; what says that something was left out always stays."""
    if page.query.properties is None:
        return layer
    known = tile_names(page.frame.table.column_names)
    wanted = {known.get(name, name) for name in page.query.properties} | {OMITTED, POINT_COUNT}
    names = [name for name in layer.table.column_names if name in wanted]
    return replace(layer, table=layer.table.select(names))


def _points(page: Page, tile: Tile, name: str) -> TileLayer:
    """Points made from the rows themselves, thinned where this tile is crowded."""
    frame = page.frame
    near = np.intersect1d(frame.within(bounds_crs84(tile)), page.at)
    if frame.collection.layer is None:
        spots = shapely.point_on_surface(frame.geometry[near])
    else:
        spots, owners = single_points(frame.geometry[near])
        near = near[owners]
    lonlat = np.column_stack([shapely.get_x(spots), shapely.get_y(spots)])
    found = thin(point_units(lonlat, tile.z), np.zeros(len(near)), tile.z)
    here = (found.columns == tile.x) & (found.lines == tile.y)
    rows = near[found.rows[here]]
    table = _properties(frame, rows, page.query.properties)
    table = table.append_column(POINT_COUNT, pa.array(found.counts[here]))
    return TileLayer(name, table, rows + 1, shapely.points(found.xy[here].astype(float)))


def _properties(frame: FeatureTable, rows: IntArray, wanted: tuple[str, ...] | None) -> pa.Table:
    known = tile_names(frame.table.column_names)
    names = [n for n in frame.table.column_names if wanted is None or n in wanted]
    picked = frame.table.select(names).take(pa.array(rows)).combine_chunks()
    arrays = [scalar(_whole(picked.column(name)), name) for name in names]
    return pa.table(arrays, names=[known[name] for name in names])


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)
