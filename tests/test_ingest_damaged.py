"""Do damaged files of a batch name the batch and the way out, and hide nothing else?"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from batch_kinds import (
    KINDS,
    Given,
    new_rules,
    run,
    second_band,
    some_maps,
    tried_again,
    two_layers,
)
from ogr_inputs import a_collection, a_feature, a_file

from geodata.batches.stored import ISSUES, RECORD, all_batches, batch_path
from geodata.batches.withdrawal import WITHDRAWN, withdraw
from geodata.errors import Damaged
from geodata.ingest import (
    Ingested,
    VectorPipeline,
    ingest,
    quarantine,
)
from geodata.ingest.options import OPTIONS
from geodata.workspace import Workspace

ISSUES_DAMAGED = [None, b"", b"x", b"PAR1" * 9]
OPTIONS_DAMAGED = [b"", b"{", b"[]", b"null", b"3", b'{"zz": 1}', b"\xff"]
A_HASH = b"a" * 64
LISTING_DAMAGED = [
    b"garbage", b"{}", b"[]", b'{"files": [["x.geojson"]], "refused": []}',
    b'{"files": [["x.geojson", "../../one.geojson"]], "refused": []}',
    b'{"files": [["x.geojson", "/etc/hostname"]], "refused": []}',
    b'{"files": [["x.geojson", "' + A_HASH + b'\\n"]], "refused": []}',
    b'{"files": [["x.geojson", "' + A_HASH + b'"]], "refused": []}',
]  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws")


def damage(path: Path, data: bytes | None) -> None:
    path.unlink()
    if data is not None:
        path.write_bytes(data)


@pytest.mark.parametrize("data", ISSUES_DAMAGED)
@pytest.mark.parametrize("given", KINDS)
def test_issues_that_cannot_be_read_name_their_batch_and_the_way_out(
    place: Workspace, tmp_path: Path, given: Given, data: bytes | None
) -> None:
    batch = given(place, tmp_path)
    whole = batch_path(place, batch.source, batch.id) / ISSUES
    kept = whole.read_bytes()
    damage(whole, data)
    ways: list[Callable[[], object]] = [
        lambda: tried_again(place, batch),
        lambda: quarantine.show(place, batch.id),
        lambda: quarantine.list_issues(place, batch=batch.id),
    ]
    for way in ways:
        with pytest.raises(Damaged, match=rf"of batch {batch.id} cannot.*remove the folder"):
            way()
    whole.write_bytes(kept)
    assert tried_again(place, batch) == Ingested(batch, is_known=True)


def test_the_way_out_of_issues_that_cannot_be_read_is_one(place: Workspace, tmp_path: Path) -> None:
    path = a_file(tmp_path / "mines.geojson", a_collection(a_feature(n=1)))
    batch = ingest(place, VectorPipeline(), path).batch
    folder = batch_path(place, batch.source, batch.id)
    damage(folder / ISSUES, b"x")
    for _ in range(2):
        with pytest.raises(Damaged, match=f"remove the folder batches/ogr/{batch.id} and ingest"):
            ingest(place, VectorPipeline(), path)
    shutil.rmtree(folder)
    assert ingest(place, VectorPipeline(), path).batch.id == batch.id
    assert tried_again(place, batch).is_known


def test_a_batch_that_cannot_be_read_does_not_hide_the_issues_of_others(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps, layer = some_maps(place, tmp_path), two_layers(place, tmp_path)
    damage(batch_path(place, layer.source, layer.id) / ISSUES, b"x")
    listed = quarantine.list_issues(place)
    assert set(listed["batch"]) == {maps.id, layer.id}
    (row,) = listed[listed["batch"] == layer.id].itertuples()
    assert (row.rule, row.severity) == ("batch_is_readable", "refused")
    shown = run(monkeypatch, place, "quarantine", "list", "--json")
    assert {each["batch"] for each in json.loads(shown.stdout)} == {maps.id, layer.id}


@pytest.mark.parametrize("data", OPTIONS_DAMAGED)
@pytest.mark.parametrize("given", [two_layers, second_band])
def test_options_that_cannot_be_read_name_their_batch_and_the_way_out(
    place: Workspace, tmp_path: Path, given: Given, data: bytes
) -> None:
    batch = given(place, tmp_path)
    damage(batch_path(place, batch.source, batch.id) / OPTIONS, data)
    for _ in range(2):
        with pytest.raises(Damaged, match=rf"of batch {batch.id} is no.*lodeline ingest"):
            tried_again(place, batch)
    assert all_batches(place) == [batch]


@pytest.mark.parametrize("data", LISTING_DAMAGED)
def test_stored_bytes_that_are_no_input_are_named_with_the_way_out(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    path = a_file(tmp_path / "mines.geojson", a_collection(a_feature(n=1)))
    layer, maps = ingest(place, VectorPipeline(), path).batch, some_maps(place, tmp_path)
    new_rules(monkeypatch)
    for batch in (layer, maps):
        damage(place.raw / batch.source / batch.input_sha256, data)
        with pytest.raises(Damaged, match=rf"{batch.input_name}.*ingest {batch.input_name} again"):
            tried_again(place, batch)
    assert len(all_batches(place)) == 2


def test_a_damaged_withdrawal_is_told_without_an_address_of_a_librarys_manual(
    place: Workspace, tmp_path: Path
) -> None:
    batch = some_maps(place, tmp_path)
    withdraw(place, batch, "x")
    for name in (WITHDRAWN, RECORD):
        for data in (b"{", b"[]", b'{"batch": 1}'):
            (batch_path(place, batch.source, batch.id) / name).write_bytes(data)
            with pytest.raises(Damaged, match=batch.id) as raised:
                tried_again(place, batch)
            assert "pydantic" not in str(raised.value)
            assert "\n" not in str(raised.value)
