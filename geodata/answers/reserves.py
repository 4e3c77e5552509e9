"""The answer: which deposits are found, how many of each verdict, how much is published of them."""

from datetime import date

import numpy as np
import pandas as pd

from geodata.answers.amounts import amounts
from geodata.answers.citation import caveats, citation
from geodata.answers.matching import (
    MatchingDeposits,
    commodity_mask,
    find,
    of_rank,
    of_role,
)
from geodata.answers.names import commodity_word, title_of
from geodata.answers.question import RANKS, ROLES, VERDICTS, Question
from geodata.answers.rows import json_rows, json_value, property_rows
from geodata.answers.sources import source_facts
from geodata.control.sources import SourceSelection
from geodata.data.commodities import members
from geodata.formats.geojson import feature
from geodata.language import day_text, gettext
from geodata.store.base import Store
from geodata.types import Mask


def reserves(store: Store, question: Question, permalink: str) -> dict[str, object]:
    """The answer as a GeoJSON FeatureCollection with question, summary, citation and caveats.

    Raises InvalidInput for an unknown territory or source.
    """
    found = find(store, question)
    return {
        "type": "FeatureCollection",
        "features": _features(store, question, found),
        "numberReturned": int(found.listed.sum()),
        "question": _question(store, question, found.choice),
        "summary": [_summary(store, question, found, word) for word in question.commodities],
        "counted_once": _counts(found, found.selected),
        "citation": citation(store, _title(store, question), permalink, found.choice),
        "caveats": caveats(store, question, found),
    }


def _title(store: Store, question: Question) -> str:
    record = gettext("Sites of any rank")
    if question.rank == RANKS[0]:
        record = gettext("Deposits")
    role = gettext("main commodity or by-product")
    if question.role == ROLES[0]:
        role = gettext("main commodity")
    return gettext(
        "%(record)s of %(commodities)s (%(role)s) in: %(territory)s, %(day)s",
        record=record,
        commodities=", ".join(map(commodity_word, question.commodities)),
        role=role,
        territory=title_of(store.control.territory(question.territory)),
        day=day_text(question.day),
    )


def _question(store: Store, question: Question, choice: SourceSelection) -> dict[str, object]:
    return {
        "commodities": list(question.commodities),
        "date": str(question.day),
        "territory": question.territory,
        "release": store.manifest.id,
        "control": list(question.listed),
        "role": question.role,
        "rank": question.rank,
        **source_facts(choice),
    }


def _summary(
    store: Store, question: Question, found: MatchingDeposits, word: str
) -> dict[str, object]:
    """Counts by verdict and amounts of one commodity; components stand aside.

    `also` has what role and rank leave out: by-products of any rank, and main commodities of other
    ranks, so that no deposit is in both. `not_tested` says how many of the unknown are so for
    want of a position.
    """
    role = of_role(found.table, word, question.role)
    asked = found.asked & commodity_mask(found.table["commodities"], word)
    counted = asked & role & of_rank(found.table, question.rank)
    return {
        "commodity": word,
        "role": question.role,
        "rank": question.rank,
        "deposits": _counts(found, counted),
        "also": {
            "by_products": _counts(found, asked & ~role),
            "other_ranks": _counts(found, asked & role & ~counted),
        },
        "occupied_in_part": _occupied_in_part(found, counted),
        "not_tested": int((_whole(found, counted) & _untested(found)).sum()),
        "unconfirmed": int((_whole(found, asked) & recalled(found.table, word)).sum()),
        "components_left_aside": int((asked & ~_whole(found, asked)).sum()),
        "amounts": amounts(store.facts.estimates, _verdicts(found, counted), word),
    }


def _untested(found: MatchingDeposits) -> Mask:
    """Deposits of no known verdict because where they are is not known well enough to test."""
    unknown = found.verdict.astype(str) == "unknown"
    return np.asarray(unknown & ~found.table["tested"].to_numpy(dtype=bool))


def recalled(table: pd.DataFrame, word: str) -> Mask:
    """Deposits that are said to have a commodity by memory only."""
    wanted = members(word)
    return np.array([not wanted.isdisjoint(own) for own in table["recalled"]], dtype=bool)


def _occupied_in_part(found: MatchingDeposits, some: Mask) -> int:
    """How many are occupied as a whole, but lie in the territory only in part."""
    in_part = (found.verdict == "uncertain") & (found.table["control"] == "occupied").to_numpy()
    return int((_whole(found, some) & in_part).sum())


def _whole(found: MatchingDeposits, some: Mask) -> Mask:
    """Those of some deposits that are no component of another."""
    return np.asarray(some & found.table["part_of"].isna().to_numpy())


def _verdicts(found: MatchingDeposits, some: Mask) -> dict[str, str]:
    """Verdict in the territory by id, of those that count."""
    whole = _whole(found, some)
    return dict(zip(found.table["id"][whole], found.verdict[whole], strict=True))


def _counts(found: MatchingDeposits, some: Mask) -> dict[str, int]:
    """How many of some deposits have each verdict."""
    verdicts = list(_verdicts(found, some).values())
    return {verdict: verdicts.count(verdict) for verdict in VERDICTS}


def _features(store: Store, question: Question, found: MatchingDeposits) -> list[dict[str, object]]:
    rows = np.flatnonzero(found.listed)
    columns = store.collection("deposits").properties
    properties = property_rows(found.table.iloc[rows], columns)
    flips = store.control.flips_on(question.day, found.choice.source)
    says = by_source(store, question.day)
    for row, entry in zip(rows, properties, strict=True):
        entry["territory_share"] = json_value(found.territory_share[row])
        entry["territory_control"] = found.verdict[row]
        entry["flips_if_line_moves_km"] = json_value(flips[row])
        entry["estimates"] = estimates_of(store, str(entry["id"]))
        entry["by_source"] = says[row]
    shapes = found.table.geometry.to_numpy()[rows]
    order = sorted(
        range(len(rows)), key=lambda i: VERDICTS.index(str(properties[i]["territory_control"]))
    )
    return [feature(properties[i], shapes[i]) for i in order]


def estimates_of(store: Store, deposit_id: str) -> list[dict[str, object]]:
    """The estimates of a deposit."""
    rows = store.facts.estimates
    own = rows[(rows["deposit_id"] == deposit_id).to_numpy()]
    return json_rows(own, [str(c) for c in own.columns if c != "deposit_id"])


def by_source(store: Store, day: date) -> list[list[dict[str, object]]]:
    """What each source says of each deposit on a day, in the order of deposits."""
    tested = store.facts.deposits["tested"]
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
            "share": json_value(share) if is_tested and verdict != "unknown" else None,
            "asof": asof,
        }
        for verdict, share, is_tested in zip(
            table["verdict"], table["occupied"], tested, strict=True
        )
    ]
