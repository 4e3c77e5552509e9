"""Which records are there: what travels between files, releases and users?"""

from schemas.control import Cell, Change, Span, VerdictInterval
from schemas.deposit import Deposit, Estimate
from schemas.layers import Layer, Raster
from schemas.place import AdminArea, Settlement, Territory
from schemas.release import Batch, Issue, Manifest, Replaced, Snapshot, TableFile, Withdrawal
from schemas.source import Expectations, Source

__all__ = [
    "AdminArea",
    "Batch",
    "Cell",
    "Change",
    "Deposit",
    "Estimate",
    "Expectations",
    "Issue",
    "Layer",
    "Manifest",
    "Raster",
    "Replaced",
    "Settlement",
    "Snapshot",
    "Source",
    "Span",
    "TableFile",
    "Territory",
    "VerdictInterval",
    "Withdrawal",
]
