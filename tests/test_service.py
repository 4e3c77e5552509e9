"""Do collections, items, releases and territories come out of the door as they should?"""

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from served import DEPOSITS, GONE, HOST, LATER, THEN, Client, client_of, copied, local, properties

from geodata.release.manifest import read_manifest
from geodata.release.publish import publish
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace

COLLECTIONS = (
    "deposits",
    "estimates",
    "control",
    "contact-line",
    "disagreements",
    "timelines",
    "changes",
    "settlements",
    "admin-areas",
    "claims",
)


def pages(client: Client, target: str) -> Iterator[dict[str, Any]]:
    """The page asked and all that follow by their next links."""
    for _ in range(1000):
        page = client.json(target)
        yield page
        following = [local(entry["href"]) for entry in page["links"] if entry["rel"] == "next"]
        if not following:
            return
        (target,) = following
    raise AssertionError(f"no last page: {target}")


def all_ids(client: Client, target: str) -> list[str]:
    return [found["id"] for page in pages(client, target) for found in page["features"]]


def matched(client: Client, target: str) -> int:
    return int(client.json(target)["numberMatched"])


# Collections


def test_all_collections_are_listed_and_described_alike(client: Client) -> None:
    listed = client.json("/collections")["collections"]
    assert {entry["id"] for entry in listed} >= set(COLLECTIONS)
    for entry in listed:
        assert client.json(f"/collections/{entry['id']}") == entry
        if entry["id"] == "claims":  # they are nowhere
            continue
        west, south, east, north = entry["extent"]["spatial"]["bbox"][0]
        whole = entry["id"] in {"deposits", "estimates", "timelines", "admin-areas"}
        box = (-180, 41, 180, 82) if whole else (22, 44, 41, 53)  # Russia is among those
        assert box[0] <= west < east <= box[2]
        assert box[1] <= south < north <= box[3]
        assert {link["rel"] for link in entry["links"]} >= {"self", "items"}
        for link in entry["links"]:
            is_ours = HOST in link["href"]
            assert not is_ours or client.get(local(link["href"])).status == 200


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_page_says_how_many_match_and_how_many_it_holds(client: Client, name: str) -> None:
    answer = client.get(f"/collections/{name}/items")
    page = answer.json()
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["ogc-numbermatched"] == str(page["numberMatched"])
    assert answer.headers["content-crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    assert page["type"] == "FeatureCollection"
    assert page["numberReturned"] == len(page["features"]) == min(10, page["numberMatched"])
    for found in page["features"]:
        assert found["type"] == "Feature"
        assert found["id"] == found["properties"]["id"]


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("deposits", 7),
        ("estimates", 1),
        ("control", 400),
        ("timelines", 100),
        ("changes", 74),
        ("settlements", 10000),
        ("admin-areas", 50),
        ("claims", 7),
    ],
)
def test_following_next_visits_each_feature_once(client: Client, name: str, limit: int) -> None:
    ids = all_ids(client, f"/collections/{name}/items?limit={limit}")
    assert len(ids) == len(set(ids)) == matched(client, f"/collections/{name}/items?limit=1")


def test_paging_keeps_its_filters(client: Client) -> None:
    target = f"/collections/deposits/items?datetime={THEN}&control=occupied&limit=3"
    found = [page["features"] for page in pages(client, target)]
    assert {f["properties"]["control"] for page in found for f in page} == {"occupied"}
    assert {len(page) for page in found[:-1]} == {3}


def test_the_link_header_says_what_the_links_say(client: Client) -> None:
    answer = client.get("/collections/deposits/items?limit=1&control=occupied")
    for link in answer.json()["links"]:
        wanted = f'<{link["href"]}>; rel="{link["rel"]}"; type="{link["type"]}"'
        assert wanted in answer.headers["link"]


def test_a_cursor_pins_its_release_while_a_new_one_is_published(
    two_releases: Workspace, tmp_path: Any
) -> None:
    workspace = copied(two_releases, tmp_path / "ws")
    first, second = workspace.release_ids()
    client = client_of(workspace)
    walk = pages(client, "/collections/deposits/items?limit=30")
    seen = [next(walk)]
    publish(workspace, second)
    seen += walk
    ids = [found["id"] for page in seen for found in page["features"]]
    assert len(ids) == len(set(ids)) == DEPOSITS
    assert GONE in ids
    pinned = f"/collections/deposits/items?limit={DEPOSITS}&release={first}"
    assert ids == [found["id"] for found in client.json(pinned)["features"]]
    assert client.get(f"/collections/deposits/items/{GONE}?release={second}").status == 404


@pytest.mark.parametrize("name", COLLECTIONS)
def test_each_feature_can_be_asked_by_its_id(client: Client, name: str) -> None:
    for found in client.json(f"/collections/{name}/items?limit=3")["features"]:
        answer = client.get(f"/collections/{name}/items/{found['id']}")
        assert answer.status == 200, answer.text
        alone = answer.json()
        links = {link["rel"]: link["href"] for link in alone.pop("links")}
        assert alone == found
        assert set(links) >= {"self", "collection"}
        assert client.get(local(links["self"])).body == answer.body


# Filters


def test_a_box_finds_what_lies_in_it(client: Client) -> None:
    inside = "/collections/deposits/items?limit=200&bbox="
    found = client.json(inside + "36.7,47.9,36.8,47.95")["features"]
    assert [f["id"] for f in found] == ["shevchenkivske_li"]
    assert matched(client, inside + "-180,-90,180,90") == DEPOSITS
    assert matched(client, inside + "22,44,-1000,41,53,1000") == DEPOSITS - 41
    assert matched(client, inside + "36.7126,47.90934,36.7126,47.90934") == 1
    assert matched(client, inside + "2,48,3,49") == 0
    whole = matched(client, inside + "30,44,180,90") + matched(client, inside + "-180,44,30,90")
    assert matched(client, inside + "30,44,29.999999,90") == whole


def test_a_day_gives_the_map_of_that_day(client: Client) -> None:
    target = f"/collections/control/items?limit=10000&datetime={THEN}"
    for found in properties(client.json(target)).values():
        assert found["valid_from"] <= THEN < (found["valid_to"] or "9999")
    month = "/collections/control/items?limit=10000&datetime=2022-03-01/2022-03-31"
    for found in properties(client.json(month)).values():
        assert found["valid_from"] <= "2022-03-31"
        assert (found["valid_to"] or "9999") > "2022-03-01"
    assert matched(client, month) > matched(client, month.removesuffix("/2022-03-31"))


def test_a_cell_ending_today_is_not_on_todays_map(client: Client, store: EmbeddedStore) -> None:
    cells = store.tables.control
    ended = cells[cells["valid_to"].notna().to_numpy()].iloc[0]
    day = ended["valid_to"].date()
    target = "/collections/control/items?limit=10000&datetime="
    assert ended["id"] not in properties(client.json(f"{target}{day}"))
    assert ended["id"] in properties(client.json(f"{target}{ended['valid_from'].date()}"))
    assert ended["id"] in properties(client.json(f"{target}{ended['valid_from'].date()}/{day}"))


def test_open_intervals_reach_the_ends(client: Client) -> None:
    target = "/collections/changes/items?datetime="
    assert matched(client, target + "../..") == matched(client, "/collections/changes/items")
    early, late = matched(client, target + "../2022-03-01"), matched(client, target + "2022-03-02/")
    assert early + late == matched(client, target + "../..")
    assert early > 0 < late


@pytest.mark.parametrize("day", [THEN, f"{THEN}T23:59:59Z", f"2020-01-01/{THEN}", f"../{THEN}"])
def test_deposits_stand_as_on_the_last_day_asked(client: Client, day: str) -> None:
    target = f"/collections/deposits/items/shevchenkivske_li?datetime={day}"
    assert client.json(target)["properties"]["control"] == "government"
    assert client.json(target.replace(THEN, LATER))["properties"]["control"] == "occupied"


@pytest.mark.parametrize(
    ("name", "words", "count"),
    [
        ("deposits", "commodity=lithium", 8),
        ("deposits", "commodity=rare%20earths&control=occupied&datetime=2025-02-25", 8),
        ("deposits", "oblast=Donetsk&confidence=high", None),
        ("deposits", "part_of=dobra_li", 2),
        ("deposits", "control_share=1&datetime=2025-02-25", 25),
        ("deposits", "stale_days=0&datetime=2025-02-25", DEPOSITS),
        ("deposits", "id=shevchenkivske_li", 1),
        ("deposits", "commodities=yttrium", None),
        ("estimates", "kind=reserve", None),
        ("estimates", "includes_components=true", 2),
        ("estimates", "amount=13800000", 1),
        ("admin-areas", "level=0", 2),
        ("admin-areas", "approximate=true", 137),
        ("control", "valid_from=2014-02-27", None),
        ("timelines", "deposit_id=kerch_fe_v", None),
        ("deposits", "id=x'%20OR%20'1'='1", 0),
        ("deposits", "id=%25", 0),
        ("deposits", "name_en=", 0),
    ],
)
def test_a_property_equal_to_a_value_filters(
    client: Client, name: str, words: str, count: int | None
) -> None:
    found = matched(client, f"/collections/{name}/items?{words}")
    assert found > 0 if count is None else found == count


def test_every_property_can_be_asked_for_by_a_value_it_has(client: Client) -> None:
    for name in COLLECTIONS:
        features = client.json(f"/collections/{name}/items?limit=1")["features"]
        assert features or name == "disagreements"  # one source disagrees with nobody
        for key, value in (item for each in features for item in each["properties"].items()):
            if isinstance(value, str | int | float) and len(str(value)) < 100:
                text = str(value).lower() if isinstance(value, bool) else str(value)
                target = f"/collections/{name}/items?{key}={quote(text, safe='')}"
                assert matched(client, target) > 0, target


@pytest.mark.parametrize(
    ("limit", "returned"),
    [("1", 1), ("101", 101), ("10000", DEPOSITS), ("10001", DEPOSITS), ("9" * 12, DEPOSITS)],
)
def test_limits_beyond_the_largest_count_as_the_largest(
    client: Client, limit: str, returned: int
) -> None:
    page = client.json(f"/collections/deposits/items?limit={limit}")
    assert page["numberReturned"] == returned


def test_the_largest_page_has_ten_thousand(client: Client) -> None:
    page = client.json("/collections/settlements/items?limit=99999")
    assert page["numberReturned"] == 10000


def test_source_picks_a_source(client: Client) -> None:
    target = f"/collections/deposits/items?datetime={THEN}&source=settlements"
    assert matched(client, target) == DEPOSITS
    assert {p["control_source"] for p in properties(client.json(target)).values()} == {
        "settlements"
    }


# Releases


def test_releases_tell_which_is_served(client: Client, workspace: Workspace) -> None:
    current = workspace.current_id()
    document = client.json("/releases")
    assert document["current"] == current
    assert [entry["id"] for entry in document["releases"] if entry["current"]] == [current]
    assert client.json("/readyz")["release"] == current
    assert client.json("/livez") == {"status": "alive"}
    assert client.get("/").headers["lodeline-release"] == current


def test_the_files_of_a_release_are_what_its_manifest_says(client: Client) -> None:
    current = client.json("/releases")["current"]
    tables = client.json(f"/releases/{current}")["tables"]
    assert {table["name"] for table in tables} >= {"deposits.parquet", "sources.json"}
    for table in tables:
        answer = client.get(local(table["href"]))
        assert answer.status == 200
        assert hashlib.sha256(answer.body).hexdigest() == table["sha256"]
        assert len(answer.body) == table["bytes"] == int(answer.headers["content-length"])


def test_a_part_of_a_file_can_be_asked(client: Client, workspace: Workspace) -> None:
    target = f"/releases/{workspace.current_id()}/files/deposits.parquet"
    part = client.get(target, range="bytes=0-3")
    assert (part.status, part.body) == (206, b"PAR1")
    assert client.get(target, range="bytes=999999999-").status == 416


def test_a_release_is_told_as_its_manifest_has_it(client: Client, workspace: Workspace) -> None:
    current = workspace.current_id() or ""
    told = client.json(f"/releases/{current}")
    kept = read_manifest(workspace.release_path(current)).model_dump(mode="json")
    for table in told["tables"]:
        table.pop("href")
    assert {k: told[k] for k in kept} == kept


def test_releases_are_compared(two_releases: Workspace) -> None:
    client = client_of(two_releases)
    first, second = two_releases.release_ids()
    document = client.json(f"/releases/diff?from={first}&to={second}")
    tables = {entry["table"]: entry for entry in document["tables"]}
    assert tables["deposits"]["removed"] == 1
    assert tables["deposits"]["examples"] == {"removed": [GONE]}
    assert (tables["control"]["added"], tables["control"]["removed"]) == (0, 0)
    back = client.json(f"/releases/diff?from={second}&to={first}")
    assert {e["table"]: e["added"] for e in back["tables"]}["deposits"] == 1


def test_a_question_can_be_asked_of_a_named_release(two_releases: Workspace) -> None:
    client = client_of(two_releases)
    first, second = two_releases.release_ids()
    for release, there in ((first, True), (second, False)):
        target = f"/reserves?commodity=all&date={THEN}&release={release}"
        answer = client.get(target)
        assert answer.headers["lodeline-release"] == release
        assert (GONE in properties(answer.json())) == there
        assert answer.json()["citation"]["release"] == release


def test_older_releases_are_kept_open_up_to_a_number(two_releases: Workspace) -> None:
    client = client_of(two_releases, releases_open_max=1)
    for release in two_releases.release_ids() * 2:
        assert client.get(f"/collections?release={release}").status == 200
