"""Are two inputs ingested at once kept apart, and does each wait for its turn to write?"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ingest_inputs import a_folder, a_pipeline, days_of_boxes
from ogr_inputs import a_collection, a_feature, a_file
from raster_inputs import SLOPE, a_geotiff

from geodata.batches.stored import all_batches, batch_path
from geodata.batches.usable import layers_in_use, rasters_in_use
from geodata.batches.withdrawal import withdraw, withdrawal
from geodata.errors import Conflict, NotFound
from geodata.ingest import Ingested, RasterPipeline, VectorPipeline, ingest, retry
from geodata.ingest import run as skeleton
from geodata.ingest.raster import pipeline as raster_pipeline
from geodata.ingest.vector import pipeline as vector_pipeline
from geodata.workspace import Workspace, only_writer


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws")


def both_at_once(*works: Callable[[], Ingested]) -> list[Ingested]:
    """Run them side by side; each waits for the other when it has read its input."""
    outcomes: dict[int, Ingested] = {}
    threads = [
        threading.Thread(target=lambda n=n, work=work: outcomes.update({n: work()}))
        for n, work in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return [outcomes[n] for n in range(len(works))]


@pytest.fixture
def read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """No input of two is written before both are read."""
    barrier = threading.Barrier(2, timeout=100)
    for pipeline in (VectorPipeline, RasterPipeline):
        read = pipeline.read

        def waiting(*given: Any, read: Any = read) -> Any:
            contents = read(*given)
            barrier.wait()
            return contents

        monkeypatch.setattr(pipeline, "read", waiting)


@pytest.mark.usefixtures("read_together")
def test_two_files_ingested_at_once_get_two_ids(place: Workspace, tmp_path: Path) -> None:
    paths = [
        a_file(tmp_path / f"{n}.geojson", a_collection(a_feature(n=n))) for n in ("a b", "a+b")
    ]
    both_at_once(*(lambda p=p: ingest(place, VectorPipeline(), p) for p in paths))
    assert set(layers_in_use(place)) == {"a-b", "a-b-2"}
    tiffs = [a_geotiff(tmp_path / f"{n}.tif", SLOPE) for n in ("a b", "a+b")]
    both_at_once(*(lambda p=p: ingest(place, RasterPipeline(), p) for p in tiffs))
    assert set(rasters_in_use(place)) == {"a-b", "a-b-2"}


@pytest.mark.usefixtures("read_together")
def test_one_file_ingested_twice_at_once_is_one_batch(place: Workspace, tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.geojson", a_collection(a_feature()))
    one, two = both_at_once(*[lambda: ingest(place, VectorPipeline(), path)] * 2)
    assert one.batch == two.batch
    assert {one.is_known, two.is_known} == {True, False}
    assert all_batches(place) == [one.batch]


def test_an_ingest_waits_for_another_writer_and_gives_up_in_the_end(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path / "a.geojson", a_collection(a_feature()))
    freed = threading.Event()
    monkeypatch.setattr(skeleton.time, "sleep", lambda _: freed.set())

    def write_a_while() -> None:
        with only_writer(place):
            holding.set()
            freed.wait(100)

    holding = threading.Event()
    other = threading.Thread(target=write_a_while)
    other.start()
    holding.wait(100)
    assert ingest(place, VectorPipeline(), path).batch.verdict == "accepted"
    other.join(100)
    monkeypatch.setattr(skeleton, "WAIT_S", -1)
    path.write_bytes(a_collection(a_feature(n=2)))
    with only_writer(place), pytest.raises(Conflict, match="another process is writing"):
        ingest(place, VectorPipeline(), path)
    assert len(all_batches(place)) == 1
    assert not [each for each in (place.raw / "ogr").iterdir() if each.is_dir()]


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, pipeline: type[Any], work: Callable[[], object]
) -> None:
    """Work done once by someone else when the next input has been read, before it is written."""
    read, works = pipeline.read, [work]

    def then(*given: Any) -> Any:
        contents = read(*given)
        while works:
            works.pop()()
        return contents

    monkeypatch.setattr(pipeline, "read", then)


def new_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_pipeline, "VERSION", "v9")
    monkeypatch.setattr(raster_pipeline, "VERSION", "v9")


def one_of(kind: type[Any], folder: Path) -> Path:
    """An input of a kind of pipeline."""
    if kind is RasterPipeline:
        return a_geotiff(folder / "a.tif", SLOPE)
    return a_file(folder / "a.geojson", a_collection(a_feature()))


@pytest.mark.parametrize("kind", [VectorPipeline, RasterPipeline])
def test_a_batch_withdrawn_while_it_is_retried_stays_withdrawn(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Any]
) -> None:
    old = ingest(place, kind(), one_of(kind, tmp_path)).batch
    new_rules(monkeypatch)
    meanwhile(monkeypatch, kind, lambda: withdraw(place, old, "bad data"))
    for _ in range(2):
        with pytest.raises(Conflict, match=rf"bad data.*lodeline batch restore {old.id}"):
            retry(place, old.id)
    assert all_batches(place) == [old]
    assert withdrawal(batch_path(place, old.source, old.id)) is not None


def test_an_input_withdrawn_while_it_is_ingested_again_stays_withdrawn(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, pipeline = one_of(VectorPipeline, tmp_path), VectorPipeline()

    def ingest_and_withdraw() -> None:
        withdraw(place, ingest(place, pipeline, path).batch, "bad data")

    meanwhile(monkeypatch, VectorPipeline, ingest_and_withdraw)
    for _ in range(2):
        with pytest.raises(Conflict, match="bad data"):
            ingest(place, pipeline, path)
    assert len(all_batches(place)) == 1
    assert not layers_in_use(place)


def test_maps_withdrawn_while_they_are_ingested_again_stay_withdrawn(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, pipeline = a_folder(tmp_path, days_of_boxes(1)), a_pipeline()
    known = ingest(place, pipeline, path).batch
    monkeypatch.setattr(type(pipeline), "may_change", lambda *_, **__: True)
    meanwhile(monkeypatch, type(pipeline), lambda: withdraw(place, known, "bad data"))
    with pytest.raises(Conflict, match="bad data"):
        ingest(place, pipeline, path)
    assert all_batches(place) == [known]


@pytest.mark.parametrize("kind", [VectorPipeline, RasterPipeline])
def test_a_batch_retried_twice_at_once_is_replaced_once(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Any]
) -> None:
    old = ingest(place, kind(), one_of(kind, tmp_path)).batch
    new_rules(monkeypatch)
    others: list[Ingested] = []
    meanwhile(monkeypatch, kind, lambda: others.append(retry(place, old.id)))
    late = retry(place, old.id)
    assert late == Ingested(others[0].batch, is_known=True)
    assert all_batches(place) == [late.batch]
    assert not list(batch_path(place, old.source, old.id).parent.glob(".*"))


def test_a_batch_replaced_by_still_newer_rules_meanwhile_is_not_written_again(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = ingest(place, VectorPipeline(), one_of(VectorPipeline, tmp_path)).batch
    new_rules(monkeypatch)

    def retry_by_newer_rules() -> None:
        with monkeypatch.context() as newer:
            newer.setattr(vector_pipeline, "VERSION", "v10")
            retry(place, old.id)

    meanwhile(monkeypatch, VectorPipeline, retry_by_newer_rules)
    with pytest.raises(Conflict, match="replaced meanwhile"):
        retry(place, old.id)
    assert [batch.reader[:7] for batch in all_batches(place)] == ["ogr v10"]


def test_a_batch_replaced_since_it_was_looked_up_is_not_withdrawn_to_no_effect(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = ingest(place, VectorPipeline(), one_of(VectorPipeline, tmp_path)).batch
    new_rules(monkeypatch)
    retry(place, old.id)
    with pytest.raises(NotFound, match=old.id):
        withdraw(place, old, "bad data")
    assert not batch_path(place, old.source, old.id).exists()
