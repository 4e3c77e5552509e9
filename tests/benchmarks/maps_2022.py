"""What did ISW and NZZ draw as occupied on days of 2022?

Both are read as published and only made valid; nothing of either is in the repository.
"""

import io
import json
import tarfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import shapely
import zstandard
from shapely.geometry.base import BaseGeometry

from tests.benchmarks.place import Place

ISW = "isw_RussianAssessedCoT_2022-02-24_2022-11-30.tar.zst"
NZZ = "nzz_liveuamap_2022-02-24_2025-12-31.tar.xz"
HELD = ("nochange", "gains")
"""What of NZZ's features is occupied on the day; `losses` were until the day before."""


def isw(place: Place, days: Collection[date]) -> dict[date, BaseGeometry]:
    """Land assessed as under Russian control, CRS84, by day. Raises AbsentError."""
    names = {f"{day:%Y%m%d}_RussianAssessedCoTinUkraine.geojson": day for day in days}
    path = place.control_file(ISW)
    # The archive was packed with a window of 128 MB.
    window = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    with path.open("rb") as packed, window.stream_reader(packed) as stream:
        documents = dict(_members(io.BufferedReader(stream), "r|", names))
    return {day: _land(document["features"]) for day, document in documents.items()}


def nzz(place: Place, days: Collection[date]) -> dict[date, BaseGeometry]:
    """Land drawn as occupied, CRS84, by day; Crimea is not drawn. Raises AbsentError."""
    names = {f"{day}.json": day for day in days}
    with place.control_file(NZZ).open("rb") as packed:
        documents = dict(_members(packed, "r|xz", names))
    return {
        day: _land(f for f in document["value"]["features"] if f["properties"]["type"] in HELD)
        for day, document in documents.items()
    }


def _members(
    packed: Any,
    mode: Any,
    names: Mapping[str, date],
) -> Iterator[tuple[date, dict[str, Any]]]:
    """The JSON documents of some names in a packed archive, with the day of each."""
    with tarfile.open(fileobj=packed, mode=mode) as members:
        for member in members:
            day = names.get(Path(member.name).name)
            content = members.extractfile(member) if day else None
            if day and content:
                yield day, json.load(content)


def _land(features: Iterable[Mapping[str, Any]]) -> BaseGeometry:
    shapes = [f["geometry"] for f in features if f["geometry"]]
    valid = [shapely.make_valid(shapely.from_geojson(json.dumps(shape))) for shape in shapes]
    return shapely.make_valid(shapely.union_all(valid))
