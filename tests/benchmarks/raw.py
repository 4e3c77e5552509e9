"""Is the whole archive of raw API bodies ingested in time and memory, and are its areas sane?"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.control.cells import land_of
from geodata.control.tessellation import tessellate
from geodata.data import packaged
from tests.benchmarks.agreement import km2
from tests.benchmarks.lines import Line
from tests.benchmarks.place import RAW, ROOT, SOURCE, Place

BEFORE_AND_AFTER_KHERSON = (date(2022, 10, 13), date(2022, 11, 13))
DAYS = 5
MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


def run(place: Place) -> Iterator[Line]:
    """The command `lodeline ingest` in a process of its own, measured by the system."""
    workspace = place.scratch / "raw"
    seconds, usage, batch = _ingested(place.control_file(RAW), workspace)
    yield Line("ingest of the archive", seconds, "s", 600, "<")
    yield Line("of it time on a core", usage.ru_utime + usage.ru_stime, "s")
    yield Line("peak resident memory", usage.ru_maxrss * MAXRSS_BYTES / 1e9, "GB", 4, "<")
    for name in ("files", "rows"):
        whole, used, aside = (batch[f"{name}_{w}"] for w in ("in", "accepted", "quarantined"))
        yield Line(f"{name} in", whole)
        yield Line(f"{name} set aside", aside)
        lost = abs(whole - used - aside)
        yield Line(f"{name} neither accepted nor set aside", lost, "", 0, "<=")
    folder = workspace / "batches" / SOURCE / batch["id"]
    yield from _set_aside(folder)
    yield Line("days with a map", batch["days"])
    if batch["verdict"] == "accepted":
        yield from _areas(folder)
    else:
        print(f"batch refused: {batch['reasons']}")


def _ingested(
    archive: Path, workspace: Path
) -> tuple[float, resource.struct_rusage, dict[str, Any]]:
    """Seconds, what that very process used, and the batch as the command tells it."""
    command = [sys.executable, "-m", "service.cli", "ingest", SOURCE, str(archive), "--json"]
    environment = {**os.environ, "LODELINE_WORKSPACE": str(workspace)}
    told = workspace.with_suffix(".json")
    began = time.perf_counter()
    with told.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    return seconds, usage, json.loads(told.read_bytes())


def _set_aside(folder: Path) -> Iterator[Line]:
    """Why rows were set aside, the most frequent reason first."""
    issues = pd.read_parquet(folder / "issues.parquet")
    aside = issues[(issues["severity"] == "quarantined").to_numpy()]
    for rule, count in aside.groupby("rule")["count"].sum().sort_values(ascending=False).items():
        yield Line(f"  set aside as not: {rule}", int(count))


def _areas(folder: Path) -> Iterator[Line]:
    """Occupied land around the liberation of Kherson, beside the packaged settlements'."""
    snapshots = pd.read_parquet(folder / "snapshots.parquet")
    days = [pd.Timestamp(day).date() for day in snapshots["day"]]
    told = dict(zip(days, snapshots["occupied_km2"], strict=True))
    cells = tessellate(packaged.settlements(), packaged.settled_land(), "settlements")
    for first in BEFORE_AND_AFTER_KHERSON:
        for day in (first + timedelta(days=n) for n in range(DAYS)):
            ours = km2(land_of(cells, day))
            if day in told:
                yield Line(f"{day} occupied, beside the packaged control", told[day], "km2", ours)
            else:
                print(f"{day} has no map; the packaged control has {ours:,.0f} km2")
