"""Which deposits does a question find, and which of them does it count?

A deposit is *asked about* where one of its commodities is asked and it may lie in the territory.
Of these a question *selects* by the role of the commodity (main, or by-products too) and by the
rank of the record (deposits, or occurrences, prospects, fields and basins too).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.answers.question import DEFAULT_CONTROL, RANKS, ROLES, VERDICTS, Question
from geodata.control.sources import SourceSelection
from geodata.control.timeline import CERTAIN, DECIMALS
from geodata.data.commodities import members
from geodata.store.base import Membership, Store
from geodata.types import FloatArray, Mask

NOTHING = 0.5 * 10.0**-DECIMALS
"""A share that is rounded to zero."""
Verdicts = npt.NDArray[np.object_]
"""(n,) verdicts, in the order of deposits."""


@dataclass(frozen=True)
class MatchingDeposits:
    """The deposits a question finds, before they are put into words.

    table: all deposits with the overlay of the day. asked: those with any of the commodities that
    may lie in the territory. selected: those of them of the role and rank asked, which are counted.
    listed: those selected whose verdict is to be listed, or all that are asked. verdict: that of
    each deposit as far as the territory goes, for lists, counts and sums.
    """

    choice: SourceSelection
    table: gpd.GeoDataFrame
    asked: Mask
    selected: Mask
    listed: Mask
    territory_share: FloatArray
    verdict: Verdicts


def find(store: Store, question: Question) -> MatchingDeposits:
    """The deposits the question asks about. Raises InvalidInput for an unknown territory."""
    choice = store.sources.select(question.day, question.source)
    table = store.control.deposits_on(question.day, question.source)
    membership = store.control.membership_in(question.territory, question.day, question.source)
    is_held = store.control.territory(question.territory).held is not None
    verdict = verdicts_in_territory(table, membership, held=is_held)
    member = membership.member
    asked = any_commodity(table, question.commodities) & member
    selected = selected_deposits(table, question) & member
    shown = asked if question.include_components else selected
    verdicts = VERDICTS if _is_unmapped(store, question) else question.listed
    listed = shown & np.isin(verdict.astype(str), verdicts)
    return MatchingDeposits(choice, table, asked, selected, listed, membership.share, verdict)


def _is_unmapped(store: Store, question: Question) -> bool:
    """Whether no source maps the territory, so that a list by the usual verdicts would be empty."""
    abroad = store.control.territory(question.territory).country is not None
    return abroad and question.control == DEFAULT_CONTROL


def verdicts_in_territory(table: pd.DataFrame, membership: Membership, *, held: bool) -> Verdicts:
    """The verdicts of deposits on a day as far as a territory goes, (n,).

    table: `control` and `contested_share` of the deposits. held: the territory is land of a status
    on the day. An occupied deposit that only may lie in the territory's extent is uncertain there.
    One whose occupied land lies outside the extent altogether has none in the territory: inside it
    is the government's.
    """
    verdict = within_extent(table["control"].to_numpy(dtype=object), membership.extent_share)
    if not held:
        return verdict
    may_be = np.isin(verdict.astype(str), ("occupied", "uncertain"))
    uncontested = np.nan_to_num(table["contested_share"].to_numpy(dtype=float)) == 0
    outside = may_be & uncontested & (membership.share < NOTHING)
    return np.asarray(np.where(outside, "government", verdict))


def within_extent(verdict: Verdicts, extent_share: FloatArray) -> Verdicts:
    """Verdicts of deposits that only may lie in an extent made uncertain, (n,).

    extent_share: (n,) share of each footprint in the extent; without a footprint (NaN) the
    deposit is where its record says.
    """
    partly = np.nan_to_num(extent_share, nan=1.0) < CERTAIN
    return np.asarray(np.where(partly & (verdict == "occupied"), "uncertain", verdict))


def selected_deposits(table: pd.DataFrame, question: Question) -> Mask:
    """Deposits of any commodity asked, in the role and of the rank asked, of the ids if any."""
    masks = [of_role(table, word, question.role) for word in question.commodities]
    selected = np.asarray(np.any(masks, axis=0)) & of_rank(table, question.rank)
    if question.deposits is None:
        return selected
    return np.asarray(selected & table["id"].isin(list(question.deposits)).to_numpy())


def of_role(table: pd.DataFrame, word: str, role: str) -> Mask:
    """Deposits of a commodity: those whose main one it is, or all that have it."""
    if role == ROLES[0]:
        return np.asarray(table["commodity"].isin(list(members(word))))
    return commodity_mask(table["commodities"], word)


def of_rank(table: pd.DataFrame, rank: str) -> Mask:
    """Records of a rank, `any` for all."""
    if rank == RANKS[1]:
        return np.ones(len(table), dtype=bool)
    return np.asarray(table["rank"] == rank)


def any_commodity(table: pd.DataFrame, words: tuple[str, ...]) -> Mask:
    """Deposits with any of the commodities asked, in whichever role."""
    masks = [commodity_mask(table["commodities"], word) for word in words]
    return np.asarray(np.any(masks, axis=0))


def commodity_mask(commodities: Iterable[tuple[str, ...]], word: str) -> Mask:
    """Deposits with any commodity the word stands for."""
    wanted = members(word)
    return np.array([not wanted.isdisjoint(own) for own in commodities], dtype=bool)
