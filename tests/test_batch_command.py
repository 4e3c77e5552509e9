"""Can a batch be taken out of later releases and back, and does the command say what is used?"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ingest_inputs import COUNTRY, a_source, days_of_boxes
from ingest_inputs import ingested as ingested_maps
from ogr_inputs import a_collection, a_feature, a_file, ingested, workspace
from raster_inputs import a_geotiff
from releases import SmallFacts, give_batch, land
from served import client_of
from shapely import box
from typer.testing import CliRunner

from geodata.batches.standing import BatchStanding, batch_standings
from geodata.batches.stored import all_batches, batch_path, find_batch
from geodata.batches.usable import layers_in_use, rasters_in_use, usable_batches
from geodata.batches.withdrawal import WITHDRAWN, restore, withdraw
from geodata.errors import Conflict, Damaged, InvalidInput, NotFound
from geodata.features.user_layers import read_layers
from geodata.ingest import RasterOptions, RasterPipeline, ingest, retry
from geodata.release.build import build
from geodata.release.publish import publish, verify
from geodata.workspace import Workspace, only_writer
from schemas import Batch
from service.cli import app, main

pytestmark = pytest.mark.xdist_group("batch-command")
FIRST, SECOND = date(2024, 7, 8), date(2024, 7, 10)


@pytest.fixture(autouse=True)
def small_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    SmallFacts(monkeypatch)


def version(tmp_path: Path, *names: str, file: str = "mines.geojson") -> Batch:
    features = [a_feature(name=name) for name in names]
    return ingested(tmp_path, a_file(tmp_path / file, a_collection(*features)))


def states(place: Workspace) -> dict[str, str]:
    return {each.batch.id: each.state for each in batch_standings(place, all_batches(place))}


def standing(place: Workspace, batch_id: str) -> BatchStanding:
    return batch_standings(place, [find_batch(place, batch_id)])[0]


def names_served(place: Workspace, release: str) -> list[str]:
    """Names of the mines, as a release pinned by its id gives them."""
    document = client_of(place).json(f"/collections/mines/items?release={release}")
    return [feature["properties"]["name"] for feature in document["features"]]


def test_withdrawing_a_second_version_brings_back_the_first_and_old_releases_stay(
    tmp_path: Path,
) -> None:
    place = workspace(tmp_path)
    one = version(tmp_path, "Kruta Balka")
    r1 = build(place)
    two = version(tmp_path, "Kruta Balka", "Shevchenkivske")
    r2 = build(place)
    assert states(place) == {one.id: "superseded", two.id: "in use"}
    assert standing(place, one.id).superseded_by == (two.id,)

    withdraw(place, two, "the second mine is none")
    r3 = build(place)
    assert states(place) == {one.id: "in use", two.id: "withdrawn"}
    assert [batch.id for batch in r3.batches] == [one.id]

    restore(place, two)
    r4 = build(place)
    assert states(place) == {one.id: "superseded", two.id: "in use"}
    assert [batch.id for batch in r4.batches] == [two.id]

    publish(place, r4.id)
    for release in (r1, r3):
        assert names_served(place, release.id) == ["Kruta Balka"]
    for release in (r2, r4):
        assert names_served(place, release.id) == ["Kruta Balka", "Shevchenkivske"]
        verify(place, release.id)


def test_the_only_batch_withdrawn_leaves_a_release_as_if_it_had_never_been(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    bare = build(place)
    batch = version(tmp_path, "a")
    build(place)
    withdraw(place, batch, "wrong file")
    after = build(place)
    assert after.content_sha256 == bare.content_sha256
    assert (after.batches, read_layers(place.release_path(after.id))) == ((), ())
    restore(place, batch)
    assert [b.id for b in build(place).batches] == [batch.id]


def test_days_of_control_go_and_come_back_with_their_batch(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    west, east = land(box(31, 47, 32, 48)), land(box(36, 47, 37, 48))
    give_batch(place, [(FIRST, {"occupied": west}), (SECOND, {"occupied": west})], "a")
    give_batch(place, [(SECOND, {"occupied": east})], "later")
    first, later = (find_batch(place, f"deepstate-{name}") for name in ("a", "later"))
    assert standing(place, first.id).in_use == 1
    assert standing(place, first.id).superseded_by == (later.id,)
    r1 = build(place)

    withdraw(place, later, "drawn on the wrong side")
    r2 = build(place)
    assert standing(place, first.id).in_use == 2
    restore(place, later)
    r3 = build(place)
    withdraw(place, first, "both")
    withdraw(place, later, "both")
    r4 = build(place)
    assert "deepstate" not in r4.control_sources
    publish(place, r3.id)
    client = client_of(place)
    for release, at_west in ((r1, "unknown"), (r2, "occupied"), (r3, "unknown")):
        target = f"/control/at?lon=31.5&lat=47.5&date={SECOND}&release={release.id}"
        found = {s["source"]: s["status"] for s in client.json(target)["by_source"]}
        assert (found["deepstate"] == "occupied") == (at_west == "occupied"), release.id


def test_rasters_go_and_come_back_with_their_batch(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    for number in (1, 2):
        cells = np.full((4, 4), number, dtype="float32")
        path = a_geotiff(tmp_path / "people.tif", cells)
        last = ingest(place, RasterPipeline(RasterOptions(replace=True)), path).batch
    one, two = all_batches(place)
    assert last.id == two.id
    assert rasters_in_use(place)["people"].batch.id == two.id
    withdraw(place, two, "twos")
    assert rasters_in_use(place)["people"].batch.id == one.id
    assert states(place) == {one.id: "in use", two.id: "withdrawn"}
    with pytest.raises(Conflict, match=f"lodeline batch restore {two.id}"):
        ingest(place, RasterPipeline(RasterOptions(replace=True)), path)
    restore(place, two)
    assert rasters_in_use(place)["people"].batch.id == two.id


def test_an_input_withdrawn_is_not_known_already_but_says_how_to_restore_it(
    tmp_path: Path,
) -> None:
    place = workspace(tmp_path)
    batch = version(tmp_path, "a")
    withdraw(place, batch, "cut short")
    for _ in range(2):
        with pytest.raises(Conflict, match=rf"cut short.*lodeline batch restore {batch.id}"):
            version(tmp_path, "a")
    assert layers_in_use(place) == {}
    mended = version(tmp_path, "a", "b")
    assert states(place) == {batch.id: "withdrawn", mended.id: "in use"}
    restore(place, batch)
    assert states(place) == {batch.id: "superseded", mended.id: "in use"}
    assert version(tmp_path, "a").id == batch.id
    assert states(place) == {batch.id: "in use", mended.id: "superseded"}


def test_maps_withdrawn_are_neither_ingested_again_nor_tried_under_new_rules(
    tmp_path: Path,
) -> None:
    place, files = workspace(tmp_path), days_of_boxes(1.0, 1.1)
    batch = ingested_maps(tmp_path, files)
    withdraw(place, batch, "no maps of that day")
    with pytest.raises(Conflict, match=f"batch restore {batch.id}"):
        ingested_maps(tmp_path, files)
    with pytest.raises(Conflict, match="batch restore"):
        retry(place, batch.id, sources={"deepstate": a_source(days_min=2)}, coverage=COUNTRY)
    restore(place, batch)
    assert ingested_maps(tmp_path, files) == batch


def test_what_cannot_be_withdrawn_or_restored_says_why(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    batch = version(tmp_path, "a")
    refused = ingested(tmp_path, a_file(tmp_path / "none.geojson", a_collection()))
    with pytest.raises(InvalidInput, match="--why"):
        withdraw(place, batch, "  ")
    with pytest.raises(Conflict, match="refused"):
        withdraw(place, refused, "why not")
    with pytest.raises(Conflict, match="not withdrawn"):
        restore(place, batch)
    withdraw(place, batch, "first reason")
    with pytest.raises(Conflict, match="first reason"):
        withdraw(place, batch, "second reason")
    with only_writer(place), pytest.raises(Conflict, match="another process"):
        restore(place, batch)
    restore(place, batch)
    with pytest.raises(Conflict, match="not withdrawn"):
        restore(place, batch)
    assert not list(batch_path(place, "ogr", batch.id).glob(f"*{WITHDRAWN}*"))


def test_a_damaged_batch_stops_the_build_until_it_is_withdrawn(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    give_batch(place, [(FIRST, {"occupied": land(box(36, 47, 37, 48))})], "a")
    folder = batch_path(place, "deepstate", "deepstate-a")
    (folder / "snapshots.parquet").write_bytes(b"gone")
    assert states(place) == {"deepstate-a": "damaged"}
    with pytest.raises(Damaged, match="lodeline batch withdraw deepstate-a"):
        build(place)
    withdraw(place, find_batch(place, "deepstate-a"), "damaged")
    assert build(place).batches == ()
    (folder / WITHDRAWN).write_text("{")
    with pytest.raises(Damaged, match=WITHDRAWN):
        usable_batches(place)


# the command


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    monkeypatch.setenv("LODELINE_WORKSPACE", str(tmp_path / "ws"))
    return CliRunner().invoke(app, ["batch", *words], catch_exceptions=False)


def test_the_command_lists_shows_withdraws_and_restores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(tmp_path, monkeypatch, "list", "--json").stdout == "[]\n"
    one, two = version(tmp_path, "a"), version(tmp_path, "a", "b")
    out = run(tmp_path, monkeypatch, "withdraw", two.id, "--why", "two is too many")
    assert (out.exit_code, two.id in out.stdout, "release build" in out.stdout) == (0, True, True)
    text = run(tmp_path, monkeypatch, "list").stdout
    assert "two is too many" in text
    listed = json.loads(run(tmp_path, monkeypatch, "list", "--source", "ogr", "--json").stdout)
    found = {each["id"]: each for each in listed}
    assert [found[each.id]["state"] for each in (one, two)] == ["in use", "withdrawn"]
    assert found[one.id]["names"] == ["mines"]
    assert found[one.id]["holds"] == {"layers": 1}
    assert found[two.id]["withdrawal"]["why"] == "two is too many"
    shown = json.loads(run(tmp_path, monkeypatch, "show", two.id, "--json").stdout)
    assert (shown["state"], shown["input_name"], shown["issues"]) == (
        "withdrawn", "mines.geojson", [],
    )  # fmt: skip
    back = json.loads(run(tmp_path, monkeypatch, "restore", two.id, "--json").stdout)
    assert (back["state"], back["withdrawal"]) == ("in use", None)
    assert "superseded" in run(tmp_path, monkeypatch, "show", one.id).stdout


def test_issues_of_a_batch_are_shown_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path / "x.geojson", a_collection(a_feature(point_count=7)))
    batch = ingested(tmp_path, path)
    shown = json.loads(run(tmp_path, monkeypatch, "show", batch.id, "--json").stdout)
    assert [issue["rule"] for issue in shown["issues"]] == ["name_is_free_in_tiles"]
    assert "name_is_free_in_tiles" in run(tmp_path, monkeypatch, "show", batch.id).stdout


@pytest.mark.parametrize(("words", "status", "said"), [
    (("show", "ogr-none"), 2, "ogr-none"),
    (("withdraw", "ogr-none", "--why", "x"), 2, "is not here"),
    (("restore", "ogr-none"), 2, "is not here"),
    (("withdraw", "{id}"), 2, "--why"),
    (("withdraw", "{id}", "--why", ""), 2, "reason"),
    (("restore", "{id}"), 1, "not withdrawn"),
])  # fmt: skip
def test_the_exit_status_tells_bad_usage_from_what_did_not_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    words: tuple[str, ...], status: int, said: str,
) -> None:  # fmt: skip
    batch = version(tmp_path, "a")
    monkeypatch.setenv("LODELINE_WORKSPACE", str(tmp_path / "ws"))
    given = [word.format(id=batch.id) for word in words]
    monkeypatch.setattr("sys.argv", ["lodeline", "batch", *given])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == status
    assert said in capfd.readouterr().err


def test_an_unknown_batch_is_named_with_those_there_are(tmp_path: Path) -> None:
    batch = version(tmp_path, "a")
    with pytest.raises(NotFound, match=batch.id):
        find_batch(workspace(tmp_path), "ogr-none")
