"""Vector tiles of one layer: a tile, its description as TileJSON, and the whole archive."""

import gzip

from starlette.responses import Response

from geodata.tiles.grid import Tile
from service.http.context import Ask
from service.http.files import RangedFile, file_headers
from service.ogc.tilesets import PMTILES, tilejson
from service.params.tiles import TILE_MEDIA, is_plain, tile_of, tile_query, tileset_name

LEVEL = 4
"""How hard a tile made on request is compressed."""


def tile(ask: Ask) -> Response:
    """One tile: as it was built where nothing is selected, else made for this request."""
    name, at = tileset_name(ask.path_words), tile_of(ask.path_words)
    if is_plain(ask.words) and ask.form == "mvt":
        return built(ask, ask.store.tilesets.tile(name, at.z, at.x, at.y))
    return tile_answer(ask, made(ask, name, at))


def made(ask: Ask, name: str, at: Tile) -> bytes:
    """A tile of the rows asked, not compressed; empty where there are none."""
    query = tile_query(ask.store, name, ask.words)
    return ask.store.tilesets.made(name, at.z, at.x, at.y, query, ask.form)


def built(ask: Ask, packed: bytes | None) -> Response:
    """The answer of a tile as it is kept, None where it holds nothing."""
    if packed is None:
        return Response(status_code=204)
    if ask.encoding == "gzip":
        return _packed(packed, TILE_MEDIA["mvt"])
    return Response(gzip.decompress(packed), media_type=TILE_MEDIA["mvt"])


def tile_answer(ask: Ask, content: bytes) -> Response:
    """The answer of a tile that is not compressed yet."""
    if not content:
        return Response(status_code=204)
    media_type = TILE_MEDIA[ask.form]
    if ask.encoding == "gzip":
        return _packed(gzip.compress(content, LEVEL, mtime=0), media_type)
    return Response(content, media_type=media_type)


def _packed(body: bytes, media_type: str) -> Response:
    return Response(body, media_type=media_type, headers={"Content-Encoding": "gzip"})


def tile_json(ask: Ask) -> Response:
    """The layer as TileJSON; what was selected is selected in its tiles too."""
    name = tileset_name(ask.path_words)
    tile_query(ask.store, name, ask.words)  # refuses what its tiles would refuse
    return ask.json(tilejson(ask, ask.store.tilesets.about(name)))


def archive(ask: Ask) -> Response:
    """All tiles of the layer as one PMTiles archive, whole or in ranges of bytes."""
    return RangedFile(ask.store.tilesets.archive(ask.path_words["layer"]), media_type=PMTILES)


def archive_headers(ask: Ask) -> dict[str, str]:
    """Headers of the archive."""
    return file_headers(ask.store.tilesets.archive(ask.path_words["layer"]))
