"""A polygon with an empty hole is valid to GEOS and ends the process: it gets nowhere near it."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
import shapely
from served import Client

from geodata.features.user_layers import layer_frame, read_layers
from geodata.geometry import as_array, have_empty_parts, without_empty_parts
from geodata.ingest import VectorPipeline, ingest
from geodata.workspace import Workspace
from service.routes.items import is_quick

RING = [[30, 45], [40, 45], [40, 50], [30, 45]]
HOLED = {"type": "Polygon", "coordinates": [RING, []]}
PARTLY = {"type": "MultiPolygon", "coordinates": [[RING, []], [RING, [], []]]}
NESTED = {"type": "GeometryCollection", "geometries": [
    {"type": "Point", "coordinates": [31, 46]},
    {"type": "GeometryCollection", "geometries": [HOLED]},
]}  # fmt: skip
ITEMS = "/collections/deposits/items"
RELATIONS = ("s_equals", "s_within", "s_overlaps", "s_intersects", "s_touches", "s_contains")


@pytest.mark.parametrize("name", RELATIONS)
@pytest.mark.parametrize("shape", [HOLED, PARTLY, NESTED], ids=lambda s: s["type"])
def test_a_filter_with_an_empty_ring_is_refused(client: Client, name: str, shape: object) -> None:
    text = json.dumps({"op": name, "args": [{"property": "geometry"}, shape]})
    answer = client.get(f"{ITEMS}?filter-lang=cql2-json&filter={quote(text)}")
    assert answer.status == 400
    assert "without points" in answer.problem()["detail"]


def test_what_has_an_empty_part_is_told_from_what_has_none() -> None:
    shapes = [shapely.from_geojson(json.dumps(each)) for each in (HOLED, PARTLY, NESTED)]
    others = [shapely.Point(1, 2), shapely.Point(), None, shapely.box(0, 0, 1, 1).buffer(1)]
    assert have_empty_parts(as_array([*shapes, *others])).tolist() == [True] * 3 + [False] * 4
    mended = [without_empty_parts(each) for each in shapes]
    assert not have_empty_parts(as_array(mended)).any()
    assert [each.geom_type for each in mended] == [each.geom_type for each in shapes]
    assert [each.area for each in mended] == [each.area for each in shapes]


def test_a_layer_loses_its_empty_rings_and_says_so(tmp_path: Path) -> None:
    small = {"type": "Polygon", "coordinates": [[[30, 45], [30.2, 45], [30.2, 45.1], [30, 45]], []]}
    shapes = (small, {"type": "Point", "coordinates": [30.3, 45.2]})
    features = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in shapes]
    path = tmp_path / "holes.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    workspace = Workspace(tmp_path / "workspace")
    batch = ingest(workspace, VectorPipeline(), path).batch
    folder = workspace.batches / batch.source / batch.id
    (layer,) = read_layers(folder)
    frame = layer_frame(folder, layer)
    assert not have_empty_parts(frame.geometry).any()
    assert shapely.equals(frame.geometry, shapely.box(0, 0, 1, 1)).tolist() == [False, False]


def test_leading_zeros_of_a_limit_say_nothing(client: Client) -> None:
    items = "/collections/deposits/items?limit="
    assert len(client.json(f"{items}{'0' * 30}15")["features"]) == 15
    assert not is_quick({"limit": "0" * 9 + "10000"}), "so many are not for the event loop"
    for text in ("0", "0" * 30):
        assert client.get(f"{items}{text}").status == 400


@pytest.mark.parametrize("limit", ["%C2%B2", "%E2%91%A0", "%D9%A3", "+5", "1e1"])
def test_a_limit_of_other_digits_is_refused(client: Client, limit: str) -> None:
    answer = client.get(f"{ITEMS}?limit={limit}")
    assert answer.status == 400
    assert answer.problem()["parameter"] == "limit"


BOXES = {"-1e300,-1e300,1e300,1e300": 400, "0,0,1e9,1": 400, "0,0,0,0": 200, "5,5,5,900": 200}


@pytest.mark.parametrize(("box", "status"), BOXES.items())
def test_a_box_of_no_size_or_beyond_all_is_answered(client: Client, box: str, status: int) -> None:
    crs = "http://www.opengis.net/def/crs/EPSG/0/3857"
    answer = client.get(f"{ITEMS}?bbox={box}&bbox-crs={quote(crs)}")
    assert answer.status == status, answer.text
