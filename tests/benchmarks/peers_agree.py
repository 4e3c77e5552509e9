"""Do the servers compared give the same features for the same question."""

import http.client
import json
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np

from tests.benchmarks.peers_data import View
from tests.benchmarks.peers_servers import Server
from tests.benchmarks.peers_watch import get

ASKED = 5
LIMIT = 100


def check_answers(server: Server, views: Sequence[View], deposits: gpd.GeoDataFrame) -> None:
    """Counts and features of some views, and one item. Raises AssertionError."""
    for view in views[:ASKED]:
        page = _answer(server, f"?{view.words}&limit={LIMIT}")
        features = page["features"]
        assert page["numberMatched"] == view.matches, (server.name, view, page["numberMatched"])
        assert len(features) == min(LIMIT, view.matches), (server.name, view, len(features))
        assert all(_inside(feature, view) for feature in features), (server.name, view)
    _check_item(server, deposits)


def _check_item(server: Server, deposits: gpd.GeoDataFrame) -> None:
    wanted = deposits.iloc[len(deposits) // 2]
    found = _answer(server, f"/{wanted['id']}")
    assert found["properties"]["name"] == wanted["name"], (server.name, found)
    spot = [wanted.geometry.x, wanted.geometry.y]
    assert np.allclose(found["geometry"]["coordinates"], spot, atol=1e-6), (server.name, found)


def _answer(server: Server, path: str) -> dict[str, Any]:
    status, body = get(server.port, f"{server.items}{path}")
    assert status == http.client.OK, (server.name, path, status, body[:300])
    answer: dict[str, Any] = json.loads(body)
    return answer


def _inside(feature: dict[str, Any], view: View) -> bool:
    west, south, east, north = view.bbox
    x, y = feature["geometry"]["coordinates"][:2]
    return bool(west <= x <= east and south <= y <= north)
