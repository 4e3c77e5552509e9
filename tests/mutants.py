"""Do the tests notice a line changed? `python -m tests.mutants [--list] [name ...]`.

Each mutant is one line of the program made wrong in a copy of the checkout, where the tests that
guard it must then fail. A line is looked for by its text in all files, so it may move.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("geodata", "service", "schemas", "tests", "pyproject.toml")
MOST_S = 900


@dataclass(frozen=True)
class Mutant:
    """A change of text, what it means, and the tests that must notice: files or node ids."""

    name: str
    meaning: str
    right: str
    wrong: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant("crs-out", "crs= no longer in the authority's order",
           "return flipped(moved) if self.swapped and authority else moved", "return moved",
           ("tests/test_axes.py",)),
    Mutant("bbox-crs-in", "bbox-crs=EPSG:4326 read longitude first",
           'south, west, north, east = parse_bbox(words["bbox"], axes)',
           'west, south, east, north = parse_bbox(words["bbox"], axes)', ("tests/test_axes.py",)),
    Mutant("filter-crs-in", "filter-crs= read x first whatever the authority says",
           "plain = flipped(geometries) if self.swapped else geometries", "plain = geometries",
           ("tests/test_axes.py",)),
    Mutant("everyone-trusted", "X-Forwarded- headers of anyone are believed",
           'if not _is_trusted((scope.get("client") or ("",))[0], trusted):', "if False:",
           ("tests/test_proxy_headers.py",)),
    Mutant("first-of-the-list", "of a list of hosts the client's own counts",
           'return values[max(len(values) - hops, 0)] if values else ""',
           'return values[0] if values else ""', ("tests/test_proxy_headers.py",)),
    Mutant("day-of-a-name-lost", "control-on-DAY has the cells of all days",
           'if dated and "datetime" in by_name:', "if False:",
           ("tests/test_dated_collections.py",)),
    Mutant("tiles-escaped", "QGIS 3.40 finds no scheme in the address of tiles",
           "quote(url, safe=':/{}?')", "quote(url, safe='')", ("tests/test_qgis_project.py",)),
    Mutant("head-uncompressed", "HEAD has other headers than GET",
           'scope["method"] in {"GET", "HEAD"}', 'scope["method"] == "GET"',
           ("tests/test_methods.py",)),
    Mutant("tag-without-today", "an ETag that holds over midnight",
           "day = () if pinned else (str(today()),)", "day = ()",
           ("tests/test_midnight.py",)),
    Mutant("page-for-a-year", "a page that follows the present day is immutable",
           'if ask.format == "html":\n            return False', "", ("tests/test_midnight.py",)),
    Mutant("cursor-without-filter", "a cursor goes on among the rows of another filter",
           'free = {"cursor",', 'free = {"filter", "cursor",', ("tests/test_params.py",)),
    Mutant("feed-carried-late", "the finer feed's own day is not its map of that day",
           'np.searchsorted(known, wanted.to_numpy(), side="right") - 1',
           'np.searchsorted(known, wanted.to_numpy(), side="left") - 1', ("tests/test_feeds.py",)),
    Mutant("feed-early-land", "land the finer feed has as occupied first is nobody's",
           "land = union_all(np.array([grey, early], dtype=object))",
           "land = union_all(np.array([grey], dtype=object))", ("tests/test_feeds.py",)),
    Mutant("no-budget", "a tile may be of any size", "while len(tile) > SIZE_LIMIT:",
           "while False:", ("tests/test_tiles_budget.py",)),
    Mutant("omitted-silently", "what is left out of a tile is not counted",
           "np.full(count, before + stood_for[lost].sum())", "np.full(count, before)",
           ("tests/test_tiles_budget.py",)),
    Mutant("settlement-without-reach", "a settlement speaks for land however far off",
           "shapely.hausdorff_distance(*planes) > reaches_m)",
           "shapely.hausdorff_distance(*planes) > np.inf)", ("tests/test_tessellation.py",)),
    Mutant("series-end-day", "a series counts a verdict on the day it ends",
           'ended = np.searchsorted(np.sort(stops[~np.isnat(stops)]), at, side="right")',
           'ended = np.searchsorted(np.sort(stops[~np.isnat(stops)]), at, side="left")',
           ("tests/test_answers_time.py",)),
    Mutant("partly-is-whole", "an occupied deposit partly in a territory counts as occupied there",
           'np.where(partly & (verdict == "occupied"), "uncertain", verdict)',
           'np.where(partly & (verdict == "nothing"), "uncertain", verdict)',
           ("tests/test_answers_places.py",)),
    Mutant("jump-of-two", "two maps that agree confirm a jump", "CONFIRMING_MAPS = 3",
           "CONFIRMING_MAPS = 2", ("tests/test_ingest.py",)),
    Mutant("tile-end-day", "a tile shows a standing on the day it ends",
           "(ends > _day_number(query.when.start))", "(ends >= _day_number(query.when.start))",
           ("tests/test_tiles_days.py",)),
    Mutant("publish-unverified", "a damaged release may be published",
           "manifest = verify(workspace, release_id, progress)",
           "manifest = read_manifest(workspace.release_path(release_id))",
           ("tests/stateful/test_release_history.py::TestReleaseHistory",)),
    Mutant("resumed-without-past", "a fold that goes on forgets the cells that have ended",
           "cells.closed.append((polygon, start, stop))", "pass",
           ("tests/properties/test_fold_laws.py",)),
    Mutant("seam-turns", "a change of source is a change of verdict",
           "(chosen == source) & (day > firsts)", "(chosen == source) & (day >= firsts)",
           ("tests/contracts/test_store_splice.py",)),
    Mutant("since-the-seam", "a verdict holds since the record of its source begins",
           "(day == record) & (stretch_at(stretches, day) > 0)", "(day != day)",
           ("tests/contracts/test_store_splice.py",)),
    Mutant("stale-goes-on", "an old map answers as if it were fresh",
           "max((s.stale_days or 0) - fresh_days, 0)", "max(0 - fresh_days, 0)",
           ("tests/contracts/test_store_splice.py",)),
)  # fmt: skip


def main() -> None:
    """Try mutants; status 1 where one survives or its line is not there any more."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help="mutants to try; all if none")
    parser.add_argument("--list", action="store_true", help="say which there are")
    asked = parser.parse_args()
    unknown = set(asked.names) - {mutant.name for mutant in MUTANTS}
    if unknown:
        parser.error(f"no mutant {', '.join(sorted(unknown))}; see --list")
    wanted = [mutant for mutant in MUTANTS if not asked.names or mutant.name in asked.names]
    if asked.list:
        print("\n".join(f"{mutant.name:24}{mutant.meaning}" for mutant in wanted))
        return
    fates = [_tried(mutant) for mutant in wanted]
    sys.exit(0 if set(fates) == {"noticed"} else 1)


def place(mutant: Mutant, root: Path = ROOT) -> Path:
    """The one file that has the mutant's line. Raises LookupError where not just one has."""
    files = [path for part in ("geodata", "service") for path in (root / part).rglob("*.py")]
    places = [path for path in files for _ in range(path.read_text().count(mutant.right))]
    if len(places) != 1:
        names = [str(path.relative_to(root)) for path in places]
        raise LookupError(f"{mutant.right!r} stands in {names or 'no file'}; say it anew")
    return places[0]


def _tried(mutant: Mutant) -> str:
    with tempfile.TemporaryDirectory(prefix="lodeline-mutant-") as scratch:
        copy = Path(scratch)
        _copy(copy)
        path = place(mutant, copy)
        path.write_text(path.read_text().replace(mutant.right, mutant.wrong))
        fate = _fate(copy, mutant)
    print(f"{mutant.name:24}{fate:12}{mutant.meaning}", flush=True)
    return fate


def _copy(target: Path) -> None:
    heavy = shutil.ignore_patterns("node_modules", "__pycache__")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target / part, ignore=heavy)
        else:
            shutil.copyfile(ROOT / part, target / part)


def _fate(copy: Path, mutant: Mutant) -> str:
    """Noticed where a test fails; a suite that cannot run at all has noticed nothing."""
    words = ["-n", "0", "-x", "-q", "-p", "no:cacheprovider", *mutant.tests]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=copy, capture_output=True, text=True, timeout=MOST_S, check=False,
    )  # fmt: skip
    return {0: "SURVIVED", 1: "noticed"}.get(done.returncode, "DID NOT RUN")


if __name__ == "__main__":
    main()
