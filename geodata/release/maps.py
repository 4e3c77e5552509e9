"""Which dated maps of a source go into a release, and their cells, folded only where new?"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata.control.cells import DayMap, Fold
from geodata.errors import Damaged
from geodata.formats.geoparquet import read_geoparquet
from geodata.release.feeds import merge_feeds
from geodata.types import Progress, silent
from geodata.workspace import Workspace, new_folder
from schemas import Batch


@dataclass(frozen=True)
class SourceMaps:
    """The maps of one source, one a day, from all its batches.

    rows: (day, status, sha256, geometry) ordered by day and status, CRS84; day as datetime64[s].
    snapshots: one row per day, columns of `schemas.Snapshot`.
    """

    source: str
    rows: gpd.GeoDataFrame
    snapshots: pd.DataFrame

    @property
    def days(self) -> list[date]:
        """Days that have a map, in order; a day may have a map with no land on it."""
        return [d.date() for d in self.snapshots["day"]]

    def __repr__(self) -> str:
        return f"SourceMaps({self.source}, {len(self.snapshots)} days)"


def source_maps(source: str, folders: list[Path]) -> SourceMaps:
    """Maps of several batches of a source put together, one a day; see `feeds`.

    Land drawn as government-held is left out: it is what no cell covers.
    """
    snapshots = _numbered(folders, pd.read_parquet, "snapshots.parquet")
    maps = _numbered(folders, read_geoparquet, "maps.parquet")
    days, rows = merge_feeds(snapshots, maps[(maps["status"] != "government").to_numpy()])
    ordered = rows.sort_values(["day", "status"], ignore_index=True)
    return SourceMaps(source, gpd.GeoDataFrame(ordered), days.sort_values("day", ignore_index=True))


def _numbered(folders: list[Path], read: Callable[[Path], pd.DataFrame], name: str) -> pd.DataFrame:
    """A table of all batches, with the batch's number and days as datetime64[s]."""
    parts = [read(folder / name).assign(batch=i) for i, folder in enumerate(folders)]
    table = pd.concat(parts, ignore_index=True)
    table["day"] = pd.to_datetime(table["day"]).astype("datetime64[s]")
    return table


def fold_maps(
    workspace: Workspace, maps: SourceMaps, progress: Progress = silent
) -> gpd.GeoDataFrame:
    """Cells of a source's maps, columns of `control.cells`; only days not folded before are added.

    Starts from the longest run of the same maps, from the first day on, that a fold is kept of.
    """
    chain = map_chain(maps)
    folder = _longest_kept(workspace, maps.source, chain)
    start = 0 if folder is None else chain.index(folder.name) + 1
    if folder is not None and start == len(chain):
        return read_geoparquet(folder / "cells.parquet")
    folding = Fold(maps.source) if folder is None else _resumed(maps, folder, start)
    for number, (day, day_map) in enumerate(_day_maps(maps)):
        if number >= start:
            folding.add(day, day_map)
            progress(f"fold {maps.source}", number + 1, len(chain))
    cells = folding.cells()
    _keep(workspace, maps.source, chain, cells)
    return cells


def _day_maps(maps: SourceMaps) -> Iterator[tuple[date, DayMap]]:
    """(day, status -> land) in the order of days."""
    groups = dict(tuple(maps.rows.groupby("day")))
    for day in maps.days:
        rows = groups.get(pd.Timestamp(day))
        shapes = {} if rows is None else dict(zip(rows["status"], rows.geometry, strict=True))
        yield day, shapes


def map_chain(maps: SourceMaps) -> list[str]:
    """For each day, the hash of its map and all before it.

    A map corrected in the past changes all links after it, so that no cell of the old one is used.
    """
    links, state = [], maps.source.encode()
    lands = maps.rows["status"] + " " + maps.rows["sha256"]
    by_day = lands.groupby(maps.rows["day"]).agg("|".join)
    for day in maps.days:
        land = str(by_day.get(pd.Timestamp(day), ""))  # a day without any land is a map too
        state = hashlib.sha256(state + str(day).encode() + land.encode()).digest()
        links.append(state.hex()[:32])
    return links


def _longest_kept(workspace: Workspace, source: str, chain: list[str]) -> Path | None:
    folders = {p.name: p for p in (workspace.folds / source).glob("[0-9a-f]*")}
    return next((folders[link] for link in reversed(chain) if link in folders), None)


def _resumed(maps: SourceMaps, folder: Path, start: int) -> Fold:
    last = maps.days[start - 1]
    rows = maps.rows[maps.rows["day"] == pd.Timestamp(last)]
    last_map = dict(zip(rows["status"], rows.geometry, strict=True))
    return Fold.resumed(maps.source, read_geoparquet(folder / "cells.parquet"), last, last_map)


def _keep(workspace: Workspace, source: str, chain: list[str], cells: gpd.GeoDataFrame) -> None:
    """Keep the cells under the hash of what they were folded from."""
    if not chain:
        return
    with new_folder(workspace.folds / source / chain[-1]) as folder:
        cells.to_parquet(folder / "cells.parquet", compression="zstd")
        note = {"source": source, "days": len(chain), "cells": len(cells)}
        (folder / "about.json").write_text(json.dumps(note))


def check_batch(folder: Path, batch: Batch, sha256: Callable[[Path], str]) -> None:
    """Raises Damaged where a file of the batch is not what the batch says."""
    for name, wanted in batch.sha256.items():
        if not (folder / name).is_file() or sha256(folder / name) != wanted:
            raise Damaged(
                f"{name} of batch {batch.id} has changed since ingest; ingest it again, or "
                "build without it: "
                f"lodeline batch withdraw {batch.id} --why damaged"
            )
