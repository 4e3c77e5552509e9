"""What do the tests of stores ask with?"""

from datetime import date

import geopandas as gpd

from geodata.features.query import BBox, Query
from geodata.interval import one_day
from geodata.store.base import Selection, Store

ALL = 100_000
COLLECTIONS = ("deposits", "estimates", "control", "contact-line", "disagreements", "timelines",
               "changes", "settlements", "admin-areas", "claims")  # fmt: skip
DONBAS_BOX: BBox = (37.0, 47.0, 39.0, 49.0)
WAR_DAY = one_day(date(2025, 2, 25))


def table(page: Selection) -> gpd.GeoDataFrame:
    """The rows of a page, as columns."""
    return page.rows.read().to_geopandas()


def ids(page: Selection) -> list[str]:
    """The ids of a page's rows, in order."""
    return [str(i) for i in page.rows.read().table.column("id").to_pylist()]


def everything(store: Store, collection: str, **words: object) -> Selection:
    """All rows that match."""
    return store.select(Query(collection, limit=ALL, **words))  # type: ignore[arg-type]


def controls(store: Store, day: date, source: str | None = None) -> gpd.GeoDataFrame:
    """The deposits as they stand on a day."""
    return table(everything(store, "deposits", when=one_day(day), source=source))
