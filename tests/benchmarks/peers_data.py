"""What the peers are asked about: synthetic deposits, the same on every machine, and map views."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

LAYER = "orebodies"
SEED = 20250225
DISTRICTS = 400
DISTRICT_SPREAD_DEG = 3.0
VIEW_SIDES_DEG = (2.0, 8.0)
VIEW_MIN_DEPOSITS = 100
FIRST_DAY = pd.Timestamp("1900-01-01")
FIRST_UPDATE = pd.Timestamp("2020-01-01", tz="UTC")

COMMODITIES = np.array(["lithium", "titanium", "rare-earths", "graphite", "uranium", "iron"])
STATUSES = np.array(["producing", "explored", "prospect", "closed", "unknown"])
COUNTRIES = np.array(["UA", "US", "CA", "AU", "CL", "CN", "KZ", "ZA", "SE", "BR"])
TAGS = np.array(["open-pit", "underground", "pegmatite", "placer", "state-owned", "licensed"])


@dataclass(frozen=True)
class View:
    """A map view: west, south, east, north in degrees, edges included, and the deposits in it."""

    bbox: tuple[float, float, float, float]
    matches: int

    @property
    def words(self) -> str:
        """The box as a query parameter."""
        return "bbox=" + ",".join(f"{edge:.3f}" for edge in self.bbox)


def synthetic_deposits(rows: int) -> gpd.GeoDataFrame:
    """Points with twelve typed properties, CRS84: 3 of 5 lie in districts, the rest anywhere."""
    rng = np.random.default_rng(SEED)
    numbers = np.arange(rows)
    commodity, status, country = (
        rng.choice(words, rows) for words in (COMMODITIES, STATUSES, COUNTRIES)
    )
    columns = {
        "id": [f"ore-{n:06d}" for n in numbers],
        "name": [
            f"{kind.title()} body no. {n}" for kind, n in zip(commodity, numbers, strict=True)
        ],
        "commodity": commodity,
        "status": status,
        "amount": rng.lognormal(12, 2, rows).round(1),
        "grade": rng.gamma(2.0, 0.7, rows).round(3),
        "discovered": pd.Timestamp("1900-01-01")
        + pd.to_timedelta(rng.integers(0, 45_000, rows), "D"),
        "updated": pd.Timestamp("2020-01-01", tz="UTC")
        + pd.to_timedelta(rng.integers(0, 157_000_000, rows), "s"),
        "active": rng.random(rows) < 0.4,
        "tags": [",".join(pair) for pair in rng.choice(TAGS, (rows, 2))],
        "country": country,
        "confidence": rng.integers(0, 101, rows),
    }
    frame = pd.DataFrame(columns)
    frame["discovered"] = frame["discovered"].dt.date
    return gpd.GeoDataFrame(frame, geometry=_points(rng, rows), crs="OGC:CRS84")


def _points(rng: np.random.Generator, rows: int) -> gpd.GeoSeries:
    anywhere = np.column_stack([rng.uniform(-180, 180, rows), rng.uniform(-60, 75, rows)])
    centres = np.column_stack([rng.uniform(-160, 160, DISTRICTS), rng.uniform(-45, 60, DISTRICTS)])
    near = centres[rng.integers(0, DISTRICTS, rows)] + rng.normal(0, DISTRICT_SPREAD_DEG, (rows, 2))
    spots = np.where((rng.random(rows) < 0.6)[:, None], near, anywhere).round(6)
    return gpd.GeoSeries(shapely.points(spots))


def write_geopackage(deposits: gpd.GeoDataFrame, path: Path) -> None:
    """One layer, named LAYER."""
    deposits.to_file(path, layer=LAYER, driver="GPKG", engine="pyogrio")


def random_views(deposits: gpd.GeoDataFrame, count: int) -> list[View]:
    """Views around random deposits, each with at least VIEW_MIN_DEPOSITS in it."""
    rng = np.random.default_rng(SEED + 1)
    tree = shapely.STRtree(deposits.geometry.to_numpy())
    found: list[View] = []
    while len(found) < count:
        found += _draw_views(rng, deposits, tree, 1_000)
    return found[:count]


def _draw_views(
    rng: np.random.Generator, deposits: gpd.GeoDataFrame, tree: shapely.STRtree, draws: int
) -> list[View]:
    centres = shapely.get_coordinates(rng.choice(deposits.geometry.to_numpy(), draws))
    halves = rng.uniform(*VIEW_SIDES_DEG, (draws, 2)) / 2
    edges = np.hstack([centres - halves, centres + halves]).round(3)
    edges = edges.clip([-180, -90, -180, -90], [180, 90, 180, 90])
    boxes = shapely.box(*edges.T)
    hits, _ = tree.query(boxes, predicate="intersects")
    counts = np.bincount(hits, minlength=draws)
    enough = counts >= VIEW_MIN_DEPOSITS
    return [
        View(tuple(box), matches)
        for box, matches in zip(edges[enough].tolist(), counts[enough].tolist(), strict=True)
    ]
