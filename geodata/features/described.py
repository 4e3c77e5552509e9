"""What follows from the packaged facts for a deposit, whatever the day: roles, links, URIs?"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import geopandas as gpd
import orjson
import pandas as pd

from geodata.data.commodities import commodities

WIKIDATA = "http://www.wikidata.org/entity/"
Uris = Mapping[str, Mapping[str, str]]
"""URIs by our word, by vocabulary; see `packaged.vocabulary_uris`."""


def described(deposits: gpd.GeoDataFrame, linked: pd.DataFrame, uris: Uris) -> gpd.GeoDataFrame:
    """Deposits with `collections.DESCRIBED_COLUMNS`; those of type json are texts.

    deposits: columns of `schemas.Deposit`. linked: of `schemas.LinkedRecord`.
    """
    pairs = zip(deposits["commodities"], deposits["recalled"], strict=True)
    records = {str(name): rows for name, rows in linked.groupby("deposit_id")}
    words = zip(deposits["rank"], deposits["status"], deposits["wikidata"], strict=True)
    return gpd.GeoDataFrame(
        deposits.assign(
            tested=(deposits["overlay_basis"] != "none").to_numpy(dtype=bool),
            roles=[_text(_roles(list(own), list(recalled))) for own, recalled in pairs],
            linked_records=[_text(_links(records.get(name))) for name in deposits["id"]],
            uris=[_text(_uris(uris, rank, status, item)) for rank, status, item in words],
        )
    )


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def _roles(own: Sequence[str], recalled: Collection[str]) -> list[dict[str, object]]:
    """The commodities of a deposit, main one first."""
    uris = {c.id: c.uri for c in commodities()}
    return [
        {
            "commodity": name,
            "role": "by-product" if number else "main",
            "uri": uris.get(name),
            "basis": "recalled" if name in recalled else "published",
        }
        for number, name in enumerate(own)
    ]


def _links(rows: pd.DataFrame | None) -> list[dict[str, object]]:
    """Records of other catalogues, in their order."""
    if rows is None:
        return []
    names = {"catalogue": "catalogue", "record_id": "id", "name": "name"}
    plain = rows[[*names, "distance_km", "note"]].rename(columns=names).round({"distance_km": 1})
    return [
        {str(k): None if pd.isna(v) else v for k, v in row.items()}
        for row in plain.to_dict("records")
    ]


def _uris(uris: Uris, rank: str, status: str, item: str | None) -> dict[str, str]:
    """URIs of what a deposit is, only those there are."""
    known = {"rank": uris["rank"].get(rank), "status": uris["status"].get(status)}
    return {k: v for k, v in known.items() if v} | ({"wikidata": WIKIDATA + item} if item else {})
