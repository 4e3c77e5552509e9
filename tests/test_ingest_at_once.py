"""Are two inputs ingested at once kept apart, and does each wait for its turn to write?"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ogr_inputs import a_collection, a_feature, a_file
from raster_inputs import SLOPE, a_geotiff

from geodata.batches.stored import all_batches
from geodata.batches.usable import layers_in_use, rasters_in_use
from geodata.errors import Conflict
from geodata.ingest import Ingested, RasterPipeline, VectorPipeline, ingest
from geodata.ingest import run as skeleton
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
