"""Does every answer say which source it rests on and why, also after the next publish?"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from releases import SmallFacts, built_with_two_sources, give_batch, land
from served import Client, client_of, common_folder, made_once, present_day, properties
from shapely import box

from geodata.data import packaged
from geodata.release.build import build
from geodata.release.publish import publish
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace
from service.settings import settings_of_environment

STALE, FRESH = "2024-07-25", "2024-07-24"
"""The first day on which DeepState's map of 2024-07-10 is old, and the day before."""
PREFERRED = "deepstate: preferred, its map is 14 days old"
FRESHEST = "settlements: the freshest; deepstate's latest map is 15 days older than the day asked"
NAMED = "named in the question"
CASES = [(FRESH, "", "deepstate", PREFERRED), (STALE, "", "settlements", FRESHEST),
         (STALE, "&source=deepstate", "deepstate", NAMED)]  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A published release of the packaged facts and three DeepState maps made by hand."""
    root = made_once(common_folder(tmp_path_factory), "two-sources", built_with_two_sources)
    return Workspace(root)


@pytest.fixture(scope="module")
def two(workspace: Workspace) -> Client:
    """A client of the service over it."""
    return client_of(workspace)


def facts(document: dict[str, Any]) -> tuple[Any, Any]:
    """The source and the reason of an answer."""
    source = document.get("control_source", document.get("source"))
    return source, document["source_reason"]


@pytest.mark.parametrize(("day", "words", "source", "reason"), CASES)
def test_answers_of_a_day_say_why_they_rest_on_their_source(
    two: Client, day: str, words: str, source: str, reason: str
) -> None:
    asked = two.json(f"/reserves?commodity=lithium&include=all&date={day}{words}")
    territory = two.json(f"/territories/occupied?f=json&date={day}{words}")
    area = two.json(f"/rasters/deposit-density/statistics?territory=occupied&date={day}{words}")
    (item, *_) = two.json(f"/collections/deposits/items?datetime={day}{words}")["features"]
    control = two.json(f"/collections/control/items?datetime={day}{words}")

    for document in (
        asked["question"], asked["features"][0]["properties"], territory["properties"],
        area["area"], item["properties"], control,
    ):  # fmt: skip
        assert facts(document) == (source, reason)
        assert document["stale_days"] == (0 if source == "settlements" else int(day[-2:]) - 10)


def test_a_point_says_why_and_where_its_source_does_not_cover_it_who_does(two: Client) -> None:
    def at(lon: float, lat: float, day: str) -> dict[str, Any]:
        return dict(two.json(f"/control/at?lon={lon}&lat={lat}&date={day}"))

    assert facts(at(37.8, 48.0, FRESH)) == ("deepstate", PREFERRED)
    assert facts(at(37.8, 48.0, STALE)) == ("settlements", FRESHEST)
    water = packaged.lakes().representative_point()
    reservoir = at(water.x, water.y, STALE)  # a map of places says nothing of water
    assert [entry["status"] for entry in reservoir["by_source"]][1] == "unknown"
    assert facts(reservoir) == ("deepstate", "deepstate: settlements does not cover this point")
    abroad = at(10.0, 50.0, STALE)
    assert facts(abroad) == (None, "no source covers this point")
    assert abroad["control_asof"] is abroad["stale_days"] is None
    assert facts(at(37.8, 48.0, "1900-01-01"))[1].startswith("settlements: no source has a record")


def test_a_territory_that_rests_on_no_source_names_none(two: Client) -> None:
    found = two.json("/territories/crimea?f=json&date=2024-07-24")["properties"]
    assert [found[name] for name in ("source", "control_asof", "source_reason")] == [None] * 3


def test_answers_over_days_say_who_answers_when(two: Client) -> None:
    for target in ("/reserves/series?", "/changes?commodity=all&"):
        used = two.json(f"{target}from=2024-07-01&to=2024-08-01")["sources"]
        assert [(one["source"], one["from"], one["to"]) for one in used] == [
            ("settlements", "2024-07-01", "2024-07-07"),
            ("deepstate", "2024-07-08", FRESH),
            ("settlements", STALE, "2024-08-01"),
        ]
        assert used[2]["source_reason"] == FRESHEST
        (named,) = two.json(f"{target}from=2024-07-01&to=2024-08-01&source=deepstate")["sources"]
        assert (named["from"], named["to"], named["source_reason"]) == (
            "2024-07-01", "2024-08-01", NAMED,
        )  # fmt: skip
    whole = two.json("/changes?commodity=all&to=2024-07-08")["sources"]
    assert [one["from"] for one in whole] == [None, "1991-08-24", "2024-07-08"]


def test_the_table_of_an_answer_has_the_reason_in_each_row(two: Client) -> None:
    text = two.get(f"/reserves?commodity=lithium&include=all&date={STALE}&f=csv").text
    assert text.count(FRESHEST) >= 8
    assert FRESHEST in two.get(f"/reserves/series?from={STALE}&to={STALE}&f=csv").text


def test_a_verdict_a_record_begins_with_is_told_to_be_of_no_known_day(two: Client) -> None:
    target = "/reserves?commodity=all&include=all&territory=ukraine&date=2024-07-09"
    document = two.json(target)
    empty = [p["name_en"] for p in properties(document).values() if p["control_since"] is None]

    (caveat,) = [text for text in document["caveats"] if "a change of source" in text]
    assert empty
    assert all(name in caveat for name in empty)
    assert not any(
        "a change of source" in c for c in two.json(f"{target}&source=deepstate")["caveats"]
    )


def test_a_deposits_pages_show_the_chosen_history_first(two: Client) -> None:
    for target in (
        "/collections/deposits/items/kruta_balka_li",
        "/deposits/kruta_balka_li/timeline",
    ):
        text = two.get(target, accept="text/html").text
        assert text.index("The source used for each date") < text.index("DeepStateMap</h4>")
    versions = two.get(
        "/collections/deposits/items/kruta_balka_li/versions", accept="text/html"
    ).text
    assert "Verdict since" in versions


def test_the_map_is_told_who_answers_when(two: Client, workspace: Workspace) -> None:
    text = two.get("/map").text
    for stretch in EmbeddedStore(workspace.current).sources.stretches:
        assert f'{{"first_day":"{stretch.first}","source":"{stretch.source}"}}' in text


# The setting


@pytest.mark.parametrize(("days", "source"), [(0, "settlements"), (14, "settlements"),
                                              (15, "deepstate"), (10**6, "deepstate")])  # fmt: skip
def test_how_old_a_map_may_be_is_set_from_outside(
    workspace: Workspace, days: int, source: str
) -> None:
    client = client_of(workspace, fresh_days=days)
    question = client.json(f"/reserves?date={STALE}")["question"]
    assert question["source"] == source
    assert question["stale_days"] <= days
    assert client.json("/releases")["current"] == workspace.current_id()


def test_answers_by_different_limits_have_different_etags(workspace: Workspace) -> None:
    target = f"/reserves?date={STALE}"
    tags = {client_of(workspace, fresh_days=n).get(target).headers["etag"] for n in (14, 15)}
    assert len(tags) == 2


def test_the_limit_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_of_environment().fresh_days == 14
    monkeypatch.setenv("LODELINE_FRESH_DAYS", "3")
    assert settings_of_environment().fresh_days == 3


# The next day


@pytest.fixture
def daily(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A release of small facts and one map, the day after which it is asked."""
    SmallFacts(monkeypatch)
    workspace = Workspace(tmp_path / "ws")
    give_batch(workspace, [(date(2024, 7, 8), {"occupied": land(box(36, 47, 37, 49))})], "one")
    publish(workspace, build(workspace).id)
    with present_day(date(2024, 7, 9)):
        yield workspace


def test_yesterdays_answer_of_a_pinned_release_stays_when_the_next_map_comes(
    daily: Workspace,
) -> None:
    pinned = daily.current_id()
    questions = [
        f"/reserves?commodity=all&include=all&territory=ukraine&date=2024-07-08&release={pinned}",
        f"/changes?commodity=all&to=2024-07-09&release={pinned}",
        f"/reserves/series?commodity=all&from=2024-07-01&to=2024-07-09&release={pinned}",
    ]
    client = client_of(daily, cache_mb=0)
    before = [client.get(target).body for target in questions]

    give_batch(daily, [(date(2024, 7, 9), {"occupied": land(box(33, 47, 37, 49))})], "next")
    publish(daily, build(daily).id)
    again = client_of(daily, cache_mb=0)

    assert [again.get(target).body for target in questions] == before
    unpinned = "/reserves?commodity=all&include=all&territory=ukraine&date="
    today, tomorrow = (properties(again.json(f"{unpinned}2024-07-0{n}")) for n in (8, 9))
    turned = {i for i in today if today[i]["control"] != tomorrow[i]["control"]}
    assert turned
    assert {tomorrow[i]["control_since"] for i in turned} == {"2024-07-09"}
    turns = again.json("/changes?commodity=all&from=2024-07-09&to=2024-07-09")
    assert {change["deposit_id"] for change in properties(turns).values()} == turned
