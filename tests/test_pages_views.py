"""Does every view show its document: sound, the same values, nothing of it as markup?"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from page_checks import Page, faults_of
from served import HOST, THEN, Client, client_of
from starlette.responses import Response

from geodata.features.collections import BUILT_IN
from geodata.workspace import Workspace
from service.http.context import RequestContext
from service.http.response_cache import ResponseCache
from service.http.routing import ReleaseRoute
from service.pages import VIEWS, problem_page
from service.pages.template_filters import day_before, number, percent
from service.pages.vocabulary import VERDICT_NAMES
from service.routes import ROUTES

Show = Callable[..., Page]
HOSTILE = ("<img src=x onerror=1>", '"><svg onload=1>', "{{ 7*7 }}")
FREE = {"name_en", "name_uk", "alt_names", "note", "title", "title_uk", "definition", "description",
        "deposit_type", "nearest_settlement", "oblast", "raion", "text", "bibtex", "attribution",
        "licence", "phrase", "reading", "by", "about", "caveats", "category", "citation", "unit",
        "basis", "input_name", "software", "status_original", "grade_unit", "sources"}  # fmt: skip
"""Members that hold what people wrote."""
DEPOSIT = "/collections/deposits/items"
TARGETS = (
    "/", "/conformance", "/functions", "/styles", "/collections",
    *(f"/collections/{name}" for name in BUILT_IN),
    *(f"/collections/{name}/items" for name in BUILT_IN),
    *(f"/collections/{name}/schema" for name in BUILT_IN),
    "/collections/deposits/queryables", "/collections/control/sortables",
    "/collections/admin-areas/items/UA-14", "/collections/estimates/items/dobra_li.lithium",
    f"/collections/control/items?datetime={THEN}&limit=200",
    f"{DEPOSIT}/shevchenkivske_li?datetime=2025-06-25", f"{DEPOSIT}/azovske_ree",
    f"{DEPOSIT}/shevchenkivske_li/versions", "/deposits/shevchenkivske_li/timeline",
    "/reserves", f"/reserves?commodity=all&include=all&date={THEN}",
    f"/reserves?commodity=lithium&territory=crimea&date={THEN}",
    "/reserves/series?from=2014-01-01", "/changes?commodity=all", "/territories",
    "/territories/occupied", "/territories/crimea", f"/articles/{THEN}", "/claims", "/releases",
    "/control/at?lon=36.7126&lat=47.9093&date=2025-07-15",
)  # fmt: skip
EDGES = (
    f"{DEPOSIT}/kerch_fe_v", f"{DEPOSIT}/ge_donbas_coal", f"{DEPOSIT}/dobra_li",
    f"{DEPOSIT}/stankuvatske_li", f"{DEPOSIT}/shevchenkivske_li?datetime=1990-01-01",
    f"{DEPOSIT}/shevchenkivske_li?properties=name_en",
    f"{DEPOSIT}/shevchenkivske_li?skipGeometry=true", "/deposits/ge_donbas_coal/timeline",
    f"{DEPOSIT}?name_en=nothing", f"{DEPOSIT}?properties=name_en&limit=3",
    f"{DEPOSIT}?skipGeometry=true", f"{DEPOSIT}?datetime=1990-01-01",
    f"{DEPOSIT}?bbox=30,46,40,50&limit=3&filter=control='occupied'",
    f"{DEPOSIT}?crs=http://www.opengis.net/def/crs/EPSG/0/3857&limit=2",
    "/collections/control/items?datetime=1990-01-01",
    "/reserves?date=1990-01-01", "/reserves?commodity=lithium&control=unknown",
    "/reserves?commodity=gold&territory=crimea", "/changes?from=1980-01-01&to=1981-01-01",
    "/reserves/series?from=1990-01-01&to=1990-01-01", "/reserves/series?commodity=all&step=year",
    "/control/at?lon=0&lat=0", "/control/at?lon=36.7126&lat=47.9093&date=1990-01-01",
    "/territories/occupied?date=1990-01-01",
)  # fmt: skip


@pytest.fixture(scope="session")
def asked(workspace: Workspace) -> Callable[[str], tuple[RequestContext, str]]:
    """The request behind a target, as the service reads it, and the name of its route."""
    kept: list[tuple[RequestContext, str]] = []

    class Keeping(ReleaseRoute):
        async def _make(self, *given: Any) -> Response:
            kept.append((given[-1], self.name))
            return Response()

        def _made(self, ask: RequestContext) -> Response:
            kept.append((ask, self.name))
            return Response()

    keeping = client_of(workspace)
    app = cast("FastAPI", keeping.app.app)
    app.state.bodies = ResponseCache(0)  # else the empty answer were kept, and no request read
    for route in app.routes:
        if isinstance(route, ReleaseRoute):
            route.__class__ = Keeping

    def read(target: str) -> tuple[RequestContext, str]:
        assert keeping.get(target, accept="text/html").status == 200
        return kept.pop()

    return read


@pytest.fixture(scope="session")
def show(client: Client, asked: Callable[[str], tuple[RequestContext, str]]) -> Show:
    """The page of a target, its document changed on the way where that is wanted."""

    def shown(target: str, change: Callable[[Any], Any] = lambda found: found) -> Page:
        ask, name = asked(target)
        return Page(VIEWS[name](ask, change(client.json(target))))

    return shown


def test_every_view_belongs_to_a_route() -> None:
    assert set(VIEWS) <= {route.name for route in ROUTES}


@pytest.mark.parametrize("target", [*TARGETS, *EDGES])
def test_a_view_is_sound(show: Show, target: str) -> None:
    page = show(target)
    assert faults_of(page) == []
    assert [main.name for main in page.all("main", "header", "footer")] == [
        "header",
        "main",
        "footer",
    ]
    assert page.text.startswith("<!doctype html>")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_wrote_is_never_markup(show: Show, target: str, text: str) -> None:
    def poisoned(found: Any, *, free: bool = False) -> Any:
        if isinstance(found, dict):
            return {k: poisoned(v, free=k in FREE) for k, v in found.items()}
        if isinstance(found, list):
            return [poisoned(v, free=free) for v in found]
        return f"{found} {text}" if free and isinstance(found, str) else found

    page = show(target, poisoned)
    assert faults_of(page) == []
    assert not page.all("img")
    assert "<svg onload" not in page.text
    assert ">49<" not in page.text


@pytest.mark.parametrize("target", [*TARGETS, *EDGES])
def test_links_stay_here_or_say_that_they_leave(show: Show, target: str) -> None:
    for link in show(target).all("a", "link", "script", "form", "img"):
        for name in ("href", "src", "action"):
            parts = urlsplit(link.given.get(name, ""))
            if parts.netloc not in {"", HOST}:
                assert link.name == "a"
                assert {"noopener", "external"} <= set(link.given["rel"].split())
                assert parts.scheme in {"http", "https"}


def test_a_deposit_shows_every_value_of_its_feature(show: Show, client: Client) -> None:
    target = f"{DEPOSIT}/shevchenkivske_li?datetime=2025-06-25"
    page, own = show(target), client.json(target)["properties"]
    (words,) = [main.words for main in page.all("main")]
    for name in ("name_en", "name_uk", "deposit_type", "note", "control_since", "oblast", "raion"):
        assert own[name] in words, name
    assert percent(own["control_share"]) in words
    assert VERDICT_NAMES[own["control"]] in words
    assert all(name in words for name in own), "a table names every property"


def test_items_show_every_value_of_the_page(show: Show, client: Client) -> None:
    target = f"{DEPOSIT}?limit=5"
    page, document = show(target), client.json(target)
    (words,) = [main.words for main in page.all("main")]
    for feature in document["features"]:
        texts = [v for v in feature["properties"].values() if isinstance(v, str)]
        assert all(text in words for text in texts)
    assert {link["href"] for link in document["links"]} <= set(page.values("href"))
    assert number(document["numberMatched"]) in words


def test_a_long_page_of_items_stays_light(show: Show) -> None:
    page = show("/collections/settlements/items?limit=1000")
    assert faults_of(page) == []
    assert len([e for e in page.all("tr") if "tbody" in e.around]) == 1000
    assert len(page.text) < 1_000_000
    assert [e for e in page.elements if e.given.get("class") == "dots"]


def column(page: Page, head: str) -> list[str]:
    """The words under a head, in all tables that have it."""
    cells: list[str] = []
    at, number_in_row = None, 0
    for element in page.all("table", "tr", "th", "td"):
        if element.name == "table":
            at = None
        elif element.name == "tr":
            number_in_row = 0
        else:
            if element.words == head:
                at = number_in_row
            elif at == number_in_row:
                cells.append(" ".join(element.words.split()))
            number_in_row += 1
    return cells


def last_days(rows: list[dict[str, Any]]) -> list[str]:
    """What a reader may print as the last day of each row; rows without an end are ongoing."""
    return [day_before(row["valid_to"]) if row["valid_to"] else "ongoing" for row in rows]


def test_a_timeline_prints_the_last_day_of_a_status(show: Show, client: Client) -> None:
    target = "/deposits/shevchenkivske_li/timeline"
    (timeline,) = client.json(target)["timelines"]
    rows = [*timeline["verdicts"], *timeline["spans"]]
    printed = column(show(target), "Last day")
    assert [text.partition(" as of ")[0] for text in printed] == last_days(rows)
    assert "2025-06-14" in printed
    ongoing = {text for text in printed if text.startswith("ongoing")}
    assert ongoing == {f"ongoing as of {timeline['last_map']}"}, "no longer than the source reports"


def test_a_point_prints_the_last_day_of_a_status(show: Show, client: Client) -> None:
    target = "/control/at?lon=36.7126&lat=47.9093&date=2025-07-15"
    rows = [row for report in client.json(target)["by_source"] for row in report["history"]]
    printed = [text.partition(" as of ")[0] for text in column(show(target), "Last day")]
    assert printed == last_days(rows)
    assert len(set(printed)) > 1


def test_versions_print_the_last_day_of_a_verdict(show: Show, client: Client) -> None:
    target = f"{DEPOSIT}/shevchenkivske_li/versions"
    printed = [text.partition(" as of ")[0] for text in column(show(target), "Last day")]
    assert printed == last_days(client.json(target)["versions"])
    assert len(printed) > 1


@pytest.mark.parametrize("name", ["control", "timelines", "settlements"])
def test_items_print_the_last_day_they_hold(show: Show, client: Client, name: str) -> None:
    target = f"/collections/{name}/items?limit=50"
    rows = [feature["properties"] for feature in client.json(target)["features"]]
    page = show(target)
    assert column(page, "Last day") == last_days(rows)
    assert any(row["valid_to"] for row in rows)
    (words,) = [main.words for main in page.all("main")]
    assert "valid_to is exclusive" in words, "the values in full are as in the data, and say so"


def test_an_answer_shows_its_counts_amounts_caveats_and_citation(
    show: Show, client: Client
) -> None:
    target = f"/reserves?commodity=lithium&date={THEN}"
    page, document = show(target), client.json(target)
    (words,) = [main.words for main in page.all("main")]
    assert "Of the 4 lithium deposits on record in Ukraine (main commodity), 1 was in" in words
    assert document["citation"]["text"] in words
    assert document["citation"]["bibtex"] in words
    assert document["citation"]["permalink"] in page.values("href")
    assert all(caveat in words for caveat in document["caveats"])
    assert all(f["properties"]["name_en"] in words for f in document["features"])
    assert "no published figure for the 1 occupied" in words, "what is missing is said to be"
    assert "at least 760\u202f000 (1 figure in doubt)" in words
    counted_too = [h for h in page.values("href") if "role=any" in h and "rank=any" in h]
    assert counted_too, "what is left out is a link away"


def test_a_deposit_not_tested_is_not_called_uncertain(show: Show) -> None:
    def untested(found: Any) -> Any:
        own = {"overlay_basis": "none", "tested": False, "control": "unknown",
               "control_share": None, "contested_share": None}  # fmt: skip
        return {**found, "properties": {**found["properties"], **own}}

    page = show(f"{DEPOSIT}/ge_donbas_coal", untested)
    (answer,) = [e.words for e in page.all("p") if e.given.get("class") == "answer"]
    assert "not tested" in answer
    assert "Not tested" in answer
    assert "not known" not in answer


def test_a_verdict_is_told_by_shape_and_word(show: Show) -> None:
    page = show(f"/reserves?commodity=all&include=all&date={THEN}")
    told = [e for e in page.all("span") if "verdict" in e.given.get("class", "").split()]
    assert told
    assert all(e.words.strip() for e in told)
    assert {f"#v-{e.given['class'].split()[1]}" for e in told} <= set(page.values("href"))


def test_forms_carry_what_was_asked(show: Show) -> None:
    page = show(f"{DEPOSIT}?bbox=30,46,40,50&limit=3&control=occupied&filter=control='occupied'")
    hidden = {e.given["name"] for e in page.all("input") if e.given.get("type") == "hidden"}
    assert hidden == {"bbox", "filter"}
    chosen = {e.given["value"] for e in page.all("option") if "selected" in e.given}
    assert {"occupied", "3"} <= chosen


def test_a_pinned_release_is_kept_by_the_links(
    asked: Callable[[str], tuple[RequestContext, str]], client: Client
) -> None:
    release = client.json("/releases")["current"]
    ask, name = asked(f"{DEPOSIT}?release={release}")
    page = Page(VIEWS[name](ask, client.json(f"{DEPOSIT}?release={release}")))
    inner = [h for h in page.values("href") if h.startswith(f"{DEPOSIT}/")]
    assert inner
    assert all(f"release={release}" in href for href in inner)
    assert release in "".join(e.words for e in page.all("p") if e.given.get("class") == "pinned")


def test_links_follow_a_service_that_stands_under_a_path(
    asked: Callable[[str], tuple[RequestContext, str]], client: Client
) -> None:
    ask, name = asked("/territories")
    below = replace(ask, base="https://example.org/minerals")
    page = Page(VIEWS[name](below, client.json("/territories")))
    local = [h for h in page.values("href") if h.startswith("/")]
    assert local
    assert all(href.startswith("/minerals") for href in local)


@pytest.mark.parametrize("name", ["a b", 'a"b', "a?b", "a#b", "a/b", "<b>"])
def test_ids_are_written_so_that_links_hold(show: Show, name: str) -> None:
    def renamed(found: Any) -> Any:
        first = {**found["features"][0], "id": name}
        return {**found, "features": [first]}

    page = show("/collections/settlements/items?limit=1", renamed)
    assert faults_of(page) == []
    (link,) = [h for h in page.values("href") if h.startswith("/collections/settlements/items/")]
    path = urlsplit(link).path
    assert " " not in path
    assert '"' not in path
    assert path.count("/") == 4 + name.count("/")


@pytest.mark.parametrize("status", [400, 404, 405, 410, 413, 415, 429, 500, 503, 418])
def test_an_error_is_a_page_with_a_way_out(status: int) -> None:
    problem = {"title": "Wrong", "status": status, "detail": f"{HOSTILE[0]} was found",
               "instance": "//elsewhere.example/x", "parameter": HOSTILE[1]}  # fmt: skip
    page = Page(problem_page(status, problem))
    assert faults_of(page) == []
    assert "was found" in page.all("main")[0].words
    assert not [h for h in page.values("href") if urlsplit(h).netloc]
    assert {"/", "/reserves", "/collections", "/api.html"} <= set(page.values("href"))


def test_an_error_needs_no_more_than_its_status() -> None:
    assert faults_of(Page(problem_page(500, {}))) == []


def test_the_description_of_the_api_names_every_path_and_parameter(client: Client) -> None:
    document = client.json("/api")
    page = Page(client.get("/api.html").text)
    assert faults_of(page) == []
    words = page.all("main")[0].words
    assert all(path in words for path in document["paths"])
    given = json.dumps(document["components"]["parameters"])
    assert all(name in words for name in json.loads(given))
