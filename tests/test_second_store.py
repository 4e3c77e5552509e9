"""Does the application answer over another store as over the embedded one, byte for byte?

The naive store has rows as dicts, keeps no encoded features and no matches. Where both give the
same bytes, nothing above the protocols leans on what only one of them has.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from naive_store import NaiveStore
from releases import built_with_two_sources
from served import Answer, Client, client_of, common_folder, made_once, present_day

from geodata.features.query import Query
from geodata.interval import one_day
from geodata.tiles.mvt_decode import decode
from geodata.workspace import Workspace
from service import releases
from service.settings import Settings
from tests.record import requests
from tests.record.requests import THEN, Ask, Script

DEPOSIT = "/collections/deposits/items/shevchenkivske_li"


def answers() -> Iterator[Ask]:
    """A few of each answer that asks the store for control, facts or sources."""
    for path in (
        "/", "/collections", f"/articles/{THEN}", "/claims", "/territories",
        "/map", "/styles/lodeline",
        f"/reserves?date={THEN}&commodity=all&territory=ukraine&include=all",
        f"/reserves?date={THEN}&source=settlements&territory=occupied-since-2022",
        "/reserves?date=2024-07-09&source=hearsay", "/reserves?territory=atlantis",
        f"/reserves/series?from=2022-01-01&to={THEN}&step=month&commodity=lithium",
        "/changes?from=2024-01-01&to=2025-12-31&commodity=all", "/changes.atom",
        f"/control/at?lon=37.8&lat=48&date={THEN}", "/control/at?lon=0&lat=0",
        f"/territories/new-territories-held?date={THEN}", "/territories/crimea",
        "/deposits/shevchenkivske_li/timeline", f"{DEPOSIT}/versions",
        f"{DEPOSIT}?datetime={THEN}", "/rasters/deposit-density/statistics?territory=crimea",
    ):  # fmt: skip
        yield Ask(path)
        yield Ask(f"{path}{'&' if '?' in path else '?'}f=html")
    for form in requests.DOWNLOADS:
        yield Ask(f"/collections/deposits/items?datetime={THEN}&control=occupied&f={form}")
        yield Ask(f"/collections/control/items?limit=20&f={form}")
        yield Ask(f"/collections/estimates/items?f={form}")
    for name in requests.COLLECTIONS:
        for path in ("", "/queryables", "/sortables", "/schema", "/items?limit=3&f=html"):
            yield Ask(f"/collections/{name}{path}")
    for name in (f"control-on-{THEN}", f"deposits-on-{THEN}", "control-on-2025-02-30"):
        for path in (
            "",
            "/schema",
            "/items?limit=3",
            "/items?f=csv",
            "/tiles/WebMercatorQuad/5/11/18",
        ):
            yield Ask(f"/collections/{name}{path}")
    yield Ask("/reserves?f=csv")
    yield Ask("/map/lodeline.qgs")


SCRIPTS: Mapping[str, Callable[[], Script | Iterator[Ask]]] = {
    "answers": answers,
    "filters": requests.filters,
    "orders": requests.orders,
    "pages": requests.pages,
    "tiles": requests.tiles,
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A published release with two control sources."""
    return Workspace(
        made_once(common_folder(tmp_path_factory), "two-sources", built_with_two_sources)
    )


@pytest.fixture(scope="module")
def opened() -> list[NaiveStore]:
    """The naive stores that were opened."""
    return []


@pytest.fixture(scope="module")
def naive(workspace: Workspace, opened: list[NaiveStore]) -> Iterator[Client]:
    """The application over the naive store, on a day that does not pass."""

    def opener(settings: Settings) -> releases.Opener:
        def open_naive(folder: Path) -> NaiveStore:
            opened.append(NaiveStore(folder, settings.source_priority, settings.fresh_days))
            return opened[-1]

        return open_naive

    with pytest.MonkeyPatch.context() as patch, present_day(date(2026, 5, 1)):
        patch.setitem(releases.STORES, "embedded", opener)  # type: ignore[arg-type]
        yield client_of(workspace)


@pytest.fixture(scope="module")
def embedded(workspace: Workspace) -> Iterator[Client]:
    """The application as it is, on the same day."""
    with present_day(date(2026, 5, 1)):
        yield client_of(workspace)


@pytest.mark.parametrize("name", SCRIPTS)
def test_both_stores_give_the_same_bytes(
    workspace: Workspace, embedded: Client, naive: Client, opened: list[NaiveStore], name: str
) -> None:
    release = workspace.current_id() or ""
    succeeded = 0
    for ask, answer in followed(SCRIPTS[name](), embedded, release):
        other = asked(naive, ask, release)
        assert (other.status, other.body) == (answer.status, answer.body), ask.name
        assert told(other) == told(answer), ask.name
        succeeded += answer.status == 200
    assert succeeded >= 10
    assert [str(store) for store in opened] == [f"NaiveStore({release})"]


def test_tiles_ask_rows_for_their_ids_and_not_for_their_places(workspace: Workspace) -> None:
    """As of a database, which gives rows in another order than the release had them."""
    plain, shuffled = NaiveStore(workspace.current), NaiveStore(workspace.current)
    rows_of = shuffled.rows_of
    shuffled.rows_of = lambda name: rows_of(name)[::-1]  # type: ignore[method-assign]
    for name, query in (
        ("control", Query("control", when=one_day(date(2025, 2, 25)))),
        ("timelines", Query("timelines", source="settlements")),
        ("deposits", Query("deposits", equals=(("commodity", "lithium"),))),
    ):
        one, other = (store.tilesets.made(name, 4, 9, 5, query) for store in (plain, shuffled))
        features = [(layer.name, sorted(layer.ids.tolist())) for layer in decode(one)]
        assert features == [(layer.name, sorted(layer.ids.tolist())) for layer in decode(other)]
        assert any(ids for _, ids in features)


def followed(script: Script | Iterator[Ask], client: Client, release: str) -> Iterator[
    tuple[Ask, Answer]
]:  # fmt: skip
    """Each request of a script with its answer, on which the next may depend."""
    ask = next(script, None)
    while ask is not None:
        answer = asked(client, ask, release)
        if "{older}" not in ask.target:
            yield ask, answer
        try:
            ask = script.send(answer)  # type: ignore[union-attr]
        except StopIteration:
            return


def asked(client: Client, ask: Ask, release: str) -> Answer:
    target = ask.target.replace("{release}", release)
    return client.ask(ask.method, target, ask.headers, ask.body)


def told(answer: Answer) -> dict[str, str]:
    """Headers, but for when a file was written and a set in the order of hashes."""
    return {k: v for k, v in answer.headers.items() if k not in {"last-modified", "allow"}}
