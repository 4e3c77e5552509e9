"""How is a dataset read: by a worker that has one driver, answering in Arrow files."""

import glob
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio

from geodata.errors import Refused
from geodata.ingest.rules import readable
from geodata.ingest.sandbox import Sandbox, SandboxLimits
from geodata.ingest.vector import worker
from geodata.ingest.vector.formats import Dataset, Format

SECONDS = 1800
"""Longest a file may take to read."""
CPU_S = 900
MEMORY_BYTES = 8 << 30
"""Address space of the worker; the mapped pages of its files count too."""
ANSWER_BYTES = (1 << 30, 8 << 30)
"""Largest Arrow file of an answer: between these, and `ANSWER_RATIO` times the dataset."""
ANSWER_RATIO = 100
SETTINGS = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",
    "GDAL_DRIVER_PATH": "disable",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
    "OGR_SQLITE_PRAGMA": "trusted_schema=OFF,cell_size_check=ON",
    "PROJ_NETWORK": "OFF",
    "CPL_DEBUG": "OFF",
}
"""No address, no plug-in, no program inside a file: they have no place in reading one."""


@dataclass(frozen=True)
class RawLayer:
    """A layer as its driver gave it.

    table: all rows; the first column is the driver's feature number where `numbered`.
    geometry: name of the column of WKB, None where there is none. crs: as text, None where the
    file names none. fid_column: the column the feature numbers are in, None where the
    driver has counted them. covering: a column of bounds that repeats the geometry. curved: some
    geometries were curves and are lines now. ids: (n,) what the file names its features, where the
    driver has replaced some of them.
    """

    name: str
    format: Format
    path: Path
    table: pa.Table
    geometry: str | None
    geometry_name: str
    crs: str | None
    fid_column: str | None
    covering: str | None
    curved: bool
    warnings: tuple[str, ...]
    ids: pa.Array | None = None

    @property
    def numbered(self) -> bool:
        """Whether the first column holds feature numbers."""
        return self.format.driver != "Parquet"

    def __repr__(self) -> str:
        return f"RawLayer({self.name!r}, {self.format.name}, {self.table.num_rows} rows)"


@dataclass(frozen=True)
class WorkerReply:
    """What a dataset gave: its layers, and those passed over with the reason."""

    layers: tuple[RawLayer, ...]
    passed_over: tuple[tuple[str, str], ...]


def read_dataset(dataset: Dataset, answers: Path, layers: tuple[str, ...] | None) -> WorkerReply:
    """Read layers of a dataset, all with geometry where none is named; files go to `answers`.

    The tables are mapped from those files and live as long as they. Raises Refused where the
    driver cannot read the dataset, or not within the limits.
    """
    answers.mkdir(mode=0o700)
    sandbox_for(dataset, answers).run({
        "path": str(dataset.path),
        "driver": dataset.format.driver,
        "options": dict(dataset.format.options),
        "layers": layers,
        "has_shapes": dataset.format.has_shapes,
        "answers": str(answers),
    })  # fmt: skip
    reply = json.loads((answers / "answer.json").read_bytes())
    if reply["error"]:
        reason = readable(reply["error"].replace(str(dataset.path), dataset.path.name))
        reason = reason.partition("; It might help")[0]  # advice on drivers nobody can follow here
        raise Refused(f"{dataset.path.name} cannot be read as {dataset.format.name}: {reason}")
    layers_read = reply["layers"]
    return WorkerReply(
        tuple(_raw_layer(each, dataset, answers) for each in layers_read if "file" in each),
        tuple((each["name"], each["passed_over"]) for each in layers_read if "file" not in each),
    )


def sandbox_for(dataset: Dataset, answers: Path) -> Sandbox:
    """Where a dataset is opened: all drivers but its own are skipped."""
    skipped = ",".join(sorted(_drivers() - {dataset.format.driver}))
    limits = SandboxLimits(SECONDS, CPU_S, MEMORY_BYTES, _answer_bytes(dataset.path))
    settings = {**SETTINGS, "GDAL_SKIP": skipped}
    return Sandbox(Path(worker.__file__), settings, limits, answers, dataset.path.name)


def _answer_bytes(path: Path) -> int:
    files = path.iterdir() if path.is_dir() else path.parent.glob(f"{glob.escape(path.stem)}.*")
    size = sum(each.stat().st_size for each in files)
    least, most = ANSWER_BYTES
    return min(most, max(least, size * ANSWER_RATIO))


@lru_cache(maxsize=1)
def _drivers() -> frozenset[str]:
    return frozenset(pyogrio.list_drivers())


def _raw_layer(entry: dict[str, Any], dataset: Dataset, answers: Path) -> RawLayer:
    table, geometry = _mapped(answers / entry["file"]), entry["geometry"]
    if entry["linear"]:
        at = table.schema.get_field_index(geometry)
        table = table.set_column(at, geometry, _mapped(answers / entry["linear"])["geometry"])
    for name, values in entry.get("integers", {}).items():
        column = _as_array(values, table.num_rows)
        if column is not None:
            table = table.set_column(table.schema.get_field_index(name), name, column)
    return RawLayer(
        name=entry["name"],
        format=dataset.format,
        path=dataset.path,
        table=table,
        geometry=geometry,
        geometry_name=entry["geometry_name"],
        crs=entry["crs"],
        fid_column=entry["fid_column"] or None,
        covering=entry.get("covering"),
        curved=bool(entry["linear"]),
        warnings=tuple(readable(text.replace(str(dataset.path), "")) for text in entry["warnings"]),
        ids=_as_array(entry.get("ids"), table.num_rows),
    )


def _as_array(ids: list[int | str | None] | None, rows: int) -> pa.Array | None:
    """Ids as texts, whole numbers where all are; None where they are not one for each row."""
    if ids is None or len(ids) != rows:
        return None
    if all(each is None or _is_64_bits(each) for each in ids):
        return pa.array(ids, pa.int64())
    return pa.array([None if each is None else str(each) for each in ids], pa.string())


def _is_64_bits(value: object) -> bool:
    return isinstance(value, int) and -(2**63) <= value < 2**63


def lost_lines(raw: RawLayer) -> int:
    """Lines of a text sequence that gave no feature: GDAL passes over them without a word."""
    if raw.format.driver != "GeoJSONSeq":
        return 0
    with raw.path.open("rb") as stream:
        lines = sum(1 for line in stream if line.strip(b"\x1e\xef\xbb\xbf\r\n\t "))
    return max(0, lines - int(raw.table.num_rows))


def _mapped(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()
