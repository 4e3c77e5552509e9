"""The API's description is valid OpenAPI 3.0, complete, and true of what is answered."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import booleans
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from served import Client
from test_errors import SOME

from geodata.workspace import Workspace
from service.app import create_app
from service.routes import ROUTES
from service.settings import Settings

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]
EXAMPLES = 8
"""Requests tried for each operation."""
ALL = list(HealthCheck)
pytestmark = pytest.mark.xdist_group("openapi")


@pytest.fixture(scope="module")
def application(workspace: Workspace) -> Any:
    return create_app(Settings(workspace=workspace.root))


@pytest.fixture(scope="module")
def schema(application: Any) -> Any:
    return schemathesis.openapi.from_asgi("/api", application)


@pytest.fixture
async def document(application: Any) -> dict[str, Any]:
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://lodeline.test") as client:
        return dict((await client.get("/api")).json())


@pytest.mark.anyio
async def test_the_document_is_valid_openapi_3_0(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"] == "3.0.3"


@pytest.mark.anyio
async def test_every_route_is_described(document: dict[str, Any]) -> None:
    for route in (route for route in ROUTES if route.include_in_schema):
        path = route.path.replace("{collection}", "deposits").replace(":path", "")
        path = path.replace("{layer}", "control")
        assert path in document["paths"], path


@pytest.mark.anyio
async def test_paging_is_published_where_qgis_looks_for_it(document: dict[str, Any]) -> None:
    limit = document["components"]["parameters"]["limit"]["schema"]
    assert (limit["minimum"], limit["default"], limit["maximum"]) == (1, 10, 10000)


@pytest.mark.anyio
async def test_the_box_writes_its_shape_out(document: dict[str, Any]) -> None:
    given = document["paths"]["/collections/control/items"]["get"]["parameters"]
    box = next(p for p in given if p.get("name") == "bbox")
    assert (box["style"], box["explode"], box["schema"]["minItems"]) == ("form", False, 4)


AREA = {"type": "Polygon", "coordinates": [[[37, 48], [38, 48], [38, 49], [37, 48]]]}


@pytest.fixture(scope="module")
def there(application: Any) -> dict[str, dict[str, str]]:
    """Names of what is there, by collection; under "" where no collection is meant."""
    client = Client(application)
    release = client.json("/releases")["current"]
    names = {**SOME, "release": release}
    listed = [entry["id"] for entry in client.json("/collections")["collections"]]
    first = {c: client.json(f"/collections/{c}/items?limit=1")["features"][0] for c in listed}
    return {"": names, **{c: {**names, "item": first[c]["id"]} for c in listed}}


def words_needed(path: str, names: Mapping[str, str]) -> dict[str, str]:
    """Parameters without which an operation has no answer."""
    return {
        "/control/at": {"lon": "30", "lat": "50"},
        "/rasters/{raster}/point": {"lon": "30", "lat": "50"},
        "/rasters/{raster}/statistics": {"territory": "occupied"},
        "/releases/diff": {"from": names["release"], "to": names["release"]},
    }.get(path, {})


def test_no_answer_is_undocumented_or_a_failure(
    schema: Any, there: dict[str, dict[str, str]]
) -> None:
    """Asked plainly for what is there, with parameters drawn, and for names drawn too.

    Names that are drawn bring nothing but 404, and most parameters nothing but 400.
    """
    for found in schema.get_all_operations():
        operation = found.ok()
        parts = operation.path.split("/")
        names = there.get(
            parts[2] if parts[1:2] == ["collections"] and parts[2:] else "", there[""]
        )
        in_path = {name: names[name] for name in re.findall(r"{(\w+)}", operation.path)}
        needed = words_needed(operation.path, names)

        plain = {"path_parameters": in_path, "query": needed}
        if operation.method == "post":
            plain |= {"body": AREA, "media_type": "application/geo+json", "query": {}}
        answer = operation.Case(**plain).call_and_validate(checks=CHECKS)
        assert answer.status_code in {200, 204}, operation.label

        @given(case=operation.as_strategy(), real=booleans())
        @settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=ALL)
        def every_case(case: Any, real: bool) -> None:  # noqa: FBT001 - hypothesis gives it
            if real:
                case.path_parameters |= in_path  # noqa: B023 - called before the next operation
                case.query.pop("release", None)
            case.call_and_validate(checks=CHECKS)

        every_case()


def test_every_path_of_the_table_is_told_apart(client: Client) -> None:
    paths = [route.path for route in ROUTES]
    names = [route.name for route in ROUTES]
    assert len(set(paths)) == len(paths)
    assert len(set(names)) == len(names)
    assert client.get("/static/lodeline.css").headers["content-type"].startswith("text/css")
