"""What do the tests of tiles share: a tile decoded, URLs from templates, where tiles are."""

from collections.abc import Iterator, Mapping
from typing import Any

import mapbox_vector_tile
from served import Answer, Client, local

MVT, MLT = "application/vnd.mapbox-vector-tile", "application/vnd.maplibre-tile"
GRID = "/tiles/WebMercatorQuad"
KYIV = (5, 18, 10)
"""A tile (z, x, y) with Kyiv in it; the one south of it holds the lower Dnipro."""
DNIPRO = (5, 18, 11)
LAYERS = ("deposits", "control", "contact-line", "timelines", "basemap")


def path_of(layer: str, tile: tuple[int, int, int], suffix: str = "") -> str:
    """The short URL of a tile."""
    z, x, y = tile
    return f"/tiles/{layer}/{z}/{x}/{y}{suffix}"


def ogc_path(base: str, tile: tuple[int, int, int]) -> str:
    """The OGC URL of a tile: row before column."""
    z, x, y = tile
    return f"{base}/{z}/{y}/{x}"


def decoded(answer: Answer) -> dict[str, list[dict[str, Any]]]:
    """Properties of the features of each layer of an MVT answer that came as it is."""
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == MVT
    assert "content-encoding" not in answer.headers
    layers = mapbox_vector_tile.decode(answer.body)
    assert all(layer["extent"] == 4096 and layer["version"] == 2 for layer in layers.values())
    return {name: [f["properties"] for f in layer["features"]] for name, layer in layers.items()}


def link_of(document: Mapping[str, Any], rel: str) -> dict[str, Any]:
    """The one link of a relation; its whole name, or the end of an OGC one."""
    (found,) = [k for k in document["links"] if k["rel"] in {rel, f"{OGC_REL}/{rel}"}]
    return dict(found)


OGC_REL = "http://www.opengis.net/def/rel/ogc/1.0"


def filled(template: str, matrix: object, row: object, column: object) -> str:
    """A templated OGC link as a target on this very application."""
    words = {"{tileMatrix}": matrix, "{tileRow}": row, "{tileCol}": column}
    for name, value in words.items():
        assert name in template
        template = template.replace(name, str(value))
    return local(template)


def tileset_documents(client: Client) -> Iterator[dict[str, Any]]:
    """Every tileset: of the dataset, then of each collection that has one."""
    yield client.json(GRID)
    for collection in client.json("/collections")["collections"]:
        if any(k["rel"].endswith("tilesets-vector") for k in collection["links"]):
            yield client.json(f"/collections/{collection['id']}{GRID}")
