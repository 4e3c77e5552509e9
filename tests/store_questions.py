"""What do the tests of stores ask with?"""

from datetime import date

import pandas as pd

from geodata.features.query import BBox, Query
from geodata.interval import one_day
from geodata.store.base import Page, Store

ALL = 100_000
COLLECTIONS = ("deposits", "estimates", "control", "timelines", "changes", "settlements",
               "admin-areas")  # fmt: skip
DONBAS_BOX: BBox = (37.0, 47.0, 39.0, 49.0)
WAR_DAY = one_day(date(2025, 2, 25))


def ids(page: Page) -> list[str]:
    """The ids of a page's rows, in order."""
    return [str(i) for i in page.rows["id"]]


def everything(store: Store, collection: str, **words: object) -> Page:
    """All rows that match."""
    return store.select(Query(collection, limit=ALL, **words))  # type: ignore[arg-type]


def controls(store: Store, day: date, source: str | None = None) -> pd.DataFrame:
    """The deposits as they stand on a day."""
    return everything(store, "deposits", when=one_day(day), source=source).rows
