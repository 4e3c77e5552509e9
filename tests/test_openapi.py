"""The API's description is valid OpenAPI 3.0, complete, and true of what is answered."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from geodata.release.build import build
from geodata.release.publish import publish
from geodata.workspace import Workspace
from service.app import create_app
from service.routes import TABLE
from service.settings import Settings

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]
EXAMPLES = 8
"""Requests tried for each operation."""
ALL = list(HealthCheck)
pytestmark = pytest.mark.xdist_group("openapi")


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Any:
    place = Workspace(tmp_path_factory.mktemp("openapi"))
    publish(place, build(place).id)
    return create_app(Settings(workspace=place.root))


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
    for route in TABLE:
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


def test_no_answer_is_undocumented_or_a_failure(schema: Any) -> None:
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=ALL)
        def every_case(case: Any) -> None:
            case.call_and_validate(checks=CHECKS)

        every_case()
