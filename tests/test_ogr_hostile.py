"""Is a hostile file refused before it can do harm, and nothing written where it should not be?"""

import sqlite3
import stat
import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from ogr_inputs import (
    a_collection,
    a_feature,
    a_file,
    a_zip,
    folder_of,
    ingested,
    issues,
    layers,
    rules,
    workspace,
)
from shapely import Point

from geodata.errors import InvalidInput, Refused, TooLarge
from geodata.ingest import stored_input
from geodata.ingest.sandbox import Sandbox
from geodata.ingest.vector import reader
from geodata.ingest.vector.formats import FORMATS, GEOPACKAGE, Dataset, dataset

VRT = (
    "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource>"
    "</OGRVRTLayer></OGRVRTDataSource>"
)
KML = (
    "<kml xmlns='http://www.opengis.net/kml/2.2'><Document><Placemark><name>{}</name><Point>"
    "<coordinates>30,50</coordinates></Point></Placemark></Document></kml>"
)
EXTERNAL = "<!DOCTYPE kml [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>"
LAUGHS = "<!DOCTYPE kml [<!ENTITY a 'ha'><!ENTITY x '&a;&a;&a;&a;'>]>"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("evil.gpkg", VRT),
        ("evil.csv", VRT),
        ("evil.geojson", VRT),
        ("evil.shp", VRT),
        ("evil.fgb", VRT),
        ("evil.kml", VRT),
        ("evil.parquet", VRT),
        ("evil.vrt", VRT),
        ("evil.tif", VRT),
        ("evil.gml", "<gml/>"),
        ("evil.xlsx", "PK"),
        ("evil.pdf", "%PDF-1.7"),
        ("external.kml", EXTERNAL + KML.format("&x;")),
        ("laughs.kml", LAUGHS + KML.format("&x;")),
        ("wide.kml", (EXTERNAL + KML.format("&x;")).encode("utf-16")),
        ("cut.kml", KML[:80]),
        ("empty.gpkg", ""),
        ("nul.csv", b"lon,lat\n\0"),
    ],
)
def test_file_that_is_not_what_it_says_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes | str
) -> None:
    def never(*_args: object) -> None:
        raise AssertionError("GDAL was asked")

    monkeypatch.setattr(Sandbox, "run", never)
    batch = ingested(tmp_path, a_file(tmp_path / name, data))
    assert (batch.verdict, batch.files_in, batch.files_quarantined) == ("refused", 1, 1)
    assert ("file_is_of_a_format", "quarantined") in rules(tmp_path, batch)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cut.geojson", '{"type": "FeatureCollection", "features": [{"type"'),
        ("deep.geojson", '{"a":' * 100_000),
        ("topology.json", '{"type":"Topology","objects":{},"arcs":[]}'),
        ("cut.gpkg", b"SQLite format 3\0" + bytes(200)),
        ("cut.fgb", b"fgb\x03fgb\x01" + b"\xff" * 64),
        ("cut.parquet", b"PAR1" + bytes(64) + b"PAR1"),
    ],
)
def test_file_its_driver_cannot_read_is_set_aside(
    tmp_path: Path, name: str, data: bytes | str
) -> None:
    batch = ingested(tmp_path, a_file(tmp_path / name, data))
    assert (batch.verdict, batch.files_quarantined) == ("refused", 1)
    assert "cannot be read" in batch.reasons[0]
    assert str(tmp_path) not in batch.reasons[0]


@pytest.mark.parametrize(
    "path",
    [
        "/vsicurl/http://127.0.0.1:9/x.gpkg",
        "/vsizip//data/x.zip",
        "/vsistdin/",
        "http://127.0.0.1:9/x.gpkg",
        "DERIVED_SUBDATASET:x:y",
        "GPKG:/x.gpkg:y",
        "no-such-file.gpkg",
    ],
)
def test_only_paths_of_this_machine_are_opened(tmp_path: Path, path: str) -> None:
    with pytest.raises(InvalidInput, match=r"is an address|no file"):
        ingested(tmp_path, Path(path))


def test_members_that_leave_the_archive_or_are_links_are_not_unpacked(tmp_path: Path) -> None:
    data = a_collection(a_feature(n=1))
    path = a_zip(
        tmp_path / "a.zip", {"../evil.geojson": data, "/abs.geojson": data, "ok.json": data}
    )
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("link.geojson")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("inner.zip", path.read_bytes())
    batch = ingested(tmp_path, path)
    assert [layer.id for layer in layers(tmp_path, batch)] == ["ok"]
    assert {
        ("member_path_is_inside", "quarantined"),
        ("member_is_a_file", "quarantined"),
        ("file_is_of_a_format", "note"),
    } <= rules(tmp_path, batch)
    assert {each.name for each in tmp_path.iterdir()} == {"a.zip", "ws"}
    assert not [each for each in (tmp_path / "ws" / "raw" / "ogr").iterdir() if each.is_dir()]


def test_links_are_not_followed(tmp_path: Path) -> None:
    a_file(tmp_path / "secret", a_collection(a_feature(n=1)))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.geojson").symlink_to(tmp_path / "secret")
    batch = ingested(tmp_path, tmp_path / "in")
    assert (batch.verdict, batch.files_quarantined) == ("refused", 1)


@pytest.mark.parametrize("suffix", [".zip", ".kmz"])
def test_archive_that_swells_is_refused(tmp_path: Path, suffix: str) -> None:
    path = a_zip(tmp_path / f"bomb{suffix}", {"doc.kml": bytes(100_000_000)})
    with pytest.raises(TooLarge, match="unpacks to more than"):
        ingested(tmp_path, path)
    assert not (tmp_path / "ws" / "batches").exists()


def test_archive_that_lies_about_its_size_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_zip(tmp_path / "bomb.zip", {"doc.kml": bytes(70_000_000)})
    data = path.read_bytes()
    path.write_bytes(data.replace((70_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    monkeypatch.setattr(stored_input, "CHUNK", 1 << 16)
    with pytest.raises((TooLarge, InvalidInput)):
        ingested(tmp_path, path)


def test_a_zip_whose_packed_bytes_are_broken_is_refused_with_its_reason(tmp_path: Path) -> None:
    path = a_zip(
        tmp_path / "x.zip", {"x.geojson": a_collection(*[a_feature(n=n) for n in range(99)])}
    )
    whole, start = path.read_bytes(), 30 + len("x.geojson")
    for broken in (b"\xff" * 40, b"\x07" * 40, bytes(40)):
        path.write_bytes(whole[:start] + broken + whole[start + 40 :])
        with pytest.raises(InvalidInput, match="the zip archive cannot be read to its end"):
            ingested(tmp_path, path)


@pytest.mark.parametrize("name", ["x.tar", "x.geojson.gz"])
def test_other_archives_are_refused_with_the_way_out(tmp_path: Path, name: str) -> None:
    data = bytes(257) + b"ustar" + bytes(600) if name.endswith("tar") else b"\x1f\x8b" + bytes(60)
    with pytest.raises(InvalidInput, match="give a zip"):
        ingested(tmp_path, a_file(tmp_path / name, data))


def a_geopackage(path: Path, *statements: str) -> Path:
    gpd.GeoDataFrame({"n": [1]}, geometry=[Point(30, 50)], crs=4326).to_file(path, layer="own")
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()
    return path


def test_geopackage_is_read_as_it_is_and_left_as_it_was(tmp_path: Path) -> None:
    path = a_geopackage(
        tmp_path / "x.gpkg",
        "create table log (what text)",
        "create trigger t after insert on log begin delete from own; end",
        "create view v as select load_extension('/x.so') as n",
    )
    with sqlite3.connect(path) as database:
        database.execute("pragma journal_mode = wal")
    database.close()
    before = path.read_bytes()
    batch = ingested(tmp_path, path)
    assert [layer.id for layer in layers(tmp_path, batch)] == ["own"]
    assert path.read_bytes() == before
    kept = workspace(tmp_path).raw / "ogr"
    assert before in [each.read_bytes() for each in kept.iterdir()]


def test_endless_view_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_geopackage(
        tmp_path / "x.gpkg",
        "create view endless as with recursive t(n) as (select 1 union all select n + 1 from t) "
        "select n as fid, (select geom from own) as geom from t where n < 0",
        "insert into gpkg_contents (table_name, data_type, identifier, srs_id) "
        "values ('endless', 'features', 'endless', 4326)",
        "insert into gpkg_geometry_columns values ('endless', 'geom', 'POINT', 4326, 0, 0)",
    )
    monkeypatch.setattr(reader, "CPU_S", 2)
    batch = ingested(tmp_path, path)
    assert batch.verdict == "refused"
    assert "broke its reader" in batch.reasons[0]


def test_worker_has_one_driver_and_no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    monkeypatch.setenv("GDAL_DRIVER_PATH", "/plugins")
    for known in FORMATS:
        sandbox = reader.sandbox_for(Dataset(Path("x/none"), known), Path("/scratch"))
        settings = sandbox.environment
        skipped = set(settings["GDAL_SKIP"].split(","))
        assert skipped == set(pyogrio.list_drivers()) - {known.driver}
        assert "SECRET_TOKEN" not in settings
        assert settings["GDAL_DRIVER_PATH"] == "disable"
        assert settings["PROJ_NETWORK"] == "OFF"


def test_worker_does_not_read_where_another_driver_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_geopackage(tmp_path / "x.gpkg")
    monkeypatch.setattr(reader, "_drivers", lambda: frozenset(("GPKG",)))
    with pytest.raises(Refused, match="other drivers"):
        reader.read_dataset(dataset(path), tmp_path / "answers", None)


def test_memory_of_the_worker_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_geopackage(tmp_path / "x.gpkg")
    monkeypatch.setattr(reader, "MEMORY_BYTES", 64 << 20)
    with pytest.raises(Refused):
        reader.read_dataset(Dataset(path, GEOPACKAGE), tmp_path / "answers", None)


def test_nothing_is_left_behind_by_a_refused_file(tmp_path: Path) -> None:
    batch = ingested(tmp_path, a_file(tmp_path / "evil.gpkg", VRT))
    kept = [each for each in (tmp_path / "ws" / "raw" / "ogr").iterdir() if each.is_dir()]
    assert kept == []
    wanted = {"batch.json", "issues.parquet", "layers.json"}
    assert {each.name for each in folder_of(tmp_path, batch).iterdir()} == wanted


ODD = a_collection(a_feature(n=1))
ODD_MEMBERS = {
    "a name of 270 bytes": {"Ж" * 130 + ".geojson": ODD},
    "a name of 480 bytes": {"𠀀" * 120 + ".geojson": ODD},
    "short names, sixty levels": {"d/" * 60 + "x.geojson": ODD},
}
UNPLACEABLE = {
    "a file and a folder of one name": {"a": b"x", "a/b.geojson": ODD},
    "one name once made safe": {"a*": b"x", "a-/b.geojson": ODD},
    "the same, deeper": {"c/a*": b"x", "c/a-/b/c.geojson": ODD},
    "a path of 6 KB": {("d" * 99 + "/") * 60 + "x.geojson": ODD},
    "a folder of a file's name": {
        "e/b.geojson/f.geojson": ODD,
        "e/b*geojson": b"",
        "e/b.geojson": ODD,
    },
}


@pytest.mark.parametrize("members", ODD_MEMBERS.values(), ids=ODD_MEMBERS)
def test_members_of_odd_names_are_read(tmp_path: Path, members: dict[str, bytes]) -> None:
    path = a_zip(tmp_path / "in.zip", {"good.geojson": ODD, **members})
    assert len(layers(tmp_path, ingested(tmp_path, path))) == 2


@pytest.mark.parametrize("members", UNPLACEABLE.values(), ids=UNPLACEABLE)
def test_a_member_that_has_no_place_is_set_aside_and_the_others_are_read(
    tmp_path: Path, members: dict[str, bytes]
) -> None:
    path = a_zip(tmp_path / "in.zip", {"good.geojson": ODD, **members})
    for _ in range(2):
        batch = ingested(tmp_path, path)
        assert "good" in {layer.id for layer in layers(tmp_path, batch)}
        odd = rules(tmp_path, batch) & {
            ("member_name_is_free", "quarantined"), ("member_path_is_short", "quarantined"),
        }  # fmt: skip
        assert len(odd) == 1
        assert not issues(tmp_path, batch)["message"].str.contains("scratch").any()


def test_files_of_a_folder_whose_names_are_one_once_made_safe_are_set_aside(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "in"
    (folder / "a-").mkdir(parents=True)
    for name in ("a*", "a-/b.geojson", "good.geojson"):
        a_file(folder / name, ODD)
    batch = ingested(tmp_path, folder)
    assert "good" in {layer.id for layer in layers(tmp_path, batch)}
    assert ("member_name_is_free", "quarantined") in rules(tmp_path, batch)


def test_what_the_system_says_of_an_archive_names_no_scratch_file() -> None:
    with (
        pytest.raises(InvalidInput, match=r"to its end: No space left on device$"),
        stored_input.broken_archive_refused("zip"),
    ):
        raise OSError(28, "No space left on device", "/x/.scratch-1/files/a")
