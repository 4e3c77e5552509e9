"""Which methods does each path have, by OPTIONS and where one is refused; has HEAD what GET has?"""

from collections.abc import Iterator

import pytest
from served import Client
from test_errors import answered_target

from geodata.workspace import Workspace
from service.routes import ROUTES

FURTHER = ("/livez", "/readyz", "/static/lodeline.css", "/static/map/main.js",
           "/static/maplibre/maplibre-gl.js", "/nope", "/static/nope", "/reserves?bogus=1",
           "/collections/deposits/items?f=csv", "/collections/deposits/items?f=geojsonseq",
           "/collections/deposits/items?f=gpkg&limit=2", "/tiles/control/99/0/0",
           "/releases/r9999-00000000", "/collections/control-on-2025-02-25/items")  # fmt: skip
PATHS = tuple(route.path for route in ROUTES)


def wanted() -> Iterator[dict[str, str]]:
    """Headers of requests: for programs and browsers, with and without compression."""
    for accept in ("*/*", "text/html"):
        for encoding in ("", "gzip", "br, gzip;q=0.5", "zstd"):
            yield {"Accept": accept, **({"Accept-Encoding": encoding} if encoding else {})}


def check_head(client: Client, target: str) -> None:
    """HEAD has the status and all headers of GET, the first time and the second."""
    for headers in wanted():
        full = client.ask("GET", target, headers)
        again = {**headers, "If-None-Match": full.headers.get("etag", '"none"')}
        for asked in (headers, again):
            full, head = (client.ask(method, target, asked) for method in ("GET", "HEAD"))
            assert (head.status, head.headers) == (full.status, full.headers), asked


@pytest.mark.parametrize("path", [r.path for r in ROUTES if "GET" in (r.methods or ())])
def test_head_has_the_headers_of_get_on_every_route(
    client: Client, workspace: Workspace, path: str
) -> None:
    check_head(client, answered_target(path, workspace))


@pytest.mark.parametrize("target", FURTHER)
def test_head_has_them_for_files_downloads_and_errors(client: Client, target: str) -> None:
    check_head(client, target)


@pytest.mark.parametrize("path", PATHS)
def test_options_and_a_refused_method_name_the_same_methods(
    client: Client, workspace: Workspace, path: str
) -> None:
    target = answered_target(path, workspace)
    here = {method for r in ROUTES if r.path == path for method in r.methods or ()} | {"OPTIONS"}
    answer = client.ask("OPTIONS", target)
    assert (answer.status, answer.body) == (204, b"")
    told = answer.headers["allow"].split(", ")
    assert {*told} >= here | {"HEAD"}
    assert ("POST" in told) == ("statistics" in path)
    for method in ("DELETE", "PUT", "PATCH", "PROPFIND", *(() if "POST" in told else ("POST",))):
        refused = client.ask(method, target)
        assert refused.status == 405
        assert refused.headers["allow"] == answer.headers["allow"]


@pytest.mark.parametrize("target", ["/livez", "/static/lodeline.css", "/static/maplibre/x"])
def test_what_is_only_read_says_so(client: Client, target: str) -> None:
    assert client.ask("OPTIONS", target).headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("target", ["/nope", "/collections/deposits/nope", "/reserves/x/y"])
def test_a_path_there_is_not_has_no_methods(client: Client, target: str) -> None:
    answer = client.ask("OPTIONS", target)
    assert answer.status == 404
    assert answer.problem()["kind"] == "not-found"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_preflight_allows_what_the_path_has(client: Client, method: str) -> None:
    asked = {"Origin": "https://map.example", "Access-Control-Request-Method": method,
             "Access-Control-Request-Headers": "content-type, if-none-match, range"}  # fmt: skip
    path = "/rasters/deposit-density/statistics"
    answer = client.ask("OPTIONS", path, asked)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert method in answer.headers["access-control-allow-methods"].split(", ")
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert {"content-type", "if-none-match", "range"} <= set(allowed)
    elsewhere = client.ask("OPTIONS", "/reserves", asked).headers["access-control-allow-methods"]
    assert "POST" not in elsewhere
