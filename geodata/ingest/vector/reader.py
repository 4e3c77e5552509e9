"""How is a dataset read: by a child process that has one driver, answering in Arrow files."""

import glob
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio

from geodata.errors import Refused
from geodata.ingest.rules import readable
from geodata.ingest.vector import worker
from geodata.ingest.vector.formats import Dataset, Format

SECONDS = 1800
"""Longest a file may take to read."""
CPU_S = 900
MEMORY_BYTES = 8 << 30
"""Address space of the child; the mapped pages of its files count too."""
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
    file names none. fid_column: the column the feature numbers are kept in, None where the
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
    request: dict[str, object] = {
        "path": str(dataset.path),
        "driver": dataset.format.driver,
        "options": dict(dataset.format.options),
        "layers": layers,
        "has_shapes": dataset.format.has_shapes,
        "answers": str(answers),
        "memory_bytes": MEMORY_BYTES,
        "cpu_s": CPU_S,
        "answer_bytes": _answer_bytes(dataset.path),
    }
    _run(request, dataset)
    answer = json.loads((answers / "answer.json").read_bytes())
    if answer["error"]:
        reason = readable(answer["error"].replace(str(dataset.path), dataset.path.name))
        reason = reason.partition("; It might help")[0]  # advice on drivers nobody can follow here
        raise Refused(f"{dataset.path.name} cannot be read as {dataset.format.name}: {reason}")
    found = answer["layers"]
    return WorkerReply(
        tuple(_raw_layer(each, dataset, answers) for each in found if "file" in each),
        tuple((each["name"], each["passed_over"]) for each in found if "file" not in each),
    )


def _answer_bytes(path: Path) -> int:
    files = path.iterdir() if path.is_dir() else path.parent.glob(f"{glob.escape(path.stem)}.*")
    size = sum(each.stat().st_size for each in files)
    least, most = ANSWER_BYTES
    return min(most, max(least, size * ANSWER_RATIO))


def _run(request: dict[str, object], dataset: Dataset) -> None:
    """Run the child to its end. Raises Refused where it dies or takes too long."""
    command = [sys.executable, "-I", str(worker.__file__), json.dumps(request)]
    environment = _environment(dataset.format.driver, str(request["answers"]))
    try:
        done = subprocess.run(  # noqa: S603 - our own script, under our own interpreter
            command, env=environment, capture_output=True, check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(f"{dataset.path.name} took longer than {SECONDS} s to read") from error
    if done.returncode:
        raise Refused(
            f"{dataset.path.name} broke its reader, or passed {MEMORY_BYTES >> 30} GB of "
            f"memory or {CPU_S} s of CPU (exit status {done.returncode})"
        )


def _environment(driver: str, scratch: str) -> dict[str, str]:
    """The settings of the child and nothing else of ours: all drivers but one are skipped."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "LANG") if name in os.environ}
    skipped = ",".join(sorted(_drivers() - {driver}))
    return {**kept, **SETTINGS, "GDAL_SKIP": skipped, "TMPDIR": scratch, "HOME": scratch}


@lru_cache(maxsize=1)
def _drivers() -> frozenset[str]:
    return frozenset(pyogrio.list_drivers())


def _raw_layer(found: dict[str, Any], dataset: Dataset, answers: Path) -> RawLayer:
    table, geometry = _mapped(answers / found["file"]), found["geometry"]
    if found["linear"]:
        at = table.schema.get_field_index(geometry)
        table = table.set_column(at, geometry, _mapped(answers / found["linear"])["geometry"])
    return RawLayer(
        name=found["name"],
        format=dataset.format,
        path=dataset.path,
        table=table,
        geometry=geometry,
        geometry_name=found["geometry_name"],
        crs=found["crs"],
        fid_column=found["fid_column"] or None,
        covering=found.get("covering"),
        curved=bool(found["linear"]),
        warnings=tuple(readable(text.replace(str(dataset.path), "")) for text in found["warnings"]),
        ids=_as_array(found.get("ids"), table.num_rows),
    )


def _as_array(ids: list[int | str | None] | None, rows: int) -> pa.Array | None:
    """Ids as texts, whole numbers where all are; None where they are not one for each row."""
    if ids is None or len(ids) != rows:
        return None
    if all(isinstance(each, int) and -(2**63) <= each < 2**63 for each in ids):
        return pa.array(ids, pa.int64())
    return pa.array([None if each is None else str(each) for each in ids], pa.string())


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
