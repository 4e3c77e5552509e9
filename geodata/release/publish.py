"""How does a release become the one being served: verified, then one rename; and back again?"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from geodata.control.cells import as_of
from geodata.crs import areas_km2
from geodata.errors import Conflict, Damaged
from geodata.features.user_layers import layers_are_as_described
from geodata.formats.geoparquet import read_geoparquet
from geodata.release.contents import rasters_are_as_described
from geodata.release.manifest import check_files, read_manifest
from geodata.release.tilesets import tiles_can_be_read
from geodata.types import Progress, silent
from geodata.workspace import Workspace, only_writer
from schemas import Manifest

Check = Callable[[Path], None]
OVERLAP_KM2_MAX = 0.5
"""Land two cells of one source may share on a day before the release is refused, km2: 5e-6 of
what is occupied. Borders bent by a rounding of 1e-9 degrees leave up to 0.04."""


def verify(workspace: Workspace, release_id: str, progress: Progress = silent) -> Manifest:
    """Check a release against its manifest and the invariants. Raises Damaged, saying which."""
    folder = workspace.release_path(release_id)
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    for number, check in enumerate(CHECKS):
        check(folder)
        progress("verify", number + 1, len(CHECKS))
    return manifest


def publish(workspace: Workspace, release_id: str, progress: Progress = silent) -> Manifest:
    """Verify a release and point `current` at it."""
    with only_writer(workspace):
        manifest = verify(workspace, release_id, progress)
        workspace.point_current_at(release_id)
    return manifest


def rollback(workspace: Workspace, release_id: str | None = None) -> Manifest:
    """Publish the release before the current one, or the one named.

    Raises Conflict where there is no earlier release.
    """
    ids, current = workspace.release_ids(), workspace.current_id()
    earlier = ids[: ids.index(current)] if current in ids else []
    if release_id is None and not earlier:
        raise Conflict(f"there is no release before {current or 'the first'}; here are {ids}")
    return publish(workspace, release_id or earlier[-1])


def ids_are_unique(folder: Path) -> None:
    """No table has two rows of one id."""
    names = ("deposits", "estimates", "control", "timelines", "settlements", "admin_areas")
    for name in (*names, *_lines(folder)):
        ids = pd.read_parquet(folder / f"{name}.parquet", columns=["id"])["id"]
        if ids.duplicated().any():
            raise Damaged(f"{name} has the id {ids[ids.duplicated()].iloc[0]!r} twice")


def _lines(folder: Path) -> tuple[str, ...]:
    """The table of the contact line, which earlier releases lack."""
    return ("contact_line",) if (folder / "contact_line.parquet").is_file() else ()


def references_hold(folder: Path) -> None:
    """Every estimate and component names a deposit there is."""
    deposits = pd.read_parquet(folder / "deposits.parquet", columns=["id", "part_of"])
    named = pd.read_parquet(folder / "estimates.parquet", columns=["deposit_id"])["deposit_id"]
    wanted = set(named) | set(deposits["part_of"].dropna())
    lost = wanted - set(deposits["id"])
    if lost:
        raise Damaged(f"{sorted(lost)} are named and are no deposits")


def intervals_are_ordered(folder: Path) -> None:
    """Every interval of days is half-open and not empty."""
    for name in ("control", "timelines", "settlements", *_lines(folder)):
        rows = pd.read_parquet(folder / f"{name}.parquet", columns=["id", "valid_from", "valid_to"])
        wrong = rows[rows["valid_to"].notna() & ~(rows["valid_to"] > rows["valid_from"])]
        if len(wrong):
            raise Damaged(f"{name} {wrong['id'].iloc[0]} ends before it begins")


def shares_sum_to_one(folder: Path) -> None:
    """In every verdict interval the four shares of a deposit sum to one."""
    rows = pd.read_parquet(folder / "standings.parquet")
    # Each share is rounded to five digits by itself.
    total = rows[["occupied", "contested", "government", "unknown"]].sum(axis=1)
    wrong = rows[~np.isclose(total, 1, atol=1e-5)]
    if len(wrong):
        raise Damaged(f"shares of {wrong['deposit_id'].iloc[0]} do not sum to one")


def standings_have_no_gap(folder: Path) -> None:
    """Each row of a deposit and source begins where the one before ends; the last is open."""
    rows = pd.read_parquet(folder / "standings.parquet")
    same = (rows["deposit_id"] == rows["deposit_id"].shift(-1)) & (
        rows["source"] == rows["source"].shift(-1)
    )
    gap = same & (rows["valid_to"] != rows["valid_from"].shift(-1))
    if gap.any() or rows.loc[~same, "valid_to"].notna().any():
        raise Damaged("the history of a deposit has a gap; build the release again")


def cells_do_not_overlap(folder: Path, days: int = 5) -> None:
    """For one source and one day cells do not overlap; looked at on days spread over all."""
    cells = read_geoparquet(folder / "control.parquet")
    for source, rows in cells.groupby("source"):
        for day in _spread(rows["valid_from"], days):
            shapes = as_of(rows, day).geometry.to_numpy()
            union = shapely.union_all(shapes)
            twice = areas_km2(shapes).sum() - areas_km2(np.array([union], dtype=object))[0]
            if twice > OVERLAP_KM2_MAX:
                raise Damaged(f"cells of {source} overlap by {twice:.3f} km2 on {day}")


def _spread(days: pd.Series, count: int) -> list[date]:
    """Some days of a column, spread evenly, first and last among them."""
    distinct = np.sort(days.unique())
    picked = distinct[np.linspace(0, len(distinct) - 1, min(count, len(distinct))).astype(int)]
    return [pd.Timestamp(day).date() for day in picked]


CHECKS: tuple[Check, ...] = (
    ids_are_unique,
    references_hold,
    intervals_are_ordered,
    shares_sum_to_one,
    standings_have_no_gap,
    cells_do_not_overlap,
    layers_are_as_described,
    tiles_can_be_read,
    rasters_are_as_described,
)
