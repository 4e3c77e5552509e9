"""Does a 304 say of the answer a client holds what the answer itself said?

A cache puts every header of a 304 over the one it holds. Once the map's page was revalidated, it
had the policy of all other pages, and the browser let MapLibre start no worker: a blank map.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from served import THEN, Answer, Client, client_of, copied
from test_errors import answered_target

from geodata.release.publish import publish
from geodata.workspace import Workspace
from service.app import STATIC
from service.http.negotiation import OF_CONTENT
from service.routes import ROUTES

ENCODINGS = ("", "gzip", "br, zstd")
DEPOSIT = "/collections/deposits/items/shevchenkivske_li"
QUESTIONS = (
    f"/collections/deposits/items?datetime={THEN}&limit=3",
    "/collections/deposits/items?limit=3&f=html&oblast=",
    "/collections/deposits/items?sortby=name_en&limit=4&crs=http://www.opengis.net/def/crs/EPSG/0/3857",
    "/collections/settlements/items?filter=name_en%20LIKE%20'A%25'&f=geojsonseq",
    f"{DEPOSIT}?datetime={THEN}",
    f"{DEPOSIT}?datetime={THEN}&f=html",
    f"/reserves?date={THEN}&f=csv&commodity=lithium",
    "/tiles/control/5/18/11?f=mlt",
    f"/tiles/deposits/5/18/11?datetime={THEN}",
    "/tiles/control/0/0/0",
    "/tiles/deposits/8/144/84",
    "/collections/control/items?release={release}",
    "/map?release={release}",
    "/map/lodeline.qgs?theme=dark&release={release}",
)


def lasting(answer: Answer) -> dict[str, str]:
    """Headers a cache takes over from a 304."""
    return {name: text for name, text in answer.headers.items() if name not in OF_CONTENT}


@pytest.fixture(scope="module")
def restarted(workspace: Workspace) -> Client:
    """A client of an application that has answered nothing yet, and is only asked for changes."""
    return client_of(workspace)


def assert_unchanged(client: Client, target: str, answer: Answer, **headers: str) -> None:
    again = client.get(target, if_none_match=answer.headers["etag"], **headers)
    assert (again.status, again.body) == (304, b""), target
    assert lasting(again) == lasting(answer), target


def targets(workspace: Workspace) -> Iterator[str]:
    """Every path in every format, and questions whose answers have headers of their own."""
    for route in ROUTES:
        target = answered_target(route.path, workspace)
        for form in route.formats:
            yield f"{target}{'&' if '?' in target else '?'}f={form}"
    yield from (target.format(release=workspace.current_id()) for target in QUESTIONS)


def test_a_304_has_the_headers_of_its_answer_on_every_route(
    client: Client, restarted: Client, workspace: Workspace
) -> None:
    for target in targets(workspace):
        for encoding in ENCODINGS:
            answer = client.get(target, accept_encoding=encoding)
            assert answer.status in {200, 204}, target
            assert_unchanged(client, target, answer, accept_encoding=encoding)
            assert_unchanged(restarted, target, answer, accept_encoding=encoding)


def test_a_304_has_the_headers_of_a_page_chosen_by_accept(
    client: Client, restarted: Client, workspace: Workspace
) -> None:
    for route in ROUTES:
        target = answered_target(route.path, workspace)
        answer = client.get(target, accept="text/html,*/*;q=0.8")
        assert_unchanged(client, target, answer, accept="text/html,*/*;q=0.8")
        assert_unchanged(restarted, target, answer, accept="text/html,*/*;q=0.8")


def test_the_map_keeps_its_policy_when_asked_again(client: Client, restarted: Client) -> None:
    first = client.get("/map")
    for asked in (client, restarted):
        again = asked.get("/map", if_none_match=first.headers["etag"])
        assert again.status == 304
        assert "worker-src blob:" in again.headers["content-security-policy"]


def test_scripts_and_styles_are_the_same_when_asked_again(
    client: Client, restarted: Client
) -> None:
    files = [f"/static/{place.relative_to(STATIC)}" for place in STATIC.rglob("*.*")]
    assert len(files) > 40
    for target in (*files, "/static/maplibre/maplibre-gl.js", "/static/maplibre/maplibre-gl.css"):
        for encoding in ENCODINGS:
            answer = client.get(target, accept_encoding=encoding)
            assert answer.status == 200
            assert "accept-encoding" in answer.headers["vary"].lower()
            assert "max-age=" in answer.headers["cache-control"]
            assert_unchanged(client, target, answer, accept_encoding=encoding)
            assert_unchanged(restarted, target, answer, accept_encoding=encoding)


def test_a_script_is_known_by_its_day_too(client: Client) -> None:
    answer = client.get("/static/lodeline.css")
    again = client.get("/static/lodeline.css", if_modified_since=answer.headers["last-modified"])
    assert (again.status, lasting(again)) == (304, lasting(answer))
    for held in ({"if_none_match": '"x"'}, {"if_modified_since": "Mon, 01 Jan 1990 00:00:00 GMT"}):
        assert client.get("/static/lodeline.css", **held).status == 200


def test_after_a_publication_the_new_answer_comes_with_its_own_headers(
    two_releases: Workspace, tmp_path: Path
) -> None:
    mine = copied(two_releases, tmp_path / "ws")
    _, second = mine.release_ids()
    questions = (
        "/map",
        "/?f=html",
        "/collections/deposits/items?limit=3",
        "/tiles/control/5/18/11",
    )
    before = {target: client_of(mine).get(target) for target in questions}
    publish(mine, second)
    client, restarted = client_of(mine), client_of(mine)
    for target, old in before.items():
        new = client.get(target, if_none_match=old.headers["etag"])
        assert new.status == 200
        assert new.headers["lodeline-release"] == second
        assert new.headers["content-security-policy"] == old.headers["content-security-policy"]
        for asked in (client, restarted):
            assert_unchanged(asked, target, new)
            assert asked.get(target, if_none_match=old.headers["etag"]).status == 200


def test_an_older_release_is_unchanged_with_its_own_headers(
    two_releases: Workspace, tmp_path: Path
) -> None:
    mine = copied(two_releases, tmp_path / "ws")
    first, second = mine.release_ids()
    publish(mine, second)
    client = client_of(mine)
    for path in ("/map", "/collections/deposits/items", "/tiles/control/5/18/11", "/releases"):
        target = f"{path}?release={first}"
        answer = client.get(target)
        assert answer.headers["lodeline-release"] == first
        assert_unchanged(client, target, answer)
        assert_unchanged(client_of(mine), target, answer)
