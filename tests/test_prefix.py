"""Does everything hold where the service stands under a path: every page, document and file?"""

import re
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree as ET

import pytest
from served import HOST, THEN, Answer, Client, client_of
from test_errors import answered_target
from test_map_route import data_of
from test_pages import Page

from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace
from service.http.context import RequestContext
from service.pages.rendering import here_link
from service.routes import ROUTES

PREFIX = "/pub/de eper".replace(" ", "%20")
BASE = f"https://{HOST}{PREFIX}"
LINKS = {"a": "href", "link": "href", "script": "src", "img": "src", "form": "action"}
ODD = "/collections/deposits/items/it%27s%20%D1%82%D1%83%D1%82%3F"


@pytest.fixture(scope="module")
def under(workspace: Workspace) -> Client:
    """A client of a service told that it stands under a path, which a proxy takes off."""
    return client_of(workspace, public_url=f"{BASE}/")


def within(href: str, at: str = "/") -> str:
    """A link as the service is asked for it by the proxy: it must lie under the path."""
    whole = urlsplit(urljoin(f"{BASE}{at}", href))
    assert whole.netloc == HOST, href
    assert whole.path == PREFIX or whole.path.startswith(f"{PREFIX}/"), href
    path = whole.path.removeprefix(PREFIX) or "/"
    return f"{path}?{whole.query}" if whole.query else path


def links_of(answer: Answer) -> list[str]:
    """Links of a page that lead to this host."""
    page = Page(answer.text)
    hrefs = [href for tag, name in LINKS.items() for href in page.values(tag, name)]
    hosts = {href: urlsplit(urljoin(f"{BASE}/", href)).netloc for href in hrefs}
    return [href for href in hrefs if hosts[href] == HOST and not href.startswith("#")]


def own_urls(document: Any) -> Iterator[str]:
    """Every URL of this host anywhere in a JSON document."""
    if isinstance(document, dict):
        for value in document.values():
            yield from own_urls(value)
    elif isinstance(document, list):
        for value in document:
            yield from own_urls(value)
    elif isinstance(document, str) and f"//{HOST}" in document:
        yield from re.findall(rf"https?://{HOST}[^\s\"'<>]*", document)


@pytest.mark.parametrize("path", [r.path for r in ROUTES if "html" in r.formats])
def test_every_link_of_every_page_stays_under_the_path(
    under: Client, workspace: Workspace, path: str
) -> None:
    target = answered_target(path, workspace)
    release = workspace.current_id()
    for words in ("f=html", f"f=html&release={release}"):
        answer = under.get(f"{target}{'&' if '?' in target else '?'}{words}")
        assert answer.status == 200
        links = links_of(answer)
        assert len(links) > 8
        assert [within(href, target) for href in links]


@pytest.mark.parametrize("path", [r.path for r in ROUTES if "json" in r.formats])
def test_every_link_of_every_document_stays_under_the_path(
    under: Client, workspace: Workspace, path: str
) -> None:
    answer = under.get(answered_target(path, workspace))
    assert answer.status == 200
    if "json" in answer.headers["content-type"]:
        for href in own_urls(answer.json()):
            within(href)
    for href in re.findall(r"<([^>]*)>; rel", answer.headers.get("link", "")):
        within(href)


def test_links_under_the_path_lead_somewhere(under: Client) -> None:
    seen: dict[str, int] = {}
    for target in ("/", "/collections/deposits/items?limit=3", "/releases", "/styles", "/map",
                   "/rasters", f"/reserves?date={THEN}", "/docs", "/nope",
                   "/reserves?date=a"):  # fmt: skip
        for href in links_of(under.get(target, accept="text/html")):
            to = within(href, target)
            if to not in seen:
                seen[to] = under.get(to, accept="text/html").status
    assert len(seen) > 60
    assert {to: status for to, status in seen.items() if status >= 400} == {}


def test_the_map_asks_for_everything_under_the_path(under: Client) -> None:
    about: Any = data_of(under.get("/map").text)

    assert about["root"] == PREFIX
    assert about["base"] == BASE
    assert about["styles"] == {"light": f"{PREFIX}/styles/lodeline",
                               "dark": f"{PREFIX}/styles/lodeline-dark"}  # fmt: skip
    style = under.json(within(about["styles"]["light"]))
    for href in (*about["tiles"].values(), style["glyphs"],
                 *(t for s in style["sources"].values() for t in s["tiles"])):  # fmt: skip
        assert within(href)
    tile = unquote(within(style["sources"]["basemap"]["tiles"][0]))
    assert under.get(tile.format(z=0, x=0, y=0)).status == 200


@pytest.mark.parametrize("path", ["/tiles/control.json", "/rasters/deposit-density"])
def test_tiles_are_described_under_the_path(under: Client, path: str) -> None:
    (tiles,) = under.json(path)["tiles"]
    assert tiles.startswith(f"{BASE}/")
    assert under.get(unquote(within(tiles)).format(z=5, x=18, y=11)).status == 200


def test_the_project_for_qgis_asks_under_the_path(under: Client) -> None:
    text = under.get("/map/lodeline.qgs").text
    ET.fromstring(text)  # noqa: S314 - our own
    urls = re.findall(rf"https?(?:://|%3A%2F%2F){HOST}[^\s'\"&<]*", text)
    assert len(urls) > 5
    assert all(PREFIX in unquote(url.replace("%2520", "%20")).replace(" ", "%20") for url in urls)


def test_a_feed_and_the_api_description_stand_under_the_path(under: Client) -> None:
    feed = ET.fromstring(under.get("/changes.atom?from=2025-06-01").body)  # noqa: S314 - our own
    hrefs = [own.attrib["href"] for own in feed.iter("{http://www.w3.org/2005/Atom}link")]
    assert len(hrefs) > 1
    assert all(within(href) for href in hrefs)
    assert under.json("/openapi.json")["servers"] == [{"url": BASE}]
    assert under.get("/openapi.json").body == under.get("/api").body
    assert "/pub/" in under.get("/docs").text


@pytest.mark.parametrize("target", ["/nope", "/reserves?bogus=1", "/static/nope", ODD])
def test_a_page_of_an_error_leads_back_under_the_path(under: Client, target: str) -> None:
    answer = under.get(target, accept="text/html")
    assert answer.status in {400, 404}
    assert len(links_of(answer)) > 8
    assert [within(href, target) for href in links_of(answer)]


def test_a_path_is_escaped_once_in_the_links_of_its_page(store: EmbeddedStore) -> None:
    path = "/collections/layer/items/%D1%82%D1%83%D1%82%3F"
    ask = RequestContext(store, {"f": "html"}, {}, path, BASE, "html", cast("Any", None))
    assert here_link(ask)(f="csv") == f"{PREFIX}{path}?f=csv"
    assert here_link(ask)() == f"{PREFIX}{path}"


def test_the_api_document_is_also_where_fastapi_has_it(client: Client) -> None:
    answer, other = client.get("/openapi.json"), client.get("/api")
    assert (answer.status, answer.body) == (200, other.body)
    assert answer.headers["content-type"] == other.headers["content-type"]
    assert client.get("/openapi.json?bogus=1").status == 400
