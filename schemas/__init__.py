"""The words of Lodeline: the records that travel between files, releases and users."""

from schemas.batch import Batch, Issue, Snapshot, Withdrawal
from schemas.cell import Cell
from schemas.deposit import Deposit
from schemas.estimate import Estimate
from schemas.layer import Layer
from schemas.place import AdminArea, Settlement
from schemas.raster import Raster
from schemas.release import Manifest, TableFile
from schemas.source import Expectations, Source
from schemas.territory import Territory
from schemas.timeline import Change, Span, Standing

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
    "Settlement",
    "Snapshot",
    "Source",
    "Span",
    "Standing",
    "TableFile",
    "Territory",
    "Withdrawal",
]
