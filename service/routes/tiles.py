"""Vector tiles and OGC API - Tiles: tiles, the tilesets of a collection and of all, their grid."""

import gzip
from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from geodata.errors import NotFound
from geodata.store.drawings import TilesetAbout
from geodata.tiles.grid import TMS_ID, TMS_URI, Tile, covering, tile_matrix_set
from service.http.context import HTML, JSON, Context, Link, RequestContext, link, rel
from service.http.files import PARTS, RANGES, RangedFile, content_hash, file_headers
from service.http.offer import CachePolicy, Handler, answers
from service.http.routing import release_router
from service.ogc import documents
from service.ogc.tilesets import PMTILES, Place, merged, tilejson, tileset, tileset_entry
from service.params.tiles import (
    DATASET,
    TILE_ENCODINGS,
    TILE_MEDIA,
    dataset_query,
    is_plain,
    selection,
    selects_nothing,
    tile_of,
    tile_params,
    tile_query,
    tileset_name,
    tilesets_asked,
)

LEVEL = 4
"""How hard a tile made on request is compressed."""
ZXY, OGC = "/tiles/{layer}/{z}/{x}/{y}", "WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"
EMPTY: dict[int | str, dict[str, Any]] = {204: {"description": "Nothing lies in this tile"}}
router = release_router("tiles")


def tile_answers(*formats: str, **given: Any) -> Callable[[Handler], Handler]:  # noqa: ANN401 - as `answers`
    """A tile's answers: gzip is the encoding they are kept in; others are made as they leave."""
    cache = CachePolicy(days=("datetime",), quick=is_plain, timeless=selects_nothing, hot=True)
    offer = {"cache": cache, "params": tile_params, "tiled": True, **given}
    return answers(*formats, media=TILE_MEDIA, encodings=TILE_ENCODINGS, **offer)


# Before the paths of layers: WebMercatorQuad stands where they have their id.
@router.get(
    f"/tiles/{OGC}", name="dataset.vector.getTile", summary="A tile of several layers",
    responses=EMPTY,
)  # fmt: skip
@tile_answers(
    "mvt", params=DATASET,
    cache=CachePolicy(days=("datetime",), timeless=selects_nothing, hot=True),
)  # fmt: skip
def dataset_tile(ask: Context) -> Response:
    """One tile with the layers of several tilesets: their bytes one after the other (MVT 4.1)."""
    names, at = tilesets_asked(ask.store, ask.query), tile_of(ask.path_params)
    _check_within(_merged(ask, names), at)
    return tile_answer(ask, b"".join(_part(ask, name, at) for name in names))


@router.get(f"{ZXY}.mvt", name="mvt", summary="A Mapbox vector tile", responses=EMPTY)
@tile_answers("mvt")
def mvt(ask: Context) -> Response:
    """A Mapbox vector tile."""
    return built_or_made(ask)


@router.get(f"{ZXY}.pbf", name="pbf", summary="The same", responses=EMPTY)
@tile_answers("mvt")
def pbf(ask: Context) -> Response:
    """The same."""
    return built_or_made(ask)


@router.get(f"{ZXY}.mlt", name="mlt", summary="A MapLibre tile", responses=EMPTY)
@tile_answers("mlt")
def mlt(ask: Context) -> Response:
    """A MapLibre tile."""
    return built_or_made(ask)


@router.get(ZXY, name="tile", summary="A tile of a layer", responses=EMPTY)
@tile_answers("mvt", "mlt")
def tile(ask: Context) -> Response:
    """A tile of a layer."""
    return built_or_made(ask)


@router.get(
    f"/collections/{{collection}}/tiles/{OGC}",
    name="collection.vector.getTile",
    summary="A tile of a collection",
    responses=EMPTY,
)
@tile_answers("mvt", "mlt")
def collection_tile(ask: Context) -> Response:
    """A tile of a collection."""
    return built_or_made(ask)


@router.get(
    "/collections/{collection}/tiles",
    name="collection.vector.getTileSetsList",
    summary="Tilesets of a collection",
)
@answers("json", "html", params=tile_params, tiled=True, model=documents.Tilesets)
def collection_tilesets(ask: Context) -> Response:
    """The tilesets of a collection: one, for there is one grid."""
    about, place = _of_collection(ask)
    return ask.answer(_list(ask, tileset_entry(ask, about, place)))


@router.get(
    "/collections/{collection}/tiles/WebMercatorQuad",
    name="collection.vector.getTileSet",
    summary="The tileset of a collection",
)
@answers("json", "html", params=tile_params, tiled=True, model=documents.Tileset)
def collection_tileset(ask: Context) -> Response:
    """The tileset of a collection in full."""
    about, place = _of_collection(ask)
    return ask.answer(tileset(ask, about, place))


@router.get("/tiles", name="dataset.vector.getTileSetsList", summary="Tilesets of the dataset")
@answers("json", "html", params=DATASET, model=documents.Tilesets)
def dataset_tilesets(ask: Context) -> Response:
    """The tilesets of the dataset: all layers, or those named, in one."""
    if not ask.store.tilesets.names():
        return ask.answer(_list(ask))
    about, place = _of_dataset(ask)
    return ask.answer(_list(ask, tileset_entry(ask, about, place)))


@router.get(
    "/tiles/WebMercatorQuad", name="dataset.vector.getTileSet", summary="The tileset of the dataset"
)
@answers("json", "html", params=DATASET, model=documents.Tileset)
def dataset_tileset(ask: Context) -> Response:
    """The tileset of the dataset in full."""
    about, place = _of_dataset(ask)
    return ask.answer(tileset(ask, about, place))


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


@router.get("/tileMatrixSets", name="getTileMatrixSetsList", summary="Tile grids")
@answers("json", "html", model=documents.TileMatrixSets)
def tile_matrix_sets(ask: Context) -> Response:
    """The grids there are: one."""
    here = link(ask.url_for(f"/tileMatrixSets/{TMS_ID}"), "self", JSON, TMS_ID)
    entry = {"id": TMS_ID, "title": tile_matrix_set()["title"], "uri": TMS_URI, "links": [here]}
    return ask.answer({"tileMatrixSets": [entry], "links": _own_links(ask)})


@router.get("/tileMatrixSets/{tileMatrixSetId}", name="getTileMatrixSet", summary="A grid of tiles")
@answers("json", "html", model=documents.TileMatrixSet)
def tile_matrix_set_document(ask: Context) -> Response:
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
        link(ask.url_for(ask.path, {**words, "f": "html"}), "alternate", HTML, "HTML page"),
        link(ask.url_for("/tileMatrixSets"), rel("tiling-schemes"), JSON, "The grids"),
    ]


def built_or_made(ask: RequestContext) -> Response:
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


@router.get("/tiles/{layer}.json", name="tilejson", summary="A layer as TileJSON 3.0.0")
@answers(params=tile_params, tiled=True, model=documents.TileJson)
def tile_json(ask: Context) -> Response:
    """The layer as TileJSON; what was selected is selected in its tiles too."""
    name = tileset_name(ask.path_params)
    tile_query(ask.store, name, ask.query)  # refuses what its tiles would refuse
    return ask.json(tilejson(ask, ask.store.tilesets.about(name)))


def archive_hash(ask: RequestContext) -> str:
    """The hash of the archive's bytes."""
    return content_hash(ask.store.manifest, ask.store.tilesets.archive(ask.path_params["layer"]))


def archive_headers(ask: RequestContext) -> dict[str, str]:
    """Headers of the archive."""
    return file_headers(ask.store.tilesets.archive(ask.path_params["layer"]))


@router.get(
    "/tiles/{layer}.pmtiles", name="pmtiles", summary="All tiles of a layer",
    responses={**PARTS, **RANGES},
)  # fmt: skip
@answers(
    "pmtiles", media={"pmtiles": PMTILES}, encodings=(), tiled=True, headers=archive_headers,
    cache=CachePolicy(timeless=selects_nothing, content=archive_hash),
)  # fmt: skip
def archive(ask: Context) -> Response:
    """All tiles of the layer as one PMTiles archive, whole or in ranges of bytes."""
    return RangedFile(ask.store.tilesets.archive(ask.path_params["layer"]), media_type=PMTILES)
