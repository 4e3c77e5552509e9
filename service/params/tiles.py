"""How are the words of a tile request read: which tile, which of its rows, in which bytes."""

import re
from dataclasses import replace

from geodata.errors import InvalidInput
from geodata.features.collections import Collection
from geodata.features.query import Query
from geodata.store.base import Store
from geodata.tiles.grid import Tile
from service.params.core import Param, ParamsByName, Words, params_by_name
from service.params.items import (
    DATETIME,
    PROPERTIES,
    SELECTION,
    SOURCE,
    items_query,
    property_params,
    selection_params,
    takes_datetime,
)

MVT, MLT = "application/vnd.mapbox-vector-tile", "application/vnd.maplibre-tile"
TILE_FORMS = ("mvt", "mlt")
TILE_MEDIA = {"mvt": MVT, "mlt": MLT}
TILE_ENCODINGS = ("gzip", "br", "zstd")
"""What a tile may leave in; it is kept in gzip, so that comes first."""
COLLECTIONS_MOST = 20
"""Tilesets that may be asked for together."""
COLLECTIONS = Param(
    "collections",
    {"type": "array", "items": {"type": "string"}, "maxItems": COLLECTIONS_MOST},
    "Collections, comma-separated; default all.",
    many=True,
)
DATASET = (COLLECTIONS, DATETIME, SOURCE)
_ALL = frozenset({"f", "release", "collections"})
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def tile_params(store: Store, path_words: Words) -> ParamsByName:
    """Parameters of a tileset's tiles: which rows, which properties. Raises NotFound.

    The base map has rows of its own that nothing selects among.
    """
    name = tileset_name(path_words)
    store.tilesets.about(name)
    if not is_collection(store, name):
        return params_by_name(())
    collection = store.collection(name)
    wanted = {"datetime"} if takes_datetime(collection) else set()
    selection = (p for p in SELECTION if p.name in wanted | {"filter", "filter-lang"})
    further = (*selection_params(collection), *property_params(collection))
    return params_by_name((*selection, PROPERTIES, *further))


def tileset_name(path_words: Words) -> str:
    """The tileset a path is about."""
    return path_words["layer"] if "layer" in path_words else path_words["collection"]


def tile_of(path_words: Words) -> Tile:
    """The tile a path names, as z/x/y or as tileMatrix/tileRow/tileCol.

    Raises InvalidInput for what is no whole number, NotFound off the grid.
    """
    named = ("z", "x", "y") if "z" in path_words else ("tileMatrix", "tileCol", "tileRow")
    z, x, y = (_whole(path_words[name], name) for name in named)
    return Tile(z, x, y)


def _whole(text: str, name: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise InvalidInput(f"{name} is {text[:20]!r}; give a whole number from 0", parameter=name)
    return int(text)


def is_plain(words: Words) -> bool:
    """Whether a tile is wanted as it was built: MVT, with nothing selected."""
    return selects_nothing(words) and words.get("f") != "mlt"


def selects_nothing(words: Words) -> bool:
    """Whether all rows and properties of the tilesets are wanted."""
    return words.keys() <= _ALL


def selection(words: Words) -> dict[str, str]:
    """The words that tiles linked to take over: all but the format of this very document."""
    return {name: text for name, text in words.items() if name != "f"}


def tile_query(store: Store, name: str, words: Words) -> Query | None:
    """The rows and properties wanted, None for all of them; `id` comes always.

    Raises InvalidInput naming the parameter.
    """
    if selects_nothing(words):
        return None
    query = _known(store, _of_all_days(words, store.collection(name)))
    wanted = query.properties
    return query if wanted is None else replace(query, properties=("id", *wanted))


def dataset_query(store: Store, name: str, words: Words) -> Query | None:
    """The rows of one tileset among several: days and source count where it has them."""
    if not is_collection(store, name):
        return None
    collection = store.collection(name)
    known = {"datetime", "source"} if takes_datetime(collection) else {"source"}
    own = {n: text for n, text in words.items() if n in known}
    return _known(store, _of_all_days(own, collection)) if own else None


def _of_all_days(words: Words, collection: Collection) -> Query:
    """The query of items, but of all days where none is named: tiles hold every day."""
    query = items_query(words, collection)
    return query if "datetime" in words else replace(query, when=None)


def _known(store: Store, query: Query) -> Query:
    """The query itself. Raises InvalidInput for a source the release does not hold."""
    if query.source is not None:
        store.sources.require(query.source)
    return query


def is_collection(store: Store, name: str) -> bool:
    """Whether a tileset shows a collection, whose rows can be selected; the base map does not."""
    return any(collection.id == name for collection in store.collections())


def tilesets_asked(store: Store, words: Words) -> tuple[str, ...]:
    """The tilesets named, each once and in that order; those of all collections where none is.

    Raises InvalidInput for one that is not there, or too many.
    """
    known_names = store.tilesets.names()
    if "collections" not in words:
        ids = {collection.id for collection in store.collections()}
        return tuple(name for name in known_names if name in ids)
    named = tuple(dict.fromkeys(part.strip() for part in words["collections"].split(",")))
    unknown = [name for name in named if name not in known_names]
    if unknown or len(named) > COLLECTIONS_MOST:
        raise InvalidInput(
            f"collections names {len(named)}, of them {unknown[0][:40]!r} is not here; "
            f"there are {', '.join(known_names)}"
            if unknown
            else f"collections names {len(named)}; give at most {COLLECTIONS_MOST}",
            parameter="collections",
        )
    return named
