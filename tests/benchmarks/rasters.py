"""How long do a raster tile nobody asked for before, a spot and an area take, over loopback?"""

import json
import random
import time
from collections.abc import Iterator
from http.client import HTTPConnection

import numpy as np

from geodata.ingest import RasterOptions, RasterPipeline, ingest
from geodata.rasters.listing import DENSITY, OCCUPATION
from geodata.release.build import build
from geodata.release.publish import publish
from geodata.workspace import Workspace
from service.pages.rasters import picture
from tests.benchmarks.lines import Line, clocked
from tests.benchmarks.place import Place
from tests.benchmarks.server import HOST, Served, served

TILE_MS = 25
"""Most a tile that is not cached may take, median."""
TILES = 200
ZOOMS = range(5, 12)
SEED = 25
POPULATION = "gpw_v4_population_density_rev11_2020_15_min.tif"
AREA = {"type": "Polygon", "coordinates": [[[34, 46], [38, 46], [38, 49], [34, 49], [34, 46]]]}
Asked = tuple[str, str, bytes | None]
"""Method, path and body."""


def run(place: Place) -> Iterator[Line]:
    """A release of the packaged facts, with the population grid where it is at hand; one worker."""
    workspace = Workspace(place.scratch / "rasters")
    rasters = [OCCUPATION, DENSITY]
    grid = place.shared / "data" / "rasters" / POPULATION
    if grid.is_file():
        pipeline = RasterPipeline(RasterOptions(id="population", unit="people per km2"))
        ingest_s, _ = clocked(lambda: ingest(workspace, pipeline, grid))
        yield Line("ingest of a grid of a million cells", ingest_s, "s")
        rasters.append("population")
    publish(workspace, build(workspace).id)
    with served(workspace.root, place.scratch / "rasters.log") as serving:
        yield Line("from start to ready", serving.wait_for(serving.url("/readyz")), "s")
        first_s, _ = clocked(lambda: serving.get(serving.url(_tiles(OCCUPATION, "png")[0][1])))
        yield Line("first tile of all, right after the start", first_s * 1000, "ms")
        for name in rasters:
            yield from _measured(serving, f"{name} tile, png", _tiles(name, "png"), TILE_MS)
        yield from _measured(serving, "tile, webp", _tiles(OCCUPATION, "webp"), TILE_MS)
        yield from _measured(serving, "tile of values, tif", _tiles(OCCUPATION, "tif"), TILE_MS)
        yield from _measured(serving, "value at a spot", _spots(OCCUPATION))
        sent = json.dumps(AREA).encode()
        area: list[Asked] = [("POST", f"/rasters/{OCCUPATION}/statistics", sent)] * 10
        yield from _measured(serving, "statistics of 100,000 km2", area)
        memory = serving.memory_mb() or {}
        yield Line("memory of the server", max(memory.values(), default=float("nan")), "MB")


def _measured(
    serving: Served, name: str, asked: list[Asked], limit: float | None = None
) -> Iterator[Line]:
    """Median and 99th percentile of requests, each made once; answers that failed."""
    line = HTTPConnection(HOST, serving.port, timeout=30)
    waits, wrong = [], 0
    for method, path, body in asked:
        began = time.perf_counter()
        line.request(method, path, body, {"Content-Type": "application/geo+json"} if body else {})
        answer = line.getresponse()
        answer.read()
        waits.append((time.perf_counter() - began) * 1000)
        wrong += answer.status not in {200, 204}
    line.close()
    median, slowest = np.quantile(waits, [0.5, 0.99])
    yield Line(f"{name}: p50", float(median), "ms", limit, "<" if limit else "")
    yield Line(f"{name}: p99", float(slowest), "ms")
    yield Line(f"{name}: answers neither 200 nor 204", wrong, "", 0, "<=")


def _tiles(name: str, form: str) -> list[Asked]:
    """Different tiles over the country at all zooms, in any order."""
    chance = random.Random(SEED)
    return list(dict.fromkeys(_tile(chance, name, form) for _ in range(2 * TILES)))[:TILES]


def _tile(chance: random.Random, name: str, form: str) -> Asked:
    """A tile that holds a spot within the occupied land, at a zoom."""
    zoom, lon, lat = chance.choice(ZOOMS), chance.uniform(33, 39), chance.uniform(45.5, 49.5)
    deep = picture([lon, lat, lon, lat])[0][0]
    shift = deep[0] - zoom
    return "GET", f"/rasters/{name}/tiles/{zoom}/{deep[1] >> shift}/{deep[2] >> shift}.{form}", None


def _spots(name: str) -> list[Asked]:
    chance = random.Random(SEED)
    spots = ((chance.uniform(33, 39), chance.uniform(45.5, 49.5)) for _ in range(TILES))
    return [("GET", f"/rasters/{name}/point?lon={x:.5f}&lat={y:.5f}", None) for x, y in spots]
