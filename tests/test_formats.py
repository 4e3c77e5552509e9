"""Do all formats keep the same promises: every row, no leftovers, the same bytes, flat memory?"""

import gc
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from geodata.errors import InvalidInput
from geodata.formats.files import read_file
from geodata.formats.registry import FORMATS
from geodata.formats.rows import Rows
from tests.format_rows import ABOUT, first, many, polygons, sample, written

STREAMED = sorted(name for name, each in FORMATS.items() if each.streams)
BUILT = sorted(set(FORMATS) - set(STREAMED))
CASES = {
    "points": sample(),
    "polygons": sample(polygons()),
    "no rows": first(sample(), 0),
    "no rows, points declared": first(sample(geometry_type="Point"), 0),
    "no shape asked for": sample(None),
    "no shape asked for, no rows": first(sample(None), 0),
    "only nulls": sample([None] * 7),
    "empty shapes": sample([shapely.Point(), *[shapely.Point(1, 2)] * 6]),
    "all kinds": sample(
        [
            shapely.Point(1, 2),
            shapely.LineString([(1, 2), (3, 4)]),
            shapely.box(1, 2, 3, 4),
            shapely.MultiPoint([(1, 2), (3, 4)]),
            shapely.GeometryCollection([shapely.Point(1, 2), shapely.box(1, 2, 3, 4)]),
            shapely.MultiLineString([[(1, 2), (3, 4)], [(5, 6), (7, 8)]]),
            None,
        ]
    ),
    "heights": sample(shapely.points([[30.0, 48.0, 100.0]] * 7)),
    "web mercator": sample(shapely.points([[4e6, 6e6]] * 7), crs="EPSG:3857"),
    "laea": sample(shapely.points([[5.5e6, 3e6]] * 7), crs="EPSG:3035"),
}


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder temporary folders are made in, empty."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_every_case_and_leaves_nothing(
    name: str, case: str, scratch: Path
) -> None:
    rows = CASES[case]

    assert written(name, rows) or (name, len(rows)) == ("geojsonseq", 0)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("case", ["points", "polygons", "no rows"])
@pytest.mark.parametrize("name", FORMATS)
def test_the_same_rows_give_the_same_bytes(
    name: str, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = written(name, CASES[case])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)

    assert written(name, CASES[case]) == once


@pytest.mark.parametrize("name", BUILT)
def test_the_folder_goes_when_the_client_goes_away(
    name: str, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geodata.formats.files.CHUNK", 100)
    chunks = FORMATS[name].write(sample(), ABOUT)
    assert next(chunks)
    assert [oct(folder.stat().st_mode)[-3:] for folder in scratch.iterdir()] == ["700"]

    chunks.close()  # type: ignore[attr-defined]

    assert list(scratch.iterdir()) == []


def test_the_folder_goes_when_the_generator_is_forgotten(scratch: Path) -> None:
    chunks = FORMATS["gpkg"].write(sample(), ABOUT)
    assert next(chunks)

    del chunks
    gc.collect()

    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("name", STREAMED)
def test_a_streamed_format_may_be_left_after_the_first_chunk(name: str, scratch: Path) -> None:
    chunks = FORMATS[name].write(sample(), ABOUT)
    assert next(chunks)

    chunks.close()  # type: ignore[attr-defined]

    assert list(scratch.iterdir()) == []


def test_the_folder_goes_when_building_fails(scratch: Path) -> None:
    def build(folder: Path) -> Path:
        (folder / "half").write_text("x")
        raise InvalidInput("no")

    with pytest.raises(InvalidInput):
        next(read_file(build))

    assert list(scratch.iterdir()) == []


def most_held(name: str, rows: Rows) -> int:
    """Bytes of Python and of Arrow held at most while the rows are written."""
    tracemalloc.start()
    before, arrow = pa.total_allocated_bytes(), 0
    for _ in FORMATS[name].write(rows, ABOUT):
        arrow = max(arrow, pa.total_allocated_bytes() - before)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak + arrow


@pytest.mark.parametrize("name", sorted(set(STREAMED) - {"parquet", "csvw"}))
def test_three_times_the_rows_need_no_more_memory(name: str) -> None:
    # Text is written row by row, and slowly where every allocation is traced.
    count = 20_000 if name in {"arrow", "csv", "csv-bom"} else 3_000

    assert most_held(name, many(3 * count)) < 1.2 * most_held(name, many(count))


def test_parquet_holds_one_row_group_and_the_places_of_all_rows() -> None:
    a_group, two_groups = most_held("parquet", many(50_000)), most_held("parquet", many(100_000))

    assert two_groups - a_group < 300 * 50_000, "bytes of places, boxes and keys for a row"


def test_words_of_f_are_the_contract() -> None:
    words = "json jsonfg geojsonseq csv fgb gpkg parquet arrow kml xlsx shp"

    assert " ".join(FORMATS) == f"{words} geojson csv-bom csvw"
    assert all(each.name == name for name, each in FORMATS.items())


@pytest.mark.parametrize("name", FORMATS)
def test_rows_are_not_changed_by_writing(name: str) -> None:
    rows: Rows = sample(polygons())
    before = rows.table, shapely.to_wkb(rows.geometry).tolist()

    written(name, rows)

    assert (rows.table, shapely.to_wkb(rows.geometry).tolist()) == before
