"""A tile answered from memory is the application's own answer to the byte, and as fresh."""

import asyncio
from collections.abc import Hashable, Iterator
from pathlib import Path
from time import sleep

import pytest
from served import Answer, Client, client_of, copied
from tile_checks import DNIPRO, GRID, LAYERS, MLT, ogc_path, path_of

from geodata.release.publish import publish
from geodata.workspace import Workspace
from service.http.response_cache import TileCache

TILE = path_of("control", DNIPRO)
ASKED = (
    {},
    {"accept_encoding": "gzip"},
    {"accept_encoding": "gzip, deflate, br, zstd", "accept": "*/*", "origin": "https://a.example"},
    {"accept_encoding": "br"},
    {"accept_encoding": "gzip;q=0"},
    {"accept": MLT},
    {"accept": f"{MLT};q=0.2, */*;q=0.1", "accept_encoding": "gzip"},
    {"accept": "text/html"},
    {"host": "elsewhere.example"},
    {"range": "bytes=0-3"},
    {"if_none_match": '"x"'},
)


@pytest.fixture(scope="module")
def inside(client: Client) -> Client:
    """The application without what stands outside of it."""
    assert isinstance(client.app, TileCache)
    return Client(client.app.app)


def targets(client: Client) -> Iterator[str]:
    """Tiles of all layers on several levels, by every kind of URL; some hold nothing."""
    release = client.get(TILE).headers["lodeline-release"]
    for name in LAYERS:
        for z, x, y in ((0, 0, 0), (4, 9, 5), DNIPRO, (6, 37, 22), (8, 150, 89), (8, 144, 84)):
            yield path_of(name, (z, x, y))
            yield path_of(name, (z, x, y), ".pbf")
            yield f"{path_of(name, (z, x, y), '.mvt')}?release={release}"
    yield ogc_path(f"/collections/control{GRID}", DNIPRO)
    yield ogc_path(GRID, DNIPRO)
    yield f"{TILE}?release=r0000-00000000"
    yield f"{TILE}?f=mvt"
    yield path_of("control", (5, 0, 0))
    yield path_of("control", (30, 0, 0))


def same(one: Answer, other: Answer) -> bool:
    return (one.status, one.headers, one.body) == (other.status, other.headers, other.body)


@pytest.mark.parametrize("headers", ASKED)
def test_answers_are_the_same_asked_once_and_again(
    client: Client, inside: Client, headers: dict[str, str]
) -> None:
    for target in targets(client):
        expected = inside.get(target, **headers)
        for _ in range(2):
            assert same(client.get(target, **headers), expected), target


def test_what_is_held_is_not_sent_again_by_either(client: Client, inside: Client) -> None:
    for target in targets(client):
        for accepted in ("", "gzip"):
            first = client.get(target, accept_encoding=accepted)
            for held in (first.headers.get("etag", "-"), '"x", W/' + first.headers.get("etag", "")):
                asked = {"accept_encoding": accepted, "if_none_match": held}
                assert same(client.get(target, **asked), inside.get(target, **asked)), target


def test_other_methods_are_answered_inside(client: Client, inside: Client) -> None:
    for method in ("HEAD", "OPTIONS", "POST", "DELETE"):
        for headers in ({}, {"accept-encoding": "gzip"}):
            assert same(client.ask(method, TILE, headers), inside.ask(method, TILE, headers))


def kept(client: Client) -> dict[Hashable, object]:
    assert isinstance(client.app, TileCache)
    return dict(client.app.cache.entries())


def test_only_tiles_as_they_were_built_are_kept(workspace: Workspace) -> None:
    client = client_of(workspace)
    for target in ("/", "/collections", "/tiles/control.json", "/tiles/control.pmtiles",
                   f"{TILE}.mlt", f"{TILE}?f=mvt", f"{TILE}?datetime=2025-02-25",
                   f"{TILE}?release=r0000-00000000", path_of("control", (5, 0, 0)),
                   ogc_path(GRID, DNIPRO), "/livez", "/nope"):  # fmt: skip
        client.get(target)
    assert client.get(TILE, accept=MLT).headers["content-type"] == MLT
    assert client.ask("HEAD", TILE).status == 200
    assert kept(client) == {} or set(kept(client)) == {(ogc_path(GRID, DNIPRO), b"", None)}
    client.get(TILE)
    assert (TILE, b"", None) in kept(client)


def test_a_tile_kept_is_answered_without_the_application(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(workspace)
    first = client.get(TILE, accept_encoding="gzip")

    async def unreachable(*_: object) -> None:
        await asyncio.sleep(0)
        pytest.fail("the application was asked")

    monkeypatch.setattr(client.app, "app", unreachable)
    assert same(client.get(TILE, accept_encoding="br, gzip"), first)
    assert client.get(TILE, accept_encoding="gzip", if_none_match=first.headers["etag"]).status == (
        304
    )


def test_no_more_is_kept_than_there_is_room_for(workspace: Workspace) -> None:
    client = client_of(workspace, cache_mb=1)
    for x in range(580, 600):
        for y in range(345, 360):
            assert client.get(f"/tiles/deposits/10/{x}/{y}").status in {200, 204}
    tiles = kept(client)
    assert 3 < len(tiles) < 40
    assert ("/tiles/deposits/10/599/359", b"", None) in tiles, "the newest stays"


def test_a_new_release_is_seen_in_tiles_at_once(two_releases: Workspace, tmp_path: Path) -> None:
    mine = copied(two_releases, tmp_path / "ws")
    first, second = mine.release_ids()
    client = client_of(mine)
    tile = path_of("deposits", (0, 0, 0))
    before = [client.get(tile) for _ in range(2)]
    publish(mine, second)
    for _ in range(2000):
        after = client.get(tile)
        if after.headers["lodeline-release"] == second:
            break
        sleep(0.001)  # `current` is read again every LOOK_S, however fast tiles are answered
    assert [answer.headers["lodeline-release"] for answer in before] == [first, first]
    assert after.headers["lodeline-release"] == second
    assert after.body != before[0].body
    assert after.headers["etag"] != before[0].headers["etag"]
    assert client.get(tile, if_none_match=before[0].headers["etag"]).status == 200
