"""What is a store: a release opened for questions, as protocols, and what a query selects.

All that stands above (answers, the service) is typed by what is here and by nothing of any store.
What a protocol does not promise, no caller may lean on. A table that is promised has the columns
of its record in `schemas`; a geometry is CRS84, longitude first; days are half-open intervals.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.control.contact_line import ContactLine
from geodata.control.sources import SourceSelection
from geodata.control.splice import Stretch
from geodata.features.collections import Collection
from geodata.features.query import BBox, Query
from geodata.formats.rows import RowReader
from geodata.store.drawings import RasterStore, TilesetStore
from geodata.tiles.grid import Bounds
from geodata.types import FloatArray, GeometryArray, Mask
from schemas import Manifest, Source, Territory


class SelectedRows(RowReader, Protocol):
    """The rows of a selection, in the order asked, read when something wants them."""

    @property
    def tile_ids(self) -> npt.NDArray[np.int64]:
        """(n,) the id each row's features have in the tiles of the release; no two rows share one.

        It is the store's to say. Archives are built with the number of the row in the release's
        table, counted from 1, and releases of today stay open for ever: a store that keeps its
        rows otherwise keeps this number with them.
        """

    def within(self, box: BBox) -> "SelectedRows":
        """Those whose geometry meets a closed box with west <= east, in the same order.

        A row without geometry is in no box here, though a query's box leaves it in.
        """


@dataclass(frozen=True)
class Selection:
    """The rows of a query that were asked for, and how many match in all.

    A plain value: `formats` write its rows, tiles take their ids. query: as it was asked.
    matched: how many rows match, on this page or not. next_start: ordinal of the first row after
    this page among the matches, None on the last page.
    """

    query: Query
    collection: Collection
    rows: SelectedRows
    matched: int
    next_start: int | None

    def __len__(self) -> int:
        return len(self.rows)


class FeatureStore(Protocol):
    """Collections and their rows."""

    @property
    def manifest(self) -> Manifest:
        """What the release is made of."""

    def collections(self) -> tuple[Collection, ...]:
        """All collections, in the order they are listed."""

    def collection(self, name: str) -> Collection:
        """One collection. Raises NotFound, naming what there is."""

    def extent(self, name: str) -> Bounds | None:
        """Bounds of a collection, CRS84 west, south, east, north; None where it has no place."""

    def days(self, name: str) -> tuple[str | None, str | None]:
        """First and last day that `datetime` finds rows on, None where open or timeless."""

    def deposit_day(self, query: Query) -> date:
        """The day deposits are laid over control for: the last of those asked, today if none."""

    def select(self, query: Query) -> Selection:
        """The rows a query asks for, in the order of the release or as sorted.

        A row without geometry meets every box, one without days every day. Sorted rows have
        nothings last, and ties in the order of the release. By no source named, control on one
        day and changes are those of the source that answers for the day. Raises NotFound for an
        unknown collection, InvalidInput naming the parameter for what cannot be asked of it.
        """

    def item(self, query: Query, item_id: str) -> Selection:
        """One row by id, the query's `when` and `source` applied. Raises NotFound."""


class ReleaseFacts(Protocol):
    """What is on record of deposits and land, whoever holds it."""

    @property
    def deposits(self) -> gpd.GeoDataFrame:
        """(n,) deposits without the control of any day; their order is that of the release."""

    @property
    def estimates(self) -> pd.DataFrame:
        """Published quantities, in the order of the release."""

    @property
    def claims(self) -> pd.DataFrame:
        """Public claims, in the order of the release; none in one made before there were any."""

    @property
    def footprints(self) -> GeometryArray:
        """(n,) where each deposit may lie, in the order of `deposits`; None where untested."""

    @property
    def outline(self) -> BaseGeometry:
        """The country's outline."""

    @property
    def lakes(self) -> BaseGeometry:
        """Lakes and reservoirs."""


class ControlSources(Protocol):
    """Which source answers for a day, and from which of its maps."""

    @property
    def by_id(self) -> Mapping[str, Source]:
        """All described sources, also those the release holds no map of."""

    @property
    def present(self) -> tuple[str, ...]:
        """Sources the release holds."""

    @property
    def ordered(self) -> tuple[str, ...]:
        """The same in the order of priority."""

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """Which source answers when none is named, from the first day any speaks of."""

    def select(self, day: date, wanted: str | None = None) -> SourceSelection:
        """The source for a day, with the reason: the wanted one, else the first of `ranked`.

        Where none reaches it, the last in order. Raises InvalidInput for an unknown source.
        """

    def ranked(self, day: date) -> tuple[SourceSelection, ...]:
        """The sources that reach a day: those with fresh maps in order, then the freshest first."""

    def resolve(self, source: str, day: date) -> SourceSelection:
        """A given source's answer for a day. Raises InvalidInput for an unknown source."""

    def require(self, source: str) -> str:
        """The source itself. Raises InvalidInput where the release does not hold it."""

    def all_on(self, day: date) -> tuple[SourceSelection, ...]:
        """Every source's answer for a day, in the order of priority."""

    def first_day(self, source: str) -> date:
        """The first day a source speaks of."""

    def last_day(self, source: str) -> date:
        """The day of a source's latest map, or of its compilation."""

    @property
    def last_day_of_data(self) -> date:
        """The latest day of which any source of the release has a map or an event."""

    def snapshot(self, choice: SourceSelection) -> Mapping[str, object] | None:
        """What is known of the map behind a choice; None where no map is."""


@dataclass(frozen=True)
class Membership:
    """How the deposits lie in a territory, (n,) each in the order of deposits.

    member: whether each may lie in it. extent_share: share of its footprint in the extent of the
    territory. share: in the part of it held on the day. NaN where there is no footprint.
    """

    member: Mask
    extent_share: FloatArray
    share: FloatArray


class ControlView(Protocol):
    """Who holds what on a day: verdicts, land, the line of contact, territories."""

    @property
    def territories(self) -> Mapping[str, Territory]:
        """All defined territories by id, in the order they are listed."""

    @property
    def verdict_intervals(self) -> pd.DataFrame:
        """Verdict and shares of every deposit and source by stretch of days.

        `deposit` is the row of the deposit; rows are ordered by source, deposit and day.
        """

    @property
    def spliced_intervals(self) -> pd.DataFrame:
        """The same of the source that answers on each day, by deposit and day (`spliced`)."""

    def occupied_within(self, name: str, source: str | None) -> pd.DataFrame:
        """Occupied share of footprints that lie in a territory's extent only in part.

        Columns `deposit` (row of the deposit), `valid_from`, `valid_to`, `occupied`: the share of
        the part that lies inside, by the source named or by the one that answers on each day;
        ordered by deposit and day. Every footprint lies inside from `MAY_LIE_IN` on.
        """

    def verdicts(self, choice: SourceSelection) -> pd.DataFrame:
        """What a source says of every deposit on its day, in the order of deposits.

        Columns occupied, contested, government, unknown (shares), verdict, since; where the
        source does not reach the day the verdict is 'unknown' and the rest is empty.
        """

    def deposits_on(self, day: date, source: str | None) -> gpd.GeoDataFrame:
        """The `deposits` collection on a day, by the source named or the one that answers."""

    def cells_at(self, source: str, point: shapely.Point) -> gpd.GeoDataFrame:
        """Cells of a source a point meets, of all days: status, valid_from, valid_to."""

    def first_cell_day(self, source: str | None = None) -> date | None:
        """The first day land has a status, by a source or by any; None where none ever has."""

    def covered_area(self, source: str) -> BaseGeometry:
        """The land a source speaks of."""

    def land_on(self, day: date, status: str, source: str) -> BaseGeometry:
        """Land of a status on a day, by a source; empty where there is none."""

    def contact_line_on(self, day: date, source: str) -> ContactLine:
        """The line of contact of a source's map of a day."""

    def disagreements_on(self, day: date) -> gpd.GeoDataFrame:
        """The `disagreements` collection on a day: pairs in the order of priority, then statuses.

        None where fewer than two sources have a map of the day.
        """

    def flips_on(self, day: date, source: str) -> FloatArray:
        """(n,) how far the line must move before each verdict changes, km.

        NaN where the verdict does not rest on the line.
        """

    def territory(self, name: str) -> Territory:
        """A territory by id. Raises NotFound, naming what there is."""

    def territory_on(self, name: str, day: date, source: str | None) -> BaseGeometry:
        """The part of a territory held on a day. Raises NotFound."""

    def held_areas(
        self,
        name: str,
        asked: str | None,
        source: str,
        by_oblast: bool,  # noqa: FBT001 - a key
    ) -> pd.DataFrame:
        """Areas of a source's cells in a territory's extent; columns of `held_area.held_areas`.

        asked: the source named, None for the rule, which extents fixed on a day rest on. by_oblast:
        in each oblast of the extent; else in all of it. Raises NotFound.
        """

    def membership_in(self, name: str, day: date, source: str | None) -> Membership:
        """How all deposits lie in a territory. Raises InvalidInput for an unknown one."""


class Store(FeatureStore, Protocol):
    """A release that has been opened; it only reads, from any number of threads."""

    @property
    def facts(self) -> ReleaseFacts:
        """Deposits, estimates and land."""

    @property
    def sources(self) -> ControlSources:
        """Control sources and the days they have maps of."""

    @property
    def control(self) -> ControlView:
        """Who holds what on a day."""

    @property
    def tilesets(self) -> TilesetStore:
        """Vector tiles."""

    @property
    def rasters(self) -> RasterStore:
        """Rasters."""

    def warmed(self) -> "Store":
        """The store itself, made ready so that the first answers are quick."""
