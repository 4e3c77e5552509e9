"""Run benchmarks by name: `python -m tests.benchmarks [--list] [--json FILE] [name ...]`."""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import shapely

from tests.benchmarks.lines import Line, heading, missed
from tests.benchmarks.place import AbsentError, Place, shared_folder

USUAL = ("agreement", "fold", "points", "rasters", "refusals", "release", "requests")
NAMES = (*USUAL, "growth", "tiles", "raw", "peers")
HARD = ("growth",)
"""Benchmarks whose limits are promises: one missed fails the run."""
Run = Callable[[Place], Iterator[Line]]


def main() -> None:
    """List or run benchmarks. A missed target is told and is no failure, but in those of HARD."""
    asked = _arguments()
    if asked.list:
        for name in NAMES:
            print(f"{name:12}{_title(name)}")
        return
    with tempfile.TemporaryDirectory(prefix="lodeline-bench-") as scratch:
        place = Place(shared_folder(), Path(scratch))
        results = {name: _ran(name, place) for name in asked.names or USUAL}
    lines = [line for found in results.values() for line in found]
    targets = sum(line.met is not None for line in lines)
    print(f"\n{targets - len(missed(lines))} of {targets} targets met")
    for line in missed(lines):
        print(f"MISSED: {line.what}")
    if asked.json:
        asked.json.write_text(json.dumps(_document(results), indent=1) + "\n", encoding="utf-8")
    sys.exit(any(missed(results.get(name, [])) for name in HARD))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}; "
                        "the first seven where none is given, the rest take minutes")  # fmt: skip
    parser.add_argument("--list", action="store_true", help="say which there are")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(NAMES))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return asked


def _ran(name: str, place: Place) -> list[Line]:
    """Run one benchmark, printing each line when it is known."""
    run: Run = import_module(f"tests.benchmarks.{name}").run
    print(f"\n== {name}: {_title(name)}\n{heading()}", flush=True)
    found = []
    try:
        for line in run(place):
            print(line.text(), flush=True)
            found.append(line)
    except AbsentError as absent:
        print(f"left out: {absent}")
    return found


def _title(name: str) -> str:
    return (import_module(f"tests.benchmarks.{name}").__doc__ or "").splitlines()[0]


def _document(results: dict[str, list[Line]]) -> dict[str, object]:
    machine = {"python": platform.python_version(), "cores": os.cpu_count()}
    libraries = {"shapely": shapely.__version__, "geos": shapely.geos_version_string}
    return {
        "machine": {**machine, **libraries},
        "benchmarks": {name: [line.as_json() for line in found] for name, found in results.items()},
    }


if __name__ == "__main__":
    main()
