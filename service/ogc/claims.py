"""What do answers about claims hold: a claim, ours beside it, and whether the two agree?

As in `documents`: for the API document and for the test that holds answers against it.
"""

import datetime as dt
from typing import Literal

from schemas import Claim
from schemas.record import Record
from service.ogc.documents import Link

Agreement = Literal["yes", "partly", "no", "not-comparable"]


class NearClaim(Record):
    """A claim about the same at about the same time; link: of it beside our count."""

    id: str
    by: str
    made_on: dt.date
    about_day: dt.date
    statement: str
    url: str
    comparable: str
    agrees: Agreement
    premature_days: int | None
    link: str


class Counted(Record):
    """Deposits that are occupied (value, value_low), that may be (value_high), and all of them.

    In the unit of the claim, where the two are compared.
    """

    value: float | None
    value_low: float | None
    value_high: float | None
    of: int | None


class CountedBySource(Counted):
    """Numbers of deposits by one source."""

    source: str
    asof: dt.date


class CountedPart(Counted):
    """One of several commodities counted, and the number stated of it."""

    commodity: str
    stated: float
    agrees: Agreement


class Ours(Counted):
    """What the release says of what a claim states, on the day it is about.

    difference: ours less the nearest of what is stated. reached_on: the first day after it on
    which ours reaches it, premature_days after the claim's. reason: what decides.
    """

    date: dt.date
    source: str
    control_asof: dt.date | None
    stale_days: int | None
    source_reason: str
    unit: str
    permalink: str | None
    agrees: Agreement
    difference: float | None
    reached_on: dt.date | None
    premature_days: int | None
    reason: str | None
    by_source: list[CountedBySource]
    parts: list[CountedPart]


class ClaimBeside(Claim):
    """A claim with ours beside it."""

    ours: Ours


class Claims(Record):
    """All claims, in the order they were made."""

    claims: list[ClaimBeside]
    release: str
    links: list[Link]
