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
from service.http.context import open_releases, settings_in_use
from service.ogc.openapi import as_openapi_30, schema_30
from service.releases import OpenReleases
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


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
         {"type": "string", "format": "date", "nullable": True}),
        ({"anyOf": [{"$ref": "#/x"}, {"type": "null"}], "title": "X"},
         {"allOf": [{"$ref": "#/x"}], "nullable": True}),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
         {"oneOf": [{"type": "string"}, {"type": "integer"}], "nullable": True}),
        ({"type": ["number", "null"]}, {"type": "number", "nullable": True}),
        ({"type": ["number", "string"]}, {"anyOf": [{"type": "number"}, {"type": "string"}]}),
        ({"const": "xyz", "type": "string"}, {"enum": ["xyz"], "type": "string"}),
        ({"type": "number", "exclusiveMinimum": 0},
         {"type": "number", "minimum": 0, "exclusiveMinimum": True}),
        ({"type": "array", "prefixItems": [{"type": "number"}, {"type": "number"}]},
         {"type": "array", "items": {"type": "number"}}),
        ({"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}]},
         {"type": "array", "items": {}}),
        ({"$ref": "#/x", "description": "d"}, {"allOf": [{"$ref": "#/x"}], "description": "d"}),
        ({"type": "string", "examples": ["a", "b"]}, {"type": "string", "example": "a"}),
        ({"properties": {"const": {"const": 1}, "title": {"type": "string", "title": "T"}}},
         {"properties": {"const": {"enum": [1]}, "title": {"type": "string"}}}),
        ({"additionalProperties": False}, {"additionalProperties": False}),
        ({"additionalProperties": {"type": ["string", "null"]}},
         {"additionalProperties": {"type": "string", "nullable": True}}),
    ],
)  # fmt: skip
def test_a_schema_is_said_in_the_words_of_openapi_3_0(newer: Any, older: Any) -> None:
    assert schema_30(newer) == older
    assert schema_30(older) == older, "what is of 3.0 already stays"


def test_the_document_of_fastapi_is_left_as_it_is(application: Any) -> None:
    app = application.app
    before = repr(app.openapi())
    assert as_openapi_30(app.openapi())["openapi"] == "3.0.3"
    assert repr(app.openapi()) == before
    assert app.openapi()["openapi"].startswith("3.1")


def test_every_parameter_that_is_read_is_described_and_no_other(document_now: Any) -> None:
    """One list: what a request may hold is what the document says it may."""
    shared = document_now["components"]["parameters"]
    for route in (r for r in ROUTES if r.include_in_schema and not callable(r.offer.params)):
        for operation in document_now["paths"].get(route.path_format, {}).values():
            query = [p for p in operation["parameters"] if p.get("in") != "path"]
            named = [p.get("name") or p["$ref"].rpartition("/")[2] for p in query]
            assert sorted(named) == sorted(route.by_name), route.name
    assert {"f", "release", "limit"} <= set(shared)


@pytest.fixture(scope="module")
def document_now(application: Any) -> Any:
    return Client(application).json("/api")


def test_what_a_handler_needs_can_be_put_in_its_place(workspace: Workspace) -> None:
    front: Any = create_app(Settings(workspace=workspace.root))
    other = Settings(workspace=workspace.root, max_age_s=7)
    front.app.dependency_overrides[settings_in_use] = lambda: other
    for path in ("/conformance", "/"):
        assert "max-age=7," in Client(front).get(path).headers["cache-control"]

    empty = OpenReleases(Settings(workspace=workspace.root / "nothing"))
    front.app.dependency_overrides[open_releases] = lambda: empty
    assert Client(front).get("/collections").status == 503


NOTHING = "nothing"
AREA = {"type": "Polygon", "coordinates": [[[37, 48], [38, 48], [38, 49], [37, 48]]]}


@pytest.fixture(scope="module")
def there(application: Any) -> dict[str, dict[str, str]]:
    """Names of what is there, by collection; under "" where no collection is meant."""
    client = Client(application)
    release = client.json("/releases")["current"]
    names = {**SOME, "release": release}
    listed = [entry["id"] for entry in client.json("/collections")["collections"]]
    first = {c: client.json(f"/collections/{c}/items?limit=1")["features"] for c in listed}
    # One source disagrees with nobody: of what holds nothing no item is there.
    ids = {c: features[0]["id"] if features else NOTHING for c, features in first.items()}
    return {"": names, **{c: {**names, "item": item} for c, item in ids.items()}}


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
        there_is = {404} if in_path.get("item") == NOTHING else {200, 204}
        assert answer.status_code in there_is, operation.label

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
