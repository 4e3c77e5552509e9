"""Is an answer that follows the present day asked again after midnight, and no other?"""

from collections.abc import Iterator
from datetime import date

import pytest
from served import THEN, Client, client_of, present_day
from test_errors import some_target

from geodata.interval import today
from geodata.workspace import Workspace
from service.http.routing import ReleaseRoute
from service.routes import ROUTES

EVE, MORNING = date(2026, 5, 1), date(2026, 5, 2)
REQUIRED = {
    "at": "lon=30&lat=50",
    "raster_point": "lon=30&lat=50",
    "raster_statistics": "territory=occupied",
    "diff": "from={release}&to={release}",
}
"""Parameters without which a route has no answer, by its name."""


def targets(route: ReleaseRoute, workspace: Workspace) -> Iterator[str]:
    """A route as data, as a page and as a table, with a release named, on various days."""
    release = workspace.current_id()
    path, needed = some_target(route.path, workspace), REQUIRED.get(route.name, "")
    named = route.offer.cache.days if asks_days(route) else ()
    days = [[], *([f"{name}={day}" for name in named] for day in (THEN, EVE) if named)]
    for form in {route.formats[0], "html", "csv"} & set(route.formats):
        for day in days:
            words = [needed.format(release=release), f"f={form}", f"release={release}", *day]
            yield f"{path}?{'&'.join(word for word in words if word)}"


@pytest.fixture(scope="module")
def another(workspace: Workspace) -> Client:
    """A client of a second application over the same release."""
    return client_of(workspace)


def asks_days(route: ReleaseRoute) -> bool:
    return bool(route.offer.cache.days) and route.offer.cache.days != ("never",)


def test_the_present_day_is_the_one_the_tests_say() -> None:
    with present_day(EVE):
        assert today() == EVE
    assert today() > date(2025, 1, 1)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_an_answer_kept_over_midnight_is_the_answer_of_the_morning(
    client: Client, workspace: Workspace, route: ReleaseRoute
) -> None:
    """Who holds it and asks again, or need not ask for a year, has what is true."""
    for target in targets(route, workspace):
        with present_day(EVE):
            before = client.get(target)
        with present_day(MORNING):
            after = client.get(target)
        assert before.status == after.status == 200, before.text
        lasts = "immutable" in before.headers["cache-control"]
        unchanged = before.headers["etag"] == after.headers["etag"]
        if lasts or unchanged:
            assert after.body == before.body, target
        if lasts:
            assert unchanged, target


@pytest.mark.parametrize(
    "target",
    [
        "/reserves",
        "/reserves?f=csv",
        "/reserves/series?from=2026-04-28",
        "/reserves/series?from=2026-04-28&f=csv",
        "/collections/deposits/items?limit=100",
        "/collections/deposits/items/dobra_li?f=html",
        "/collections/deposits/items?f=csv",
        "/control/at?lon=30&lat=50",
        "/territories/occupied",
        "/styles/lodeline",
        "/map/lodeline.qgs",
        "/?f=html",
    ],
)
@pytest.mark.parametrize("pin", [False, True], ids=["served", "named"])
def test_what_follows_the_present_day_is_another_in_the_morning(
    client: Client, workspace: Workspace, target: str, *, pin: bool
) -> None:
    mark = "&" if "?" in target else "?"
    target = f"{target}{mark}release={workspace.current_id()}" if pin else target
    with present_day(EVE):
        before = client.get(target)
    with present_day(MORNING):
        after = client.get(target, if_none_match=before.headers["etag"])

    assert "immutable" not in before.headers["cache-control"]
    assert (before.status, after.status) == (200, 200)
    assert after.body != before.body
    assert after.headers["etag"] != before.headers["etag"]


@pytest.mark.parametrize(
    "target",
    [
        f"/reserves?date={THEN}",
        f"/reserves?date={EVE}",
        f"/reserves/series?from=2025-02-01&to={THEN}",
        f"/collections/deposits/items?datetime={THEN}",
        f"/collections/deposits/items/dobra_li?datetime={THEN}",
        f"/territories/occupied?date={THEN}",
        f"/articles/{THEN}",
        "/claims",
        "/collections",
        "/territories",
        "/deposits/dobra_li/timeline",
        "/tiles/control/5/18/11",
        f"/tiles/control/5/18/11?datetime={THEN}",
    ],
)
def test_what_names_release_and_day_is_unchanged_in_the_morning(
    client: Client, another: Client, workspace: Workspace, target: str
) -> None:
    """Also where another process is asked, which has not answered it yet."""
    mark = "&" if "?" in target else "?"
    target = f"{target}{mark}release={workspace.current_id()}"
    with present_day(EVE):
        tag = client.get(target).headers["etag"]
    with present_day(MORNING):
        again = another.get(target, if_none_match=tag)

    assert (again.status, again.body) == (304, b"")
    assert "immutable" in again.headers["cache-control"]
