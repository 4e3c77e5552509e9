"""Do the values of users' layers stay what they are: integers, instants, days, ids, places?

The files of `tests/cases` are such as people publish; each is asked over both stores.
"""

import json
from collections.abc import Iterator
from datetime import date
from urllib.parse import quote

import pytest
from naive_store import NaiveStore
from served import Client, client_of, common_folder, local, made_once, present_day
from user_layers import ASTRAY, CASES, IDS, LISTED, WIDE, layers_released

from geodata.workspace import Workspace
from service import releases


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(made_once(common_folder(tmp_path_factory), "user-values", layers_released))


@pytest.fixture(scope="module", params=["embedded", "naive"])
def client(request: pytest.FixtureRequest, workspace: Workspace) -> Iterator[Client]:
    """The application over each store."""
    with pytest.MonkeyPatch.context() as patch, present_day(date(2026, 5, 1)):
        if request.param == "naive":
            patch.setitem(releases.STORES, "embedded", lambda _: NaiveStore)
        yield client_of(workspace)


def numbers(client: Client, target: str) -> list[int]:
    """The `n` of the features, or the places in their ids."""
    features = client.json(f"/collections/{target}")["features"]
    return [f["properties"].get("n", f["id"]) for f in features]


ROWS = {
    # integers: parameters, filters, lists, ranges, arithmetic, order
    "big/items?big=0": [7],
    "big/items?big=9007199254740993": [2],
    "big/items?big=-9007199254740993": [6],
    "big/items?big=4611686018427387905": [4],
    "big/items?big=9007199254740992.0": [1],
    "big/items?big=99999999999999999999": [],
    "big/items?filter=big=9007199254740993": [2],
    "big/items?filter=big=4611686018427387905": [4],
    "big/items?filter=big>9007199254740993 AND big<4611686018427387906": [3, 4],
    "big/items?filter=big IN (9007199254740993,4611686018427387905,0.5)": [2, 4],
    "big/items?filter=big NOT IN (9007199254740993,0)&limit=3": [0, 1, 3],
    "big/items?filter=big BETWEEN 9007199254740993 AND 9007199254740994": [2, 3],
    "big/items?filter=big %2B 1 = 9007199254740994": [2],
    "big/items?filter=big * 2 = 18014398509481986": [2],
    "big/items?filter=big %25 2 = 1 AND big > 1000": [0, 2, 4],
    "big/items?filter=big div 3 = 3002399751580331": [2, 3],
    "big/items?filter=abs(big)=9007199254740993": [2, 6],
    "big/items?sortby=-big&limit=8": [5, 4, 3, 2, 1, 0, 7, 6],
    "wide/items?wide=9223372036854775807": [1],
    "wide/items?wide=-9223372036854775807": [0],
    "wide/items?wide=-9223372036854775808": [],
    "wide/items?filter=wide=-9223372036854775807": [0],
    "wide/items?filter=wide=-9223372036854775808": [],
    "wide/items?filter=wide>9007199254740992.5": [1, 3],
    "wide/items?filter=wide<1e300": [0, 1, 2, 3, 4, 5],
    "wide/items?filter=wide=half*2": [2, 5],
    "wide/items?filter=wide>half*2": [0, 3],
    "wide/items?sortby=wide": [0, 4, 5, 2, 3, 1, 6],
    # instants and days
    "utc/items?seen=2024-02-24T03:00:00Z": [0],
    "utc/items?seen=2024-02-24T05:00:00%2B02:00": [0],
    "utc/items?seen=2024-02-24T03:00:00.000001Z": [],
    "utc/items?seen=2024-02-24": [0, 1],
    "utc/items?seen=2024-02-24T03:00:00Z/2024-02-24T22:59:59Z": [0],
    "times/items?when=2024-02-24T00:00:00Z": [],
    "times/items?when=2024-02-24": [4, 5, 6],
    "times/items?when=1969-12-31T23:59:59.999Z": [1],
    "ev_time/items?datetime=2024-02-24T03:00:00Z": [0],
    "ev_time/items?datetime=2024-02-24T04:00:00Z/2024-02-24T05:00:00Z": [],
    "ev_time/items?datetime=2024-02-24T02:59:59.5Z/2024-02-24T03:00:00Z": [0],
    "ev_time/items?datetime=2024-02-24": [0, 2],
    "fine/items?time=1969-12-31T23:59:59.999Z": [0],
    "fine/items?time=1969-12-31": [0, 3],
    "fine/items?time=1970-01-01": [],
    "fine/items?time=1905-01-22T12:00:00.123456789Z": [1],
    "fine/items?datetime=0001-01-01": [2],
    "fine/items?datetime=9999-12-31T23:59:59.999999Z/..": [4],
    "edges/items?datetime=0001-01-01": [0],
    "edges/items?datetime=9999-12-31": [1],
    "edges/items?datetime=0001-01-02/9999-12-31": [1],
    "edges/items?day=9999-12-31": [1],
    # lists
    "lists/items?years=2022": [0, 1],
    "lists/items?shares=0.5": [0],
    "lists/items?days=2014-03-01": [0],
    "lists/items?filter=A_CONTAINS(years,(2014,2022))": [0],
    "lists/items?filter=A_CONTAINS(years,(2022.0))": [0, 1],
    "lists/items?filter=A_CONTAINS(years,(9007199254740993))": [1],
    "lists/items?filter=A_CONTAINS(years,(9007199254740992))": [],
    "lists/items?filter=A_OVERLAPS(shares,(0.5,7))": [0],
    "lists/items?filter=A_EQUALS(shares,(2))": [1],
    "lists/items?filter=A_CONTAINS(days,('2014-03-01'))": [0],
    "lists/items?filter=A_CONTAINEDBY(days,(DATE('2022-02-24'),DATE('2023-01-01')))": [1, 2],
    "lists/items?filter=A_EQUALS(days,days) AND NOT A_EQUALS(years,())": [0, 1],
    "lists/items?filter=years IS NULL": [3],
    "lists/items?filter=A_CONTAINS(words,('b'))": [0, 1],
    # columns of days: recognised, named, closed and open
    "acled/items?datetime=2024-02-24": [0],
    "ucdp/items?datetime=2024-02-24": [0],
    "inspire/items?datetime=2024-02-24": [0],
    "inspire2/items?datetime=2025-02-24": [1],
    "ranges/items?datetime=2024-01-31": [0, 4],
    "vt/items?datetime=2024-01-31": [],
    "vt-closed/items?datetime=2024-01-31": ["vt-closed.1"],
    "vt-closed/items?datetime=2024-02-29": ["vt-closed.2"],
    "spans/items?datetime=2024-01-01T05:59:59Z": [4],
    "spans/items?datetime=2024-01-01T23:59:59.999Z": [0, 4],
    "spans/items?datetime=2024-01-02": [1, 4],
    "spans/items?datetime=2024-01-03T23:59:00Z": [1, 4],
    "spans/items?datetime=2023-06-30T12:00:00Z": [2, 4],
    "spans/items?datetime=2300-01-01": [3, 4],
}


@pytest.mark.parametrize("target", ROWS)
def test_a_question_selects_just_the_rows_it_names(client: Client, target: str) -> None:
    path, _, query = target.partition("?")
    assert numbers(client, f"{path}?{quote(query, safe='=&%')}") == ROWS[target]


def test_pages_of_integers_follow_on_each_other(client: Client) -> None:
    found, target = [], "/collections/wide/items?sortby=-wide&limit=2"
    while target:
        page = client.json(target)
        found += [feature["properties"]["wide"] for feature in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        target = local(following[0]) if following else ""
    whole = [value for value in WIDE if value is not None]
    assert found == [*sorted(whole, reverse=True), None]


REFUSED = {
    "big/items?big=1.5": "give a whole number",
    "big/items?big=1_000": "give a whole number",
    "big/items?big=nan": "give a whole number",
    "big/items?filter=big='9007199254740993'": "give both of one kind",
    "big/items?filter=big IN (1,'x')": "give both of one kind",
    "lists/items?years=many": "give a whole number",
    "lists/items?filter=A_CONTAINS(years,('2014'))": "give both of one kind",
    "lists/items?filter=A_CONTAINS(words,(2014))": "give both of one kind",
    "lists/items?filter=A_EQUALS(years,days)": "give both of one kind",
    "lists/items?filter=A_CONTAINS(days,('soon'))": "give both of one kind",
    "lists/items?filter=years=2014": "A_CONTAINS(years",
    "lists/items?sortby=years": "sortable are",
    "utc/items?seen=noon": "give a day like",
    "utc/items?filter=seen > 'noon'": "give both of one kind",
    "micro/items?datetime=2024-06-30": "unknown parameter 'datetime'",
    "micro/items/micro.1?datetime=2024-06-30": "unknown parameter 'datetime'",
    "micro/tiles/WebMercatorQuad/0/0/0?datetime=2024-06-30": "unknown parameter 'datetime'",
    "ev_time/items?datetime=2024-02-24T05:00:00Z/2024-02-24T04:00:00Z": "ends before it starts",
    "ev_time/items?datetime=2024-02-24T05:00:00": "give a day like",
    "deposits/items?control=ocupied": "give one of occupied",
    "deposits/items?position_uncertainty_m=abc": "give a number",
    "deposits/items?filter=lon='37'": "give both of one kind",
    "deposits/items?tested=maybe": "give true or false",
    "settlements/items?status=held": "give one of occupied",
    "control/items?status=free": "give one of occupied",
    "estimates/items?measure=tons": "give one of ore",
    "claims/items?quantity=many": "give one of count",
    "admin-areas/items?level=1.5": "give a whole number",
    "deposits/items?datetime=9999-12-31": "there are no forecasts",
    "poles/items?crs=EPSG:3857": "3 of 6 geometries cannot be projected to EPSG:3857",
    "poles/items?crs=EPSG:3857&f=csv": "cannot be projected",
    "poles/items?crs=EPSG:3857&f=geojsonseq": "cannot be projected",
    "poles/items/poles.3?crs=EPSG:3857": "cannot be projected",
}


@pytest.mark.parametrize("target", REFUSED)
def test_what_is_of_no_such_type_or_place_is_refused(client: Client, target: str) -> None:
    path, _, query = target.partition("?")
    answer = client.get(f"/collections/{path}?{quote(query, safe='=&:')}")
    assert answer.status == 400
    assert REFUSED[target] in answer.problem()["detail"]


def test_a_word_outside_its_choices_in_a_filter_matches_nothing(client: Client) -> None:
    """OGC's tests of CQL2 (21-065r2, A.2.2) compare every text with 'foo' and want an answer."""
    page = client.json("/collections/deposits/items?filter=status%3D'foo'")
    assert page["numberMatched"] == 0


def test_what_lies_within_web_mercator_is_given_there(client: Client) -> None:
    assert numbers(client, "poles/items?crs=EPSG:3857&bbox=-180,-85,180,85") == [5, 6, 10]
    assert client.json("/collections/poles/items?crs=EPSG:3857&skipGeometry=true")["features"]


EXTENTS = {
    "acled": ["2024-02-24T00:00:00Z", "2025-02-24T23:59:59Z"],
    "inspire": ["2024-02-24T00:00:00Z", "2025-02-24T23:59:59Z"],
    "vt": ["2024-01-01T00:00:00Z", "2024-02-28T23:59:59Z"],
    "vt-closed": ["2024-01-01T00:00:00Z", "2024-02-29T23:59:59Z"],
    "ranges": [None, None],
    "edges": ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"],
    "spans": [None, None],
}


@pytest.mark.parametrize("name", EXTENTS)
def test_the_extent_of_a_layer_is_what_its_days_find(client: Client, name: str) -> None:
    (interval,) = client.json(f"/collections/{name}")["extent"]["temporal"]["interval"]
    assert interval == EXTENTS[name]
    for end, beyond in zip(interval, ("../{}", "{}/.."), strict=True):
        if end is not None:
            assert client.json(f"/collections/{name}/items?datetime={end[:10]}")["numberMatched"]
            assert client.json(f"/collections/{name}/items?datetime={beyond.format(end[:10])}")


def test_a_layer_whose_days_are_unknown_has_no_datetime_anywhere(client: Client) -> None:
    assert "temporal" not in client.json("/collections/micro")["extent"]
    paths = client.json("/api")["paths"]
    for path in ("/collections/{}/items", "/collections/{}/items/{{item}}"):
        offered = {
            name: {p.get("name") for p in paths[path.format(name)]["get"]["parameters"]}
            for name in ("micro", "acled", "estimates")
        }
        assert [("datetime" in offered[name]) for name in offered] == [False, True, True]


@pytest.mark.parametrize(("name", "last"), [("vt", "2024-01-30"), ("vt-closed", "2024-01-31")])
def test_time_in_downloads_ends_on_the_last_day_that_finds_a_row(
    client: Client, name: str, last: str
) -> None:
    feature = client.json(f"/collections/{name}/items?f=jsonfg")["features"][0]
    assert feature["time"] == {"interval": ["2024-01-01", last]}
    assert f"<end>{last}</end>" in client.get(f"/collections/{name}/items?f=kml").text


@pytest.mark.parametrize("name", ["vt", "vt-closed", "acled", "inspire", "spans", "ev_time"])
def test_an_item_is_there_on_the_days_that_find_it(client: Client, name: str) -> None:
    for when in ("2024-01-01T06:00:00Z", "2024-01-31", "2024-02-24", "2024-02-24T03:00:00Z"):
        listed = {f["id"] for f in client.json(f"/collections/{name}/items?datetime={when}")
                  ["features"]}  # fmt: skip
        for feature in client.json(f"/collections/{name}/items")["features"]:
            path = f"/collections/{name}/items/{quote(feature['id'])}"
            status = client.get(f"{path}?datetime={when}").status
            assert status == 200 if feature["id"] in listed else status in {404, 410}
            for version in client.json(f"{path}/versions")["versions"]:
                assert client.get(local(version["links"][0]["href"])).status == 200
            assert client.get(f"{path}/versions?f=html").status == 200


def test_every_id_has_a_link_that_leads_to_it(client: Client) -> None:
    features = client.json("/collections/named/items?limit=20")["features"]
    given = [feature["id"] for feature in features]
    assert given == [*IDS, *(f"named.{n}" for n in range(len(IDS) + 1, len(given) + 1))]
    assert [f["properties"]["id_2"] for f in features] == [*IDS, *ASTRAY]
    for feature in features:
        path = f"/collections/named/items/{quote(feature['id'], safe='')}"
        item = client.json(path)
        assert item["id"] == feature["id"]
        links = {link["rel"]: link["href"] for link in item["links"]}
        assert client.json(local(links["self"]))["id"] == feature["id"]
        assert client.json(local(links["version-history"]))["id"] == feature["id"]


def test_links_of_ids_in_pages_are_encoded_once(client: Client) -> None:
    html = {"accept": "text/html"}
    page = client.get("/collections/named/items?limit=20", **html).text
    for text in IDS:
        path = f"/collections/named/items/{quote(text)}"
        assert f'href="{path}"' in page
        refused = client.get(f"{path}?crs=none", **html)
        assert refused.status == 400
        (again,) = [line for line in refused.text.splitlines() if "without parameters" in line]
        target = again.partition('href="')[2].partition('"')[0].replace("&#39;", "'")
        assert client.json(target.replace("&amp;", "&"))["id"] == text


def test_no_digit_is_lost_in_any_text(client: Client) -> None:
    """GeoJSON, CSV, pages and tables of spreadsheets write an integer as it is."""
    csv = client.get("/collections/big/items?f=csv").text
    page = client.get("/collections/big/items?f=html").text.replace("\u202f", "")
    sequence = client.get("/collections/big/items?f=geojsonseq").text
    for feature in json.loads((CASES / "big.geojson").read_bytes())["features"]:
        text = str(feature["properties"]["big"])
        assert text in csv
        assert text.lstrip("-") in page
        assert f'"big":{text}' in sequence


def test_lists_are_in_every_format_and_in_tiles(client: Client) -> None:
    first = client.json("/collections/lists/items")["features"][0]["properties"]
    assert [first[name] for name in ("years", "shares", "days", "words")] == [*LISTED[0]]
    assert "2014|2022,0.5|2,2014-03-01|2022-02-24,a|b" in client.get(
        "/collections/lists/items?f=csv"
    ).text  # fmt: skip
    for form in ("jsonfg", "geojsonseq", "gpkg", "fgb", "parquet", "arrow", "kml", "xlsx", "shp",
                 "html"):  # fmt: skip
        assert client.get(f"/collections/lists/items?f={form}").status == 200, form
    assert client.get("/tiles/lists/0/0/0?years=2022").status == 200
    schema = client.json("/collections/lists/queryables")["properties"]
    assert schema["days"]["items"] == {"type": "string", "format": "date"}


def test_estimates_are_selected_by_place_as_their_queryables_say(client: Client) -> None:
    asked = client.json("/collections/estimates/items?filter=S_INTERSECTS(geom,BBOX(36,47,39,49))")
    boxed = client.json("/collections/estimates/items?bbox=36,47,39,49")
    assert 0 < asked["numberMatched"] == boxed["numberMatched"]


def test_every_queryable_may_stand_in_a_filter(client: Client) -> None:
    for collection in client.json("/collections")["collections"]:
        path = f"/collections/{collection['id']}"
        for name in client.json(f"{path}/queryables")["properties"]:
            condition = quote(f'"{name}" IS NULL', safe="")
            assert client.get(f"{path}/items?limit=1&filter={condition}").status == 200, name
