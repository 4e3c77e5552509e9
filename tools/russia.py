"""How is the outline of Russia within its recognised borders made?

For maintainers: `python -m tools.russia COUNTRIES`, with COUNTRIES the 1:50m countries of Natural
Earth in any format GDAL reads (a column `name`). Natural Earth draws Crimea with Russia in its
default point of view, so the outline of Ukraine is taken out. The same file gives the same bytes.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import geopandas
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.data import packaged
from geodata.geometry import polygonal
from schemas import AdminArea
from tools.packaged_data import packed

Coordinates = npt.NDArray[np.float64]
"""Longitude and latitude, (n, 2) degrees."""
TARGET = packaged.DATA / "russia.geojson.gz"
TOLERANCE_DEG, DIGITS_DEG = 0.02, 1e-3
"""How far the outline may be moved, about 2 km, and the grid of its coordinates: it says on which
side of a state border a deposit is; the nearest to one is 3 km from it."""
SLIVER_DEG2, NEAR_DEG = 0.05, 0.1
"""Pieces the two outlines leave along Ukraine, which are neither's."""


def main(arguments: Sequence[str] = ()) -> int:
    """Write the packaged outline. Returns the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("give one file: python -m tools.russia COUNTRIES\n")
        return 2
    countries = geopandas.read_file(Path(arguments[0]), layer=0)
    outline = within_recognised_borders(countries[countries["name"] == "Russia"].geometry.iloc[0])
    area = AdminArea(
        id="RU",
        level=0,
        name_en="Russia",
        name_uk="Росія",
        approximate=True,
        source="Natural Earth 1:50m 4.1.0 (public domain), less Ukraine; simplified",
    )
    feature = {
        "type": "Feature",
        "properties": area.model_dump(mode="json", exclude={"geometry"}),
        "geometry": json.loads(shapely.to_geojson(outline)),
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
    TARGET.write_bytes(packed(text.encode()))
    return 0


def within_recognised_borders(drawn: BaseGeometry) -> BaseGeometry:
    """The outline as drawn, CRS84, less Ukraine and what is left of it along its edge."""
    ukraine = packaged.outline()
    whole = shapely.union_all([_cut_at_180(part) for part in shapely.get_parts(drawn)])
    rest = shapely.get_parts(shapely.difference(whole, ukraine))
    small = shapely.area(rest) < SLIVER_DEG2
    near = np.asarray(shapely.distance(rest, ukraine) < NEAR_DEG)
    kept = shapely.union_all(rest[~(small & near)])
    simple = shapely.set_precision(shapely.simplify(kept, TOLERANCE_DEG), DIGITS_DEG)
    return polygonal(shapely.difference(simple, ukraine))


def _cut_at_180(polygon: BaseGeometry) -> BaseGeometry:
    """A polygon whose ring runs over the antimeridian as parts on either side of it."""
    unrolled = shapely.transform(polygon, _unrolled)
    both = shapely.make_valid(unrolled)
    east = shapely.intersection(both, shapely.box(-180, -90, 180, 90))
    west = shapely.intersection(both, shapely.box(180, -90, 540, 90))
    return shapely.union(east, shapely.transform(west, lambda xy: xy - [360, 0]))


def _unrolled(coordinates: Coordinates) -> Coordinates:
    """Longitudes without jumps, from a first one in the east."""
    x = np.unwrap(coordinates[:, 0], period=360)
    return np.column_stack([x + (360 if x[0] < 0 else 0), coordinates[:, 1]])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
