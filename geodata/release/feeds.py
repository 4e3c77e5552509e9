"""Which maps of a source's batches count where they speak of the same days.

A source may publish in several feeds: one *finer*, that tells more statuses apart, and one
*coarser*. On a day both have, land both can tell is taken from the coarser, whose days its
publisher states; what only the finer tells stands beside it, less that land. Land that the finer
has as occupied already and the coarser not yet is contested: the publisher says both. Within the
days of the finer feed its last map goes on where it has none.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.crs import CRS84
from geodata.geometry import EMPTY, difference, opening, union_all

EARLY_DEG = 0.001
"""Width from which land counts as occupied in one feed and not in the other, degrees (about
100 m): narrower strips are two drawings of one border."""


@dataclass(frozen=True)
class Feed:
    """The maps and snapshots of the batches that tell the same statuses apart, one map a day."""

    statuses: frozenset[str]
    snapshots: pd.DataFrame
    maps: gpd.GeoDataFrame


def merge_feeds(
    snapshots: pd.DataFrame, maps: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One snapshot a day and its maps, from those of all batches.

    snapshots, maps: with the number of their `batch` and `day` as datetime64[s]; of two batches
    of one feed the later wins a day.
    """
    feeds = sorted(_feeds(snapshots, maps), key=lambda feed: len(feed.statuses))
    result = feeds[0]
    for finer in feeds[1:]:
        result = _merge_two(result, finer)
    return result.snapshots, result.maps


def _feeds(snapshots: pd.DataFrame, maps: gpd.GeoDataFrame) -> Iterable[Feed]:
    told = snapshots["statuses"].map(lambda names: frozenset(names) - {"government"})
    for statuses in told.unique():
        own = snapshots[(told == statuses).to_numpy()].sort_values(["day", "batch"])
        days = own.drop_duplicates("day", keep="last")
        rows = maps.merge(days[["day", "batch"]], on=["day", "batch"])
        yield Feed(statuses, days.drop(columns="batch"), rows.drop(columns="batch"))


def _merge_two(coarser: Feed, finer: Feed) -> Feed:
    """The two feeds as one: see the head of this file."""
    first, last = finer.snapshots["day"].min(), finer.snapshots["day"].max()
    inside = coarser.snapshots["day"].between(first, last).to_numpy()
    both = coarser.snapshots[inside]["day"]
    carried = _carry_forward(finer.maps, finer.snapshots["day"], both)
    beside = _contested(carried, coarser.maps)
    fresh = finer.maps[~finer.maps["day"].isin(both).to_numpy()]
    maps = pd.concat([coarser.maps, fresh, beside], ignore_index=True)
    shown = coarser.snapshots.copy()
    names = tuple(sorted(finer.statuses | {"government"}))
    shown["statuses"] = [names if i else s for i, s in zip(inside, shown["statuses"], strict=True)]
    others = finer.snapshots[~finer.snapshots["day"].isin(both).to_numpy()]
    snapshots = pd.concat([shown, others], ignore_index=True)
    return Feed(coarser.statuses | finer.statuses, snapshots, gpd.GeoDataFrame(maps, crs=CRS84))


def _carry_forward(maps: gpd.GeoDataFrame, given: pd.Series, wanted: pd.Series) -> gpd.GeoDataFrame:
    """Rows of the latest of the given days not after each of the wanted days."""
    known = np.sort(given.to_numpy())
    at = np.searchsorted(known, wanted.to_numpy(), side="right") - 1
    pairs = pd.DataFrame({"day": known[at], "wanted": wanted.to_numpy()})
    rows = maps.merge(pairs, on="day")
    return rows.assign(day=rows["wanted"]).drop(columns="wanted")


def _contested(finer: gpd.GeoDataFrame, coarser: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Contested land of each day of the finer maps: see the head of this file."""
    held = dict(tuple(coarser.groupby("day")["geometry"]))
    rows = []
    for day, maps in finer.groupby("day"):
        occupied = shapely.union_all(list(held.get(day, [EMPTY])))
        shapes = dict(zip(maps["status"], maps.geometry, strict=True))
        grey = difference(shapes.get("contested", EMPTY), occupied)
        early = opening(difference(shapes.get("occupied", EMPTY), occupied), EARLY_DEG)
        land = union_all(np.array([grey, early], dtype=object))
        if not land.is_empty:
            rows.append({**maps.iloc[0].to_dict(), "status": "contested", "geometry": land})
    table = gpd.GeoDataFrame(rows, columns=list(finer.columns), geometry="geometry", crs=CRS84)
    hashes = [hashlib.sha256(wkb).hexdigest() for wkb in shapely.to_wkb(table.geometry.to_numpy())]
    return table.assign(sha256=hashes)
