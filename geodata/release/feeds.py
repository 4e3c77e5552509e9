"""Which map of a source counts on a day that two of its feeds speak of?

A source may publish in several feeds: one *finer*, that tells more statuses apart, and one
*coarser*. On a day both have, by the rule of contested land:

1. occupied is what the coarser feed has as occupied: its publisher states the day of each map;
2. contested is what the finer feed has as contested, less that land;
3. contested is, too, land the finer feed has as occupied already and the coarser not yet, where it
   is broader than `EARLY_DEG`: the publisher says both;
4. all else is the government's.

Between its first and last map the finer feed's latest map goes on where it has none of a day;
before and after, it says nothing. On a day the finer feed has alone its map counts as it is.
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
"""Width from which land counts as occupied in one feed and not in the other, degrees: 111 m from
north to south, 74 m from west to east at 48 degrees north. Narrower strips are two drawings of one
border, which nobody contests."""


@dataclass(frozen=True)
class Feed:
    """The maps and snapshots of the batches that tell the same statuses apart, one map a day.

    statuses: those that cells have, so without `government`. snapshots: one row a day, with `day`
    as datetime64[s]. maps: rows (day, status, sha256, geometry), CRS84.
    """

    statuses: frozenset[str]
    snapshots: pd.DataFrame
    maps: gpd.GeoDataFrame


def merge_feeds(
    snapshots: pd.DataFrame, maps: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One snapshot a day and its maps, from those of all batches, in no order.

    snapshots, maps: with the number of their `batch` and `day` as datetime64[s], maps without land
    of the government; of two batches of one feed the later wins a day.
    """
    # From the coarsest up: each finer feed adds what those before it cannot tell.
    feeds = sorted(_feeds(snapshots, maps), key=lambda feed: len(feed.statuses))
    merged = feeds[0]
    for finer in feeds[1:]:
        merged = _merge_two(merged, finer)
    return merged.snapshots, merged.maps


def _feeds(snapshots: pd.DataFrame, maps: gpd.GeoDataFrame) -> Iterable[Feed]:
    """The batches' maps by the statuses they tell apart: that, not a file's name, makes a feed."""
    statuses_of = snapshots["statuses"].map(lambda names: frozenset(names) - {"government"})
    for statuses in statuses_of.unique():
        in_feed = snapshots[(statuses_of == statuses).to_numpy()].sort_values(["day", "batch"])
        days = in_feed.drop_duplicates("day", keep="last")
        # By batch too: an earlier batch's land of the day must not stand beside the later's.
        rows = maps.merge(days[["day", "batch"]], on=["day", "batch"])
        yield Feed(statuses, days.drop(columns="batch"), rows.drop(columns="batch"))


def _merge_two(coarser: Feed, finer: Feed) -> Feed:
    """The two feeds as one, by the rule at the head of this file."""
    first, last = finer.snapshots["day"].min(), finer.snapshots["day"].max()
    # Days by snapshots, not by maps: a day without any land is a map too, and has no row of it.
    inside = coarser.snapshots["day"].between(first, last).to_numpy()
    both = coarser.snapshots[inside]["day"]
    carried = _carry_forward(finer.maps, finer.snapshots["day"], both)
    contested = _contested(carried, coarser.maps)
    # Of a day both have, what counts of the finer feed's map is in `contested` already.
    finer_alone = finer.maps[~finer.maps["day"].isin(both).to_numpy()]
    maps = pd.concat([coarser.maps, finer_alone, contested], ignore_index=True)
    days = coarser.snapshots.copy()
    # A day on which both were heard tells apart what the finer feed does.
    names = tuple(sorted(finer.statuses | {"government"}))
    days["statuses"] = [names if i else s for i, s in zip(inside, days["statuses"], strict=True)]
    days_alone = finer.snapshots[~finer.snapshots["day"].isin(both).to_numpy()]
    snapshots = pd.concat([days, days_alone], ignore_index=True)
    return Feed(coarser.statuses | finer.statuses, snapshots, gpd.GeoDataFrame(maps, crs=CRS84))


def _carry_forward(maps: gpd.GeoDataFrame, days: pd.Series, wanted: pd.Series) -> gpd.GeoDataFrame:
    """For each wanted day the rows of the latest map not after it; days: those that have a map."""
    known = np.sort(days.to_numpy())
    # Right of equals: the map of the day itself is the latest not after it.
    at = np.searchsorted(known, wanted.to_numpy(), side="right") - 1
    pairs = pd.DataFrame({"day": known[at], "wanted": wanted.to_numpy()})
    rows = maps.merge(pairs, on="day")
    return rows.assign(day=rows["wanted"]).drop(columns="wanted")


def _contested(finer: gpd.GeoDataFrame, coarser: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Contested land of each day of the finer maps: rules 2 and 3 at the head of this file."""
    coarser_land = dict(tuple(coarser.groupby("day")["geometry"]))
    rows = []
    for day, maps in finer.groupby("day"):
        occupied = shapely.union_all(list(coarser_land.get(day, [EMPTY])))
        shapes = dict(zip(maps["status"], maps.geometry, strict=True))
        # A grey zone counts whatever its width: its publisher drew it as one.
        grey = difference(shapes.get("contested", EMPTY), occupied)
        # Two feeds draw one border twice; what is left of the difference is opened, so that only
        # land broader than EARLY_DEG is taken for an advance the other does not have yet.
        early = opening(difference(shapes.get("occupied", EMPTY), occupied), EARLY_DEG)
        land = union_all(np.array([grey, early], dtype=object))
        if not land.is_empty:
            rows.append({**maps.iloc[0].to_dict(), "status": "contested", "geometry": land})
    table = gpd.GeoDataFrame(rows, columns=list(finer.columns), geometry="geometry", crs=CRS84)
    # Folds are kept by the hashes of maps: land put together here is no map of either feed.
    hashes = [hashlib.sha256(wkb).hexdigest() for wkb in shapely.to_wkb(table.geometry.to_numpy())]
    return table.assign(sha256=hashes)
