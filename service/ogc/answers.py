"""What do our own JSON answers hold: reserves, histories, territories, releases?

As in `documents`: for the API document and for the test that holds answers against it.
"""

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from schemas import Manifest, TableFile
from schemas.record import Record, Status, Verdict
from service.ogc.claims import NearClaim
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
    source_reason: str
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
    occupied_in_part: int
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
    claims: list[NearClaim]
    links: list[Link]


class SourceUsed(Record):
    """A source that answers for days from one to another, both in, and why on the first."""

    source: str
    from_: dt.date | None = Field(alias="from")
    to: dt.date | None
    source_reason: str


class Count(Record):
    """Deposits by verdict on a day."""

    date: dt.date
    occupied: int
    uncertain: int
    contested: int
    government: int
    unknown: int
    source: str
    control_asof: dt.date | None
    stale_days: int | None


class Series(Record):
    """Counts over time."""

    commodities: list[str]
    territory: str
    source: str
    release: str
    sources: list[SourceUsed]
    not_tested: int
    series: list[Count]


class HeldArea(Record):
    """Land held in a territory, or in an oblast of it, on a day; null where no map tells it."""

    date: dt.date
    oblast: str | None = None
    oblast_name: str | None = None
    occupied_km2: float | None
    contested_km2: float | None
    source: str
    control_asof: dt.date | None
    stale_days: int | None


class Seam(Record):
    """A day on which another source takes over."""

    day: dt.date
    before: str
    after: str


class ControlSeries(Record):
    """Held land over time."""

    territory: str
    by: str
    source: str
    release: str
    sources: list[SourceUsed]
    seams: list[Seam]
    series: list[HeldArea]


class ChangeCollection(Record):
    """Deposits whose verdict changed, in the order of days."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    numberReturned: int  # noqa: N815 - named by OGC API - Features
    release: str
    sources: list[SourceUsed]
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
    party: str | None
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
    control_asof: dt.date | None
    stale_days: int | None
    source_reason: str
    release: str
    by_source: list[SourceSays]


class ShareSpan(Record):
    """A share of a deposit under a status, from a day up to another."""

    status: Status
    party: str | None
    share: float
    valid_from: dt.date
    valid_to: dt.date | None


class VerdictSpan(Record):
    """A verdict of a deposit, from a day up to another, and the shares behind it."""

    verdict: Verdict
    party: str | None
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


class ChosenVerdict(VerdictSpan):
    """A verdict by the source that answers; since: first day of the run, None if not known."""

    source: str
    since: dt.date | None


class ChosenTimeline(Record):
    """A deposit's history by the source that answers on each day."""

    sources: list[SourceUsed]
    verdicts: list[ChosenVerdict]


class Timeline(Record):
    """A deposit's history by every source; chosen: where none was named."""

    deposit: dict[str, Any]
    estimates: list[dict[str, Any]]
    release: str
    chosen: ChosenTimeline | None = None
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
