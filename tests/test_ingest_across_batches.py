"""Is a batch judged by the days other batches brought, as if all had come in one?"""

import shutil
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from ingest_inputs import (
    COUNTRY,
    EARLY,
    LATE,
    NEXT_DAY,
    a_box,
    a_daily,
    a_folder,
    a_map,
    a_source,
    days_of_boxes,
    issue,
    issues,
    maps,
)

from geodata.batches.stored import batch_path
from geodata.batches.usable import accepted_batches
from geodata.control.sources import SourceRegistry
from geodata.ingest import ControlPipeline, ingest, quarantine, retry
from geodata.release.history import first_day
from geodata.release.maps import check_batch, source_maps
from geodata.workspace import Workspace, file_sha256
from schemas import Batch, Source

JUMP = 4000
"""A box of one degree has about 8,400 km2: half a degree more is a jump."""


def given_alone(tmp_path: Path, files: dict[str, bytes], **changes: object) -> Batch:
    """Ingest these files and no others."""
    shutil.rmtree(tmp_path / "input", ignore_errors=True)
    source = a_source(change_km2_max=JUMP).model_copy(update=changes)
    path = a_folder(tmp_path, files)
    return ingest(Workspace(tmp_path / "ws"), ControlPipeline(source, COUNTRY), path).batch


def retried(workspace: Workspace, source: Source, batch_id: str) -> Batch:
    return retry(workspace, batch_id, sources={source.id: source}, coverage=COUNTRY).batch


def boxes(first: int, *widths: float) -> dict[str, bytes]:
    """Daily files of January 2025 from a day on."""
    padded = days_of_boxes(*([1] * (first - 1)), *widths)
    return dict(list(padded.items())[first - 1 :])


def days(tmp_path: Path) -> list[int]:
    """Days of January 2025 that a release would have a map of."""
    folders = [folder for folder, _ in accepted_batches(Workspace(tmp_path / "ws"))]
    return [day.day for day in source_maps("deepstate", folders).days] if folders else []


def rules(tmp_path: Path, batch: Batch) -> list[str]:
    return list(issues(tmp_path, batch)["rule"])


# The first day of a batch


def test_first_day_is_judged_by_the_last_day_of_the_batch_before(tmp_path: Path) -> None:
    before = given_alone(tmp_path, boxes(1, 1, 1.01))
    batch = given_alone(tmp_path, boxes(3, 2))
    assert (batch.verdict, days(tmp_path)) == ("refused", [1, 2])
    message = issue(tmp_path, batch, "change_is_plausible").message
    assert "16,753 km2 on 2025-01-03 against 8,460 km2 on 2025-01-02" in message
    assert f"(batch {before.id}): 8,293 km2 gained and lost, at most 4,000" in message
    assert "lodeline quarantine retry" in message
    assert batch.reasons == (f"{a_daily('20250103')}: {message}",)


def test_first_day_of_an_empty_store_is_believed(tmp_path: Path) -> None:
    assert given_alone(tmp_path, boxes(1, 2)).verdict == "accepted"


def test_a_file_without_a_map_is_told_with_the_map_that_stands(tmp_path: Path) -> None:
    before = given_alone(tmp_path, boxes(1, 1))
    for data in (a_map(), a_map(a_box(1, 1, 2, 2)), b"["):
        batch = given_alone(tmp_path, {a_daily("20250103"): data})
        (reason,) = batch.reasons
        wanted = f"0 km2 on 2025-01-03 against 8,377 km2 on 2025-01-01 (batch {before.id})"
        assert wanted in reason
    assert days(tmp_path) == [1]


def test_an_implausible_area_is_told_with_the_map_that_stands(tmp_path: Path) -> None:
    before = given_alone(tmp_path, boxes(1, 1, 1))
    expectations = a_source(occupied_km2_max=20_000).expectations
    batch = given_alone(tmp_path, boxes(2, 7), expectations=expectations)
    message = issue(tmp_path, batch, "occupied_area_is_plausible").message
    assert "on 2025-01-02 (wanted 0 to 20,000) against 8,377 km2 on 2025-01-02" in message
    assert before.id in message


def test_body_is_judged_by_the_daily_file_before_it_and_the_other_way_round(
    tmp_path: Path,
) -> None:
    given_alone(tmp_path, {a_daily("20220403"): a_map(a_box(32, 47, 33, 48))})
    wide = {f"{NEXT_DAY}.geojson": a_map(a_box(32, 47, 35, 48))}
    assert rules(tmp_path, given_alone(tmp_path, wide)) == ["change_is_plausible"]
    body = {f"{NEXT_DAY + 1}.geojson": a_map(a_box(32, 47, 33.01, 48))}
    assert given_alone(tmp_path, body).verdict == "accepted"
    daily = {a_daily("20220405"): a_map(a_box(32, 47, 35, 48))}
    assert given_alone(tmp_path, daily).verdict == "refused"


def test_a_correction_of_a_day_is_judged_by_the_day_before_it(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 1, 1.4))
    assert given_alone(tmp_path, boxes(2, 1.01)).verdict == "accepted"
    assert given_alone(tmp_path, boxes(2, 2)).verdict == "refused"
    assert days(tmp_path) == [1, 2]


def test_a_day_of_a_batch_is_judged_by_a_day_of_another_between_its_own(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 1))
    given_alone(tmp_path, boxes(3, 1.4))
    given_alone(tmp_path, {**boxes(2, 1.2), **boxes(4, 1.8)})
    assert days(tmp_path) == [1, 2, 3, 4]


def test_a_gap_of_months_loosens_nothing(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 1))
    late = {a_daily("20250901"): a_map(a_box(32, 47, 34, 48))}
    assert given_alone(tmp_path, late).verdict == "refused"


# Jumps that later batches confirm


def test_jump_is_taken_once_three_batches_of_a_day_agree(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 1))
    first, second = given_alone(tmp_path, boxes(2, 3)), given_alone(tmp_path, boxes(3, 3.01))
    assert (first.verdict, second.verdict, days(tmp_path)) == ("refused", "refused", [1])
    third = given_alone(tmp_path, boxes(4, 3.02))
    assert (third.verdict, third.days, third.files_in, days(tmp_path)) == (
        "accepted", 3, 1, [1, 2, 3, 4],
    )  # fmt: skip
    message = issue(tmp_path, third, "level_is_confirmed").message
    assert "the level of 2025-01-02" in message
    assert first.id in message
    assert second.id in message
    assert given_alone(tmp_path, boxes(5, 3.03)).verdict == "accepted"


def test_earlier_publications_of_a_confirmed_day_are_superseded(tmp_path: Path) -> None:
    given_alone(tmp_path, {a_daily("20220401"): a_map(a_box(32, 47, 33, 48))})
    wide = a_map(a_box(32, 47, 35, 48))
    times = (EARLY, LATE, NEXT_DAY, NEXT_DAY + 1, NEXT_DAY + 86_400)
    batch = given_alone(tmp_path, {f"{time}.geojson": wide for time in times})
    assert (batch.days, batch.files_accepted, batch.files_quarantined) == (3, 5, 0)
    assert sorted(rules(tmp_path, batch)) == ["day_has_one_map"] * 2 + ["level_is_confirmed"]


def test_two_maps_that_agree_confirm_nothing(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 1))
    given_alone(tmp_path, boxes(2, 3))
    given_alone(tmp_path, boxes(3, 5))
    assert given_alone(tmp_path, boxes(4, 5.01)).verdict == "refused"
    assert days(tmp_path) == [1]


def test_maps_that_waited_wait_no_more_once_a_later_day_is_accepted(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 1))
    for day, width in ((2, 3), (3, 3.01), (4, 1.01), (5, 3.02)):
        given_alone(tmp_path, boxes(day, width))
    assert days(tmp_path) == [1, 4]


def test_maps_on_both_sides_of_an_accepted_one_do_not_confirm_each_other(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 1))
    given_alone(tmp_path, boxes(4, 1))
    given_alone(tmp_path, {**boxes(2, 3, 3), **boxes(5, 3)})
    assert days(tmp_path) == [1, 4]


def test_a_map_corrected_by_another_waits_no_more(tmp_path: Path) -> None:
    for day, width in ((1, 1), (2, 3), (2, 1.01), (3, 3.01), (4, 3.02)):
        given_alone(tmp_path, boxes(day, width))
    assert days(tmp_path) == [1, 2]
    given_alone(tmp_path, boxes(5, 3.03))
    assert days(tmp_path) == [1, 2, 3, 4, 5]


def test_days_of_a_jump_given_backwards_are_taken_with_the_third(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 1))
    for day in (4, 3, 2):
        assert days(tmp_path) == [1]
        given_alone(tmp_path, boxes(day, 3 + day / 100))
    assert days(tmp_path) == [1, 2, 3, 4]


def test_a_map_that_waits_is_kept_whole(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 1))
    batch = given_alone(tmp_path, {**boxes(2, 1), **boxes(3, 3)})
    folder = batch_path(Workspace(tmp_path / "ws"), "deepstate", batch.id)
    waiting = gpd.read_parquet(folder / "waiting" / "maps.parquet")
    assert [str(day) for day in waiting["day"]] == ["2025-01-03"]
    assert waiting.geometry[0].equals(shapely.box(32, 47, 35, 48))
    assert [str(day) for day in maps(tmp_path, batch)["day"]] == ["2025-01-02"]
    check_batch(folder, batch, file_sha256)
    assert not (batch_path(Workspace(tmp_path / "ws"), "deepstate", "x") / "waiting").exists()


# Gaps, and days before the first


def test_a_day_that_fills_a_gap_agrees_with_one_side(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 1))
    given_alone(tmp_path, boxes(10, 3, 3, 3))
    given_alone(tmp_path, boxes(5, 2.2))
    assert given_alone(tmp_path, boxes(6, 3.1)).verdict == "accepted"
    assert given_alone(tmp_path, boxes(3, 1.1)).verdict == "accepted"
    assert days(tmp_path) == [1, 3, 6, 10, 11, 12]


def test_a_day_before_the_first_is_judged_by_the_first(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(10, 1))
    batch = given_alone(tmp_path, boxes(9, 3))
    assert "on 2025-01-09 against 8,377 km2 on 2025-01-10" in batch.reasons[0]
    assert given_alone(tmp_path, boxes(8, 1.1)).verdict == "accepted"
    given_alone(tmp_path, boxes(3, 3, 3, 3))
    assert days(tmp_path) == [3, 4, 5, 8, 10]


# The same input again


def test_a_day_set_aside_is_judged_again_when_its_neighbours_have_changed(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 3))
    batch = given_alone(tmp_path, boxes(2, 1, 1))
    assert given_alone(tmp_path, boxes(2, 1, 1)) == batch
    given_alone(tmp_path, boxes(1, 1.01))
    again = given_alone(tmp_path, boxes(2, 1, 1))
    assert (batch.verdict, again.verdict, again.id) == ("refused", "accepted", f"{batch.id}-2")
    assert given_alone(tmp_path, boxes(2, 1, 1)) == again
    assert days(tmp_path) == [1, 2, 3]


def test_retry_puts_what_is_accepted_now_in_the_place_of_the_old(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 3))
    batch = given_alone(tmp_path, {**boxes(2, 1), **boxes(3, 3)})
    assert days(tmp_path) == [1, 3]
    workspace, source = Workspace(tmp_path / "ws"), a_source(change_km2_max=JUMP)
    assert retried(workspace, source, batch.id) == batch
    for n in (0, 0.01):
        given_alone(tmp_path, boxes(1, 1 + n))
        given_alone(tmp_path, boxes(4, 1 + n))
    again = retried(workspace, source, batch.id)
    assert again == batch, "day 3 would be lost"
    assert days(tmp_path) == [1, 3]


def test_retry_of_a_refused_day_replaces_its_batch(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 3))
    batch = given_alone(tmp_path, boxes(2, 1))
    given_alone(tmp_path, boxes(1, 1.01))
    workspace, source = Workspace(tmp_path / "ws"), a_source(change_km2_max=JUMP)
    again = retried(workspace, source, batch.id)
    assert again.verdict == "accepted"
    assert batch.id not in {each.id for each in quarantine.all_batches(workspace)}
    assert retried(workspace, source, again.id) == again


def test_an_input_is_not_judged_by_what_it_gave_under_other_rules(tmp_path: Path) -> None:
    given_alone(tmp_path, boxes(1, 1, 3), expectations=a_source().expectations)
    batch = given_alone(tmp_path, boxes(1, 1, 3))
    assert (batch.days, rules(tmp_path, batch)) == (1, ["change_is_plausible"])


# The calendar


def test_a_day_to_come_is_set_aside_until_it_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geodata.ingest.control.pipeline.today", lambda: date(2025, 1, 2))
    batch = given_alone(tmp_path, boxes(2, 1, 1))
    assert (batch.days, batch.files_quarantined, batch.rows_quarantined) == (1, 1, 1)
    found = issue(tmp_path, batch, "day_has_come")
    assert "2025-01-03, and today is 2025-01-02" in found.message
    assert str(found.day) == "2025-01-03"
    monkeypatch.setattr("geodata.ingest.control.pipeline.today", lambda: date(2025, 1, 3))
    assert given_alone(tmp_path, boxes(2, 1, 1)).days == 2
    assert days(tmp_path) == [2, 3]


def test_a_day_before_the_source_began_is_set_aside(tmp_path: Path) -> None:
    begin = date(2025, 1, 2)
    batch = given_alone(tmp_path, boxes(1, 1, 1), coverage_from=begin)
    assert days(tmp_path) == [2]
    found = issue(tmp_path, batch, "day_is_in_the_sources_time")
    assert "2025-01-01, and the source begins on 2025-01-02" in found.message


def test_maps_speak_from_the_first_ingested_on_whenever_their_source_began() -> None:
    source = a_source().model_copy(update={"coverage_from": date(2022, 2, 24)})
    first = pd.Timestamp(2025, 1, 3)
    snapshots = pd.DataFrame(
        {"source": [source.id] * 2, "day": [first + pd.Timedelta(1, "D"), first]}
    )
    book = SourceRegistry({source.id: source}, snapshots)
    assert first_day(source, snapshots) == book.first_day(source.id) == first.date()
    assert book.select(date(2025, 1, 2)).asof is None
    events = source.model_copy(update={"record": "events"})
    assert first_day(events, snapshots) == date(2022, 2, 24)


# Laws


@settings(max_examples=25, deadline=None)
@given(
    widths=st.lists(st.sampled_from([1, 1.1, 3, 3.1, 5]), min_size=2, max_size=9),
    cuts=st.sets(st.integers(1, 8)),
)
def test_days_in_several_batches_in_order_are_accepted_as_in_one(
    tmp_path_factory: pytest.TempPathFactory, widths: Sequence[float], cuts: set[int]
) -> None:
    one, many = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("many")
    given_alone(one, boxes(1, *widths))
    edges = sorted({0, len(widths)} | {cut for cut in cuts if cut < len(widths)})
    for start, end in pairwise(edges):
        given_alone(many, boxes(start + 1, *widths[start:end]))
    assert days(many) == days(one)
