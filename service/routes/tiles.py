"""Vector tiles and OGC API - Tiles: tiles, the tilesets of a collection and of all, their grid."""

import gzip

from starlette.responses import Response

from geodata.errors import NotFound
from geodata.store.base import TilesetAbout
from geodata.tiles.grid import TMS_ID, TMS_URI, Tile, covering, tile_matrix_set
from service.http.context import RequestContext
from service.http.files import RangedFile, file_headers
from service.http.links import HTML, JSON, Link, link, rel
from service.ogc.tilesets import PMTILES, Place, merged, tilejson, tileset, tileset_entry
from service.params.tiles import (
    TILE_MEDIA,
    dataset_query,
    is_plain,
    selection,
    selects_nothing,
    tile_of,
    tile_query,
    tileset_name,
    tilesets_asked,
)

LEVEL = 4
"""How hard a tile made on request is compressed."""


def collection_tilesets(ask: RequestContext) -> Response:
    """The tilesets of a collection: one, for there is one grid."""
    about, place = _of_collection(ask)
    return ask.answer(_list(ask, tileset_entry(ask, about, place)))


def collection_tileset(ask: RequestContext) -> Response:
    """The tileset of a collection in full."""
    about, place = _of_collection(ask)
    return ask.answer(tileset(ask, about, place))


def dataset_tilesets(ask: RequestContext) -> Response:
    """The tilesets of the dataset: all layers, or those named, in one."""
    if not ask.store.tilesets.names():
        return ask.answer(_list(ask))
    about, place = _of_dataset(ask)
    return ask.answer(_list(ask, tileset_entry(ask, about, place)))


def dataset_tileset(ask: RequestContext) -> Response:
    """The tileset of the dataset in full."""
    about, place = _of_dataset(ask)
    return ask.answer(tileset(ask, about, place))


def dataset_tile(ask: RequestContext) -> Response:
    """One tile with the layers of several tilesets: their bytes one after the other (MVT 4.1)."""
    names, at = tilesets_asked(ask.store, ask.query), tile_of(ask.path_params)
    _check_within(_merged(ask, names), at)
    return tile_answer(ask, b"".join(_part(ask, name, at) for name in names))


def _part(ask: RequestContext, name: str, at: Tile) -> bytes:
    """What one tileset has in the tile; nothing where the tile is beyond it."""
    tilesets, words = ask.store.tilesets, ask.query
    try:
        if selects_nothing(words):
            packed = tilesets.tile(name, at.z, at.x, at.y)
            return b"" if packed is None else gzip.decompress(packed)
        query = dataset_query(ask.store, name, words)
        return tilesets.made(name, at.z, at.x, at.y, query, "mvt")
    except NotFound:
        return b""


def _check_within(about: TilesetAbout, at: Tile) -> None:
    """Raises NotFound for a tile outside the limits the tileset declares."""
    if about.minzoom <= at.z <= about.maxzoom:
        left, top, right, bottom = covering(about.bounds, at.z)
        if left <= at.x <= right and top <= at.y <= bottom:
            return
    raise NotFound(
        f"{about.id} has no tile {at.z}/{at.x}/{at.y} (z/x/y); it has levels {about.minzoom} to "
        f"{about.maxzoom} within {', '.join(f'{v:.2f}' for v in about.bounds)}"
    )


def tile_matrix_sets(ask: RequestContext) -> Response:
    """The grids there are: one."""
    here = link(ask.url_for(f"/tileMatrixSets/{TMS_ID}"), "self", JSON, TMS_ID)
    entry = {"id": TMS_ID, "title": tile_matrix_set()["title"], "uri": TMS_URI, "links": [here]}
    return ask.answer({"tileMatrixSets": [entry], "links": _own_links(ask)})


def tile_matrix_set_document(ask: RequestContext) -> Response:
    """One grid in full (OGC 17-083r4)."""
    name = ask.path_params["tileMatrixSetId"]
    if name != TMS_ID:
        raise NotFound(f"there is no tile matrix set {name[:60]!r}; there is {TMS_ID}")
    return ask.answer(tile_matrix_set())


def _of_collection(ask: RequestContext) -> tuple[TilesetAbout, Place]:
    name = ask.path_params["collection"]
    tile_query(ask.store, name, ask.query)  # refuses what its tiles would refuse
    about = ask.store.tilesets.about(name)
    return about, Place(f"/collections/{name}/tiles", selection(ask.query))


def _of_dataset(ask: RequestContext) -> tuple[TilesetAbout, Place]:
    names = tilesets_asked(ask.store, ask.query)
    for name in names:
        dataset_query(ask.store, name, ask.query)
    return _merged(ask, names), Place("/tiles", selection(ask.query))


def _merged(ask: RequestContext, names: tuple[str, ...]) -> TilesetAbout:
    if not names:
        raise NotFound(f"release {ask.release} has no tilesets; build a new release")
    return merged(tuple(ask.store.tilesets.about(name) for name in names))


def _list(ask: RequestContext, *entries: dict[str, object]) -> dict[str, object]:
    return {"tilesets": list(entries), "links": _own_links(ask)}


def _own_links(ask: RequestContext) -> list[Link]:
    words = selection(ask.query)
    return [
        link(ask.url_for(ask.path, words), "self", JSON, "This document"),
        link(ask.url_for(ask.path, {**words, "f": "html"}), "alternate", HTML, "To read"),
        link(ask.url_for("/tileMatrixSets"), rel("tiling-schemes"), JSON, "The grids"),
    ]


def tile(ask: RequestContext) -> Response:
    """One tile: as it was built where nothing is selected, else made for this request."""
    name, at = tileset_name(ask.path_params), tile_of(ask.path_params)
    if is_plain(ask.query) and ask.format == "mvt":
        return built(ask, ask.store.tilesets.tile(name, at.z, at.x, at.y))
    return tile_answer(ask, made(ask, name, at))


def made(ask: RequestContext, name: str, at: Tile) -> bytes:
    """A tile of the rows asked, not compressed; empty where there are none."""
    query = tile_query(ask.store, name, ask.query)
    return ask.store.tilesets.made(name, at.z, at.x, at.y, query, ask.format)


def built(ask: RequestContext, packed: bytes | None) -> Response:
    """The answer of a tile as it is kept, None where it holds nothing."""
    if packed is None:
        return Response(status_code=204)
    if ask.encoding == "gzip":
        return _packed(packed, TILE_MEDIA["mvt"])
    return Response(gzip.decompress(packed), media_type=TILE_MEDIA["mvt"])


def tile_answer(ask: RequestContext, content: bytes) -> Response:
    """The answer of a tile that is not compressed yet."""
    if not content:
        return Response(status_code=204)
    media_type = TILE_MEDIA[ask.format]
    if ask.encoding == "gzip":
        return _packed(gzip.compress(content, LEVEL, mtime=0), media_type)
    return Response(content, media_type=media_type)


def _packed(body: bytes, media_type: str) -> Response:
    return Response(body, media_type=media_type, headers={"Content-Encoding": "gzip"})


def tile_json(ask: RequestContext) -> Response:
    """The layer as TileJSON; what was selected is selected in its tiles too."""
    name = tileset_name(ask.path_params)
    tile_query(ask.store, name, ask.query)  # refuses what its tiles would refuse
    return ask.json(tilejson(ask, ask.store.tilesets.about(name)))


def archive(ask: RequestContext) -> Response:
    """All tiles of the layer as one PMTiles archive, whole or in ranges of bytes."""
    return RangedFile(ask.store.tilesets.archive(ask.path_params["layer"]), media_type=PMTILES)


def archive_headers(ask: RequestContext) -> dict[str, str]:
    """Headers of the archive."""
    return file_headers(ask.store.tilesets.archive(ask.path_params["layer"]))
