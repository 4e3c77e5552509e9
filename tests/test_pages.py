"""Are pages fit for people: headings, links that lead somewhere, nothing from elsewhere?"""

from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from served import HOST, THEN, Client

HERE = f"http://{HOST}/"
PAGES = ("/", f"/reserves?date={THEN}&territory=ukraine&include=all", f"/articles/{THEN}",
         "/claims", "/collections", "/collections/deposits", "/collections/deposits/items",
         "/territories",
         "/territories/occupied", "/releases", "/deposits/shevchenkivske_li/timeline",
         "/collections/deposits/items/shevchenkivske_li", "/changes?from=2025-06-01",
         "/control/at?lon=36.7126&lat=47.90934", "/api.html", "/conformance")  # fmt: skip
FETCHED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


class Page(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Keep its text."""
        self.words += data

    def values(self, tag: str, attribute: str) -> list[str]:
        """An attribute of all elements of a kind that have it."""
        return [own[attribute] for name, own in self.elements if name == tag and attribute in own]

    def count(self, tag: str) -> int:
        """How many elements of a kind there are."""
        return sum(name == tag for name, _ in self.elements)


def page(client: Client, target: str) -> Page:
    answer = client.get(target, accept="text/html")
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


def plain(answer: Any) -> str:
    return str(answer.headers["content-type"])


@pytest.mark.parametrize("target", PAGES)
def test_a_page_has_a_title_a_language_and_one_first_heading(client: Client, target: str) -> None:
    found = page(client, target)
    assert found.values("html", "lang") == ["en"]
    assert found.count("title") - found.count("svg") <= 1 <= found.count("title")
    assert found.count("h1") == 1
    assert found.count("main") == 1
    levels = [int(name[1]) for name, _ in found.elements if name in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels)), "no level is skipped"


@pytest.mark.parametrize("target", PAGES)
def test_a_page_fetches_nothing_from_elsewhere(client: Client, target: str) -> None:
    found = page(client, target)
    fetched = [href for tag, name in FETCHED.items() for href in found.values(tag, name)]
    hosts = {urlsplit(urljoin(HERE, href)).netloc for href in fetched if href[:5] != "data:"}
    assert hosts <= {HOST}
    assert not [own for _, own in found.elements if any(name.startswith("on") for name in own)]
    assert not [own for _, own in found.elements if "style" in own], "CSP forbids style attributes"
    assert found.count("style") == 0


@pytest.mark.parametrize("target", PAGES)
def test_a_page_is_told_what_it_may_do(client: Client, target: str) -> None:
    policy = client.get(target, accept="text/html").headers["content-security-policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";") if rule.strip()}
    assert rules["default-src"] in (["'none'"], ["'self'"])
    assert rules["script-src"] == ["'self'"]
    assert rules["frame-ancestors"] == ["'none'"]
    assert "unsafe" not in policy


def test_every_link_of_the_pages_leads_somewhere(client: Client) -> None:
    seen: dict[str, int] = {}
    for target in PAGES:
        found = page(client, target)
        links = [*found.values("a", "href"), *found.values("link", "href"),
                 *found.values("script", "src"), *found.values("img", "src")]  # fmt: skip
        assert links
        for href in links:
            parts = urlsplit(urljoin(urljoin(HERE, target), href))
            assert parts.scheme in {"http", "https", "data"}, href
            if parts.netloc == HOST:
                own = f"{parts.path}?{parts.query}" if parts.query else parts.path
                if own not in seen:
                    seen[own] = client.get(own, accept="text/html").status
    assert len(seen) > 20
    assert {own: status for own, status in seen.items() if status >= 400} == {}


@pytest.mark.parametrize("target", PAGES)
def test_fragments_lead_to_what_is_on_the_page(client: Client, target: str) -> None:
    found = page(client, target)
    ids = [own["id"] for _, own in found.elements if "id" in own]
    assert len(ids) == len(set(ids))
    wanted = {href[1:] for href in found.values("a", "href") if href.startswith("#")}
    assert wanted <= set(ids)
    assert {own["for"] for name, own in found.elements if name == "label" and "for" in own} <= set(
        ids
    )


def test_the_landing_page_tells_what_is_held(client: Client) -> None:
    found = page(client, "/")
    assert "Kruta Balka" in found.words
    assert "Shevchenkivske" in found.words
    (form,) = [own for name, own in found.elements if name == "form"][:1]
    assert form["action"].startswith("/reserves")
    assert {"commodity", "date", "territory"} <= set(
        found.values("input", "name") + found.values("select", "name")
    )


def test_forms_have_labelled_fields(client: Client) -> None:
    found = page(client, "/")
    assert found.count("label") >= found.count("input") + found.count("select") - sum(
        kind in {"hidden", "submit"} for kind in found.values("input", "type")
    )


def test_what_a_client_sends_is_never_markup(client: Client) -> None:
    for host in ('"><svg onload=1>', "<img src=x onerror=1>"):
        answer = client.get("/?f=html", host=host)
        assert answer.status == 200
        assert "<svg onload" not in answer.text
        assert "<img src=x" not in answer.text


def test_json_stays_the_default(client: Client) -> None:
    assert plain(client.get("/")) == "application/json"
    assert plain(client.get("/", accept="*/*")) == "application/json"
    assert plain(client.get("/?f=html")).startswith("text/html")
    assert plain(client.get("/?f=json", accept="text/html")) == "application/json"
