"""OWSLib asks as its users do: any Accept, a filter without its language."""

import pytest
from owslib.ogcapi.features import Features
from served import DEPOSITS

pytestmark = [
    pytest.mark.xdist_group("clients"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:owslib"),
]


def test_owslib_finds_the_collections_and_their_queryables(served: str) -> None:
    client = Features(served)
    assert "deposits" in client.feature_collections()
    names = client.collection_queryables("deposits")["properties"]
    assert {"commodity", "control", "geometry"} <= set(names)


def test_owslib_reads_items_by_box_day_property_and_filter(served: str) -> None:
    client = Features(served)
    boxed = client.collection_items("deposits", limit=200, bbox=[36, 46, 38, 48])
    assert 0 < boxed["numberMatched"] < DEPOSITS
    lithium = client.collection_items("deposits", limit=200, commodity="lithium")
    assert lithium["numberMatched"] == 8
    filtered = client.collection_items(
        "deposits", limit=200, datetime_="2025-02-25", filter="control='occupied'"
    )
    assert {f["properties"]["control"] for f in filtered["features"]} == {"occupied"}


def test_owslib_reads_one_item(served: str) -> None:
    found = Features(served).collection_item("deposits", "shevchenkivske_li")
    assert found["id"] == "shevchenkivske_li"
