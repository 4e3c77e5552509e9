"""How is a foreign file opened: by one GDAL driver, in a process of its own, within limits.

Run as a script in the sandbox, never imported to be used: GDAL_SKIP has an effect only before GDAL
is loaded, and what breaks in here breaks nothing else. It stands on pyogrio and pyarrow alone. The
request (JSON, first argument) names the path, the driver, its open options, the layers wanted and
the folder for answers: one Arrow file a layer, `answer.json`.
"""

import json
import sys
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROWS = 65_536
CURVES = range(8, 13)
"""ISO WKB: CircularString, CompoundCurve, CurvePolygon, MultiCurve, MultiSurface."""
EXACT = 2**53
"""Up to here a double holds every integer."""
ALTERED = "Altering it to be unique"
"""What GDAL says where it has replaced a feature number of GeoJSON."""
UNUSED = ("geopandas", "pandas", "shapely")
"""What pyogrio loads where it can, and does without: half a second sooner."""


def main(request: dict[str, Any]) -> None:
    """Answer a request; what is wrong with the file is part of the answer."""
    read = _read_parquet if request["driver"] == "Parquet" else _read_ogr
    answer: dict[str, Any] = {"layers": [], "error": None}
    try:
        answer["layers"] = list(read(request))
    except Exception as error:  # noqa: BLE001 - any failure of a foreign file is an answer
        answer["error"] = f"{type(error).__name__}: {error}"
    Path(request["answers"], "answer.json").write_text(json.dumps(answer), encoding="utf-8")


def _load_pyogrio() -> None:
    """Load pyogrio without its friends."""
    sys.modules.update(dict.fromkeys(UNUSED))  # type: ignore[arg-type]
    import pyogrio  # noqa: F401, PLC0415 - without its friends

    for name in UNUSED:
        del sys.modules[name]


def _read_ogr(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every wanted layer as Arrow, in the order of the file."""
    _load_pyogrio()
    import pyogrio  # noqa: PLC0415

    if set(pyogrio.list_drivers()) != {request["driver"]}:
        raise RuntimeError(f"other drivers than {request['driver']} are loaded")
    listed = pyogrio.list_layers(request["path"])
    if not len(listed):
        raise ValueError("it holds no layer")
    for number, (name, kind) in enumerate(listed):
        if _wanted(name, kind, len(listed), request["layers"]):
            yield _read_layer(request, str(name), number)
        else:
            yield {"name": str(name), "passed_over": "a table without geometry" if not kind else ""}


def _wanted(name: str, kind: str | None, count: int, layers: list[str] | None) -> bool:
    if layers is not None:
        return name in layers
    return kind is not None or count == 1


def _read_layer(request: dict[str, Any], name: str, number: int) -> dict[str, Any]:
    """One layer: what it says of itself, and the file its rows are in."""
    import pyogrio  # noqa: PLC0415

    path, options, file = request["path"], request["options"], f"{number}.arrow"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        info = pyogrio.read_info(path, layer=name, **options)
        stream = pyogrio.open_arrow(
            path,
            layer=name,
            return_fids=True,
            datetime_as_string=True,
            use_pyarrow=True,
            batch_size=ROWS,
            read_geometry=request["has_shapes"],
            **options,
        )
        with stream as (meta, reader):
            has_shapes = request["has_shapes"] and meta["geometry_type"]
            geometry = (meta["geometry_name"] or "wkb_geometry") if has_shapes else None
            large: set[str] = set()
            batches = _noting_large(reader, large)
            curved = _write(Path(request["answers"], file), reader.schema, batches, geometry)
        linear = f"{number}.linear.arrow" if curved else None
        if linear:
            _write_linear(request, name, Path(request["answers"], linear))
    return {
        "name": name,
        "file": file,
        "linear": linear,
        "crs": meta["crs"],
        "geometry": geometry,
        "geometry_name": info["geometry_name"] or "",
        "fid_column": info["fid_column"],
        "metadata": info["layer_metadata"] or {},
        "warnings": sorted({str(each.message) for each in caught}),
        "ids": _ids(Path(path)) if any(ALTERED in str(each.message) for each in caught) else None,
        "integers": _integers(Path(path), large) if request["driver"] == "GeoJSON" else {},
    }


def _noting_large(batches: Iterable[Any], large: set[str]) -> Iterator[Any]:
    """The batches; names of columns with doubles beyond 2**53 go into `large`."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    for batch in batches:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if pa.types.is_float64(column.type) and name not in large:
                largest = pc.max(pc.abs(column)).as_py()
                large |= {name} if largest is not None and largest >= EXACT else set()
        yield batch


def _integers(path: Path, names: set[str]) -> dict[str, list[int | None]]:
    """Properties that are integers throughout, of which GDAL makes doubles.

    It does so for 19 digits after a minus.
    """
    if not names:
        return {}
    try:
        features = json.loads(path.read_bytes())["features"]
        rows = [feature.get("properties") or {} for feature in features]
    except (ValueError, KeyError, TypeError, AttributeError, MemoryError, RecursionError):
        return {}
    columns = {name: [row.get(name) for row in rows] for name in names}
    return {
        name: values
        for name, values in columns.items()
        if all(value is None or type(value) is int for value in values)
    }


def _ids(path: Path) -> list[Any] | None:
    """The ids of all GeoJSON features as they stand in the file, which GDAL has altered."""
    try:
        features = json.loads(path.read_bytes())["features"]
        ids = [feature.get("id") for feature in features]
    except (ValueError, KeyError, TypeError, AttributeError, MemoryError, RecursionError):
        return None
    return [each if isinstance(each, int | str) else None for each in ids]


def _write(path: Path, schema: Any, batches: Iterable[Any], geometry: str | None) -> bool:  # noqa: ANN401 - pyarrow has no types
    """Write record batches; whether a geometry among them is curved."""
    import pyarrow as pa  # noqa: PLC0415

    curved = False
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            curved = curved or (geometry is not None and _is_curved(batch.column(geometry)))
    return curved


def _is_curved(wkb: Any) -> bool:  # noqa: ANN401
    """Whether a WKB in the array is of a curved type; the type stands in bytes 1 to 4."""
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    heads = pc.binary_slice(wkb.drop_null().cast(pa.binary()), 0, 5)
    data = b"".join(head for head in heads.to_pylist() if len(head) == 5)
    table = np.frombuffer(data, dtype=np.dtype([("order", "u1"), ("kind", "<u4")]))
    kinds = np.where(table["order"] == 1, table["kind"], table["kind"].byteswap())
    return bool(np.isin((kinds & 0x1FFFFFFF) % 1000, list(CURVES)).any())


def _write_linear(request: dict[str, Any], name: str, path: Path) -> None:
    """The geometries once more, read feature by feature, which turns curves into lines."""
    import pyarrow as pa  # noqa: PLC0415
    import pyogrio.raw  # noqa: PLC0415

    read = pyogrio.raw.read(request["path"], layer=name, columns=[], **request["options"])
    table = pa.table({"geometry": pa.array(read[2], pa.binary())})
    _write(path, table.schema, table.to_batches(ROWS), None)


def _read_parquet(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """GeoParquet, which the GDAL of the wheel cannot read: one layer, named after the file."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    path = Path(request["path"])
    with pq.ParquetFile(path) as file:
        words = file.schema_arrow.metadata or {}
        geo = json.loads(words.get(b"geo", b"{}"))
        name = geo.get("primary_column")
        about = geo.get("columns", {}).get(name, {})
        if name is not None and about.get("encoding") != "WKB":
            raise ValueError(f"geometry is encoded as {about.get('encoding')!r}; write it as WKB")
        geometry = None if name is None else str(name)
        batches = file.iter_batches(ROWS)
        _write(Path(request["answers"], "0.arrow"), file.schema_arrow, batches, geometry)
    crs = about.get("crs", "OGC:CRS84") if name is not None else None
    covering = about.get("covering", {}).get("bbox", {}).get("xmin", [None])[0]
    yield {
        "name": path.stem,
        "file": "0.arrow",
        "linear": None,
        "crs": json.dumps(crs) if isinstance(crs, dict) else crs,
        "geometry": geometry,
        "geometry_name": name or "",
        "fid_column": None,
        "covering": covering,
        "metadata": {},
        "warnings": [],
    }


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
