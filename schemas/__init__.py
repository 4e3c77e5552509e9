"""Which records are there: what travels between files, releases and users?"""

from schemas.claim import Claim
from schemas.control import Cell, Change, Disagreement, LinePiece, Span, VerdictInterval
from schemas.deposit import Deposit, Estimate, LinkedRecord
from schemas.layers import Layer, Raster
from schemas.place import AdminArea, Settlement, Territory
from schemas.release import Batch, Issue, Manifest, Replaced, Snapshot, TableFile, Withdrawal
from schemas.source import Expectations, Source
from schemas.theatre import Theatre

__all__ = [
    "AdminArea",
    "Batch",
    "Cell",
    "Change",
    "Claim",
    "Deposit",
    "Disagreement",
    "Estimate",
    "Expectations",
    "Issue",
    "Layer",
    "LinePiece",
    "LinkedRecord",
    "Manifest",
    "Raster",
    "Replaced",
    "Settlement",
    "Snapshot",
    "Source",
    "Span",
    "TableFile",
    "Territory",
    "Theatre",
    "VerdictInterval",
    "Withdrawal",
]
