"""What is each batch for the next build: in use, superseded by others, withdrawn, or refused."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from geodata.batches.usable import RASTER as RASTERS
from geodata.batches.usable import VECTOR as LAYERS
from geodata.batches.usable import accepted_batches, layers_in_use, rasters_in_use
from geodata.batches.withdrawal import withdrawal
from geodata.errors import Damaged
from geodata.features.user_layers import read_layers
from geodata.rasters.listing import read_rasters
from geodata.workspace import Workspace
from schemas import Batch, Withdrawal

State = Literal["in use", "superseded", "withdrawn", "refused", "damaged"]
Part = tuple[str, ...]
"""A layer, a raster, or a day of a source and a feed: what one batch can take from another."""


@dataclass(frozen=True)
class BatchStanding:
    """A batch and its part in the next build.

    parts: layers, rasters or days it holds; in_use: of them taken from this batch.
    names: of the layers or rasters; none for days. superseded_by: batches its other parts are
    taken from. withdrawal: when and why, where it is withdrawn.
    """

    batch: Batch
    state: State
    parts: int = 0
    in_use: int = 0
    names: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    withdrawal: Withdrawal | None = None


def batch_standings(workspace: Workspace, batches: Iterable[Batch]) -> list[BatchStanding]:
    """The standing of each of these batches, in their order."""
    holders = _days_in_use(workspace)
    for name, layer in layers_in_use(workspace).items():
        holders["layer", name] = layer.batch.id
    for name, raster in rasters_in_use(workspace).items():
        holders["raster", name] = raster.batch.id
    return [_standing(workspace, batch, holders) for batch in batches]


def _days_in_use(workspace: Workspace) -> dict[Part, str]:
    """The batch each day of a feed is taken from; of several the later ingested, as in `feeds`."""
    found: dict[Part, str] = {}
    for folder, batch in accepted_batches(workspace):
        if batch.source not in {LAYERS, RASTERS}:
            try:
                found |= dict.fromkeys(_days(folder, batch), batch.id)
            except Damaged:  # reported of that batch alone
                continue
    return found


def _standing(workspace: Workspace, batch: Batch, holders: dict[Part, str]) -> BatchStanding:
    folder = workspace.batches / batch.source / batch.id
    try:
        parts = list(_parts(folder, batch))
    except Damaged:
        return BatchStanding(batch, "damaged", withdrawal=withdrawal(folder))
    names = tuple(part[1] for part in parts if part[0] in {"layer", "raster"})
    gone = withdrawal(folder)
    if gone is not None or batch.verdict == "refused":
        state: State = "withdrawn" if gone else "refused"
        return BatchStanding(batch, state, len(parts), 0, names, withdrawal=gone)
    taken = [holders.get(part) for part in parts]
    others = tuple(sorted({each for each in taken if each is not None and each != batch.id}))
    count = taken.count(batch.id)
    return BatchStanding(
        batch, "in use" if count else "superseded", len(parts), count, names, others
    )


def _parts(folder: Path, batch: Batch) -> Iterator[Part]:
    """What a batch holds. Raises Damaged where its tables cannot be read."""
    if batch.source == LAYERS:
        yield from (("layer", layer.id) for layer in read_layers(folder))
    elif batch.source == RASTERS:
        yield from (("raster", raster.id) for raster in read_rasters(folder))
    else:
        yield from _days(folder, batch)


def _days(folder: Path, batch: Batch) -> list[Part]:
    """Days of a control source and the statuses its feed tells apart: feeds do not compete."""
    try:
        table = pd.read_parquet(folder / "snapshots.parquet", columns=["day", "statuses"])
    except (OSError, ValueError) as error:
        raise Damaged(f"snapshots of batch {batch.id} cannot be read: {error}") from error
    days = pd.to_datetime(table["day"]).dt.strftime("%Y-%m-%d")
    feeds = table["statuses"].map(lambda names: ",".join(sorted({*names} - {"government"})))
    return [("day", batch.source, feed, day) for feed, day in zip(feeds, days, strict=True)]
