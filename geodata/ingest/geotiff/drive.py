"""How is a GeoTIFF read and rewritten: by a child process that has one driver, within limits."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geodata.errors import Refused
from geodata.ingest.geotiff.wishes import RasterWishes
from geodata.ingest.rules import readable
from geodata.rasters import gdal
from geodata.rasters.gdal import SETTINGS, other_drivers
from schemas.record import Severity

SECONDS = 1800
"""Longest a file may take."""
CPU_S = 900
MEMORY_BYTES = 6 << 30
WRITTEN_BYTES = 8 << 30
CHILD = Path(gdal.__file__).with_name("child.py")


@dataclass(frozen=True)
class Answer:
    """What the child found.

    record: figures of the raster. notes: rule, severity, what was found and how many cells, of
    what it changed. refused: rule and what was found, where it wrote nothing.
    """

    record: dict[str, Any]
    notes: tuple[tuple[str, Severity, str, int], ...]
    refused: tuple[str, str] | None


def rewritten(path: Path, target: Path, scratch: Path, wishes: RasterWishes) -> Answer:
    """Read the band of a file and write it to `target` as a COG.

    Raises Refused where the child dies or takes too long.
    """
    request: dict[str, object] = {
        "path": str(path),
        "target": str(target),
        "scratch": str(scratch),
        "band": wishes.band,
        "crs": wishes.crs,
        "nodata": None if wishes.nodata is None else repr(float(wishes.nodata)),
        "memory_bytes": MEMORY_BYTES,
        "cpu_s": CPU_S,
        "written_bytes": WRITTEN_BYTES,
    }
    _run(request, path.name, scratch)
    answer = json.loads((scratch / "answer.json").read_bytes())
    refused = answer["refused"]
    if refused is not None:
        rule, found = refused
        refused = (rule, readable(found.replace(str(path), path.name)))
    return Answer(answer["record"], tuple(tuple(note) for note in answer["notes"]), refused)


def _run(request: dict[str, object], name: str, scratch: Path) -> None:
    command = [sys.executable, "-I", str(CHILD), json.dumps(request)]
    try:
        done = subprocess.run(  # noqa: S603 - our own script, under our own interpreter
            command, env=environment(scratch), capture_output=True, check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(f"{name} took longer than {SECONDS} s to read") from error
    if done.returncode:
        raise Refused(
            f"{name} broke its reader, or passed {MEMORY_BYTES >> 30} GB of memory or {CPU_S} s of "
            f"CPU (exit status {done.returncode})"
        )


def environment(scratch: Path) -> dict[str, str]:
    """The settings of the child and nothing else of ours: all drivers but one are skipped."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "LANG") if name in os.environ}
    settings = {name: str(value) for name, value in SETTINGS.items()}
    skipped = ",".join(sorted(other_drivers()))
    return {**kept, **settings, "GDAL_SKIP": skipped, "TMPDIR": str(scratch), "HOME": str(scratch)}
