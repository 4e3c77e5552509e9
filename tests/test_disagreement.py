"""Is disagreement the land on which two sources that both speak say different things, all of it?"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from releases import (
    DONBAS,
    DONBAS_FROM,
    OUTLINE,
    SmallFacts,
    built_with_two_sources,
    give_batch,
    land,
)
from served import Client, client_of, common_folder, made_once
from shapely import box
from shapely.geometry.base import BaseGeometry
from store_questions import everything

from geodata.control.disagreement import Map, differences, disagreement_table, pairs_on
from geodata.control.sources import SourceSelection
from geodata.crs import areas_km2
from geodata.data import packaged
from geodata.geometry import EMPTY
from geodata.interval import one_day
from geodata.interval import today as _today
from geodata.release.build import build
from geodata.release.publish import publish
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace, file_sha256
from schemas import Batch

DAY = date(2025, 2, 25)
NOWHERE = {"occupied": EMPTY, "contested": EMPTY, "unknown": EMPTY}


def a_map(covered: BaseGeometry = OUTLINE, **statuses: BaseGeometry) -> Map:
    return Map(covered, {**NOWHERE, **{name: land(shape) for name, shape in statuses.items()}})


def said(one: Map, other: Map) -> dict[tuple[str, str, bool], float]:
    """Area by statuses and whether it is narrow, km2."""
    selections = [SourceSelection(name, DAY, DAY) for name in ("first", "second")]
    table = disagreement_table([(*selections, differences(one, other, OUTLINE))])
    keys = zip(table["status"], table["other_status"], table["narrow"], strict=True)
    return dict(zip(keys, table["area_km2"], strict=True))


def area(shape: BaseGeometry) -> float:
    return float(areas_km2(np.array([shape], dtype=object))[0])


EAST, FURTHER = box(36, 46, 38, 50), box(35.5, 46, 38, 50)


def test_two_maps_alike_disagree_nowhere() -> None:
    one = a_map(occupied=EAST, contested=box(35, 47, 36, 48))

    assert said(one, one) == {}


def test_land_one_gives_to_the_occupier_and_the_other_does_not_is_disagreement() -> None:
    found = said(a_map(occupied=FURTHER), a_map(occupied=EAST))

    assert {pair[:2] for pair in found} == {("occupied", "government")}
    assert sum(found.values()) == pytest.approx(area(FURTHER - EAST), rel=1e-5)


def test_statuses_keep_their_side_when_sources_change_places() -> None:
    found = said(a_map(occupied=EAST), a_map(occupied=FURTHER))

    assert {pair[:2] for pair in found} == {("government", "occupied")}


def test_every_pair_of_statuses_is_told_apart() -> None:
    one = a_map(occupied=box(30, 46, 34, 48), contested=box(34, 46, 38, 48))
    other = a_map(occupied=box(32, 46, 36, 50))

    assert {pair[:2] for pair in said(one, other)} == {
        ("occupied", "government"), ("government", "occupied"),
        ("contested", "occupied"), ("contested", "government"),
    }  # fmt: skip


def test_where_one_does_not_speak_there_is_no_disagreement() -> None:
    west = box(30, 46, 36.5, 50)
    within = said(a_map(occupied=EAST), a_map(covered=west))
    unknown = said(a_map(occupied=EAST), a_map(unknown=box(36.5, 46, 38, 50)))

    for found in (within, unknown):
        assert sum(found.values()) == pytest.approx(area(EAST & west), rel=1e-5)


def test_strips_of_two_drawings_are_told_apart_and_nothing_is_lost() -> None:
    """300 m between two fronts are narrow, 3 km are not."""
    strip, band = box(35.996, 47, 36, 49), box(35.96, 49, 36, 49.5)
    found = said(a_map(occupied=EAST | strip | band), a_map(occupied=EAST))

    assert found["occupied", "government", True] == pytest.approx(area(strip), rel=0.02)
    assert found["occupied", "government", False] == pytest.approx(area(band), rel=0.02)
    assert sum(found.values()) == pytest.approx(area(strip | band), rel=1e-4)


def test_along_the_border_1500_m_are_two_outlines_of_the_country() -> None:
    at_border = box(37.98, 47, 38, 49)  # 1.5 km wide, on the country's edge
    found = said(a_map(occupied=EAST), a_map(occupied=EAST - at_border))

    assert found["occupied", "government", True] == pytest.approx(area(at_border), rel=0.02)
    assert found.get(("occupied", "government", False), 0) < 0.02 * area(at_border)


def test_three_sources_make_three_pairs_in_the_order_of_priority() -> None:
    selections = [SourceSelection(name, DAY, DAY) for name in ("a", "b", "c")]
    late = SourceSelection("d", DAY, None)

    assert [(x.source, y.source) for x, y in pairs_on([*selections, late])] == [
        ("a", "b"), ("a", "c"), ("b", "c"),
    ]  # fmt: skip


def test_one_source_disagrees_with_nobody(store: EmbeddedStore) -> None:
    assert everything(store, "disagreements", when=one_day(DAY)).matched == 0
    assert store.days("disagreements") == (None, None)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder = common_folder(tmp_path_factory)
    return client_of(Workspace(made_once(folder, "two-sources", built_with_two_sources)))


def rows(client: Client, **words: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={text}" for name, text in {"limit": "1000", **words}.items())
    document = client.get(f"/collections/disagreements/items?{asked}").json()
    return [feature["properties"] for feature in document["features"]]


def test_a_day_before_the_second_source_has_none_and_its_first_has_some(client: Client) -> None:
    before = DONBAS_FROM - timedelta(days=1)

    assert rows(client, datetime=str(before)) == []
    first = rows(client, datetime=str(DONBAS_FROM))
    assert {row["day"] for row in first} == {str(DONBAS_FROM)}
    assert {(row["source"], row["other_source"]) for row in first} == {("deepstate", "settlements")}
    assert all(row["status"] != row["other_status"] for row in first)


def test_areas_are_what_the_two_maps_give(client: Client) -> None:
    """Every square kilometre DeepState's square has and the settlements do not, and back."""
    found = rows(client, datetime=str(DONBAS_FROM))
    occupied = sum(row["area_km2"] for row in found if row["status"] == "occupied")

    document = client.get(f"/collections/control/items?datetime={DONBAS_FROM}&source=settlements"
                          "&limit=10000").json()  # fmt: skip
    cells = {
        status: shapely.union_all([
            shapely.geometry.shape(f["geometry"]) for f in document["features"]
            if f["properties"]["status"] == status
        ])
        for status in ("occupied", "unknown")
    }  # fmt: skip
    facts = client.get("/territories/ukraine").json()
    country = shapely.geometry.shape(facts["geometry"])
    wanted = area((DONBAS & country) - cells["occupied"] - cells["unknown"])
    # The settlements say nothing of lakes: the Donbas has 40 km2 of them at most.
    assert occupied == pytest.approx(wanted, abs=60)


def test_they_are_filtered_sorted_and_read_one_by_one_like_others(client: Client) -> None:
    day = str(DAY)
    broad = rows(client, datetime=day, filter="narrow=false AND area_km2 > 1", sortby="-area_km2")
    again = rows(client, datetime=day, filter="narrow=false AND area_km2 > 1", sortby="-area_km2")

    areas = [row["area_km2"] for row in broad]
    assert broad == again
    assert areas == sorted(areas, reverse=True)
    assert areas
    assert not any(row["narrow"] for row in broad)
    one = client.get(f"/collections/disagreements/items/{broad[0]['id']}").json()
    assert one["properties"] == broad[0]
    assert rows(client, datetime=day, other_source="settlements") == rows(client, datetime=day)
    assert rows(client, datetime=day, source="settlements") == []
    assert rows(client, datetime=day, bbox="22,51,23,52") == []


def test_of_several_days_the_last_counts_and_none_is_in_the_future(client: Client) -> None:
    assert rows(client, datetime=f"2014-01-01/{DAY}") == rows(client, datetime=str(DAY))
    assert client.get("/collections/disagreements/items?datetime=2999-01-01").status == 400


def test_the_collections_are_listed_with_their_days(client: Client) -> None:
    document = client.get("/collections").json()
    listed = {entry["id"]: entry for entry in document["collections"]}

    assert {"contact-line", "disagreements"} <= listed.keys()
    first = listed["disagreements"]["extent"]["temporal"]["interval"][0][0]
    assert first == f"{DONBAS_FROM}T00:00:00Z"


def test_without_a_day_the_line_is_that_of_today(client: Client) -> None:
    plain = client.get("/collections/contact-line/items?limit=10000").json()
    today = client.get(f"/collections/contact-line/items?limit=10000&datetime={_today()}").json()

    assert plain["features"] == today["features"]
    assert plain["control_asof"] == today["control_asof"]
    assert {f["properties"]["source"] for f in plain["features"]} == {plain["source"]}


def test_tiles_of_the_line_hold_all_days_where_a_source_is_named(client: Client) -> None:
    of_all = client.get("/tiles/contact-line/6/38/22?source=settlements")
    of_day = client.get(f"/tiles/contact-line/6/38/22?source=settlements&datetime={DAY}")

    assert of_all.status == of_day.status == 200
    assert len(of_day.body) < len(of_all.body) / 2


def test_three_sources_of_a_release_disagree_in_three_pairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A third source with maps of its own, described as the second is."""
    SmallFacts(monkeypatch)
    known = packaged.sources()
    third = known["deepstate"].model_copy(update={"id": "third", "title": "A third"})
    monkeypatch.setattr(packaged, "sources", lambda: {**known, "third": third})
    workspace = Workspace(tmp_path)
    maps = [(DONBAS_FROM, {"occupied": land(box(36, 47, 37, 49))})]
    give_batch(workspace, maps, "one")
    give_batch(workspace, [(DONBAS_FROM, {"occupied": land(box(36.5, 47, 37.5, 49))})], "two")
    as_third(workspace)
    publish(workspace, build(workspace).id)
    client = client_of(workspace)

    found = rows(client, datetime=str(DONBAS_FROM))
    pairs = {(row["source"], row["other_source"]) for row in found}
    assert pairs == {("deepstate", "settlements"), ("deepstate", "third"), ("settlements", "third")}
    of_pair = [
        row for row in found if row["other_source"] == "third" and row["source"] == "deepstate"
    ]
    assert {(row["status"], row["other_status"]) for row in of_pair} == {
        ("occupied", "government"), ("government", "occupied"),
    }  # fmt: skip
    assert sum(row["area_km2"] for row in of_pair) == pytest.approx(
        2 * area(box(36, 47, 36.5, 49)), rel=1e-3
    )


def as_third(workspace: Workspace) -> None:
    """Make the batch called "two" one of the third source."""
    folder = workspace.batches / "deepstate" / "deepstate-two"
    snapshots = pd.read_parquet(folder / "snapshots.parquet").assign(source="third")
    snapshots.to_parquet(folder / "snapshots.parquet")
    path = folder / "batch.json"
    batch = Batch.model_validate_json(path.read_bytes())
    sha256 = {name: file_sha256(folder / name) for name in batch.sha256}
    changed = batch.model_copy(update={"id": "third-two", "source": "third", "sha256": sha256})
    path.write_text(changed.model_dump_json())
    (workspace.batches / "third").mkdir()
    folder.rename(workspace.batches / "third" / "third-two")
