"""When is an answer kept, and is it asked again when it should be?"""

from pathlib import Path

import pytest
from served import GONE, THEN, Client, client_of, copied
from test_errors import answered_target

from geodata.release.publish import publish
from geodata.workspace import Workspace
from service.http.negotiation import matches
from service.http.routing import ReleaseRoute
from service.routes import ROUTES

ITEMS = f"/collections/deposits/items?datetime={THEN}"


@pytest.mark.parametrize("route", ROUTES, ids=[route.path for route in ROUTES])
def test_every_answer_has_a_tag_and_is_not_sent_twice(
    client: Client, workspace: Workspace, route: ReleaseRoute
) -> None:
    target = answered_target(route.path, workspace)
    answer = client.get(target)
    assert answer.status == 200, answer.text
    tag = answer.headers["etag"]
    is_file = route.offer.cache.content is not None
    assert tag.startswith(f'"{workspace.current_id()}.') != is_file
    is_page = answer.headers["content-type"].startswith("text/html")
    follows = ", Accept-Language" if is_page else ""
    assert answer.headers["vary"] == f"Accept, Accept-Encoding{follows}"
    assert answer.headers["cache-control"].startswith("public, max-age=60")
    assert client.get(target).body == answer.body, "a strong tag stands for the same bytes"
    for held in (tag, f"W/{tag}", f'"other", {tag}'):
        again = client.get(target, if_none_match=held)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == answer.headers["cache-control"]
        assert again.headers["access-control-allow-origin"] == "*"
    star = client.get(target, if_none_match="*")
    assert (star.status, star.body) == (304, b"")
    assert star.headers == client.get(target, if_none_match=tag).headers
    assert client.get(target, if_none_match='"other"').status == 200
    assert client.ask("HEAD", target).headers == client.get(target).headers


def test_a_star_brings_the_answer_or_its_error() -> None:
    assert not matches("*", '"a"')
    assert not matches("", '"a"')
    assert matches('"b","a"', '"a"')


def test_what_is_not_there_is_not_unchanged(client: Client) -> None:
    answer = client.get("/collections/deposits/items/nope", if_none_match="*")
    assert answer.status == 404


def test_each_representation_has_its_own_tag(client: Client) -> None:
    answers = [
        client.get("/"),
        client.get("/", accept="text/html"),
        client.get("/?f=html"),
        client.get("/?f=json"),
        client.get("/", host="other.test"),
        client.get(ITEMS),
        client.get(ITEMS + "&limit=1"),
        client.get("/reserves/series"),
        client.get("/reserves/series?f=csv"),
    ]
    tags = [answer.headers["etag"] for answer in answers]
    bodies = {answer.headers["etag"]: answer.body for answer in answers}
    assert len(bodies) == len(set(tags)) == len(answers)
    assert answers[1].body == answers[2].body


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/reserves?date=2025-02-25&release={}", True),
        ("/reserves?date=2025-02-25", False),
        ("/reserves?release={}", False),
        ("/reserves/series?from=2025-01-01&to=2025-02-25&release={}", True),
        ("/reserves/series?to=2025-02-25&release={}", False),
        ("/changes?to=2025-02-25&release={}", True),
        ("/changes?release={}", False),
        ("/control/at?lon=30&lat=50&date=2025-02-25&release={}", True),
        ("/control/at?lon=30&lat=50&release={}", False),
        ("/territories/occupied?date=2025-02-25&release={}", True),
        ("/territories/occupied?release={}", False),
        ("/territories?release={}", True),
        ("/deposits/dobra_li/timeline?release={}", True),
        ("/collections/deposits/items?release={}", False),
        ("/collections/deposits/items?release={}&datetime=2025-02-25", True),
        ("/collections/deposits/items?release={}&datetime=2025-02-25/..", False),
        ("/?release={}", False),
        ("/?release={}&f=html", False),
        ("/articles/2025-02-25?release={}", True),
        ("/claims?release={}", True),
        ("/releases?release={}", False),
    ],
)
def test_only_what_never_changes_is_kept_for_ever(
    client: Client, workspace: Workspace, target: str, *, kept: bool
) -> None:
    answer = client.get(target.format(workspace.current_id()))
    assert answer.status == 200
    assert ("immutable" in answer.headers["cache-control"]) == kept


def test_a_new_release_is_a_new_tag(two_releases: Workspace, tmp_path: Path) -> None:
    workspace = copied(two_releases, tmp_path / "ws")
    first, second = workspace.release_ids()
    target = "/collections/deposits/items?limit=200"
    before = client_of(workspace).get(target)
    publish(workspace, second)
    client = client_of(workspace)
    after = client.get(target, if_none_match=before.headers["etag"])
    assert after.status == 200
    assert after.json()["numberMatched"] == before.json()["numberMatched"] - 1
    assert client.get(f"/collections/deposits/items/{GONE}?release={first}").status == 200


def test_the_list_of_releases_is_asked_again_once_it_is_longer(
    workspace: Workspace, two_releases: Workspace, tmp_path: Path
) -> None:
    mine = copied(workspace, tmp_path / "ws")
    client = client_of(mine)
    pinned = f"/releases?release={mine.current_id()}"
    tags = {target: client.get(target).headers["etag"] for target in ("/releases", pinned)}
    other = two_releases.release_ids()[1]
    copied(two_releases, tmp_path / "other").release_path(other).rename(mine.releases / other)
    for target, tag in tags.items():
        again = client.get(target, if_none_match=tag)
        assert again.status == 200
        assert len(again.json()["releases"]) == 2


# Files in part


@pytest.mark.parametrize(
    "path",
    [
        "/releases/{release}/files/deposits.parquet",
        "/releases/{release}/files/territories.json",
        "/tiles/deposits.pmtiles",
        "/rasters/deposit-density.tif",
    ],
)
def test_every_file_takes_one_range_and_passes_over_what_is_none(
    client: Client, workspace: Workspace, path: str
) -> None:
    target = path.format(release=workspace.current_id())
    whole = client.get(target).body

    assert client.get(target, range="bytes=1-4").body == whole[1:5]
    assert client.get(target, range="bytes=-3").body == whole[-3:]
    for text in ("bytes=0-1,4-5", "bytes=5-2", "bytes=x-", "lines=0-1", "x", "bytes=0-1,0-1,0-1"):
        answer = client.get(target, range=text)
        assert (answer.status, answer.body) == (200, whole), text
    assert client.get(target, range="bytes=999999999-").problem()["kind"] == "range"


# What a browser may do


@pytest.mark.parametrize("target", ["/", "/reserves?bogus=1", "/nope", "/livez", "/static/nope"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_anyone_may_read_and_nothing_is_sent_along(
    client: Client, target: str, method: str
) -> None:
    answer = client.ask(method, target, {"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_preflight_is_answered(client: Client) -> None:
    wanted = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    answer = client.ask("OPTIONS", "/reserves", wanted)
    assert (answer.status, answer.body) == (204, b"")
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert "if-none-match" in answer.headers["access-control-allow-headers"].lower()


# Where links lead


@pytest.mark.parametrize(
    "host", ['"><svg onload=1>', "evil.example/x?y=", "a b", "[", "evil.example#", "x" * 300, ""]
)
def test_a_host_that_is_none_is_not_repeated(client: Client, host: str) -> None:
    for target in ("/?f=html", "/collections/deposits/items?limit=1", "/nope"):
        answer = client.get(target, host=host)
        assert answer.status in {200, 404}
        assert "evil" not in answer.text
        assert "svg onload" not in answer.text
        assert "evil" not in answer.headers.get("link", "")


def test_forwarded_hosts_are_not_believed(client: Client) -> None:
    answer = client.get(
        "/collections", x_forwarded_host="evil.example", forwarded="host=evil.example",
        x_forwarded_proto="gopher", x_original_url="/evil",
    )  # fmt: skip
    assert "evil" not in answer.text
    assert "gopher" not in answer.text


def test_a_public_address_is_the_base_of_all_links(workspace: Workspace) -> None:
    client = client_of(workspace, public_url="https://lodeline.example/geo/")
    for target in ("/", "/collections", ITEMS, f"/reserves?date={THEN}"):
        document = client.get(target, host="evil.example").json()
        links = [link["href"] for link in document["links"]]
        assert links
        assert all(href.startswith("https://lodeline.example/geo/") for href in links)
