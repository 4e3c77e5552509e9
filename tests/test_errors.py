"""Does whatever goes wrong leave as a problem document, without any inside?"""

import logging
from typing import Any, cast

import pytest
from fastapi import FastAPI
from served import THEN, Client, client_of

from geodata.errors import (
    Conflict,
    Damaged,
    InvalidInput,
    LodelineError,
    NotFound,
    Refused,
    TooLarge,
    Unavailable,
)
from geodata.workspace import Workspace
from service.app import create_app
from service.http.context import RequestContext, request_context
from service.routes import ROUTES
from service.settings import Settings

SOME = {
    "collection": "deposits",
    "item": "shevchenkivske_li",
    "deposit": "shevchenkivske_li",
    "territory": "occupied",
    "day": THEN,
    "name": "deposits.parquet",
    "fontstack": "Lodeline Bold",
    "range": "0-255",
    "style": "lodeline",
    "layer": "control",
    "tileMatrixSetId": "WebMercatorQuad",
    "tileMatrix": "5",
    "tileRow": "11",
    "tileCol": "18",
    "raster": "deposit-density",
    "z": "5",
    "x": "18",
    "y": "11",
    "row": "11",
}


def some_target(path: str, workspace: Workspace) -> str:
    """A path of the table with something that exists in each place."""
    return path.replace(":path", "").format(**SOME, release=workspace.current_id())


def answered_target(path: str, workspace: Workspace) -> str:
    """The same with the parameters without which there is no answer."""
    current = workspace.current_id()
    words = {
        "/control/at": "?lon=30&lat=50",
        "/releases/diff": f"?from={current}&to={current}",
        "/rasters/{raster}/point": "?lon=30&lat=50",
        "/rasters/{raster}/statistics": "?territory=occupied",
    }
    return some_target(path, workspace) + words.get(path, "")


@pytest.mark.parametrize("path", [route.path for route in ROUTES])
def test_an_unknown_parameter_is_refused_by_name_everywhere(
    client: Client, workspace: Workspace, path: str
) -> None:
    answer = client.get(f"{some_target(path, workspace)}?bogus=1")
    assert answer.status == 400
    assert answer.problem()["parameter"] == "bogus"
    assert "'bogus'" in answer.problem()["detail"]


@pytest.mark.parametrize("path", [route.path for route in ROUTES])
def test_a_format_nobody_offers_is_refused_everywhere(
    client: Client, workspace: Workspace, path: str
) -> None:
    answer = client.get(f"{some_target(path, workspace)}?f=%24%7B7*7%7D")
    assert answer.status == 400
    assert answer.problem()["parameter"] == "f"
    assert "49" not in answer.problem()["detail"]


@pytest.mark.parametrize("path", [route.path for route in ROUTES])
def test_an_unknown_release_is_not_found_everywhere(
    client: Client, workspace: Workspace, path: str
) -> None:
    answer = client.get(f"{some_target(path, workspace)}?release=r9999-00000000")
    assert answer.status == 404
    assert answer.problem()["parameter"] == "release"


@pytest.mark.parametrize(
    "target",
    [
        "/nope",
        "/collections/nope",
        "/collections/nope/items",
        "/collections/nope/items/x",
        "/collections/deposits/items/nope",
        "/collections/deposits/items/1'%20OR%20'1'='1",
        "/nothing/",
        "/deposits/nope/timeline",
        "/territories/nope",
        "/articles/nope",
        "/releases/nope",
        "/releases/r9999-00000000/files/deposits.parquet",
        "/static/nope.css",
        "/static/",
        "//evil.example/",
        "/collections//items",
    ],
)
def test_what_is_not_there_is_not_found(client: Client, target: str) -> None:
    answer = client.get(target)
    assert answer.status == 404
    assert answer.problem()["kind"] == "not-found"
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "name",
    [
        "../manifest.json",
        "..%2f..%2fcurrent%2fmanifest.json",
        "%2e%2e/%2e%2e/current",
        "%252e%252e%252fmanifest.json",
        "..%5c..%5cmanifest.json",
        "....//manifest.json",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        "deposits.parquet%00",
        "manifest.json/..%2fdeposits.parquet",
        "/vsicurl/http://127.0.0.1:9/",
    ],
)
@pytest.mark.parametrize(
    "before", ["/releases/{release}/files/", "/static/", "/releases/", "/collections/"]
)
def test_no_path_leaves_its_folder(
    client: Client, workspace: Workspace, before: str, name: str
) -> None:
    answer = client.get(before.format(release=workspace.current_id()) + name)
    assert answer.status == 404
    assert "root:" not in answer.text
    assert str(workspace.root) not in answer.text
    answer.problem()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/reserves", "/collections/deposits/items", "/livez",
                                  "/static/lodeline.css"])  # fmt: skip
def test_other_methods_are_refused_with_those_allowed(
    client: Client, method: str, path: str
) -> None:
    answer = client.ask(method, path, {"X-HTTP-Method-Override": "GET"})
    assert answer.status == 405
    assert answer.problem()["kind"] == "method-not-allowed"
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.fixture
def broken(workspace: Workspace) -> Any:
    """A client of an application whose handlers are given an error in place of the request."""

    def with_error(error: Exception) -> Client:
        def raises() -> RequestContext:
            raise error

        front = create_app(Settings(workspace=workspace.root))
        app = cast("FastAPI", front.app)
        app.dependency_overrides[request_context] = raises
        return Client(front)

    return with_error


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("secret of /etc/shadow"),
        OSError(2, "secret", "/srv/secret.parquet"),
        Damaged("secret.parquet has changed"),
        LodelineError("secret"),
    ],
)
def test_a_failure_inside_tells_nothing_of_it(
    broken: Any, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    with caplog.at_level(logging.ERROR, "lodeline"):
        answer = broken(error).get("/territories")
    assert answer.status == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "operator has been told" in answer.problem()["detail"]
    assert "secret" in caplog.text
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("x"), 404),
        (InvalidInput("x", parameter="p"), 400),
        (TooLarge("x"), 413),
        (Refused("x"), 415),
        (Conflict("x"), 409),
        (Unavailable("x"), 503),
    ],
)
def test_each_kind_of_error_has_its_status(broken: Any, error: LodelineError, status: int) -> None:
    answer = broken(error).get("/territories")
    assert answer.status == status
    assert answer.problem()["kind"] == error.kind
    assert answer.problem()["detail"] == "x"
    assert answer.problem().get("parameter") == error.parameter
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("target", ["/", "/reserves", "/collections", "/readyz", "/releases"])
def test_without_a_release_the_service_is_unavailable(tmp_path: Any, target: str) -> None:
    answer = client_of(Workspace(tmp_path / "empty")).get(target)
    assert answer.status == 503
    assert "release build --publish" in answer.problem()["detail"]


def test_without_a_release_the_process_is_alive(tmp_path: Any) -> None:
    assert client_of(Workspace(tmp_path / "empty")).json("/livez") == {"status": "alive"}


@pytest.mark.parametrize(
    "target",
    [
        "/%22%3E%3Csvg%20onload%3D1%3E",
        "/collections/%3Csvg%20onload%3D1%3E",
        "/collections/%0d%0aSet-Cookie:%20a=b",
        "/reserves?%3Csvg%3E=1",
        "/reserves?date=%22%3E%3Csvg%20onload%3D1%3E",
        "/?f=%22%3E%3Csvg%20onload%3D1%3E",
        "/collections/deposits/items/%ed%a0%80",
    ],
)
def test_what_is_told_of_an_error_is_never_markup(client: Client, target: str) -> None:
    for accept in ("*/*", "text/html"):
        answer = client.get(target, accept=accept)
        assert answer.status in {400, 404}
        if answer.headers["content-type"].startswith("text/html"):
            assert "<svg onload" not in answer.text
        else:
            answer.problem()
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
        assert "\n" not in "".join(answer.headers.values())
    client.get(target).problem()


def test_long_paths_and_values_are_cut_in_what_is_told(client: Client) -> None:
    long = "a" * 60_000
    for target in (f"/{long}", f"/reserves?date={long}", f"/reserves?{long}=1",
                   f"/releases/{long}", f"/territories/{long}", f"/deposits/{long}/timeline",
                   f"/reserves?source={long[:3000]}", f"/collections?release={long}"):  # fmt: skip
        answer = client.get(target)
        assert answer.status in {400, 404}
        assert len(answer.body) < 1500, target[:40]
        answer.problem()
