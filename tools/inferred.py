"""What was the status of a settlement that no source dates?

That of the nearest settlement with a date, which is how the readable table infers it too. Two
cases are inferred again here: where a settlement dated in `mends.yml` is nearer than the one the
table went by, and where an occupation was carried too far.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
import shapely

from geodata.crs import CRS84, LOCAL, reproject
from geodata.geometry import as_array
from geodata.types import GeometryArray

Row = dict[str, str]
REACH_KM = 20
"""How far the day of an occupation is carried to a settlement without one. Beyond it, more than one
witness is asked: of the 236 settlements this far from any with a date that stood as occupied for a
time, 46 did so on the word of a single one, most of them in Sumy and Kharkiv oblasts."""
WITNESSES, AGREEING = 3, 2
"""Nearest dated settlements that are asked beyond `REACH_KM`, and how many of them must not be the
government's for an occupation to be inferred."""
GOVERNMENT = "government"


def inferred_again(rows: Sequence[Row], newly_dated: Collection[str]) -> list[Row]:
    """The rows of the settlements table with those `record: inferred` reviewed, in any order.

    newly_dated: ids of settlements dated in `mends.yml`.
    """
    places = _by_place(rows)
    dated = {name: g for name, g in places.items() if g[0]["record"] != "inferred"}
    others = [group for name, group in places.items() if name not in dated]
    reviewed = _reviewed(others, list(dated.values()), newly_dated)
    return [row for group in (*dated.values(), *reviewed) for row in group]


def _reviewed(
    groups: Sequence[list[Row]], dated: Sequence[list[Row]], newly_dated: Collection[str]
) -> Iterator[list[Row]]:
    points, known = _points(groups), _points(dated)
    for group, point in zip(groups, points, strict=True):
        kilometres = shapely.distance(known, point) / 1000
        # Ties by the order of the table: the same table gives the same bytes.
        nearest = np.argsort(kilometres, kind="stable")[:WITNESSES]
        witnesses, away = [dated[i] for i in nearest], round(float(kilometres[nearest[0]]))
        stale = witnesses[0][0]["place_id"] in newly_dated
        inferred = _as_nearest(group, witnesses[0], away) if stale else group
        is_far = kilometres[nearest[0]] > REACH_KM
        yield _within_reach(inferred, witnesses, away) if is_far else inferred


def _as_nearest(group: Sequence[Row], nearest: Sequence[Row], away: int) -> list[Row]:
    """The settlement with the statuses of the nearest dated one."""
    basis = f"inferred from nearest dated place: {nearest[0]['name_en']} ({away} km)"
    common = group[0] | {"basis": basis, "confidence": "low"}
    return [common | {name: row[name] for name in _DATED} for row in nearest]


def _within_reach(group: list[Row], witnesses: Sequence[list[Row]], away: int) -> list[Row]:
    """The settlement as the government's on days on which too few witnesses are not."""
    days = sorted({row["valid_from"] for each in (group, *witnesses) for row in each})
    statuses = [_agreed(group, witnesses, day) for day in days]
    if statuses == [_status(group, day) for day in days]:
        return group
    common = group[0] | {"basis": _agreed_basis(statuses, witnesses, away), "confidence": "low"}
    turns = [i for i, status in enumerate(statuses) if not i or status != statuses[i - 1]]
    ends = [*(days[i] for i in turns[1:]), ""]
    return [
        common | {"status": statuses[i], "valid_from": days[i], "valid_to": end}
        for i, end in zip(turns, ends, strict=True)
    ]


def _agreed_basis(statuses: Collection[str], witnesses: Sequence[list[Row]], away: int) -> str:
    names = [each[0]["name_en"] for each in witnesses]
    if set(statuses) == {GOVERNMENT}:
        return f"no report of capture; nearest dated place {names[0]} is {away} km away"
    return f"inferred from two of the nearest dated places: {', '.join(names)} ({away} km and more)"


def _agreed(group: Sequence[Row], witnesses: Iterable[Sequence[Row]], day: str) -> str:
    taken = sum(_status(each, day) != GOVERNMENT for each in witnesses)
    return _status(group, day) if taken >= AGREEING else GOVERNMENT


def _status(group: Iterable[Row], day: str) -> str:
    """The status on a day; intervals are half-open and cover every day from the first on."""
    return next(
        row["status"]
        for row in group
        if row["valid_from"] <= day and (not row["valid_to"] or day < row["valid_to"])
    )


def _by_place(rows: Iterable[Row]) -> dict[str, list[Row]]:
    places: dict[str, list[Row]] = {}
    for row in rows:
        places.setdefault(row["place_id"], []).append(row)
    return places


def _points(groups: Sequence[Sequence[Row]]) -> GeometryArray:
    """Where the settlements are, in the plane of the theatre, metres."""
    lonlat = np.array([(float(g[0]["lon"]), float(g[0]["lat"])) for g in groups]).reshape(-1, 2)
    return reproject(as_array(shapely.points(lonlat)), CRS84, LOCAL)


_DATED = ("status", "valid_from", "valid_to")
