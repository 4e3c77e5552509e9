"""Map libraries of others read the tileset: OpenLayers by its description, MapLibre by its link."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from node_tools import MODULES, Node

SIZE = "<style>#map{width:800px;height:600px}</style><div id=map></div>"
OPENLAYERS = """async ([url]) => {
  const source = new ol.source.OGCVectorTile({url, format: new ol.format.MVT()});
  while (source.getState() === "loading") await new Promise(done => setTimeout(done, 20));
  const layer = new ol.layer.VectorTile({source});
  const view = new ol.View({center: ol.proj.fromLonLat([37, 48]), zoom: 6});
  const map = new ol.Map({target: "map", layers: [layer], view});
  await new Promise(done => map.once("rendercomplete", done));
  const found = layer.getFeaturesInExtent(view.calculateExtent(map.getSize()));
  return [source.getState(), found.map(f => f.get("status"))];
}"""
MAPLIBRE = """async ([tileset, tilejson]) => {
  const links = (await (await fetch(tileset)).json()).links;
  const item = links.find(l => l.rel === "item" && l.type.includes("mapbox-vector-tile"));
  const template = item.href.replace("{tileMatrix}", "{z}").replace("{tileRow}", "{y}")
    .replace("{tileCol}", "{x}");
  const {bounds, minzoom, maxzoom} = await (await fetch(tilejson)).json();
  const source = {type: "vector", tiles: [template], bounds, minzoom, maxzoom};
  const layer = {id: "c", type: "fill", source: "c", "source-layer": "control"};
  const style = {version: 8, sources: {c: source}, layers: [layer]};
  const map = new maplibregl.Map({container: "map", style, center: [37, 48], zoom: 6});
  await map.once("idle");
  return map.queryRenderedFeatures({layers: ["c"]}).map(f => f.properties.status);
}"""


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    """An empty page with room for a map; it fails where a tile does."""
    failed: list[str] = []
    page = chromium.new_page()
    page.on("response", lambda r: failed.append(r.url) if r.status >= 500 else None)
    page.set_content(SIZE)
    yield page
    page.close()
    assert failed == []


def test_openlayers_draws_the_tileset_from_its_description(
    tab: Any, plain: str, node: Node
) -> None:
    assert node.program
    tab.add_script_tag(path=str(MODULES / "ol" / "dist" / "ol.js"))

    state, statuses = tab.evaluate(
        OPENLAYERS, [f"{plain}/collections/control/tiles/WebMercatorQuad"]
    )

    assert state == "ready"
    assert len(statuses) > 100
    assert set(statuses) <= {"occupied", "contested", "unknown"}


def test_maplibre_draws_the_tileset_from_its_link(tab: Any, plain: str) -> None:
    spec = find_spec("maplibre")
    assert spec is not None
    assert spec.origin is not None
    tab.add_script_tag(path=str(Path(spec.origin).parent / "srcjs" / "maplibre-gl.js"))

    statuses = tab.evaluate(
        MAPLIBRE,
        [
            f"{plain}/collections/control/tiles/WebMercatorQuad?f=json",
            f"{plain}/tiles/control.json",
        ],
    )

    assert len(statuses) > 100
    assert set(statuses) <= {"occupied", "contested", "unknown"}, json.dumps(statuses[:5])
