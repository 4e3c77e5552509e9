"""Is a collection on a day, as control-on-2025-02-25, the collection asked with that `datetime`?"""

from datetime import timedelta
from typing import Any

import pytest
from served import LATER, THEN, Client, local

from geodata.interval import today
from geodata.workspace import Workspace

DATED = ["control", "deposits", "timelines", "changes", "settlements"]
WORDS = ["", "limit=3", "source=settlements", "bbox=36,46,38,48", "sortby=-id", "limit=10000",
         "f=csv", "f=gpkg", "filter=id%20LIKE%20%27%25a%25%27", "skipGeometry=true",
         "crs=http://www.opengis.net/def/crs/EPSG/0/3035", "properties=id"]  # fmt: skip


def rows(document: dict[str, Any]) -> Any:
    """What an answer holds besides its links."""
    return {name: value for name, value in document.items() if name != "links"}


@pytest.mark.parametrize("collection", DATED)
@pytest.mark.parametrize("words", WORDS)
def test_its_rows_are_those_of_the_day(client: Client, collection: str, words: str) -> None:
    if words.startswith("source") and collection == "settlements":
        words = ""
    dated = client.get(f"/collections/{collection}-on-{THEN}/items?{words}")
    plain = client.get(f"/collections/{collection}/items?{words}&datetime={THEN}")
    assert dated.status == plain.status == 200
    if "json" in dated.headers["content-type"]:
        assert rows(dated.json()) == rows(plain.json())
    elif "csv" in dated.headers["content-type"]:
        assert dated.body == plain.body
    for name in ("ogc-numbermatched", "content-disposition", "cache-control"):
        assert dated.headers.get(name) == plain.headers.get(name)


def test_days_differ_and_today_is_a_day(client: Client) -> None:
    then, later = (client.json(f"/collections/control-on-{day}/items?limit=10000")
                   for day in (THEN, LATER))  # fmt: skip
    assert then["numberMatched"] != later["numberMatched"]
    assert client.get(f"/collections/control-on-{today()}/items").status == 200


def test_every_page_leads_to_the_next_under_the_same_name(client: Client) -> None:
    target, ids = f"/collections/control-on-{THEN}/items?limit=40", []
    while target:
        page = client.json(target)
        ids += [feature["id"] for feature in page["features"]]
        following = [local(own["href"]) for own in page["links"] if own["rel"] == "next"]
        assert all(href.startswith(f"/collections/control-on-{THEN}/items?") for href in following)
        target = following[0] if following else ""
    assert len(ids) == len(set(ids)) == page["numberMatched"] > 40


@pytest.mark.parametrize("collection", ["control", "deposits"])
def test_it_is_described_as_a_collection_and_all_its_links_lead_on(
    client: Client, collection: str
) -> None:
    name = f"{collection}-on-{THEN}"
    about = client.json(f"/collections/{name}")
    assert about["id"] == name
    assert about["title"].endswith(THEN)
    assert about["extent"]["temporal"] == {"interval": [[f"{THEN}T00:00:00Z", f"{THEN}T23:59:59Z"]]}
    hrefs = {own["rel"]: own["href"] for own in about["links"]}
    assert hrefs["self"].endswith(f"/collections/{name}")
    for own in about["links"]:
        if "creativecommons" not in own["href"]:
            assert client.get(local(own["href"])).status == 200, own
    for what in ("queryables", "sortables", "schema"):
        dated, plain = (client.json(f"/collections/{c}/{what}") for c in (name, collection))
        assert dated.pop("$id") != plain.pop("$id")
        assert dated == plain
    page = client.get(f"/collections/{name}?f=html")
    assert page.status == 200
    assert ".pmtiles" not in page.text
    assert client.get(f"/collections/{name}/items?f=html").status == 200


def test_control_leads_to_it_and_the_list_does_not_name_it(client: Client) -> None:
    about = client.json("/collections/control")
    examples = [own["href"] for own in about["links"] if "-on-" in own["href"]]
    assert client.json(local(examples[0]))["id"].startswith("control-on-20")
    template = about["linkTemplates"][0]["uriTemplate"]
    day = template.replace("{day}", THEN)
    assert client.json(local(day))["id"] == f"control-on-{THEN}"
    ids = [entry["id"] for entry in client.json("/collections")["collections"]]
    assert not [name for name in ids if "-on-" in name]


def test_one_of_its_features_stands_as_on_the_day(client: Client) -> None:
    (feature,) = client.json(f"/collections/control-on-{THEN}/items?limit=1")["features"]
    path = f"/collections/control-on-{THEN}/items/{feature['id']}"
    answer = client.get(path)
    assert answer.json()["properties"] == feature["properties"]
    assert "memento-datetime" in answer.headers
    for own in answer.json()["links"]:
        assert client.get(local(own["href"])).status == 200
    versions = client.json(f"{path}/versions")
    for version in versions["versions"]:
        assert client.get(local(version["links"][0]["href"])).status == 200
    gone = client.json("/collections/control/items?limit=10000")["features"]
    ended = next(f for f in gone if (f["properties"]["valid_to"] or "9") < THEN)
    assert client.get(f"/collections/control-on-{THEN}/items/{ended['id']}").status == 410
    held = client.json(f"/collections/deposits-on-{THEN}/items/shevchenkivske_li")
    assert (
        held["properties"]["control"]
        != client.json(f"/collections/deposits-on-{LATER}/items/shevchenkivske_li")["properties"][
            "control"
        ]
    )


@pytest.mark.parametrize("collection", ["control", "deposits"])
def test_its_tiles_are_those_of_the_day(client: Client, collection: str) -> None:
    at = "tiles/WebMercatorQuad/5/11/18"
    for words in ("", "?source=settlements"):
        dated = client.get(f"/collections/{collection}-on-{THEN}/{at}{words}")
        joint = "&" if words else "?"
        plain = client.get(f"/collections/{collection}/{at}{words}{joint}datetime={THEN}")
        assert (dated.status, dated.body) == (200, plain.body)
    assert dated.body != client.get(f"/collections/{collection}/{at}").body
    short = client.get(f"/tiles/{collection}-on-{THEN}/5/18/11?source=settlements")
    assert short.body == dated.body
    tilejson = client.json(f"/tiles/{collection}-on-{THEN}.json")
    assert f"datetime={THEN}" in tilejson["tiles"][0]
    again = client.get(f"/collections/{collection}-on-{THEN}/{at}")
    assert client.get(
        f"/collections/{collection}-on-{THEN}/{at}", **{"if-none-match": again.headers["etag"]}
    ).status == 304  # fmt: skip
    assert client.get(f"/tiles/{collection}-on-{THEN}.pmtiles").status == 404


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("control-on-2025-02-30", "there is no day 2025-02-30"),
        ("control-on-2025-13-01", "there is no day 2025-13-01"),
        ("control-on-0000-01-01", "there is no day 0000-01-01"),
        ("deposits-on-2023-02-29", "there is no day 2023-02-29"),
        ("control-on-2025-2-5", "there is no collection"),
        ("control-on-20250225", "there is no collection"),
        ("control-on-today", "there is no collection"),
        ("control-on-", "there is no collection"),
        ("-on-2025-02-25", "there is no collection"),
        ("nothing-on-2025-02-25", "there is no collection 'nothing'"),
        ("control-on-2025-02-25-on-2025-02-25", "there is no collection 'control-on-2025-02-25'"),
        ("admin-areas-on-2025-02-25", "admin-areas has no days"),
        ("control-on-2025-02-25%20", "there is no collection"),
        ("control-on-\u0662\u0660\u0662\u0665-02-25", "there is no collection"),
    ],
)
@pytest.mark.parametrize("rest", ["", "/items", "/queryables", "/items/x"])
def test_a_day_there_is_not_is_not_found(client: Client, name: str, said: str, rest: str) -> None:
    answer = client.get(f"/collections/{name}{rest}")
    assert answer.status == 404
    assert said in answer.problem()["detail"]


@pytest.mark.parametrize("collection", ["control", "deposits", "timelines"])
@pytest.mark.parametrize("rest", ["", "/items", "/items?f=csv", "/schema", "/items/x"])
def test_a_day_to_come_is_refused_as_everywhere(client: Client, collection: str, rest: str) -> None:
    for ahead in (1, 4000):
        answer = client.get(f"/collections/{collection}-on-{today() + timedelta(ahead)}{rest}")
        assert answer.status == 400
        assert answer.problem()["kind"] == "day-in-the-future"


def test_another_day_in_datetime_is_refused_and_the_same_is_not(client: Client) -> None:
    path = f"/collections/control-on-{THEN}/items"
    assert client.get(f"{path}?datetime={THEN}").body == client.get(path).body
    for other in (LATER, "..", f"{THEN}/{LATER}"):
        answer = client.get(f"{path}?datetime={other}")
        assert answer.status == 400
        assert answer.problem()["parameter"] == "datetime"
        assert f"control on {THEN}" in answer.problem()["detail"]


def test_a_day_of_a_named_release_holds_for_good(client: Client, workspace: Workspace) -> None:
    path = f"/collections/control-on-{THEN}/items?release={workspace.current_id()}"
    first = client.get(path)
    assert "immutable" in first.headers["cache-control"]
    assert client.get(path, **{"if-none-match": first.headers["etag"]}).status == 304
    other = client.get(f"/collections/control-on-{LATER}/items?release={workspace.current_id()}")
    assert other.headers["etag"] != first.headers["etag"]
