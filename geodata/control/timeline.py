"""How do overlay shares become a deposit's history: verdict intervals, spans and changes?

The table of verdict intervals is called `standings` in releases: four shares and a verdict of each
deposit over `[valid_from, valid_to)`; a null `valid_to` is open. Shares are those of the
footprint's area, 0..1, and sum to one.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.interval import covers
from geodata.types import DayArray, FloatArray, IntArray, Mask

CERTAIN = 0.95
"""Share of the footprint from which a verdict is certain (0.05 on the other side)."""
STATUSES = ("occupied", "contested", "government", "unknown")
MAPPED = ("occupied", "contested", "unknown")
"""Statuses that cells have; what no cell covers is the government's."""
DECIMALS = 5
"""Digits of a share: slivers that cuts leave, and the noise of sums of areas, are no change."""


@dataclass(frozen=True)
class OverlayPairs:
    """Footprints that meet cells: (k,) indices of both and the share of the footprint inside."""

    footprint: IntArray
    cell: IntArray
    share: FloatArray

    def __repr__(self) -> str:
        return f"OverlayPairs({len(self.share)} of {len(np.unique(self.footprint))} footprints)"


def verdicts(
    occupied: FloatArray, contested: FloatArray, unknown: FloatArray
) -> npt.NDArray[np.object_]:
    """The verdict for each triple of shares, (n,) each.

    `occupied` from 0.95; `contested` from 0.95; `unknown` where 0.95 is not covered;
    `government` up to 0.05 occupied with nothing contested; else `uncertain`.
    """
    rest = 1 - CERTAIN
    # Shares come rounded, each by half a unit of the last digit: what is 0.95 on paper is certain.
    slack = 10.0**-DECIMALS
    # The first case that holds counts. Of contested land government takes none, not a twentieth:
    # a deposit partly in a grey zone is uncertain.
    cases = [
        occupied >= CERTAIN - slack,
        contested >= CERTAIN - slack,
        unknown >= CERTAIN - slack,
        (occupied <= rest + slack) & (contested <= slack) & (unknown <= rest + slack),
    ]
    names = ["occupied", "contested", "unknown", "government"]
    return np.asarray(np.select(cases, names, default="uncertain"), dtype=object)


def standings(  # noqa: PLR0913 - one join's columns, and what the source covers
    pairs: OverlayPairs,
    status: npt.NDArray[np.object_],
    valid_from: DayArray,
    valid_to: DayArray,
    covered: FloatArray,
    first_day: date,
) -> pd.DataFrame:
    """Verdict intervals: rows (deposit, valid_from, valid_to, four shares, verdict, since).

    pairs: footprints against cells. status, valid_from, valid_to: (m,) of the cells, half-open.
    covered: (n,) share of each footprint the source speaks of; NaN marks a deposit whose
    position must not be tested: its whole share and its verdict are unknown.
    first_day: first day the source speaks of. `deposit` is the footprint's index; rows are
    ordered by it and by day, cover `[first_day, open)` without gap, neighbours differ.
    """
    owner, days, steps = _events(pairs, status, valid_from, valid_to, len(covered), first_day)
    deposit, day, levels = _accumulated(owner, days, steps)
    table = _shares(deposit, day, levels, covered)
    # Land that passes from one cell to another of its status, or a border redrawn, is no event.
    table = table[differs_from_previous(table, ["deposit", *STATUSES])].reset_index(drop=True)
    table["verdict"] = verdicts(
        table["occupied"].to_numpy(), table["contested"].to_numpy(), table["unknown"].to_numpy()
    )
    table.loc[np.isnan(covered)[table["deposit"].to_numpy()], "verdict"] = "unknown"
    table["since"] = _run_starts(table)
    table["valid_to"] = _next_days(table)
    return table


def _events(  # noqa: PLR0913 - the columns of one join
    pairs: OverlayPairs,
    status: npt.NDArray[np.object_],
    valid_from: DayArray,
    valid_to: DayArray,
    count: int,
    first_day: date,
) -> tuple[IntArray, DayArray, FloatArray]:
    """What changes when: (k,) footprints, (k,) days, (k, 3) change of MAPPED."""
    columns = np.column_stack([status[pairs.cell] == name for name in MAPPED])
    change = columns * pairs.share[:, None]
    start = np.datetime64(first_day, "D")
    # What began before the source speaks holds on its first day; what ended before opens and closes
    # on it, which sums to nothing.
    began = np.maximum(valid_from[pairs.cell], start)
    ended = valid_to[pairs.cell]
    closes = ~np.isnat(ended)
    # Every deposit has a row on the first day, so that one no cell meets is the government's.
    owner = np.concatenate([np.arange(count), pairs.footprint, pairs.footprint[closes]])
    days = np.concatenate([np.full(count, start), began, np.maximum(ended[closes], start)])
    steps = np.concatenate([np.zeros((count, len(MAPPED))), change, -change[closes]])
    return owner.astype(np.intp), days, steps


def _accumulated(
    owner: IntArray, days: DayArray, steps: FloatArray
) -> tuple[IntArray, DayArray, FloatArray]:
    """Levels after all changes of a day: (j,) owners, days, (j, 3) levels, by owner, then day."""
    order = np.lexsort((days, owner))
    owner, days, steps = owner[order], days[order], steps[order]
    # One sum over all owners, less what it was before each: no loop over deposits.
    total = np.cumsum(steps, axis=0)
    first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    before = np.vstack([np.zeros(len(MAPPED)), total])[first]
    level = total - before[np.cumsum(np.r_[True, owner[1:] != owner[:-1]]) - 1]
    # Of the changes of one day the last row counts: a cell that ends and one that begins on it are
    # one event, and no deposit is nobody's in between.
    last = np.r_[(owner[1:] != owner[:-1]) | (days[1:] != days[:-1]), True][: len(owner)]
    return owner[last], days[last], level[last]


def _shares(
    deposit: IntArray, day: DayArray, levels: FloatArray, covered: FloatArray
) -> pd.DataFrame:
    """The four shares, rounded so that they sum to one."""
    known = np.nan_to_num(covered, nan=0.0)[deposit]
    # Each takes at most what those before it leave, occupied first: however they are rounded they
    # sum to one. What a source does not cover is unknown only as far as no cell lies there.
    occupied = _rounded(levels[:, 0], 1)
    contested = _rounded(levels[:, 1], 1 - occupied)
    unknown = _rounded(1 - known + levels[:, 2], 1 - occupied - contested)
    government = _rounded(1 - occupied - contested - unknown, 1)
    return pd.DataFrame(
        {
            "deposit": deposit,
            "valid_from": day.astype("datetime64[s]"),
            "occupied": occupied,
            "contested": contested,
            "government": government,
            "unknown": unknown,
        }
    )


def _rounded(share: FloatArray, most: FloatArray | int) -> FloatArray:
    """Shares between nothing and the most, rounded; adding 0.0 makes of -0.0 a plain zero."""
    return np.asarray(np.round(np.clip(share, 0, most), DECIMALS) + 0.0)


def differs_from_previous(table: pd.DataFrame, columns: list[str]) -> Mask:
    """Which rows differ from the row before in any of the columns, (n,); the first does."""
    values = [table[name].to_numpy() for name in columns]
    different = np.zeros(max(len(table) - 1, 0), dtype=bool)
    for column in values:
        different |= column[1:] != column[:-1]
    return np.asarray(np.r_[True, different][: len(table)])


def _run_starts(table: pd.DataFrame) -> npt.NDArray[np.datetime64]:
    """For each row the first day of its run of equal verdicts."""
    starts = differs_from_previous(table, ["deposit", "verdict"])
    runs = np.cumsum(starts) - 1
    return np.asarray(table["valid_from"].to_numpy()[starts][runs])


def _next_days(table: pd.DataFrame) -> npt.NDArray[np.datetime64]:
    """The day each row ends: where the next row of the same deposit begins, else open."""
    days = table["valid_from"].to_numpy()
    deposit = table["deposit"].to_numpy()
    following = np.append(days[1:], np.datetime64("NaT", "s"))[: len(days)]
    following[np.append(deposit[1:] != deposit[:-1], True)[: len(days)]] = np.datetime64("NaT", "s")
    return np.asarray(following)


def spans(table: pd.DataFrame) -> pd.DataFrame:
    """One row per status and interval of constant share > 0, from `standings`; columns of Span.

    Ordered by deposit, first day and status.
    """
    long = pd.concat([_status_spans(table, status) for status in STATUSES], ignore_index=True)
    return long.sort_values(["deposit", "valid_from", "status"], ignore_index=True)


def _status_spans(table: pd.DataFrame, status: str) -> pd.DataFrame:
    runs = table[differs_from_previous(table, ["deposit", status])]
    result = runs[["deposit", "valid_from"]].assign(status=status, share=runs[status])
    result["valid_to"] = _next_days(result)
    return result[result["share"] > 0]


def changes(table: pd.DataFrame) -> pd.DataFrame:
    """Days on which a verdict turned, from `standings`: rows (deposit, day, before, after).

    day: the first of the new verdict. The first verdict of a deposit is no change.
    """
    runs = table[differs_from_previous(table, ["deposit", "verdict"])]
    before = runs["verdict"].shift()
    same = (runs["deposit"] == runs["deposit"].shift()).to_numpy()
    turned = runs.assign(before=before)[same]
    return pd.DataFrame(
        {
            "deposit": turned["deposit"].to_numpy(),
            "day": turned["valid_from"].to_numpy(),
            "before": turned["before"].to_numpy(dtype=object),
            "after": turned["verdict"].to_numpy(dtype=object),
        }
    )


def verdicts_on(table: pd.DataFrame, day: date) -> pd.DataFrame:
    """The rows of `standings` that hold on a day: at most one per deposit and source."""
    starts = table["valid_from"].to_numpy().astype("datetime64[D]")
    stops = table["valid_to"].to_numpy().astype("datetime64[D]")
    return table[covers(starts, stops, day)]
