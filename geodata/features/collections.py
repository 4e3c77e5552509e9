"""Which collections are there, with which columns and which days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from schemas import (
    AdminArea,
    Cell,
    Change,
    Claim,
    Deposit,
    Disagreement,
    Estimate,
    Layer,
    LinePiece,
    Settlement,
    Span,
)
from schemas.layers import layer_columns
from schemas.record import LISTS, Column, Record, columns

SHAPES = {
    "deposits": "Point",
    "estimates": "Point",
    "timelines": "Point",
    "changes": "Point",
    "settlements": "Point",
    "control": "Polygon",
    "contact-line": "LineString",
    "disagreements": "MultiPolygon",
}
"""Geometry type of each built-in collection that has one."""
NEVER_EMPTY, MAY_BE_EMPTY = False, True
VERDICTS = ("occupied", "uncertain", "contested", "government", "unknown")
DESCRIBED_COLUMNS = (
    Column(
        "tested",
        "boolean",
        NEVER_EMPTY,
        "Whether its footprint is laid over control; where it is not, its verdict is unknown.",
    ),
    Column(
        "roles",
        "json",
        NEVER_EMPTY,
        "Its commodities: commodity, role (main or by-product), uri, and basis (published, or "
        "recalled where no source confirms it).",
    ),
    Column(
        "linked_records",
        "json",
        NEVER_EMPTY,
        "The same deposit in other catalogues: catalogue, id, name, distance_km from the position "
        "here, and a note.",
    ),
    Column(
        "uris",
        "json",
        NEVER_EMPTY,
        "What it is in public vocabularies: its rank and status (CGI), its item in Wikidata; only "
        "where an equal is known.",
    ),
)
"""What follows from a deposit's record and the packaged vocabularies, whatever the day."""
OVERLAY_COLUMNS = (
    Column("control", "string", NEVER_EMPTY, "Verdict on the date.", choices=VERDICTS),
    Column(
        "control_party",
        "string",
        MAY_BE_EMPTY,
        "Who holds it (ISO 3166-1), by the verdict; empty where nobody can be named.",
    ),
    Column("control_share", "number", MAY_BE_EMPTY, "Occupied share of the footprint.", "1"),
    Column("contested_share", "number", MAY_BE_EMPTY, "Contested share of the footprint.", "1"),
    Column(
        "control_since",
        "date",
        MAY_BE_EMPTY,
        "Date on which the current verdict began; empty where the record of its source begins "
        "with it while the source used before gives another.",
    ),
    Column("control_source", "string", NEVER_EMPTY, "Source of the verdict."),
    Column("control_asof", "date", MAY_BE_EMPTY, "Date of the map used."),
    Column(
        "stale_days", "integer", MAY_BE_EMPTY, "Days between the map and the date requested.", "d"
    ),
    Column("source_reason", "string", NEVER_EMPTY, "Why this source is used."),
    Column(
        "agreement",
        "number",
        MAY_BE_EMPTY,
        "Share of the sources covering the date that give the same verdict.",
        "1",
    ),
    Column(
        "line_distance_km",
        "number",
        MAY_BE_EMPTY,
        "Geodesic distance to the contact line (edge of occupied land), - inside occupied land.",
        "km",
    ),
)

POINT = Column("geometry", "geometry", MAY_BE_EMPTY, "Point of its deposit, CRS84.")
"""What rows without geometry of their own are placed at."""


@dataclass(frozen=True, eq=False)
class Collection:
    """What a collection is called, which columns it has, and which of them are its days.

    begins, ends: columns of the first day and of the day after the last; where `closed` the end
    is the last day itself. by_source: its rows depend on a control source. layer: it was brought
    by a user. aliases: other names of its geometry in filters.
    """

    id: str
    title: str
    description: str
    columns: tuple[Column, ...]
    begins: str | None = None
    ends: str | None = None
    by_source: bool = False
    layer: Layer | None = None
    aliases: tuple[str, ...] = ("geom",)

    @property
    def geometry_type(self) -> str | None:
        """The geometry type all rows share, None where they may differ."""
        if self.layer is not None:
            shared = self.layer.geometry_type
            return None if shared == "Geometry" else shared
        return SHAPES.get(self.id)

    @property
    def dated(self) -> bool:
        """Whether its rows, or what is said of them, depend on the day."""
        return self.begins is not None or self.by_source

    @property
    def closed(self) -> bool:
        """Whether the column of ends names the last day itself, which a user's layer may do."""
        return self.layer is not None and self.layer.closed

    @cached_property
    def properties(self) -> tuple[Column, ...]:
        """Columns that are properties, in order; `id` is the first."""
        return tuple(c for c in self.columns if c.type != "geometry")

    @cached_property
    def queryables(self) -> tuple[Column, ...]:
        """Properties a filter or a parameter may name: all but records within the record."""
        return tuple(c for c in self.properties if c.type != "json")

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """Names of the properties, in order."""
        return tuple(c.name for c in self.properties)


def layer_collection(layer: Layer) -> Collection:
    """The collection of a layer a user brought."""
    named = (layer.geometry_name,) if layer.geometry_name != "geometry" else ()
    return Collection(
        id=layer.id,
        title=layer.title,
        description=layer.description,
        columns=layer_columns(layer),
        begins=layer.begins,
        ends=layer.ends,
        layer=layer,
        aliases=tuple(dict.fromkeys((*named, "geom"))),
    )


def _collection(
    record: type[Record], name: str, title: str, description: str, extra: tuple[Column, ...] = ()
) -> Collection:
    own = columns(record)
    names = {column.name for column in own}
    if name in SHAPES and not any(column.type == "geometry" for column in own):
        extra = (*extra, POINT)
    return Collection(
        id=name,
        title=title,
        description=description,
        columns=(*own, *extra),
        begins=next((n for n in ("valid_from", "day", "about_day") if n in names), None),
        ends="valid_to" if "valid_to" in names else None,
        by_source=name in BY_SOURCE,
    )


BY_SOURCE = frozenset(
    {"deposits", "control", "contact-line", "disagreements", "timelines", "changes"}
)
MAPS = frozenset({"control", "contact-line"})
"""Collections whose rows of one day are one source's map of it."""
DAILY = frozenset({"deposits", "disagreements"})
"""Collections made for the day asked, and in no release as they are given."""
SINCE_FORMAT_2 = frozenset({"contact-line"})
"""Collections that releases made before they were lack the table of."""
COLLECTIONS = (
    _collection(
        Deposit,
        "deposits",
        "Mineral deposits",
        "Deposits with the control of the day asked (datetime; today where none is given).",
        (*DESCRIBED_COLUMNS, *OVERLAY_COLUMNS),
    ),
    _collection(
        Estimate,
        "estimates",
        "Reserve and resource estimates",
        "Published statements of quantity, in the scheme and category of their author.",
    ),
    _collection(
        Cell,
        "control",
        "Territorial control",
        "Interval cells of control by source; a day gives the map of that day.",
    ),
    _collection(
        LinePiece,
        "contact-line",
        "Contact line",
        "The edge of occupied land towards free land, coast and state border left out: that of the "
        "day asked (datetime; today where none is given), in pieces with their days.",
    ),
    _collection(
        Disagreement,
        "disagreements",
        "Disagreements between sources",
        "Land to which two sources give different statuses on the day asked (datetime; today where "
        "none is given; of several days the last), where both have a map of it.",
    ),
    _collection(
        Span,
        "timelines",
        "Timelines of deposits",
        "For each deposit and source, the share of its footprint under each status, in time.",
    ),
    _collection(
        Change,
        "changes",
        "Changes of verdict",
        "Days on which a deposit's verdict turned, by the source named; else by the one used for "
        "the date, where a change of source is no change of verdict.",
    ),
    _collection(
        Settlement,
        "settlements",
        "Settlements with dated control",
        "Dated status of settlements, and on what ground each date is given.",
    ),
    _collection(
        AdminArea,
        "admin-areas",
        "Country, oblasts and raions",
        "Boundaries; raions are approximate.",
    ),
    _collection(
        Claim,
        "claims",
        "Public claims",
        "Dated public statements about minerals and who holds them, in the words of this service.",
    ),
)
BUILT_IN = tuple(collection.id for collection in COLLECTIONS)


def first_day_of(name: str, first_days: Iterable[date]) -> str | None:
    """The first day of a collection made for the day asked: disagreements take two sources.

    first_days: the first day each source speaks of. None where there never are two.
    """
    days = sorted(first_days)
    at = 1 if name == "disagreements" else 0
    return str(days[at]) if at < len(days) else None


def sortable_columns(collection: Collection) -> tuple[Column, ...]:
    """Columns with an order."""
    return tuple(c for c in collection.queryables if c.type not in LISTS)


def names_of(columns: Iterable[Column]) -> tuple[str, ...]:
    """Names of columns."""
    return tuple(column.name for column in columns)
