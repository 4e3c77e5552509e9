"""What do our own JSON answers hold: reserves, histories, territories, rasters, releases?

As in `documents`: for the API document and for the test that holds answers against it.
"""

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from schemas import Manifest, Raster, TableFile
from schemas.record import Record, Status, Verdict
from service.ogc.documents import Feature, Link


class Licence(Record):
    """The terms of one source."""

    source: str
    licence: str
    attribution: str


class Citation(Record):
    """How an answer is cited."""

    text: str
    bibtex: str
    release: str
    generated: str
    licences: list[Licence]
    permalink: str


class Asked(Record):
    """The question as it was understood."""

    commodities: list[str]
    date: dt.date
    territory: str
    source: str
    release: str
    control: list[Verdict]
    control_asof: dt.date | None
    stale_days: int | None
    role: str
    rank: str


class Amount(Record):
    """What is published of one commodity, in one measure, unit, scheme and kind."""

    commodity: str
    measure: str
    unit: str
    category_scheme: str
    kind: str
    occupied_low: float | None
    occupied_high: float | None
    total: float | None
    total_low: float | None
    total_bound: str | None
    deposits_with_figure: int
    deposits_without: int
    figures_in_doubt: int


class LeftOut(Record):
    """Deposits by verdict that role and rank leave out; none is in both."""

    by_products: dict[Verdict, int]
    other_ranks: dict[Verdict, int]


class Summary(Record):
    """Deposits of one commodity by verdict, and their amounts."""

    commodity: str
    role: str
    rank: str
    deposits: dict[Verdict, int]
    also: LeftOut
    not_tested: int
    unconfirmed: int
    components_left_aside: int
    amounts: list[Amount]


class ReservesAnswer(Record):
    """Reserves in a territory on a day."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    numberReturned: int  # noqa: N815 - named by OGC API - Features
    question: Asked
    summary: list[Summary]
    counted_once: dict[Verdict, int]
    citation: Citation
    caveats: list[str]
    links: list[Link]


class Count(Record):
    """Deposits by verdict on a day."""

    date: dt.date
    occupied: int
    uncertain: int
    contested: int
    government: int
    unknown: int
    source: str


class Series(Record):
    """Counts over time."""

    commodities: list[str]
    territory: str
    source: str
    release: str
    not_tested: int
    series: list[Count]


class ChangeCollection(Record):
    """Deposits whose verdict changed, in the order of days."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    numberReturned: int  # noqa: N815 - named by OGC API - Features
    release: str
    links: list[Link]


class Stretch(Record):
    """A status from a day up to another, half-open; null for an open end."""

    status: Status
    valid_from: dt.date
    valid_to: dt.date | None


class SourceSays(Record):
    """What one source says of a spot."""

    source: str
    status: Status
    asof: dt.date | None
    stale_days: int | None
    since: dt.date | None
    history: list[Stretch]


class Spot(Record):
    """Control status of a point on a day, by every source."""

    lon: float
    lat: float
    date: dt.date
    control: Status
    control_source: str | None
    release: str
    by_source: list[SourceSays]


class ShareSpan(Record):
    """A share of a deposit under a status, from a day up to another."""

    status: Status
    share: float
    valid_from: dt.date
    valid_to: dt.date | None


class VerdictSpan(Record):
    """A verdict of a deposit, from a day up to another, and the shares behind it."""

    verdict: Verdict
    valid_from: dt.date
    valid_to: dt.date | None
    occupied: float | None
    contested: float | None
    government: float | None
    unknown: float | None


class SourceTimeline(Record):
    """A deposit's history by one source."""

    source: str
    first_day: dt.date
    last_map: dt.date
    spans: list[ShareSpan]
    verdicts: list[VerdictSpan]


class Timeline(Record):
    """A deposit's history by every source."""

    deposit: dict[str, Any]
    estimates: list[dict[str, Any]]
    release: str
    timelines: list[SourceTimeline]


class TerritoryWords(Record):
    """A territory as it is defined."""

    id: str
    title: str
    title_uk: str
    definition: str
    citation: list[str]


class Territories(Record):
    """All territories."""

    territories: list[TerritoryWords]


class PhraseAnswer(Record):
    """The answer to a phrase on a day."""

    date: dt.date
    source: str
    control_asof: dt.date | None
    stale_days: int | None
    summary: list[Summary]
    caveats: list[str]
    deposits: list[dict[str, str]]
    question: dict[str, str]


class Phrase(Record):
    """A phrase of the article, as it is read and answered then and today."""

    phrase: str
    by: str
    reading: str
    territory: dict[str, str]
    commodities: list[str]
    then: PhraseAnswer
    today: PhraseAnswer


class Article(Record):
    """The article answered."""

    title: str
    date: dt.date
    about: str
    phrases: list[Phrase]
    release: str
    citation: Citation


class RasterAnswer(Raster):
    """A raster's record with its links, as TileJSON too."""

    tilejson: str
    name: str
    scheme: Literal["xyz"]
    tiles: list[str]
    minzoom: int
    maxzoom: int
    tile_size: int
    links: list[Link]


class Rasters(Record):
    """All rasters."""

    rasters: list[RasterAnswer]


class LegendStop(Record):
    """A labelled value and its colour; at: its place along the legend, 0 to 1."""

    value: float
    at: float
    label: str
    color: str


class Legend(Record):
    """What the colours of a raster mean."""

    id: str
    title: str
    unit: str
    colormap: str
    ends: list[float]
    values_below: bool
    values_above: bool
    nothing: str
    stops: list[LegendStop]


class RasterValue(Record):
    """The value of a raster's cell at a spot, or why there is none."""

    raster: str
    lon: float
    lat: float
    unit: str
    value: float | None
    date: dt.date | None = None
    reason: str | None
    asof: dt.date | None
    release: str


class Statistics(Record):
    """Values of a raster in an area."""

    raster: str
    unit: str
    area: dict[str, Any]
    area_km2: float
    covered_km2: float
    covered_share: float | None
    count: float
    min: float | None
    max: float | None
    mean: float | None
    median: float | None
    stdev: float | None
    sum: float | None
    integral: float | None
    weights: str
    release: str
    dates: dict[str, dt.date | None] | None = None


class ReleaseEntry(Record):
    """A release in the list."""

    id: str
    created: str
    current: bool
    control_sources: list[str]
    batches: list[str]
    content_sha256: str
    links: list[Link]


class Releases(Record):
    """All releases, newest first."""

    current: str | None
    releases: list[ReleaseEntry]


class LinkedFile(TableFile):
    """One file of a release, and where it is."""

    href: str


class ReleaseAnswer(Manifest):
    """A release's manifest with links to its files."""

    tables: tuple[LinkedFile, ...]


class TableChange(Record):
    """Rows of a table that came, went and changed."""

    table: str
    added: int
    removed: int
    changed: int
    examples: dict[str, list[str]]


class ReleaseDiff(Record):
    """What differs between two releases."""

    from_: str = Field(alias="from")
    to: str
    tables: list[TableChange]
