"""Are the words of a request read strictly, and the errors said by name?"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from served import THEN, Client, client_of
from starlette.datastructures import QueryParams

from geodata.errors import InvalidInput
from geodata.workspace import Workspace
from service.params.boxes import parse_bbox
from service.params.core import (
    LIMIT_MAX,
    Param,
    parse_cursor,
    parse_limit,
    parse_lonlat,
    parse_query,
)
from service.params.items import cursor_for

ITEMS = "/collections/deposits/items"
HOSTILE = (
    "exec(java.lang.Runtime.getRuntime(),'id')",
    "__class__.__mro__",
    "{{7*7}}",
    "${7*7}",
    '"><svg onload=1>',
    "x]--",
    "%00",
)


def refused(client: Client, target: str, parameter: str) -> str:
    answer = client.get(target)
    assert answer.status == 400, f"{target}: {answer.status}"
    problem = answer.problem()
    assert problem["parameter"] == parameter
    assert "49" not in problem["detail"]
    return str(problem["detail"])


@pytest.mark.parametrize(
    ("target", "parameter"),
    [
        ("/reserves?commodity=unobtainium", "commodity"),
        ("/reserves?commodity=", "commodity"),
        ("/reserves?date=2025-02-30", "date"),
        ("/reserves?date=25.02.2025", "date"),
        ("/reserves?date=", "date"),
        ("/reserves?date=2025-02-25&date=2025-02-26", "date"),
        ("/reserves?date=2025-W09-2", "date"),
        ("/reserves?date=2025-02-25/2025-02-26", "date"),
        ("/reserves?date=0000-01-01", "date"),
        ("/reserves?date=-2025-01-1", "date"),
        ("/reserves?territory=atlantis", "territory"),
        ("/reserves?territory=", "territory"),
        ("/reserves?control=mine", "control"),
        ("/reserves?control=", "control"),
        ("/reserves?source=nobody", "source"),
        ("/reserves?include=some", "include"),
        ("/reserves?f=xml", "f"),
        ("/reserves/series?step=hour", "step"),
        ("/reserves/series?from=2025-02-01&to=2025-01-01", "from"),
        ("/reserves/series?from=x", "from"),
        ("/reserves/series?to=x", "to"),
        ("/reserves/series?territory=atlantis", "territory"),
        ("/reserves/series?source=nobody", "source"),
        ("/changes?from=2025-02-01&to=2025-01-01", "from"),
        ("/changes?from=x", "from"),
        ("/changes?to=x", "to"),
        ("/changes?commodity=unobtainium", "commodity"),
        ("/changes?source=nobody", "source"),
        ("/control/at", "lon"),
        ("/control/at?lon=30", "lat"),
        ("/control/at?lon=181&lat=0", "lon"),
        ("/control/at?lon=0&lat=-90.1", "lat"),
        ("/control/at?lon=nan&lat=0", "lon"),
        ("/control/at?lon=1e999&lat=0", "lon"),
        ("/control/at?lon=1_0&lat=0", "lon"),
        ("/control/at?lon=30&lat=50&date=x", "date"),
        ("/territories/occupied?date=x", "date"),
        ("/territories/occupied?source=nobody", "source"),
        ("/deposits/dobra_li/timeline?source=nobody", "source"),
        ("/releases/diff", "from"),
        ("/releases/diff?from=r0001-00000000", "to"),
        (f"{ITEMS}?limit=0", "limit"),
        (f"{ITEMS}?limit=-1", "limit"),
        (f"{ITEMS}?limit=1.5", "limit"),
        (f"{ITEMS}?limit=%D9%A1", "limit"),
        (f"{ITEMS}?limit=", "limit"),
        (f"{ITEMS}?bbox=1,2,3", "bbox"),
        (f"{ITEMS}?bbox=1,2,3,x", "bbox"),
        (f"{ITEMS}?bbox=1,2,3,nan", "bbox"),
        (f"{ITEMS}?bbox=30,50,40,45", "bbox"),
        (f"{ITEMS}?bbox=-181,0,0,1", "bbox"),
        (f"{ITEMS}?bbox=1,2,3,4,5,6,7", "bbox"),
        (f"{ITEMS}?datetime=..", "datetime"),
        (f"{ITEMS}?datetime=2025-02-26/2025-02-25", "datetime"),
        (f"{ITEMS}?datetime=2025-02-25/2025-02-26/2025-02-27", "datetime"),
        (f"{ITEMS}?datetime=2025-02-25T10:00:00", "datetime"),
        (f"{ITEMS}?cursor=1", "cursor"),
        (f"{ITEMS}?cursor=r0001-00000000.-1", "cursor"),
        (f"{ITEMS}?cursor=r0001-00000000.1%0A", "cursor"),
        (f"{ITEMS}?source=nobody", "source"),
        (f"{ITEMS}?control_share=much", "control_share"),
        (f"{ITEMS}?control_share=nan", "control_share"),
        (f"{ITEMS}?control_since=x", "control_since"),
        (f"{ITEMS}?lon=1&lon=2", "lon"),
        ("/collections/estimates/items?includes_components=maybe", "includes_components"),
        ("/collections/estimates/items?control=occupied", "control"),
        (f"{ITEMS}/dobra_li?datetime=x", "datetime"),
        (f"{ITEMS}/dobra_li?bbox=1,2,3,4", "bbox"),
        ("/collections/estimates/items/x?source=nobody", "source"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(
    client: Client, target: str, parameter: str
) -> None:
    assert len(refused(client, target, parameter)) > 10, "it says what is wanted"


@pytest.mark.parametrize("text", HOSTILE)
def test_code_in_a_name_or_value_is_only_text(client: Client, text: str) -> None:
    quoted = "".join(f"%{byte:02x}" for byte in text.encode())
    refused(client, f"{ITEMS}?{quoted}=1", text)
    refused(client, f"/reserves?f={quoted}", "f")
    refused(client, f"/reserves?commodity={quoted}", "commodity")
    refused(client, f"/reserves?date={quoted}", "date")
    refused(client, f"/reserves?source={quoted}", "source")
    assert client.json(f"{ITEMS}?name_en={quoted}")["numberMatched"] == 0


@pytest.mark.parametrize(
    "name", ["callback", "url", "href", "expression", "access_token", "filter_", "__class__"]
)
def test_there_are_no_parameters_beyond_the_table(client: Client, name: str) -> None:
    detail = refused(client, f"/reserves?{name}=http%3A%2F%2F127.0.0.1%3A9%2F", name)
    assert "known here are commodity" in detail


def test_a_value_too_long_is_refused(client: Client) -> None:
    assert "at most 4000" in refused(client, f"{ITEMS}?name_en={'a' * 4001}", "name_en")
    assert client.get(f"{ITEMS}?name_en={'a' * 4000}").status == 200


def test_a_cursor_of_one_release_is_no_cursor_of_another(
    client: Client, two_releases: Workspace
) -> None:
    first, second = two_releases.release_ids()
    both = client_of(two_releases)
    ours, theirs = (cursor_for({}, "deposits", release, 10) for release in (first, second))
    assert first in refused(both, f"{ITEMS}?cursor={ours}&release={second}", "cursor")
    assert both.get(f"{ITEMS}?cursor={ours}&release={first}").status == 200
    assert client.get(f"{ITEMS}?cursor={theirs}").status == 404


def test_a_cursor_of_one_question_is_no_cursor_of_another(
    client: Client, workspace: Workspace
) -> None:
    cursor = cursor_for({"control": "occupied"}, "deposits", workspace.current_id() or "", 1)
    assert client.get(f"{ITEMS}?cursor={cursor}&control=occupied&limit=3").status == 200
    refused(client, f"{ITEMS}?cursor={cursor}&control=government", "cursor")
    refused(client, f"/collections/control/items?cursor={cursor}", "cursor")


def test_a_cursor_tells_a_value_that_looks_like_a_parameter_from_one(
    client: Client, workspace: Workspace
) -> None:
    release = workspace.current_id() or ""
    cursor = cursor_for({"name_en": "x\noblast=y"}, "deposits", release, 0)
    assert client.get(f"{ITEMS}?cursor={cursor}&name_en=x%0Aoblast%3Dy").status == 200
    refused(client, f"{ITEMS}?cursor={cursor}&name_en=x&oblast=y", "cursor")
    of_control = cursor_for({}, "control", release, 10)
    refused(client, f"{ITEMS}?cursor={of_control}", "cursor")


QUESTION = {
    "filter": "control = 'occupied' OR control = 'government'",
    "filter-lang": "cql2-text",
    "filter-crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    "bbox": "22,44,41,53",
    "bbox-crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    "datetime": THEN,
    "source": "settlements",
    "sortby": "-name_en",
    "confidence": "medium",
    "limit": "2",
}
"""A question that names all that decides which deposits match, and in which order."""
ANOTHER = {
    "filter": "control = 'occupied'",
    "filter-lang": "cql2-json",
    "filter-crs": "http://www.opengis.net/def/crs/EPSG/0/4326",
    "bbox": "22,44,41,52",
    "bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/4326",
    "datetime": "2025-02-26",
    "source": "deepstate",
    "sortby": "name_en",
    "confidence": "high",
}


def next_words(client: Client, words: Mapping[str, str]) -> dict[str, str]:
    """The parameters of the next link of a page."""
    page = client.json(f"{ITEMS}?{urlencode(words)}")
    (href,) = [link["href"] for link in page["links"] if link["rel"] == "next"]
    return dict(parse_qsl(urlsplit(href).query))


@pytest.mark.parametrize("name", ANOTHER)
def test_a_cursor_is_refused_once_its_question_is_changed(client: Client, name: str) -> None:
    """Else the next page begins in the middle of other rows: some are lost, some come twice."""
    words = next_words(client, QUESTION)
    assert client.get(f"{ITEMS}?{urlencode(words)}").status == 200

    changed = client.get(f"{ITEMS}?{urlencode({**words, name: ANOTHER[name]})}")
    without = client.get(f"{ITEMS}?{urlencode({k: v for k, v in words.items() if k != name})}")

    assert changed.problem()["status"] == without.problem()["status"] == 400
    if name not in {"filter-lang", "filter-crs", "bbox-crs", "source"}:
        assert changed.problem()["parameter"] == without.problem()["parameter"] == "cursor"


@pytest.mark.parametrize("name", ANOTHER)
def test_a_cursor_is_refused_once_something_more_is_asked(client: Client, name: str) -> None:
    words = next_words(client, {"limit": "2"})

    answer = client.get(f"{ITEMS}?{urlencode({**words, name: QUESTION[name]})}")

    assert answer.problem()["parameter"] == "cursor"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "5"),
        ("crs", "http://www.opengis.net/def/crs/EPSG/0/3857"),
        ("properties", "control"),
        ("skipGeometry", "true"),
        ("f", "csv"),
    ],
)
def test_how_rows_are_shown_may_change_from_page_to_page(
    client: Client, name: str, value: str
) -> None:
    words = next_words(client, QUESTION)
    plain = client.json(f"{ITEMS}?{urlencode(words)}")["features"]

    answer = client.get(f"{ITEMS}?{urlencode({**words, name: value})}")

    assert answer.status == 200
    if name == "f":
        ids = [line.partition(",")[0] for line in answer.text.splitlines()[1:]]
    else:
        ids = [feature["id"] for feature in answer.json()["features"]]
    assert ids[:2] == [feature["id"] for feature in plain]


@pytest.mark.parametrize(
    "target",
    [
        "/reserves?date={}",
        "/reserves?date={}&territory=occupied-since-2022&commodity=all",
        "/reserves/series?step=year&to={}",
        "/reserves/series?step=year&from={}&to={}",
        "/changes?from={}&to={}",
        "/changes?to={}",
        "/control/at?lon=36.7&lat=47.9&date={}",
        "/territories/occupied?date={}",
        ITEMS + "?datetime={}",
        ITEMS + "?datetime={}/..",
        ITEMS + "?datetime=../{}",
        "/collections/control/items?datetime={}",
        "/collections/timelines/items?datetime={}/{}",
        ITEMS + "?control_since={}",
    ],
)
@pytest.mark.parametrize("day", ["0001-01-02", "0001-12-31", "1600-02-29", "9999-12-30"])
def test_the_ends_of_the_calendar_are_days_too(client: Client, target: str, day: str) -> None:
    answer = client.get(target.replace("{}", day))
    may_come = "=../{}" in target or "control_since" in target
    if day.startswith("9999") and not may_come:
        assert answer.problem()["type"] == "urn:lodeline:problem:day-in-the-future"
        return
    assert answer.status == 200, answer.text
    assert answer.json()


def test_boxes_have_four_numbers_or_six_with_heights() -> None:
    assert parse_bbox("1,2,3,4") == (1, 2, 3, 4)
    assert parse_bbox("1,2,-100,3,4,100") == (1, 2, 3, 4)
    assert parse_bbox(" 1, 2 ,3,4") == (1, 2, 3, 4)
    assert parse_bbox("170,0,-170,1") == (170, 0, -170, 1), "crosses the antimeridian"
    assert parse_bbox("1,2,1,2") == (1, 2, 1, 2)


def test_limits_are_whole_numbers_up_to_the_largest() -> None:
    assert [parse_limit(text) for text in ("1", "10000", "10001", "9" * 300)] == [
        1,
        LIMIT_MAX,
        LIMIT_MAX,
        LIMIT_MAX,
    ]


def test_a_cursor_reads_back_as_it_was_made() -> None:
    assert parse_cursor(cursor_for({}, "deposits", "r0012-0123abcd", 345))[:2] == (
        "r0012-0123abcd",
        345,
    )


def test_a_spot_may_stand_on_the_edge_of_the_world() -> None:
    assert parse_lonlat({"lon": "-180", "lat": "90"}) == (-180, 90)


def test_only_what_may_be_repeated_is_joined() -> None:
    known = {"many": Param("many", {}, "", many=True), "one": Param("one", {}, "", longest=3)}
    assert parse_query(QueryParams("many=a&one=x&many=b"), known) == {"many": "a,b", "one": "x"}
    with pytest.raises(InvalidInput, match="at most 3"):
        parse_query(QueryParams("one=four"), known)
    with pytest.raises(InvalidInput, match="twice"):
        parse_query(QueryParams("one=a&one=a"), known)
    with pytest.raises(InvalidInput, match="known here are many, one"):
        parse_query(QueryParams("other=a"), known)
