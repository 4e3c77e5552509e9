"""Are batches kept, found again, retried, and never left half-written?"""

import json
from pathlib import Path

import pytest
from ingest_inputs import (
    COUNTRY,
    a_box,
    a_daily,
    a_folder,
    a_map,
    a_pipeline,
    a_source,
    days_of_boxes,
    ingested,
)

from geodata.errors import InvalidInput, NotFound
from geodata.ingest import ControlPipeline, all_batches, ingest, list_issues, retry
from geodata.workspace import Workspace
from schemas import Batch


def retried(workspace: Workspace, old: Batch) -> Batch:
    return retry(workspace, old.id, sources={"deepstate": a_source()}, coverage=COUNTRY).batch


def test_same_input_twice_is_one_batch_without_work(tmp_path: Path) -> None:
    path = a_folder(tmp_path, days_of_boxes(1))
    stages: list[str] = []
    workspace = Workspace(tmp_path / "ws")
    first = ingest(workspace, a_pipeline(), path)
    again = ingest(workspace, a_pipeline(), path, lambda stage, *_: stages.append(stage))
    assert (first.is_known, again.is_known) == (False, True)
    assert again.batch == first.batch
    assert stages == ["known"]
    assert [batch.id for batch in all_batches(workspace)] == [first.batch.id]


def test_same_bytes_under_another_day_are_another_batch(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = ingested(tmp_path / "a", days_of_boxes(1))
    other = ingested(tmp_path / "b", {a_daily("20250225"): a_map(a_box(32, 47, 33, 48))})
    assert first.input_sha256 != other.input_sha256


def test_input_is_kept_as_it_came(tmp_path: Path) -> None:
    batch = ingested(tmp_path, days_of_boxes(1))
    raw = tmp_path / "ws" / "raw" / "deepstate"
    listing = json.loads((raw / batch.input_sha256).read_bytes())
    ((name, sha256),) = listing["files"]
    assert name == a_daily("20250101")
    assert (raw / sha256).read_bytes() == a_map(a_box(32, 47, 33, 48))


def test_failure_midway_leaves_no_batch_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("geodata.ingest.control.day_maps.write_records", no_space)
    with pytest.raises(OSError, match="no space"):
        ingested(tmp_path, days_of_boxes(1))
    assert list((tmp_path / "ws" / "batches" / "deepstate").iterdir()) == []
    monkeypatch.undo()
    assert ingested(tmp_path, days_of_boxes(1)).verdict == "accepted"


def test_retry_under_new_rules_replaces_the_batch(tmp_path: Path) -> None:
    old = ingested(tmp_path, days_of_boxes(1, 3), change_km2_max=4000)
    workspace = Workspace(tmp_path / "ws")
    new = retried(workspace, old)
    assert (old.days, new.days) == (1, 2)
    assert all_batches(workspace) == [new]
    assert new.input_name == old.input_name


def test_retry_under_the_same_rules_changes_nothing(tmp_path: Path) -> None:
    old = ingested(tmp_path, days_of_boxes(1))
    assert retried(Workspace(tmp_path / "ws"), old) == old


def test_issues_of_all_batches_are_listed_with_their_batch(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    assert list_issues(workspace).empty
    batch = ingested(tmp_path, {**days_of_boxes(1), "x.geojson": b"["})
    (row,) = list_issues(workspace, source="deepstate").itertuples()
    assert (row.batch, row.rule, row.file) == (batch.id, "file_is_json", "x.geojson")
    with pytest.raises(NotFound):
        list_issues(workspace, batch="deepstate-0")


def test_source_without_a_reader_is_named(tmp_path: Path) -> None:
    other = ControlPipeline(a_source().model_copy(update={"id": "elsewhere"}), COUNTRY)
    path = a_folder(tmp_path, days_of_boxes(1))
    with pytest.raises(InvalidInput, match="elsewhere"):
        ingest(Workspace(tmp_path / "ws"), other, path)
    assert not (tmp_path / "ws").exists()


@pytest.mark.parametrize("path", ["nowhere.geojson", "https://deepstatemap.live/api"])
def test_path_that_is_no_input_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(InvalidInput):
        ingest(Workspace(tmp_path / "ws"), a_pipeline(), Path(path))
