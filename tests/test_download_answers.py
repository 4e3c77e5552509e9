"""What is taken away: all that matches, under a name that says what, as programs read it."""

import io
import re

import openpyxl
import orjson
import pytest
from served import THEN, Client, summary_of

from geodata.formats.registry import FORMATS

ITEMS = "/collections/deposits/items"


@pytest.mark.parametrize("form", ["jsonfg", "geojson"])
def test_a_download_of_json_has_all_that_matches(client: Client, form: str) -> None:
    answer = client.get(f"{ITEMS}?f={form}&datetime={THEN}")
    document = orjson.loads(answer.body)
    matched = int(answer.headers["ogc-numbermatched"])
    assert len(document["features"]) == matched == document["numberMatched"] > 100
    assert document["numberReturned"] == matched
    assert "next" not in {link["rel"] for link in document["links"]}


@pytest.mark.parametrize("form", ["jsonfg", "geojson"])
def test_a_limit_that_is_named_holds(client: Client, form: str) -> None:
    document = orjson.loads(client.get(f"{ITEMS}?f={form}&limit=7").body)
    assert len(document["features"]) == 7


def test_pages_of_jsonfg_lead_to_all_rows(client: Client) -> None:
    place, ids = f"{ITEMS}?f=jsonfg&limit=50", []
    while place:
        document = orjson.loads(client.get(place.removeprefix("http://lodeline.test")).body)
        assert document["numberMatched"] > len(document["features"])
        assert document["timeStamp"].endswith("Z")
        ids += [feature["id"] for feature in document["features"]]
        links = {link["rel"]: link for link in document["links"]}
        assert links["self"]["type"] == FORMATS["jsonfg"].media_type
        place = links.get("next", {}).get("href", "")
    assert len(ids) == len(set(ids)) == document["numberMatched"]


def test_a_page_says_when_its_release_was_made(client: Client) -> None:
    page = client.json(f"{ITEMS}?limit=3")
    assert page["timeStamp"] == client.json("/releases")["releases"][0]["created"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("f=csv", "lodeline-deposits-{}.csv"),
        ("f=csv&datetime=2025-02-25", "lodeline-deposits-2025-02-25-{}.csv"),
        (
            "f=gpkg&datetime=2025-02-25&commodity=lithium",
            "lodeline-deposits-2025-02-25-commodity-lithium-{}.gpkg",
        ),
        ("f=shp&limit=3&properties=id&crs=", "lodeline-deposits-{}.shp.zip"),
        ("f=kml&bbox=30,40,40,50", "lodeline-deposits-bbox-30-40-40-50-{}.kml"),
        ("f=csv&filter=rank='field'", "lodeline-deposits-rank-field-{}.csv"),
    ],
)
def test_a_name_says_which_rows_of_which_day(client: Client, query: str, name: str) -> None:
    answer = client.get(f"{ITEMS}?{query}".removesuffix("&crs="))
    release = answer.headers["lodeline-release"]
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="{name.format(release)}"'
    )


def test_long_selections_have_short_names_and_different_ones(client: Client) -> None:
    names = set()
    for n in range(20):
        text = f"confidence='high' AND commodity IN ('lithium','titanium') AND lat > 4{n}".replace(
            " ", "%20"
        )
        answer = client.get(f"{ITEMS}?f=csv&filter={text}")
        found = re.search(r'filename="([^"]+)"', answer.headers["content-disposition"])
        assert found
        assert len(found[1]) < 120
        names.add(found[1])
    assert len(names) == 20


def test_csv_is_described_beside_it(client: Client) -> None:
    answer = client.get(f"{ITEMS}?f=csv&datetime={THEN}&control=occupied")
    found = re.search(r'<([^>]+)>; rel="describedby"', answer.headers["link"])
    assert found
    about = client.json(found[1].removeprefix("http://lodeline.test"))
    assert about["dc:license"]
    assert {"f=csv", f"datetime={THEN}", "control=occupied"} < set(re.split("[?&]", about["url"]))


def test_several_commodities_of_items_are_refused_with_the_way_out(client: Client) -> None:
    for words in ("lithium,titanium", "all", "lithium,lithium,titanium"):
        problem = client.get(f"{ITEMS}?commodity={words}").problem()
        assert (problem["status"], problem["parameter"]) == (400, "commodity")
        assert "filter=commodity IN" in problem["detail"]


def test_kml_says_the_crs_it_has(client: Client) -> None:
    mercator = "http://www.opengis.net/def/crs/EPSG/0/3857"
    for form, wanted in (("kml", "CRS84"), ("gpkg", "3857"), ("csv", "3857")):
        headers = client.get(f"{ITEMS}?f={form}&crs={mercator}").headers
        assert headers["content-crs"].endswith(f"/{wanted}>")


def test_excel_finds_the_mark_of_utf_8(client: Client) -> None:
    for target in (ITEMS, "/reserves", "/reserves/series", "/claims"):
        plain = client.get(f"{target}?f=csv")
        marked = client.get(f"{target}?f=csv-bom")
        assert marked.headers["content-type"].startswith("text/csv")
        assert marked.body == b"\xef\xbb\xbf" + plain.body


def test_an_answer_is_a_workbook_of_all_it_says(client: Client) -> None:
    target = f"/reserves?commodity=lithium,titanium&date={THEN}&include=all"
    document = client.json(target)
    body = client.get(f"{target}&f=xlsx").body
    book = openpyxl.load_workbook(io.BytesIO(body))
    sheets = {page.title: [list(row) for row in page.values] for page in book}
    assert list(sheets) == ["summary", "deposits", "amounts", "estimates", "sources", "caveats",
                            "about"]  # fmt: skip
    counted = [dict(zip(sheets["summary"][0], row, strict=True)) for row in sheets["summary"][1:]]
    for entry in counted:
        wanted = summary_of(document, str(entry["commodity"]))
        beside = {"as a by-product": "by_products", "of other ranks": "other_ranks"}
        kind = beside.get(str(entry["counted"]))
        verdicts = wanted["also"][kind] if kind else wanted["deposits"]
        assert {verdict: entry[verdict] for verdict in verdicts} == verdicts
    assert len(sheets["deposits"]) == len(document["features"]) + 1
    amounts = [amount for entry in document["summary"] for amount in entry["amounts"]]
    assert len(sheets["amounts"]) == len(amounts) + 1
    figures = [e["id"] for f in document["features"] for e in f["properties"]["estimates"]]
    column = sheets["estimates"][0].index("id")
    assert [row[column] for row in sheets["estimates"][1:]] == figures
    of = [f["properties"]["id"] for f in document["features"] for _ in f["properties"]["estimates"]]
    place = sheets["estimates"][0].index("deposit_id")
    assert [row[place] for row in sheets["estimates"][1:]] == of
    assert [row[0] for row in sheets["caveats"][1:]] == document["caveats"]
    assert document["citation"]["text"] in [row[1] for row in sheets["about"]]
    assert client.get(f"{target}&f=xlsx").body == body


def test_a_workbook_of_nothing_has_all_its_sheets(client: Client) -> None:
    body = client.get("/reserves?commodity=uranium&territory=crimea&f=xlsx").body
    book = openpyxl.load_workbook(io.BytesIO(body))
    assert [page.title for page in book][:4] == ["summary", "deposits", "amounts", "estimates"]
