"""Do layers reach the next release, once each, and does the command say what became of a file?"""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from ogr_inputs import (
    a_collection,
    a_feature,
    a_file,
    a_zip,
    folder_of,
    ingested,
    layers,
    workspace,
)
from typer.testing import CliRunner

from geodata.batches.usable import layers_in_use
from geodata.errors import Damaged, InvalidInput
from geodata.features.collections import BUILT_IN
from geodata.features.user_layers import RESERVED, layers_are_as_described, read_layers
from geodata.ingest import quarantine
from geodata.release import build as build_module
from geodata.release.build import build
from geodata.release.diff import diff
from geodata.release.publish import verify
from schemas import Layer
from service.cli import app


@pytest.fixture(scope="module", autouse=True)
def facts_are_laid_out_once() -> Iterator[None]:
    """Every release of these tests has the same tables of facts; they are made once."""
    plain = build_module.release_tables
    with pytest.MonkeyPatch.context() as patch:

        @lru_cache(maxsize=1)
        def tables() -> Any:
            return plain(workspace(Path("nowhere")), [], lambda *_: None)

        patch.setattr(build_module, "release_tables", lambda *_: tables())
        yield


def places(tmp_path: Path, *names: str, file: str = "places.geojson") -> Path:
    features = [{**a_feature(name=name), "id": n} for n, name in enumerate(names)]
    return a_file(tmp_path / file, a_collection(*features))


@pytest.mark.xdist_group("ogr-release")
def test_layers_go_into_the_next_release_and_the_latest_of_a_name_counts(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    bare = build(place)
    first = ingested(tmp_path, places(tmp_path, "a", "b"), licence="CC0-1.0")
    one = build(place)
    assert [batch.id for batch in one.batches] == [first.id]
    assert build(place).id == one.id != bare.id
    verify(place, one.id)
    (layer,) = read_layers(place.release_path(one.id))
    assert (layer.id, layer.rows, layer.licence) == ("places", 2, "CC0-1.0")
    names = {table.name: table.rows for table in one.tables}
    assert names["layer-places.parquet"] == names["places.features"] == 2
    assert names["layers.json"] == 1

    second = ingested(tmp_path, places(tmp_path, "a", "B", "c"))
    ingested(tmp_path, places(tmp_path, "x", file="more.geojson"))
    two = build(place)
    assert {batch.id for batch in two.batches} & {first.id, second.id} == {second.id}
    found = {table.table: table for table in diff(place, one.id, two.id)}
    assert (found["layer-places"].added, found["layer-places"].changed) == (("2",), ("1",))
    assert found["layer-more"].added == ("0",)
    assert diff(place, two.id, bare.id)[-1].removed == ("0", "1", "2")

    again = ingested(tmp_path, places(tmp_path, "a", "b"), licence="CC0-1.0")
    assert again.id == first.id
    assert layers_in_use(place)["places"].batch.id == first.id
    assert read_layers(place.release_path(bare.id)) == ()


def test_same_bytes_and_wishes_are_the_same_batch(tmp_path: Path) -> None:
    path = places(tmp_path, "a")
    one, two = ingested(tmp_path, path), ingested(tmp_path, path)
    assert one == two
    assert ingested(tmp_path, path, id="other").id != one.id
    assert set(layers_in_use(workspace(tmp_path))) == {"other", "places"}


def test_verify_finds_a_layer_that_is_not_as_described(tmp_path: Path) -> None:
    batch = ingested(tmp_path, places(tmp_path, "a"))
    folder = folder_of(tmp_path, batch)
    layers_are_as_described(folder)
    (layer,) = read_layers(folder)
    wrong = {
        "rows": layer.model_copy(update={"rows": 5}),
        "column": layer.model_copy(update={"columns": tuple(reversed(layer.columns))}),
        "missing": layer.model_copy(update={"id": "gone"}),
    }
    for word, changed in wrong.items():
        (folder / "layers.json").write_text(json.dumps([changed.model_dump(mode="json")]))
        with pytest.raises(Damaged, match=word):
            layers_are_as_described(folder)


def test_names_of_lodelines_own_collections_are_reserved(tmp_path: Path) -> None:
    assert set(BUILT_IN) < RESERVED
    path = places(tmp_path, "a", file="deposits.geojson")
    with pytest.raises(InvalidInput, match="--id my-deposits"):
        ingested(tmp_path, path, id="deposits")
    assert ingested(tmp_path, path, id="my-deposits").verdict == "accepted"


@pytest.mark.parametrize("wishes", [{"id": "a/b"}, {"id": ".x"}, {"id": "control"},
                                    {"crs": "file:///etc/passwd"}, {"crs": "+proj=pipeline"},
                                    {"crs": "EPSG:9999999"}, {"layers": ("none",)}])  # fmt: skip
def test_wishes_that_cannot_be_met_are_refused(tmp_path: Path, wishes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        ingested(tmp_path, places(tmp_path, "a"), **wishes)
    assert not list((tmp_path / "ws" / "batches").glob("*/*"))


def test_one_name_cannot_be_given_to_two_layers(tmp_path: Path) -> None:
    data = a_collection(a_feature(n=1))
    path = a_zip(tmp_path / "two.zip", {"a.geojson": data, "b.geojson": data})
    with pytest.raises(InvalidInput, match="pick one with --layer"):
        ingested(tmp_path, path, id="x")
    assert layers(tmp_path, ingested(tmp_path, path, id="x", layers=("b",)))[0].title == "b"


@pytest.mark.parametrize("name", ["Ab_c.d-e", "x" * 64, "0"])
def test_layer_ids_are_what_urls_hold(name: str) -> None:
    assert Layer.model_fields["id"].metadata[0].pattern
    assert read_id(name) == name


def read_id(name: str) -> str:
    return Layer(
        id=name, title="", description="", geometry_name="geom", geometry_type="Point",
        columns=(), rows=0, batch="b", licence="",
    ).id  # fmt: skip


# The command


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    monkeypatch.setenv("LODELINE_WORKSPACE", str(tmp_path / "ws"))
    return CliRunner().invoke(app, ["ingest", *words])


def test_command_takes_a_file_and_names_its_collections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(places(tmp_path, "a"))
    words = ["--id", "mine", "--title", "T", "--licence", "L", "--attribution", "A", "--json"]
    done = run(tmp_path, monkeypatch, "ogr", path, *words)
    assert done.exit_code == 0
    (layer,) = json.loads(done.stdout)["layers"]
    wanted = {"id": "mine", "title": "T", "licence": "L", "attribution": "A", "rows": 1}
    assert wanted.items() <= layer.items()
    assert run(tmp_path, monkeypatch, "ogr", path, "--layer", "places").exit_code == 0


def test_command_fails_where_nothing_is_accepted_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(tmp_path, monkeypatch, "ogr", str(a_file(tmp_path / "x.gpkg", "<x/>")), "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert (found["verdict"], found["layers"]) == ("refused", [])
    listed = quarantine.list_issues(workspace(tmp_path), source="ogr")
    assert listed["rule"].tolist() == ["file_is_of_a_format"]


def test_options_of_layers_go_with_no_other_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(tmp_path, monkeypatch, "deepstate", str(tmp_path), "--id", "x")
    assert isinstance(done.exception, InvalidInput)
