"""Real clients through nginx, which runs the lines of docs/behind-a-proxy.md: TLS, under a path."""

import json
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

import pyogrio
import pytest
from owslib.ogcapi.features import Features
from served import DEPOSITS, THEN
from served_really import Behind, nginx_before, nginx_lines

from geodata.workspace import Workspace

pytestmark = [
    pytest.mark.xdist_group("clients"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:owslib"),
]
WAYS = ("LODELINE_PUBLIC_URL", "LODELINE_TRUSTED_PROXIES")
OTHER = {
    "LODELINE_PUBLIC_URL": ("http://127.0.0.1:8000;", "http://127.0.0.1:8000/;"),
    "LODELINE_TRUSTED_PROXIES": ("http://127.0.0.1:8000/;", "http://127.0.0.1:8000;"),
}
"""The path taken off by nginx where the page leaves it on, and the other way round."""
GZIP = "gzip on; gzip_proxied any; gzip_types *;"


@pytest.fixture(scope="module", params=[*WAYS, *(f"{way} the other way" for way in WAYS)])
def behind(
    request: pytest.FixtureRequest,
    workspace: Workspace,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Behind]:
    """A server behind nginx; the other way nginx compresses too."""
    way, _, other = request.param.partition(" ")
    folder = tmp_path_factory.mktemp("nginx")
    given = {"more": GZIP, "change": OTHER[way]} if other else {}
    with nginx_before(workspace.root, way, folder, **given) as found:
        yield found


def ask(
    behind: Behind, path: str, area: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in lower case, body. area: GeoJSON to send."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    named |= {} if area is None else {"Content-Type": "application/geo+json"}
    request = Request(f"{behind.public}{path}", area, named)
    try:
        with urlopen(request, timeout=60, context=behind.trust) as answer:
            told = {name.lower(): text for name, text in answer.headers.items()}
            return answer.status, told, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {n.lower(): t for n, t in error.headers.items()}, error.read()


def test_the_page_has_lines_for_both_ways() -> None:
    assert all("location /geo/" in nginx_lines(way) for way in WAYS)
    assert "X-Forwarded" not in nginx_lines(WAYS[0])


@pytest.mark.parametrize(
    "path",
    ["/", "/collections", f"/reserves?date={THEN}", "/styles/lodeline", "/tiles/control.json",
     "/map/lodeline.qgs", "/map", "/changes.atom?from=2025-06-01", "/api", "/docs", "/nope",
     "/collections/deposits/items?f=html&limit=3", "/rasters/deposit-density"],
)  # fmt: skip
def test_no_answer_names_the_server_behind(behind: Behind, path: str) -> None:
    inside = behind.base.removeprefix("http://")
    for accept in ("*/*", "text/html"):
        status, headers, body = ask(behind, path, Accept=accept)
        assert status == (404 if path == "/nope" else 200)
        assert inside.encode() not in body
        assert inside not in str(headers)
        assert b"http://127.0.0.1" not in body


def test_links_are_followed_to_the_end(behind: Behind) -> None:
    page = json.loads(ask(behind, "/collections/deposits/items?limit=100")[2])
    seen = len(page["features"])
    while following := [own["href"] for own in page["links"] if own["rel"] == "next"]:
        assert following[0].startswith(f"{behind.public}/collections/")
        page = json.loads(ask(behind, following[0].removeprefix(behind.public))[2])
        seen += len(page["features"])
    assert seen == DEPOSITS


def test_a_second_visit_is_told_that_nothing_changed(behind: Behind) -> None:
    for path in ("/", f"/reserves?date={THEN}", "/static/lodeline.css", "/tiles/control/5/18/11"):
        status, headers, _ = ask(behind, path, Accept_Encoding="gzip")
        assert status == 200
        again, _, body = ask(behind, path, Accept_Encoding="gzip", If_None_Match=headers["etag"])
        assert (again, body) == (304, b""), path


def test_an_archive_comes_in_ranges(behind: Behind) -> None:
    _, whole, content = ask(behind, "/tiles/control.pmtiles")
    status, part, few = ask(behind, "/tiles/control.pmtiles", Range="bytes=5-104")
    assert (status, few) == (206, content[5:105])
    assert part["content-range"] == f"bytes 5-104/{len(content)}"
    held = {"Range": "bytes=5-104", "If-Range": whole["etag"]}
    assert ask(behind, "/tiles/control.pmtiles", **held)[0] in {200, 206}


def test_a_long_filter_and_a_large_area_pass(behind: Behind) -> None:
    names = ",".join(f"'{n:->500}'" for n in range(20))
    target = f"/collections/deposits/items?filter={quote(f'id IN ({names})')}"
    assert ask(behind, target)[0] == 200
    for size in range(1, 8):  # the header Link grows until a link is left to the body
        words = quote(f"id <> '{'x' * 190 * size}'")
        status, headers, _ = ask(behind, f"/collections/deposits/items?limit=1&filter={words}")
        assert status == 200
        assert "link" in headers
    ring = [[30 + i / 1e5, 50 + i % 2 / 10] for i in range(4000)]
    area = {"type": "Polygon", "coordinates": [[[30, 48], *ring, [31, 48], [30, 48]]]}
    body = json.dumps(area).encode() + b" " * 2_000_000
    status, _, answer = ask(behind, "/rasters/deposit-density/statistics", body)
    assert status == 200, "no proxy may refuse what the service takes"
    assert answer.startswith(b"{")


def test_owslib_and_gdal_read_through_it_twice(
    behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(behind.certificate))
    for _ in range(2):
        client = Features(behind.public)
        assert "deposits" in client.feature_collections()
        lithium = client.collection_items("deposits", limit=200, commodity="lithium")
        assert lithium["numberMatched"] == 8
        pyogrio.set_gdal_config_options({"GDAL_CURL_CA_BUNDLE": str(behind.certificate)})
        try:
            found = pyogrio.read_dataframe(
                f"OAPIF:{behind.public}", layer="deposits", PAGE_SIZE="70"
            )
        finally:
            pyogrio.set_gdal_config_options({"GDAL_CURL_CA_BUNDLE": None})
        assert len(found) == DEPOSITS


def test_what_a_reader_sends_of_proxies_is_not_believed(behind: Behind) -> None:
    sent = {
        "Forwarded": "host=evil.example;proto=http;for=127.0.0.1",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-For": "127.0.0.1, 127.0.0.1",
    }
    usual = ask(behind, "/collections")
    odd = ask(behind, "/collections", **sent)
    assert odd[0] == 200
    assert odd[2] == usual[2]
    assert odd[1]["etag"].removeprefix("W/") == usual[1]["etag"].removeprefix("W/")


def test_the_page_is_linked_from_the_readme() -> None:
    root = Path(__file__).resolve().parents[2]
    assert "docs/behind-a-proxy.md" in (root / "README.md").read_text(encoding="utf-8")
