"""Is a body that is sent read whole, and one that is cut off on its way refused?"""

import pytest
from served import Client

from geodata.rasters.listing import DENSITY
from service.routes import rasters as routes

TARGET = f"/rasters/{DENSITY}/statistics"
GEOJSON = {"content-type": "application/geo+json"}
WHOLE = b'{"type":"Polygon","coordinates":[[[37,48],[38,48],[38,49],[37,49],[37,48]]]}'
LENGTH = {"content-length": str(len(WHOLE))}
LONGER = {"content-length": "1000"}
CHUNKED = {"transfer-encoding": "chunked"}


@pytest.mark.parametrize(
    ("head", "parts"),
    [
        (LONGER, [WHOLE]),
        (LONGER, [WHOLE, None]),
        (LONGER, [b"", None]),
        (LONGER, []),
        ({"content-length": "3"}, [WHOLE]),
        (LENGTH, [WHOLE[:20]]),
        (CHUNKED, [WHOLE, None]),
        (CHUNKED, [WHOLE, b" ", None]),
        (CHUNKED, [None]),
        ({}, [WHOLE, None]),
    ],
)
def test_a_body_cut_off_on_its_way_is_refused_before_anything_is_computed(
    client: Client, monkeypatch: pytest.MonkeyPatch, head: dict[str, str], parts: list[bytes | None]
) -> None:
    monkeypatch.setattr(routes, "parse_area", lambda _: pytest.fail("an area was read"))
    answer = client.send(TARGET, {**GEOJSON, **head}, parts)
    assert answer.problem()["status"] == 400
    assert "send it again" in answer.problem()["detail"]


@pytest.mark.parametrize("head", [LENGTH, CHUNKED, {}, {**CHUNKED, "content-length": "7"}])
def test_a_body_that_comes_in_pieces_is_read_whole(client: Client, head: dict[str, str]) -> None:
    pieces = [WHOLE[:7], b"", WHOLE[7:]]
    answer = client.send(TARGET, {**GEOJSON, **head}, pieces)
    assert answer.json() == client.ask("POST", TARGET, GEOJSON, WHOLE).json()
    assert answer.json()["area"] == {"type": "sent"}
