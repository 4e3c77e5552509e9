"""Is a release made of its facts and batches alone, however often and in whatever steps?"""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from releases import SmallFacts, give_batch, land
from shapely import box

from geodata.control.cells import DayMap
from geodata.data import packaged
from geodata.errors import Conflict, Damaged
from geodata.release import publish as publishing
from geodata.release.build import build
from geodata.release.diff import diff
from geodata.release.publish import publish, rollback
from geodata.workspace import Workspace

MONDAY = date(2024, 7, 8)
SMALL, LARGE = box(36, 47, 37, 49), box(35.5, 47, 38, 49)


def daily(*shapes: DayMap, first: date = MONDAY) -> list[tuple[date, DayMap]]:
    return [(first + timedelta(days=n), shape) for n, shape in enumerate(shapes)]


def occupied(shape: object) -> DayMap:
    return {"occupied": land(shape)}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> SmallFacts:
    return SmallFacts(monkeypatch)


@pytest.fixture
def workspace(tmp_path: Path, small: SmallFacts) -> Workspace:  # noqa: ARG001 - facts are small
    return Workspace(tmp_path / "ws")


def test_batches_built_in_one_go_or_day_by_day_give_the_same_content(
    workspace: Workspace, tmp_path: Path
) -> None:
    maps = daily(occupied(SMALL), occupied(LARGE), {}, occupied(SMALL))
    for n, one in enumerate(maps):
        give_batch(workspace, [one], "day" * (n + 1))
        stepwise = build(workspace)
    at_once = Workspace(tmp_path / "other")
    give_batch(at_once, maps, "all")

    assert build(at_once).content_sha256 == stepwise.content_sha256
    assert stepwise.number == len(maps)


def test_a_lost_cache_of_folds_changes_nothing(workspace: Workspace) -> None:
    give_batch(workspace, daily(occupied(SMALL), occupied(LARGE)), "two")
    before = build(workspace)

    shutil.rmtree(workspace.folds)

    assert build(workspace).id == before.id


def test_the_same_land_under_another_status_is_another_map(workspace: Workspace) -> None:
    """The cache of folds must not give back the cells of the status read wrongly before."""
    give_batch(workspace, daily(occupied(SMALL)), "wrong")
    build(workspace)
    give_batch(workspace, daily({"contested": land(SMALL)}), "right-by-later-rules")

    manifest = build(workspace)

    cells = gpd.read_parquet(workspace.release_path(manifest.id) / "control.parquet")
    assert cells.loc[cells["source"] == "deepstate", "status"].tolist() == ["contested"]


def test_a_batch_changed_after_ingest_is_refused(workspace: Workspace) -> None:
    give_batch(workspace, daily(occupied(SMALL)), "one")
    path = workspace.batches / "deepstate" / "deepstate-one" / "maps.parquet"
    path.write_bytes(path.read_bytes() + b"x")

    with pytest.raises(Damaged, match=r"maps\.parquet .* ingest it again"):
        build(workspace)
    assert workspace.release_ids() == []


def test_a_damaged_release_is_built_again_under_a_new_number(workspace: Workspace) -> None:
    damaged = build(workspace)
    (workspace.release_path(damaged.id) / "control.parquet").write_bytes(b"damaged")

    again = build(workspace)

    assert again.id != damaged.id
    assert again.content_sha256 == damaged.content_sha256
    assert publish(workspace, again.id) == again
    with pytest.raises(Damaged, match=r"control\.parquet .* build it again"):
        publish(workspace, damaged.id)


def test_there_is_nothing_to_roll_back_to_before_the_first_release(workspace: Workspace) -> None:
    with pytest.raises(Conflict):
        rollback(workspace)
    publish(workspace, build(workspace).id)
    with pytest.raises(Conflict, match="no release before"):
        rollback(workspace)


# Differences


def changed(workspace: Workspace, earlier: str, later: str) -> dict[str, tuple[int, int, int]]:
    return {
        d.table: (len(d.added), len(d.removed), len(d.changed))
        for d in diff(workspace, earlier, later)
        if d.added or d.removed or d.changed
    }


def test_a_release_does_not_differ_from_itself(workspace: Workspace) -> None:
    only = build(workspace).id

    assert changed(workspace, only, only) == {}


def test_rows_that_came_went_and_changed_are_told_apart_table_by_table(
    workspace: Workspace, small: SmallFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(workspace).id
    small.revision = 1
    estimates = packaged.estimates()
    monkeypatch.setattr(packaged, "estimates", lambda: estimates.iloc[1:].assign(note="other"))
    give_batch(workspace, daily(occupied(SMALL)), "one")
    second = build(workspace).id

    there = changed(workspace, first, second)
    back = changed(workspace, second, first)

    assert there["deposits"] == (0, 0, 4)
    assert there["estimates"] == (0, 1, len(estimates) - 1)
    assert there["control"] == (1, 0, 0)
    assert there["timelines"][0] > 0
    assert "settlements" not in there
    assert back == {name: (gone, came, other) for name, (came, gone, other) in there.items()}


def test_differences_name_the_first_rows_of_each_kind(
    workspace: Workspace, small: SmallFacts
) -> None:
    first = build(workspace).id
    small.revision = 1

    (deposits, *_) = diff(workspace, first, build(workspace).id)

    told = deposits.as_json()
    assert told["changed"] == 4
    assert told["examples"] == {"changed": sorted(packaged.deposits()["id"])}


# What verification finds


def check_all(folder: Path) -> None:
    for check in publishing.CHECKS:
        check(folder)


def twice(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([rows, rows.iloc[:1]], ignore_index=True)


def swapped_days(rows: pd.DataFrame) -> pd.DataFrame:
    closed = rows["valid_to"].notna()
    return rows.assign(valid_to=rows["valid_to"].where(~closed, rows["valid_from"]))


FAULTS: dict[str, tuple[str, Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "an id twice": ("estimates", twice, "twice"),
    "an estimate of no deposit": (
        "estimates", lambda rows: rows.assign(deposit_id="nowhere"), "no deposits"),
    "a component of no deposit": (
        "deposits", lambda rows: rows.assign(part_of="nowhere"), "no deposits"),
    "days that end before they begin": ("settlements", swapped_days, "ends before it begins"),
    "shares that do not sum to one": (
        "standings", lambda rows: rows.assign(occupied=rows["occupied"] + 0.1), "sum to one"),
    "a gap in a history": (
        "standings", lambda rows: rows.assign(valid_to=rows["valid_from"]), "gap"),
    "cells that overlap": (
        "control", lambda rows: twice(rows).assign(id=lambda r: r.index.astype(str)), "overlap"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_release_with_a_fault_is_found_out(workspace: Workspace, fault: str) -> None:
    table, spoil, words = FAULTS[fault]
    give_batch(workspace, daily(occupied(SMALL)), "one")
    folder = workspace.release_path(build(workspace).id)
    path = folder / f"{table}.parquet"
    read = pd.read_parquet if table in {"estimates", "standings"} else gpd.read_parquet
    spoil(read(path)).to_parquet(path)

    with pytest.raises(Damaged, match=words):
        check_all(folder)
