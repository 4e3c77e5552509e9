"""How much: sums within one commodity, measure, unit, scheme and kind; missing stays missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.answers.citation import caveats, citation
from geodata.answers.question import VERDICTS, Question
from geodata.answers.rows import json_rows, json_value
from geodata.control.sources import SourceSelection
from geodata.control.timeline import CERTAIN
from geodata.data.commodities import members
from geodata.formats.geojson import feature
from geodata.store.base import Store
from geodata.types import FloatArray, Mask

GROUP = ["commodity", "measure", "unit", "category_scheme", "kind"]
MAYBE = frozenset({"occupied", "uncertain", "contested"})


def amounts(
    estimates: pd.DataFrame, verdicts: Mapping[str, str], word: str
) -> list[dict[str, object]]:
    """Amounts of a commodity over deposits, a row per measure, unit, scheme and kind.

    A word that stands for several commodities gives rows for each: no sum mixes two.
    verdicts: verdict by id of every deposit that counts: no components. `occupied_low` sums
    deposits that are occupied, `occupied_high` also those that may be; `total` all. A sum over
    deposits none of which has a figure is None; over no deposits at all it is 0.
    """
    own = estimates[
        estimates["commodity"].isin(list(members(word))).to_numpy()
        & estimates["deposit_id"].isin(list(verdicts)).to_numpy()
    ]
    return [
        {**dict(zip(GROUP, map(str, key), strict=True)), **_sums(rows, verdicts)}
        for key, rows in own.groupby(GROUP, sort=True)
    ]


def _sums(rows: pd.DataFrame, verdicts: Mapping[str, str]) -> dict[str, object]:
    figures = set(rows["deposit_id"])
    sure = {d for d, verdict in verdicts.items() if verdict == "occupied"}
    maybe = {d for d, verdict in verdicts.items() if verdict in MAYBE}
    return {
        "occupied_low": _sum(rows, sure, ["amount_low", "amount"]),
        "occupied_high": _sum(rows, maybe, ["amount_high", "amount", "amount_low"]),
        "total": _sum(rows, set(verdicts), ["amount", "amount_high", "amount_low"]),
        "deposits_with_figure": len(figures),
        "deposits_without": len(verdicts) - len(figures),
    }


def _sum(rows: pd.DataFrame, deposits: set[str], columns: list[str]) -> float | None:
    """Sum over some deposits of the first given of the columns."""
    if not deposits:
        return 0.0
    own = rows[rows["deposit_id"].isin(list(deposits)).to_numpy()]
    given = own[columns].bfill(axis=1).iloc[:, 0].dropna()
    return None if given.empty else float(given.sum())


@dataclass(frozen=True)
class MatchingDeposits:
    """The deposits a question finds, before they are put into words.

    table: all deposits with the overlay of the day. asked: those of the commodities that may
    lie in the territory. listed: those of them with a verdict that is to be listed.
    verdict: that of each deposit as far as the territory goes, for counts and sums.
    """

    choice: SourceSelection
    table: gpd.GeoDataFrame
    asked: Mask
    listed: Mask
    territory_share: FloatArray
    verdict: npt.NDArray[np.object_]


def reserves(store: Store, question: Question, permalink: str) -> dict[str, object]:
    """The answer as a GeoJSON FeatureCollection with question, summary, citation and caveats.

    Raises InvalidInput for an unknown territory or source.
    """
    found = find(store, question)
    listed = found.table[found.listed]
    return {
        "type": "FeatureCollection",
        "features": _features(store, question, found),
        "numberReturned": int(found.listed.sum()),
        "question": _question(store, question, found.choice),
        "summary": [_summary(store, found, word) for word in question.commodities],
        "citation": citation(store, _title(store, question), permalink, found.choice),
        "caveats": caveats(store, question, found.choice, listed),
    }


def find(store: Store, question: Question) -> MatchingDeposits:
    """The deposits the question asks about."""
    choice = store.sources.select(question.day, question.source)
    table = store.control.deposits_on(question.day, question.source)
    membership = store.control.membership_in(question.territory, question.day, question.source)
    asked = any_commodity(table, question.commodities) & membership.member
    listed = asked & table["control"].isin(list(question.listed)).to_numpy()
    verdict = verdicts_in_territory(
        table["control"].to_numpy(dtype=object), membership.extent_share
    )
    return MatchingDeposits(choice, table, asked, listed, membership.share, verdict)


def verdicts_in_territory(
    verdict: npt.NDArray[np.object_], extent_share: FloatArray
) -> npt.NDArray[np.object_]:
    """The verdicts of deposits as far as a territory goes, (n,).

    An occupied deposit that only may lie in the territory's extent is uncertain there.
    extent_share: (n,) share of each footprint in the extent; without a footprint (NaN) the
    deposit is where its record says.
    """
    partly = np.nan_to_num(extent_share, nan=1.0) < CERTAIN
    return np.asarray(np.where(partly & (verdict == "occupied"), "uncertain", verdict))


def any_commodity(table: pd.DataFrame, words: tuple[str, ...]) -> Mask:
    """Deposits with any of the commodities asked."""
    masks = [commodity_mask(table["commodities"], word) for word in words]
    return np.asarray(np.any(masks, axis=0))


def commodity_mask(commodities: Iterable[tuple[str, ...]], word: str) -> Mask:
    """Deposits with any commodity the word stands for."""
    wanted = members(word)
    return np.array([not wanted.isdisjoint(own) for own in commodities], dtype=bool)


def _title(store: Store, question: Question) -> str:
    territory = store.control.territory(question.territory).title
    return f"Deposits of {', '.join(question.commodities)} in: {territory}, {question.day}"


def _question(store: Store, question: Question, choice: SourceSelection) -> dict[str, object]:
    return {
        "commodities": list(question.commodities),
        "date": str(question.day),
        "territory": question.territory,
        "source": choice.source,
        "release": store.manifest.id,
        "control": list(question.listed),
        "control_asof": json_value(choice.asof),
        "stale_days": choice.stale_days,
    }


def _summary(store: Store, found: MatchingDeposits, word: str) -> dict[str, object]:
    """Counts by verdict and amounts of one commodity; components stand aside."""
    own = found.asked & commodity_mask(found.table["commodities"], word)
    rows = found.table[own]
    parts = rows["part_of"].notna().to_numpy()
    verdicts = dict(zip(rows["id"][~parts], found.verdict[own][~parts], strict=True))
    return {
        "commodity": word,
        "deposits": {v: sum(x == v for x in verdicts.values()) for v in VERDICTS},
        "components_left_aside": int(parts.sum()),
        "amounts": amounts(store.facts.estimates, verdicts, word),
    }


def _features(store: Store, question: Question, found: MatchingDeposits) -> list[dict[str, object]]:
    rows = np.flatnonzero(found.listed)
    columns = store.collection("deposits").column_names
    properties = json_rows(found.table.iloc[rows], columns)
    flips = store.control.flips_on(question.day, found.choice.source)
    says = by_source(store, question.day)
    for row, entry in zip(rows, properties, strict=True):
        entry["territory_share"] = json_value(found.territory_share[row])
        entry["flips_if_line_moves_km"] = json_value(flips[row])
        entry["estimates"] = estimates_of(store, str(entry["id"]))
        entry["by_source"] = says[row]
    shapes = found.table.geometry.to_numpy()[rows]
    order = sorted(range(len(rows)), key=lambda i: VERDICTS.index(str(properties[i]["control"])))
    return [feature(properties[i], shapes[i]) for i in order]


def estimates_of(store: Store, deposit_id: str) -> list[dict[str, object]]:
    """The estimates of a deposit."""
    rows = store.facts.estimates
    own = rows[(rows["deposit_id"] == deposit_id).to_numpy()]
    return json_rows(own, [str(c) for c in own.columns if c != "deposit_id"])


def by_source(store: Store, day: date) -> list[list[dict[str, object]]]:
    """What each source says of each deposit on a day, in the order of deposits."""
    tested = store.facts.deposits["overlay_basis"] != "none"
    columns = [_said_by(store, choice, tested) for choice in store.sources.all_on(day)]
    return [[column[row] for column in columns] for row in range(len(tested))]


def _said_by(store: Store, choice: SourceSelection, tested: pd.Series) -> list[dict[str, object]]:
    """What one source says of each deposit. tested: (deposits,) which are laid over control."""
    table, asof = store.control.verdicts(choice), json_value(choice.asof)
    # As lists at once: a value of a frame taken by its place costs as much as a column.
    return [
        {
            "source": choice.source,
            "control": verdict,
            "share": json_value(share) if is_tested else None,
            "asof": asof,
        }
        for verdict, share, is_tested in zip(
            table["verdict"], table["occupied"], tested, strict=True
        )
    ]
