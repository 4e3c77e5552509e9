"""How is a tileset described: as TileJSON 3.0.0, and as an OGC tileset (OGC 17-083r4, TMS 2.0)."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geodata.crs import CRS84_URI
from geodata.features.collections import OVERLAY_COLUMNS
from geodata.store.base import Store
from geodata.store.drawings import TilesetAbout
from geodata.tiles.grid import CRS_URI, TMS_ID, TMS_URI, covering
from geodata.tiles.tileset import VectorLayer
from service.http.context import HTML, JSON, Link, RequestContext, link, rel
from service.http.downloads import terms
from service.params.core import TYPES
from service.params.tiles import MVT, is_collection, selection, selects_nothing

PMTILES = "application/vnd.pmtiles"
FIELD_TYPES: Mapping[str, Mapping[str, Any]] = {
    "String": {"type": "string"},
    "Number": {"type": "number"},
    "Boolean": {"type": "boolean"},
}
OVERLAY_FIELDS = {
    column.name: "Number" if column.type in {"number", "integer"} else "String"
    for column in OVERLAY_COLUMNS
}
"""What deposits say of the day asked, and not as they were built."""


@dataclass(frozen=True)
class Place:
    """Where a tileset stands: the path of its list, and the words its tiles take over."""

    path: str
    words: Mapping[str, str]

    @property
    def own(self) -> str:
        """Path of the tileset in the one grid there is."""
        return f"{self.path}/{TMS_ID}"


def attribution(store: Store, about: TilesetAbout) -> str:
    """Who made what is in the tiles, and under which licences; plain text."""
    found = dict.fromkeys(_credit(store, name, about) for name in about.id.split(","))
    return " ".join(found)


def _credit(store: Store, name: str, about: TilesetAbout) -> str:
    if not is_collection(store, name):
        return about.attribution
    licence, makers = terms(store, store.collection(name))
    return f"{makers} Licence: {licence}.".strip()


def first_look(about: TilesetAbout) -> tuple[list[float], int]:
    """Where to look first: the middle, on the deepest level where four tiles hold everything."""
    west, south, east, north = about.bounds
    zooms = [z for z in range(about.minzoom, about.maxzoom + 1) if _tiles_across(about, z) <= 2]
    middle = [round((west + east) / 2, 6), round((south + north) / 2, 6)]
    return middle, max(zooms, default=about.minzoom)


def _tiles_across(about: TilesetAbout, zoom: int) -> int:
    left, top, right, bottom = covering(about.bounds, zoom)
    return max(right - left, bottom - top) + 1


def layers_shown(about: TilesetAbout, words: Mapping[str, str]) -> tuple[VectorLayer, ...]:
    """The layers with the fields that tiles asked with these words have."""
    return tuple(_shown(layer, words) for layer in about.vector_layers)


def _shown(layer: VectorLayer, words: Mapping[str, str]) -> VectorLayer:
    fields = dict(layer.fields)
    if layer.id == "deposits" and not selects_nothing(words):
        fields |= OVERLAY_FIELDS
    if "properties" in words:
        wanted = {"id", *(part.strip() for part in words["properties"].split(","))}
        fields = {name: kind for name, kind in fields.items() if name in wanted}
    return VectorLayer(
        layer.id, layer.description, layer.minzoom, layer.maxzoom, fields, layer.geometry_dimension
    )


def tilejson(ask: RequestContext, about: TilesetAbout) -> dict[str, Any]:
    """A tileset as TileJSON 3.0.0; its tiles are those of this very release, for ever."""
    words = {"release": ask.release, **selection(ask.query)}
    middle, zoom = first_look(about)
    shown = layers_shown(about, ask.query)
    return {
        "tilejson": "3.0.0",
        "name": about.title,
        "description": about.description,
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [ask.url_for(f"/tiles/{about.id}/{{z}}/{{x}}/{{y}}", words)],
        "vector_layers": [_vector_layer(layer) for layer in shown],
        "minzoom": about.minzoom,
        "maxzoom": about.maxzoom,
        "bounds": list(about.bounds),
        "center": [*middle, zoom],
        # Map clients write it into their page as HTML.
        "attribution": html.escape(attribution(ask.store, about)),
        "release": ask.release,
    }


def _vector_layer(layer: VectorLayer) -> dict[str, Any]:
    return {
        "id": layer.id,
        "description": layer.description,
        "minzoom": layer.minzoom,
        "maxzoom": layer.maxzoom,
        "fields": layer.fields,
    }


def tileset_entry(ask: RequestContext, about: TilesetAbout, place: Place) -> dict[str, Any]:
    """A tileset in a list: all a client needs to fetch its tiles."""
    return {
        "title": about.title,
        "dataType": "vector",
        "crs": CRS_URI,
        "tileMatrixSetId": TMS_ID,
        "tileMatrixSetURI": TMS_URI,
        "tileMatrixSetLimits": limits(about),
        "links": tileset_links(ask, place),
    }


def tileset(ask: RequestContext, about: TilesetAbout, place: Place) -> dict[str, Any]:
    """A tileset in full: its layers, their properties, where it is and where to look first."""
    west, south, east, north = about.bounds
    middle, zoom = first_look(about)
    return {
        **tileset_entry(ask, about, place),
        "description": about.description,
        "attribution": attribution(ask.store, about),
        "boundingBox": {
            "lowerLeft": [west, south],
            "upperRight": [east, north],
            "crs": CRS84_URI,
            "orderedAxes": ["Lon", "Lat"],
        },
        "centerPoint": {
            "coordinates": middle,
            "crs": CRS84_URI,
            "tileMatrix": str(zoom),
        },
        "layers": [_layer(layer) for layer in layers_shown(about, ask.query)],
    }


def _layer(layer: VectorLayer) -> dict[str, Any]:
    dimension = layer.geometry_dimension
    return {
        "id": layer.id,
        "description": layer.description,
        "dataType": "vector",
        **({} if dimension is None else {"geometryDimension": dimension}),
        "minTileMatrix": str(layer.minzoom),
        "maxTileMatrix": str(layer.maxzoom),
        "propertiesSchema": {
            "type": "object",
            "properties": {
                name: dict(FIELD_TYPES.get(kind, TYPES["string"]))
                for name, kind in layer.fields.items()
            },
        },
    }


def limits(about: TilesetAbout) -> list[dict[str, Any]]:
    """The tiles of each level that lie within the bounds, in the order of the grid."""
    found = []
    for zoom in range(about.minzoom, about.maxzoom + 1):
        left, top, right, bottom = covering(about.bounds, zoom)
        found.append(
            {
                "tileMatrix": str(zoom),
                "minTileRow": top,
                "maxTileRow": bottom,
                "minTileCol": left,
                "maxTileCol": right,
            }
        )
    return found


def tileset_links(ask: RequestContext, place: Place) -> list[Link]:
    """Links of a tileset: itself, the grid, the tiles, and what it shows."""
    tiles = ask.url_for(f"{place.own}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", place.words)
    read = {**place.words, "f": "html"}
    templated: dict[str, Any] = {**link(tiles, "item", MVT, "Its tiles"), "templated": True}
    return [
        link(ask.url_for(place.own, place.words), "self", JSON, "This tileset"),
        link(ask.url_for(place.own, read), "alternate", HTML, "HTML page"),
        link(ask.url_for(f"/tileMatrixSets/{TMS_ID}"), rel("tiling-scheme"), JSON, "Its grid"),
        templated,
        *_source_links(ask, place),
    ]


def _source_links(ask: RequestContext, place: Place) -> list[Link]:
    """What a tileset is made from: its collection, or the dataset."""
    of_collection = place.path.removesuffix("/tiles")
    if not of_collection:
        return [link(ask.url_for("/"), rel("dataset"), JSON, "The dataset")]
    name = of_collection.rpartition("/")[2]
    pinned = {n: t for n, t in place.words.items() if n == "release"}
    return [
        link(ask.url_for(of_collection, pinned), rel("geodata"), JSON, "Its collection"),
        link(ask.url_for(f"/tiles/{name}.json", place.words), "describedby", JSON, "TileJSON"),
        link(ask.url_for(f"/tiles/{name}.pmtiles", pinned), "enclosure", PMTILES, "All tiles"),
    ]


def merged(abouts: tuple[TilesetAbout, ...]) -> TilesetAbout:
    """Several tilesets as one that holds the layers of all; at least one."""
    boxes = [about.bounds for about in abouts]
    return TilesetAbout(
        id=",".join(about.id for about in abouts),
        title=", ".join(about.title for about in abouts),
        description=" ".join(about.description for about in abouts),
        minzoom=min(about.minzoom for about in abouts),
        maxzoom=max(about.maxzoom for about in abouts),
        bounds=(
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        ),
        vector_layers=tuple(layer for about in abouts for layer in about.vector_layers),
        attribution=" ".join(dict.fromkeys(about.attribution for about in abouts)),
    )
