"""Does every layer and raster keep its place, and say so where it takes another's?"""

# ruff: noqa: RUF001 - names in Cyrillic

import json
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from ogr_inputs import a_collection, a_feature, a_file, a_zip, ingested, layers, workspace
from raster_inputs import SLOPE, a_geotiff
from raster_inputs import ingested as raster_ingested
from typer.testing import CliRunner

from geodata.batches.usable import layers_in_use, rasters_in_use
from geodata.errors import Conflict, InvalidInput
from geodata.ingest import quarantine
from geodata.ingest.register import numbered
from geodata.ingest.romanisation import ascii_name
from geodata.ingest.vector.options import layer_id
from geodata.rasters.listing import read_rasters
from geodata.workspace import Workspace
from schemas import Batch
from service.cli import app


def a_layer(folder: Path, name: str, *values: object) -> Path:
    """A file of one layer, named after it."""
    folder.mkdir(parents=True, exist_ok=True)
    data = a_collection(*(a_feature(n=value) for value in values or (1,)))
    return a_file(folder / f"{name}.geojson", data)


def titles(tmp_path: Path) -> dict[str, str]:
    """Titles of the layers in use by id."""
    return {id_: used.layer.title for id_, used in layers_in_use(workspace(tmp_path)).items()}


def replaced(batch: Batch) -> list[tuple[str, str]]:
    return [(each.id, each.batch) for each in batch.replaces]


# Names in ASCII


@pytest.mark.parametrize(
    ("name", "ascii_"),
    [
        ("Родовища", "Rodovyshcha"), ("Єсень", "Yesen"),
        ("Об'єкти Їжакевича", "Obiekty Yizhakevycha"),
        ("Згурські", "Zghurski"), ("шар_Ємності", "shar_Yemnosti"), ("Ґанок", "Ganok"),
        ("объекты Ёлки", "obekty Elky"), ("Шахты", "Shakhty"), ("Шар №1", "Shar No1"),
        ("Łódź – ½", "Lodz - 1/2"), ("Μεταλλεία", "Metalleia"), ("მაღარო", "magharo"),
        ("北京", "BeiJing"), ("", ""), ("\ue000", ""),
    ],
)  # fmt: skip
def test_names_of_any_script_are_written_in_ascii(name: str, ascii_: str) -> None:
    assert ascii_name(name) == ascii_
    assert ascii_name(unicodedata.normalize("NFD", name)) == ascii_


@pytest.mark.parametrize(
    ("name", "id_"),
    [("⛏️", "pick"), ("№ 7", "no-7"), ("1", "1"), ("…", "layer"), ("Ї" * 80, "yi" + "i" * 62)],
)
def test_an_id_is_what_a_url_can_hold(name: str, id_: str) -> None:
    assert layer_id(name) == id_


@pytest.mark.parametrize(("name", "number", "id_"), [
    ("a", 1, "a"), ("a", 2, "a-2"), ("x" * 64, 1, "x" * 64), ("x" * 64, 12, "x" * 61 + "-12"),
])  # fmt: skip
def test_a_number_fits_into_the_longest_id(name: str, number: int, id_: str) -> None:
    assert numbered(name, number) == id_


# Layers


def a_kml(path: Path, *folders: str) -> Path:
    """A file of a point in each of these folders, which are its layers."""
    point = "<Placemark><Point><coordinates>37,48,0</coordinates></Point></Placemark>"
    inside = "".join(f"<Folder><name>{name}</name>{point}</Folder>" for name in folders)
    kml = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inside}</Document></kml>'
    return a_file(path, kml)


def test_files_whose_names_are_cyrillic_give_a_layer_each(tmp_path: Path) -> None:
    names = ("Родовища", "Копальні", "Дані 1", "Шар №1")
    files = [a_layer(tmp_path, name) for name in names]
    files.append(a_kml(tmp_path / "two-folders.kml", "Окуповано", "Звільнено"))
    batches = [ingested(tmp_path, path) for path in files]
    assert titles(tmp_path) == {
        "dani-1": "Дані 1", "kopalni": "Копальні", "okupovano": "Окуповано",
        "rodovyshcha": "Родовища", "shar-no1": "Шар №1", "zvilneno": "Звільнено",
    }  # fmt: skip
    assert [ingested(tmp_path, path) for path in files] == batches
    assert not any(batch.replaces for batch in batches)


@pytest.mark.parametrize(
    ("first", "second", "ids"),
    [
        ("Шар 1", "Шар-1", {"shar-1", "shar-1-2"}),
        ("Roads", "roads", {"Roads", "roads-2"}),
        ("…", "—?", {"layer", "layer-2"}),
        ("x" * 70, "x" * 71, {"x" * 64, "x" * 62 + "-2"}),
        ("Копальні", "kopalni", {"kopalni", "kopalni-2"}),
        ("Гори", "Хори", {"hory", "khory"}),
    ],
)
def test_layers_whose_ids_would_be_one_are_numbered(
    tmp_path: Path, first: str, second: str, ids: set[str]
) -> None:
    one = ingested(tmp_path, a_layer(tmp_path / "in", first))
    two = ingested(tmp_path, a_layer(tmp_path / "in", second))
    assert set(titles(tmp_path)) == ids
    assert set(titles(tmp_path).values()) == {first, second}
    assert not one.replaces
    assert not two.replaces


def test_why_a_layer_is_numbered_names_who_has_the_id(tmp_path: Path) -> None:
    first = ingested(tmp_path, a_layer(tmp_path, "Шар 1"))
    second = ingested(tmp_path, a_layer(tmp_path, "Шар-1"))
    issues = quarantine.show(workspace(tmp_path), second.id).issues
    (message,) = issues.loc[issues["rule"] == "layer_name_is_free", "message"]
    assert f"now 'shar-1-2'; 'shar-1' is of batch {first.id} (Шар 1.geojson)" in message


def test_a_layer_of_another_file_is_not_replaced_by_its_name(tmp_path: Path) -> None:
    data = a_layer(tmp_path, "places").read_bytes()
    ingested(tmp_path, a_zip(tmp_path / "a.zip", {"places.geojson": data}))
    ingested(tmp_path, a_zip(tmp_path / "b.zip", {"places.geojson": data, "x.geojson": data}))
    assert set(titles(tmp_path)) == {"places", "places-2", "x"}


def test_the_next_version_of_a_file_takes_its_place_and_says_whose(tmp_path: Path) -> None:
    ingested(tmp_path, a_layer(tmp_path, "Шар 1"))
    old = ingested(tmp_path, a_layer(tmp_path, "Шар-1", 1))
    new = ingested(tmp_path, a_layer(tmp_path, "Шар-1", 1, 2))
    assert replaced(new) == [("shar-1-2", old.id)]
    assert layers_in_use(workspace(tmp_path))["shar-1-2"].layer.rows == 2
    back = ingested(tmp_path, a_layer(tmp_path, "Шар-1", 1))
    assert (back.id, replaced(back)) == (old.id, [("shar-1-2", new.id)])
    assert layers_in_use(workspace(tmp_path))["shar-1-2"].layer.rows == 1


def test_the_next_version_keeps_its_number_when_the_first_of_the_name_is_gone(
    tmp_path: Path,
) -> None:
    first = ingested(tmp_path, a_layer(tmp_path, "Шар 1"))
    ingested(tmp_path, a_layer(tmp_path, "Шар-1", 1))
    shutil.rmtree(workspace(tmp_path).batches / "ogr" / first.id)
    ingested(tmp_path, a_layer(tmp_path, "Шар-1", 2))
    assert set(titles(tmp_path)) == {"shar-1-2"}


def test_layers_of_one_file_keep_their_ids_when_the_file_changes(tmp_path: Path) -> None:
    one, two = (a_layer(tmp_path, "m", n).read_bytes() for n in (1, 2))
    members = {"Шар 1.geojson": one, "Шар-1.geojson": one}
    ingested(tmp_path, a_zip(tmp_path / "a.zip", members))
    before = titles(tmp_path)
    later = {"0.geojson": two, "Шар.1.geojson": two, "Шар-1.geojson": two}
    ingested(tmp_path, a_zip(tmp_path / "a.zip", later))
    assert set(before) == {"shar-1", "shar-1-2"}
    assert titles(tmp_path) == {**before, "0": "0", "shar-1-3": "Шар.1"}


def test_a_file_from_macos_is_the_next_version_of_that_from_linux(tmp_path: Path) -> None:
    composed, parts = (unicodedata.normalize(form, "Їжа й") for form in ("NFC", "NFD"))
    old = ingested(tmp_path, a_layer(tmp_path / "linux", composed, 1))
    new = ingested(tmp_path, a_layer(tmp_path / "macos", parts, 2))
    assert replaced(new) == [("yizha-y", old.id)]


@pytest.mark.parametrize("name", ["deposits", "Control", "BASEMAP", "admin-areas"])
def test_a_layer_named_like_a_collection_of_lodeline_is_numbered(tmp_path: Path, name: str) -> None:
    for values in ((1,), (1, 2)):
        (layer,) = layers(tmp_path, ingested(tmp_path, a_layer(tmp_path, name, *values)))
        assert (layer.id, layer.title, layer.rows) == (f"{name}-2", name, len(values))


def test_title_is_the_name_as_it_stands_on_the_file(tmp_path: Path) -> None:
    path = a_layer(tmp_path, "Шар №1 & «інше»")
    assert layers(tmp_path, ingested(tmp_path, path))[0].title == "Шар №1 & «інше»"
    batch = ingested(tmp_path, path, id="x", layers=("Шар №1 & «інше»",))
    assert layers(tmp_path, batch)[0].name == "Шар №1 & «інше»"


def test_an_id_of_another_file_is_taken_only_by_wish(tmp_path: Path) -> None:
    first = ingested(tmp_path, a_layer(tmp_path, "a"), id="mine")
    other = a_layer(tmp_path, "b")
    with pytest.raises(Conflict, match=rf"'mine' is of batch {first.id} \(a.geojson\).*--replace"):
        ingested(tmp_path, other, id="mine")
    assert titles(tmp_path) == {"mine": "a"}
    second = ingested(tmp_path, other, id="mine", replace=True)
    assert (replaced(second), titles(tmp_path)) == ([("mine", first.id)], {"mine": "b"})
    assert ingested(tmp_path, other, id="mine") == second


def test_what_was_replaced_by_wish_comes_back_only_by_wish(tmp_path: Path) -> None:
    path = a_layer(tmp_path, "a")
    first = ingested(tmp_path, path)
    second = ingested(tmp_path, a_layer(tmp_path, "b"), id="a", replace=True)
    with pytest.raises(Conflict, match="take it back with --id a --replace"):
        ingested(tmp_path, path)
    assert titles(tmp_path) == {"a": "b"}
    again = ingested(tmp_path, path, id="a", replace=True)
    assert again.id not in {first.id, second.id}
    assert replaced(again) == [("a", second.id)]


def test_an_id_of_other_case_is_no_new_collection(tmp_path: Path) -> None:
    ingested(tmp_path, a_layer(tmp_path, "a"), id="Mine")
    with pytest.raises(Conflict, match="'Mine'"):
        ingested(tmp_path, a_layer(tmp_path, "b"), id="mine")
    ingested(tmp_path, a_layer(tmp_path, "b"), id="mine", replace=True)
    assert titles(tmp_path) == {"Mine": "b"}


def test_replace_without_an_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="--id"):
        ingested(tmp_path, a_layer(tmp_path, "a"), replace=True)


def test_layers_from_before_their_names_were_recorded_have_a_next_version(tmp_path: Path) -> None:
    old = ingested(tmp_path, a_layer(tmp_path, "Шар", 1))
    path = workspace(tmp_path).batches / "ogr" / old.id / "layers.json"
    (row,) = json.loads(path.read_bytes())
    path.write_text(json.dumps([{**row, "name": ""}]))
    assert replaced(ingested(tmp_path, a_layer(tmp_path, "Шар", 2))) == [("shar", old.id)]


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    monkeypatch.setenv("LODELINE_WORKSPACE", str(tmp_path / "ws"))
    done = CliRunner().invoke(app, ["ingest", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_command_says_whose_place_was_taken_and_what_was_numbered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ingested(tmp_path, a_layer(tmp_path, "Шар 1"))
    numbered_ = run(tmp_path, monkeypatch, "ogr", str(a_layer(tmp_path, "Шар-1")))
    assert f"now 'shar-1-2'; 'shar-1' is of batch {first.id}" in numbered_
    words = ("--id", "shar-1", "--replace")
    taken = run(tmp_path, monkeypatch, "ogr", str(a_layer(tmp_path, "Шар+1")), *words)
    assert f"collection shar-1 replaces the one of batch {first.id} (Шар 1.geojson)" in taken
    shown = run(tmp_path, monkeypatch, "ogr", str(tmp_path / "Шар+1.geojson"), *words, "--json")
    assert [each["batch"] for each in json.loads(shown)["replaces"]] == [first.id]


# Rasters


def raster_ids(tmp_path: Path) -> set[str]:
    return set(rasters_in_use(Workspace(tmp_path / "ws")))


def test_rasters_whose_names_are_cyrillic_have_ids_of_their_own(tmp_path: Path) -> None:
    for number, name in enumerate(("Ґрунти", "Ліс", "Ліс!", "occupation-since", "ліс")):
        raster_ingested(tmp_path, a_geotiff(tmp_path / f"{name}.tif", SLOPE + number))
    assert raster_ids(tmp_path) == {"Grunty", "Lis", "Lis-2", "occupation-since-2", "lis-3"}


def test_the_next_version_of_a_raster_takes_its_place_and_says_whose(tmp_path: Path) -> None:
    path = tmp_path / "Ліс.tif"
    old = raster_ingested(tmp_path, a_geotiff(path, SLOPE))
    new = raster_ingested(tmp_path, a_geotiff(path, SLOPE + 1))
    assert (replaced(new), raster_ids(tmp_path)) == ([("Lis", old.id)], {"Lis"})
    back = raster_ingested(tmp_path, a_geotiff(path, SLOPE))
    assert (back.id, replaced(back)) == (old.id, [("Lis", new.id)])


def test_a_raster_replaced_by_wish_comes_back_only_by_wish(tmp_path: Path) -> None:
    first, second = (a_geotiff(tmp_path / f"{n}.tif", SLOPE + i) for i, n in enumerate("ab"))
    old = raster_ingested(tmp_path, first)
    raster_ingested(tmp_path, second, id="a", replace=True)
    with pytest.raises(Conflict, match="--replace"):
        raster_ingested(tmp_path, first)
    assert raster_ingested(tmp_path, first, replace=True).id == old.id


def test_why_a_raster_is_numbered_is_noted(tmp_path: Path) -> None:
    first = raster_ingested(tmp_path, a_geotiff(tmp_path / "a b.tif", SLOPE))
    second = raster_ingested(tmp_path, a_geotiff(tmp_path / "a-b.tif", SLOPE + 1))
    folder = Workspace(tmp_path / "ws").batches / "geotiff" / second.id
    assert [raster.id for raster in read_rasters(folder)] == ["a-b-2"]
    issues = quarantine.show(Workspace(tmp_path / "ws"), second.id).issues
    (message,) = issues.loc[issues["rule"] == "raster_name_is_free", "message"]
    assert f"'a-b' is of batch {first.id} (a b.tif), now 'a-b-2'" in message
