"""Is every JSON answer what the API document says of it, and nothing that it leaves out?"""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from served import THEN, Client
from test_errors import answered_target

from geodata.workspace import Workspace
from service import routes
from service.http.routing import ReleaseRoute
from service.ogc.documents import Feature
from service.routes import ROUTES

MODELLED = [route for route in ROUTES if route.offer.model is not None]
MORE: dict[str, tuple[str, ...]] = {
    "items": (
        *(f"/collections/{name}/items?limit=50" for name in (
            "control", "timelines", "settlements", "admin-areas", "estimates", "changes")),
        "/collections/deposits/items?skipGeometry=true&properties=name_en",
        f"/collections/control/items?datetime={THEN}",
    ),
    "item": (f"/collections/deposits/items/dobra_li?datetime={THEN}",),
    "collection": ("/collections/control", "/collections/estimates"),
    "versions": ("/collections/control/items/{control}/versions",),
    "reserves": ("/reserves?commodity=all&include=all&territory=ukraine",
                 "/reserves?date=1990-01-01", f"/reserves?date={THEN}&commodity=gold"),
    "series": ("/reserves/series?commodity=all&step=year&from=1990-01-01",),
    "changes": ("/changes?commodity=all", "/changes?from=1980-01-01&to=1981-01-01"),
    "at": ("/control/at?lon=37.8&lat=48", "/control/at?lon=0&lat=0&date=1990-01-01"),
    "timeline": ("/deposits/ge_donbas_coal/timeline", "/deposits/kerch_fe_v/timeline"),
    "territory": ("/territories/crimea", "/territories/occupied?date=1990-01-01"),
    "raster_point": ("/rasters/occupation-since/point?lon=37.8&lat=48",
                     "/rasters/occupation-since/point?lon=0&lat=0"),
    "raster_statistics": (
        f"/rasters/occupation-since/statistics?territory=occupied&date={THEN}",
        "/rasters/deposit-density/statistics?territory=occupied&date=1990-01-01",
    ),
    "raster_legend": ("/rasters/occupation-since/legend.json?rescale=full",),
    "tilejson": ("/tiles/deposits.json?datetime=2025-02-25",),
}  # fmt: skip
"""Answers beside the plain one that have other members, by the name of their route."""


@pytest.mark.parametrize("route", MODELLED, ids=lambda route: route.name)
def test_answers_are_as_their_model_says(
    client: Client, workspace: Workspace, route: ReleaseRoute
) -> None:
    control = client.json("/collections/control/items?limit=1")["features"][0]["id"]
    targets = (answered_target(route.path, workspace), *MORE.get(route.name, ()))
    for target in targets:
        answer = client.get(target.format(control=control), accept="application/json")
        assert answer.status == 200, answer.text
        TypeAdapter(route.offer.model).validate_json(answer.body)


def test_a_member_the_model_does_not_know_is_noticed() -> None:
    plain = b'{"type": "Feature", "id": "a", "geometry": null, "properties": {}}'
    Feature.model_validate_json(plain)
    with pytest.raises(ValidationError):
        Feature.model_validate_json(plain[:-1] + b', "bbox": []}')


def test_every_answer_of_every_route_has_a_schema(client: Client) -> None:
    document: Any = client.json("/api")
    without = [
        f"{path} {status} {kind}"
        for path, methods in document["paths"].items()
        for operation in methods.values()
        for status, answer in operation["responses"].items()
        for kind, content in answer.get("content", {}).items()
        if not content.get("schema")
    ]
    assert without == []
    schemas = document["components"]["schemas"]
    assert schemas["ReservesAnswer"]["properties"]["features"]["items"] == {
        "$ref": "#/components/schemas/Feature"
    }
    assert "HTTPValidationError" not in schemas


def test_the_screen_of_paths_has_every_path() -> None:
    screen = routes.__doc__ or ""
    shown = {part for line in screen.splitlines() for part in line.split()}
    for route in ROUTES:
        path = route.path.replace(":path", "")
        ends = {path[i:] for i, letter in enumerate(path) if letter in "/."}
        assert path in shown or {f"…{end}" for end in ends} & shown, path
