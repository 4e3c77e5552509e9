"""Is a batch of every kind tried again as it was ingested, and is it said what came of it?"""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_kinds import (
    KINDS,
    Given,
    new_rules,
    run,
    some_maps,
    tried_again,
    two_layers,
)
from ingest_inputs import (
    COUNTRY,
    a_box,
    a_daily,
    a_folder,
    a_map,
    a_pipeline,
    a_source,
)
from ogr_inputs import a_collection, a_feature, a_file, a_zip
from raster_inputs import SLOPE, a_geotiff

from geodata.batches.stored import all_batches, batch_path
from geodata.batches.usable import layers_in_use, rasters_in_use
from geodata.batches.withdrawal import restore, withdraw
from geodata.errors import Conflict, NotFound
from geodata.features.user_layers import read_layers
from geodata.ingest import (
    Ingested,
    RasterPipeline,
    VectorOptions,
    VectorPipeline,
    ingest,
    retry,
)
from geodata.ingest.options import OPTIONS
from geodata.ingest.raster import pipeline as raster_pipeline
from geodata.ingest.vector import reader
from geodata.rasters.listing import read_rasters
from geodata.workspace import Workspace
from schemas import Batch
from service.cli import main


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws")


def described(place: Workspace, batch: Batch) -> list[dict[str, Any]]:
    """What the batch's layers and rasters say of themselves, their batch left out."""
    folder = batch_path(place, batch.source, batch.id)
    records = [*read_layers(folder), *read_rasters(folder)]
    return [record.model_dump(exclude={"batch"}) for record in records]


@pytest.mark.parametrize("given", KINDS)
def test_retry_by_the_same_rules_gives_the_batch_as_it_is(
    place: Workspace, tmp_path: Path, given: Given
) -> None:
    batch = given(place, tmp_path)
    for _ in range(2):
        assert tried_again(place, batch) == Ingested(batch, is_known=True)
    assert all_batches(place) == [batch]


@pytest.mark.parametrize("given", KINDS)
def test_retry_by_new_rules_replaces_the_batch_with_its_options_ids_and_place(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: Given
) -> None:
    old = given(place, tmp_path)
    records = described(place, old)
    new_rules(monkeypatch)
    new = tried_again(place, old).batch
    assert new.id != old.id
    assert all_batches(place) == [new]
    assert described(place, new) == records
    assert (new.ingested, new.replaces, new.input_name) == (old.ingested, (), old.input_name)
    assert (new.rows_in, new.rows_accepted) == (old.rows_in, old.rows_accepted)
    with pytest.raises(NotFound, match=new.id):
        tried_again(place, old)
    assert tried_again(place, new) == Ingested(new, is_known=True)
    new_rules(monkeypatch, "v10")
    if new.source != "deepstate":
        assert described(place, tried_again(place, new).batch) == records


@pytest.mark.parametrize("given", KINDS)
def test_a_batch_withdrawn_is_not_tried_again_until_it_is_restored(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: Given
) -> None:
    batch = given(place, tmp_path)
    withdraw(place, batch, "wrong file")
    for _ in range(2):
        with pytest.raises(Conflict, match=rf"wrong file.*lodeline batch restore {batch.id}"):
            tried_again(place, batch)
    new_rules(monkeypatch)
    with pytest.raises(Conflict, match="batch restore"):
        tried_again(place, batch)
    restore(place, batch)
    assert tried_again(place, batch).batch.verdict == "accepted"


@pytest.mark.parametrize("given", KINDS)
def test_what_is_not_stored_any_more_is_named_and_the_batch_stays(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: Given
) -> None:
    batch = given(place, tmp_path)
    new_rules(monkeypatch)
    shutil.rmtree(place.raw)
    with pytest.raises(NotFound, match=batch.input_sha256):
        tried_again(place, batch)
    assert all_batches(place) == [batch]


def test_a_version_tried_again_does_not_take_the_place_of_the_next(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = []
    for count in (1, 2):
        features = [a_feature(n=n) for n in range(count)]
        path = a_file(tmp_path / "mines.geojson", a_collection(*features))
        batches.append(ingest(place, VectorPipeline(), path).batch)
        path = a_geotiff(tmp_path / "hill.tif", SLOPE + count)
        batches.append(ingest(place, RasterPipeline(), path).batch)
    layer, raster, next_layer, next_raster = batches
    for version in ("v9", "v10"):
        layer, raster = (tried_again(place, each).batch for each in (layer, raster))
        assert layers_in_use(place)["mines"].batch.id == next_layer.id
        assert rasters_in_use(place)["hill"].batch.id == next_raster.id
        new_rules(monkeypatch, version)
    withdraw(place, next_layer, "none")
    assert layers_in_use(place)["mines"].batch.id == layer.id
    assert list(layers_in_use(place)) == ["mines"]


def test_a_layer_whose_id_was_taken_by_wish_is_tried_again_behind_it(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (a_file(tmp_path / f"{n}.geojson", a_collection(a_feature())) for n in "ab")
    first = ingest(place, VectorPipeline(VectorOptions(id="x")), one).batch
    second = ingest(place, VectorPipeline(VectorOptions(id="x", replace=True)), two).batch
    new_rules(monkeypatch)
    again = tried_again(place, first).batch
    assert layers_in_use(place)["x"].batch.id == second.id
    withdraw(place, second, "none")
    assert layers_in_use(place)["x"].batch.id == again.id


def test_what_broke_its_reader_passes_once_the_reader_may_take_more(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path / "mines.geojson", a_collection(a_feature(n=1)))
    with monkeypatch.context() as small:
        small.setattr(reader, "MEMORY_BYTES", 64 << 20)
        limits = replace(raster_pipeline.SANDBOX_LIMITS, memory_bytes=64 << 20)
        small.setattr(raster_pipeline, "SANDBOX_LIMITS", limits)
        layer = ingest(place, VectorPipeline(VectorOptions(title="T")), path).batch
        raster = ingest(place, RasterPipeline(), a_geotiff(tmp_path / "h.tif", SLOPE)).batch
        assert {layer.verdict, raster.verdict} == {"refused"}
        assert tried_again(place, layer) == Ingested(layer, is_known=True)
    assert ingest(place, VectorPipeline(VectorOptions(title="T")), path).is_known
    for old in (layer, raster):
        again = tried_again(place, old)
        assert (again.batch.verdict, again.is_known) == ("accepted", False)
        assert tried_again(place, again.batch) == replace(again, is_known=True)
    assert [batch.verdict for batch in all_batches(place)] == ["accepted", "accepted"]
    assert layers_in_use(place)["mines"].layer.title == "T"
    assert ingest(place, VectorPipeline(VectorOptions(title="T")), path).is_known


def test_a_batch_the_present_rules_refuse_stays_in_use(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path / "mines.geojson", a_collection(a_feature(n=1)))
    old = ingest(place, VectorPipeline(), path).batch
    maps = some_maps(place, tmp_path)
    new_rules(monkeypatch)
    monkeypatch.setattr(reader, "MEMORY_BYTES", 64 << 20)
    strict = {"deepstate": a_source(days_min=2)}
    for _ in range(2):
        assert tried_again(place, old).batch.verdict == "refused"
        again = retry(place, maps.id, sources=strict, coverage=COUNTRY)
        assert again.batch.verdict == "refused"
    assert layers_in_use(place)["mines"].batch.id == old.id
    assert len(all_batches(place)) == 4


def test_a_batch_from_before_options_were_recorded_is_tried_again_if_it_had_none(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = ingest(place, RasterPipeline(), a_geotiff(tmp_path / "h.tif", SLOPE)).batch
    assert not (batch_path(place, "geotiff", plain.id) / OPTIONS).exists()
    told = two_layers(place, tmp_path)
    recorded = json.loads((batch_path(place, "ogr", told.id) / OPTIONS).read_bytes())
    assert recorded == {"id": "mine", "title": "Моє", "licence": "CC BY 4.0", "attribution": "us",
                        "crs": "EPSG:32636", "layers": ["a"]}  # fmt: skip
    (batch_path(place, "ogr", told.id) / OPTIONS).unlink()
    new_rules(monkeypatch)
    assert tried_again(place, plain).batch.verdict == "accepted"
    with pytest.raises(Conflict, match=r"not recorded.*ingest in\.zip again.*lodeline ingest ogr"):
        tried_again(place, told)
    assert told in all_batches(place)


# On the command line


def inputs(tmp_path: Path) -> dict[str, Path]:
    believed = {a_daily("20250101"): a_map(a_box(32, 47.8, 37.4, 50.2))}
    return {
        "deepstate": a_folder(tmp_path, believed),
        "ogr": a_file(tmp_path / "mines.geojson", a_collection(a_feature(n=1))),
        "geotiff": a_geotiff(tmp_path / "hill.tif", SLOPE),
    }


@pytest.mark.parametrize("source", ["deepstate", "ogr", "geotiff"])
def test_the_command_says_that_a_file_is_known_and_what_another_try_came_to(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    words = ("ingest", source, str(inputs(tmp_path)[source]))
    first = run(monkeypatch, place, *words, "--json")
    assert json.loads(first.stdout)["known_already"] is False
    id_ = json.loads(first.stdout)["id"]
    for _ in range(2):
        again = run(monkeypatch, place, *words)
        assert again.exit_code == 0
        assert f"known already: this input is batch {id_}, ingested 20" in again.stdout
        assert json.loads(run(monkeypatch, place, *words, "--json").stdout)["known_already"]
        tried = run(monkeypatch, place, "quarantine", "retry", id_)
        assert tried.exit_code == 0
        assert f"batch {id_} stays as it is: nothing more of its input" in tried.stdout
        assert "known already" not in tried.stdout
    new_rules(monkeypatch)
    tried = run(monkeypatch, place, "quarantine", "retry", id_)
    assert f"batch {id_} is replaced by batch {source}-" in tried.stdout
    assert "next: lodeline release build --publish" in tried.stdout
    assert run(monkeypatch, place, "quarantine", "show", all_batches(place)[0].id).exit_code == 0


@pytest.mark.parametrize("source", ["deepstate", "ogr", "geotiff"])
def test_a_refused_input_says_what_was_refused_and_not_0_of_0_rows(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    path = a_file(tmp_path / "index.json", b"[]")
    for _ in range(2):
        refused = run(monkeypatch, place, "ingest", source, str(path))
        assert refused.exit_code == 1
        assert "1 of 1 files" in refused.stdout
        assert "set aside; why: lodeline quarantine show" in refused.stdout
        assert " 0 of 0 " not in refused.stdout
    shown = capfd.readouterr().err
    assert "0 accepted" not in shown
    (batch,) = all_batches(place)
    assert run(monkeypatch, place, "quarantine", "retry", batch.id).exit_code == 1


def test_an_input_without_a_file_to_read_says_so(place: Workspace, tmp_path: Path) -> None:
    for name, files in (("empty", {}), ("hidden", {".x": b"{}"})):
        (tmp_path / name).mkdir()
        batch = ingest(place, a_pipeline(), a_folder(tmp_path / name, files)).batch
        assert batch.verdict == "refused"
        assert "there is no file in it to read" in batch.reasons[0]
    batch = ingest(place, a_pipeline(), a_zip(tmp_path / "none.zip", {})).batch
    assert "there is no file in it to read" in batch.reasons[0]


def test_a_retry_refused_by_new_rules_exits_1_and_says_what_stays(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = ingest(place, VectorPipeline(), inputs(tmp_path)["ogr"]).batch.id
    new_rules(monkeypatch)
    monkeypatch.setattr(reader, "MEMORY_BYTES", 64 << 20)
    tried = run(monkeypatch, place, "quarantine", "retry", id_)
    assert tried.exit_code == 1
    assert f"batch {id_} stays in use: the present rules refuse" in tried.stdout


def test_an_unknown_batch_is_bad_usage(
    place: Workspace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LODELINE_WORKSPACE", str(place.root))
    monkeypatch.setattr("sys.argv", ["lodeline", "quarantine", "retry", "ogr-none"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "'ogr-none' is not here" in capfd.readouterr().err
