"""A whole answer is made once for all who ask, kept while there is room, and sent as it was."""

import asyncio
import tracemalloc
from collections.abc import Callable

import pytest
from served import THEN, Answer, Client, client_of
from starlette.responses import FileResponse, Response, StreamingResponse

from geodata.cache import entry_bytes
from geodata.features.query import Query
from geodata.store.base import Selection
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace
from service.http.response_cache import ResponseCache

ITEMS = f"/collections/deposits/items?datetime={THEN}"


def answered(
    bodies: ResponseCache, tag: str, *made: Response, at_a_time: int = 1
) -> list[Response]:
    """Answers to requests for one tag at a time; made: what is made, in that order."""
    left = list(made)

    async def make() -> Response:
        await asyncio.sleep(0.001)
        return left.pop(0)

    async def main() -> list[Response]:
        return await asyncio.gather(*(bodies.answer(tag, make) for _ in range(at_a_time)))

    return asyncio.run(main())


def test_an_answer_is_sent_again_as_it_was() -> None:
    bodies = ResponseCache(1e6)
    first = Response(b"{}", 200, {"Link": "<a>", "Content-Crs": "<b>"}, "application/json")
    (one,) = answered(bodies, "a", first)
    (other,) = answered(bodies, "a")
    assert one is first
    assert (other.body, other.status_code) == (b"{}", 200)
    assert sorted(other.raw_headers) == sorted(one.raw_headers)


def test_an_answer_without_a_body_is_kept_as_one() -> None:
    bodies = ResponseCache(1e6)
    answered(bodies, "a", Response(status_code=204))
    (again,) = answered(bodies, "a")
    assert (again.status_code, again.body) == (204, b"")
    assert "content-type" not in again.headers


def test_equal_requests_at_one_time_are_answered_by_one_work() -> None:
    bodies = ResponseCache(1e6)
    assert [r.body for r in answered(bodies, "a", Response("x"), at_a_time=60)] == [b"x"] * 60


@pytest.mark.parametrize(
    "response",
    [
        lambda: StreamingResponse(iter([b"x"])),
        lambda: FileResponse(__file__),
        lambda: Response("no", 404),
        lambda: Response("part", 206),
    ],
)
def test_what_cannot_be_sent_twice_is_made_for_each(response: Callable[[], Response]) -> None:
    bodies = ResponseCache(1e6)
    made = [response() for _ in range(5)]
    assert set(answered(bodies, "a", *made, at_a_time=5)) == set(made)
    assert len(bodies.cache) == 0


def test_an_answer_is_dropped_when_there_is_no_room_for_it() -> None:
    bodies = ResponseCache(100_000)
    for n in range(100):
        answered(bodies, f"{n}", Response(b"x" * 5000))
        assert bodies.cache.size <= 100_000
    assert 2 <= len(bodies.cache) < 20
    (again,) = answered(bodies, "0", Response("made again"))
    assert again.body == b"made again"


def test_askers_of_one_answer_at_once_do_not_use_up_the_room() -> None:
    bodies = ResponseCache(100_000)
    for n in range(40):
        made = Response(b"x" * 9000)
        answered(bodies, f"{n}", made, at_a_time=24)
    answered(bodies, "last", Response("x"))
    assert "last" in bodies.cache
    assert bodies.cache.size == sum(entry_bytes(*e) for e in bodies.cache.entries().items())


def test_the_sizes_of_answers_are_what_python_takes_for_them() -> None:
    bodies = ResponseCache(1e9)
    answered(bodies, "first", Response("x"))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    counted = bodies.cache.size
    for n in range(300):
        links = {"link": f"<https://a.example/{n}>; rel=self", "content-crs": "<crs>"}
        answered(bodies, f'"tag {n}"', Response(b"x" * (n * 7), 200, links, "text/html"))
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert 0.9 * taken < bodies.cache.size - counted < 1.5 * taken


# Requests


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Query]:
    """The queries that reached a store."""
    queries: list[Query] = []
    select = EmbeddedStore.select

    def noted(store: EmbeddedStore, query: Query) -> Selection:
        queries.append(query)
        return select(store, query)

    monkeypatch.setattr(EmbeddedStore, "select", noted)
    return queries


def at_once(client: Client, target: str, times: int) -> list[Answer]:
    """Answers to equal requests at one time."""

    async def main() -> list[Answer]:
        return await asyncio.gather(*(client._ask("GET", target, {}, b"") for _ in range(times)))

    return asyncio.run(main())


@pytest.mark.parametrize(
    "words", ["f=html&limit=3000", "sortby=-id", "datetime=2024-06-01", "f=html"]
)
def test_equal_requests_at_one_time_are_one_question(
    workspace: Workspace, asked: list[Query], words: str
) -> None:
    client = client_of(workspace)
    answers = at_once(client, f"/collections/settlements/items?{words}", 60)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    questions = len(asked)
    assert questions == 1 + ("html" in words), "of a page the map asks for all that match"
    assert client.get(f"/collections/settlements/items?{words}").body == answers[0].body
    assert len(asked) == questions


def test_equal_requests_that_are_refused_are_each_told_so(workspace: Workspace) -> None:
    client = client_of(workspace)
    for target, status in (("/reserves?source=nope", 400), ("/collections/nope/items?f=html", 404)):
        answers = [*at_once(client, target, 50), client.get(target)]
        assert {answer.status for answer in answers} == {status}
        assert len({answer.problem()["detail"] for answer in answers}) == 1


def test_equal_downloads_at_one_time_are_all_whole(workspace: Workspace) -> None:
    client = client_of(workspace)
    target = "/collections/settlements/items?f=csv&skipGeometry=true"
    answers = [*at_once(client, target, 45), client.get(target)]
    assert len({answer.body for answer in answers}) == 1


def test_junk_does_not_drive_out_what_is_in_use(workspace: Workspace, asked: list[Query]) -> None:
    client = client_of(workspace, cache_mb=4)
    used = [f"/collections/deposits/items?f=html&limit={n}" for n in (1, 2)]
    for target in (*used, *used):
        client.get(target)
    for n in range(300):
        client.get(f"/collections/deposits/items?f=html&bbox=30,45,31,{46 + n / 300}")
    questions = len(asked)
    assert questions == 304, "the maps of the two ask for all that match"
    for target in used:
        assert client.get(target).status == 200
    assert len(asked) == questions


def test_with_no_room_at_all_the_answers_are_the_same(workspace: Workspace, client: Client) -> None:
    without = client_of(workspace, cache_mb=0)
    targets = (ITEMS, f"{ITEMS}&f=html", "/reserves?date=2025-02-25", "/tiles/control/5/18/11",
               "/tiles/control/5/18/11?datetime=2025-02-25")  # fmt: skip
    for target in targets * 2:
        assert without.get(target).body == client.get(target).body
