"""What follows from a deposit's record: is it tested, which role has each of its commodities?"""

from collections.abc import Collection, Sequence

import geopandas as gpd
import orjson

from geodata.data.commodities import commodities


def described(deposits: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Deposits with `collections.DESCRIBED_COLUMNS`, whatever the day.

    deposits: columns of `schemas.Deposit`. Columns of type json are texts.
    """
    pairs = zip(deposits["commodities"], deposits["recalled"], strict=True)
    return gpd.GeoDataFrame(
        deposits.assign(
            tested=(deposits["overlay_basis"] != "none").to_numpy(dtype=bool),
            roles=[_roles(list(own), list(recalled)) for own, recalled in pairs],
        )
    )


def _roles(own: Sequence[str], recalled: Collection[str]) -> str:
    """The commodities of a deposit, main one first, as JSON."""
    uris = {c.id: c.uri for c in commodities()}
    roles = [
        {
            "commodity": name,
            "role": "by-product" if number else "main",
            "uri": uris.get(name),
            "basis": "recalled" if name in recalled else "published",
        }
        for number, name in enumerate(own)
    ]
    return orjson.dumps(roles).decode()
