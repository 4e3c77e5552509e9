"""Which land is meant by a territory, and what held at a spot?"""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from served import LATER, THEN, Client, properties, summary_of

from geodata.answers.matching import within_extent
from geodata.store.embedded import EmbeddedStore

# Territories


def in_territory(client: Client, name: str, day: str = THEN) -> dict[str, Any]:
    target = f"/reserves?commodity=all&territory={name}&include=all&date={day}"
    return properties(client.json(target))


def test_land_taken_since_2022_leaves_out_what_was_held_before(client: Client) -> None:
    found = in_territory(client, "occupied-since-2022")
    assert "kerch_fe_v" not in found
    assert "osykivske_p" not in found
    assert found["kruta_balka_li"]["territory_share"] == 1
    # Mykytivka stood at the line of contact: of its circle a tenth was taken in 2022.
    assert found.get("nikitivske_sb", {"territory_share": 0})["territory_share"] < 0.15


def test_crimea_is_crimea_whatever_the_day(client: Client) -> None:
    assert list(in_territory(client, "crimea", "2013-01-01")) == ["kerch_fe_v"]
    assert in_territory(client, "crimea", "2013-01-01")["kerch_fe_v"]["control"] == "government"
    assert in_territory(client, "crimea", THEN)["kerch_fe_v"]["control"] == "occupied"


def test_the_new_territories_held_are_four_oblasts_and_no_crimea(client: Client) -> None:
    found = in_territory(client, "new-territories-held")
    assert "kerch_fe_v" not in found
    assert "kruta_balka_li" in found
    assert found["shevchenkivske_li"]["territory_share"] == 0
    assert (
        in_territory(client, "new-territories-held", LATER)["shevchenkivske_li"]["territory_share"]
        == 1
    )
    four = {"Donetsk", "Luhansk", "Zaporizhzhia", "Kherson"}
    assert {one["oblast"] for one in found.values() if one["territory_share"] == 1} <= four


def test_donbas_of_2014_does_not_move_with_the_day(client: Client) -> None:
    early, late = in_territory(client, "donbas-2014"), in_territory(client, "donbas-2014", LATER)
    shares = {i: one["territory_share"] for i, one in early.items()}
    assert shares == {i: one["territory_share"] for i, one in late.items()}
    assert shares["osykivske_p"] > 0.95
    assert "kruta_balka_li" not in shares
    assert "shevchenkivske_li" not in shares


def test_an_occupied_deposit_that_lies_in_a_territory_in_part_is_uncertain_there() -> None:
    shares = {0.5: "uncertain", 0.9499: "uncertain", 0.95: "occupied", 1.0: "occupied"}
    occupied = np.full(len(shares), "occupied", dtype=object)

    assert within_extent(occupied, np.array(list(shares))).tolist() == list(shares.values())


@pytest.mark.parametrize("verdict", ["uncertain", "contested", "government", "unknown"])
def test_only_what_is_occupied_is_doubted_for_lying_in_part(verdict: str) -> None:
    assert within_extent(np.array([verdict], dtype=object), np.array([0.5])).tolist() == [verdict]


def test_a_deposit_without_footprint_lies_where_its_record_says() -> None:
    occupied = np.array(["occupied"], dtype=object)

    assert within_extent(occupied, np.array([np.nan])).tolist() == ["occupied"]


@pytest.mark.parametrize(
    ("commodity", "occupied", "uncertain"), [("rare-earths", 1, 4), ("fluorspar", 1, 1)]
)
def test_counts_of_a_territory_are_of_what_lies_in_it_whole(
    client: Client, commodity: str, occupied: int, uncertain: int
) -> None:
    """The line of 2022 ran through these footprints; all of them are occupied today."""
    target = f"/reserves?commodity={commodity}&territory=donbas-2014&role=any&rank=any&date={LATER}"
    document = client.json(target)
    listed = properties(document)

    counts = summary_of(document, commodity)["deposits"]

    assert {one["control"] for one in listed.values()} == {"occupied"}
    partly = [0.05 <= one["territory_share"] < 0.95 for one in listed.values()]
    assert sum(partly) == uncertain
    assert (counts["occupied"], counts["uncertain"]) == (occupied, uncertain)


def test_east_and_south_are_the_occupied_land_without_crimea(client: Client) -> None:
    held = {i for i, one in in_territory(client, "occupied").items() if one["territory_share"] == 1}
    east = {
        i for i, one in in_territory(client, "east-south").items() if one["territory_share"] == 1
    }
    assert held - east == {"kerch_fe_v"}
    assert east < held


def test_territories_have_plausible_areas(client: Client) -> None:
    def km2(name: str, day: str = THEN) -> float:
        found = client.json(f"/territories/{name}?date={day}")
        assert found["id"] == name
        return float(found["properties"]["area_km2"])

    assert 595_000 < km2("ukraine") < 605_000
    assert 100_000 < km2("occupied") < 120_000
    assert 25_500 < km2("crimea") < 28_000
    assert km2("crimea", "1995-01-01") == km2("crimea")
    assert km2("occupied-since-2022") < km2("new-territories-held") < km2("occupied")
    assert km2("donbas-2014", LATER) == km2("donbas-2014")
    assert km2("new-territories-held") < km2("new-territories-claimed") < 112_000
    assert km2("occupied") == pytest.approx(km2("east-south") + 25_749, abs=1500)


def test_territories_say_what_they_rest_on(client: Client) -> None:
    found = client.json("/territories")["territories"]
    ids = {"occupied", "occupied-since-2022", "new-territories-claimed", "new-territories-held"}
    assert {entry["id"] for entry in found} == ids | {
        "east-south",
        "crimea",
        "donbas-2014",
        "ukraine",
        "russia",
    }
    assert all(entry["definition"] and entry["citation"] and entry["title"] for entry in found)


def test_a_territory_without_land_on_the_day_is_empty(client: Client) -> None:
    found = client.json("/territories/occupied-since-2022?date=2022-02-23")
    assert found["geometry"] is None
    assert found["properties"]["area_km2"] == 0


# At a spot


def gap_free(history: list[dict[str, Any]]) -> bool:
    ends = [entry["valid_to"] for entry in history]
    starts = [entry["valid_from"] for entry in history]
    different = all(a["status"] != b["status"] for a, b in pairwise(history))
    return ends[:-1] == starts[1:] and ends[-1] is None and different


def at(client: Client, lon: float, lat: float, day: str = THEN) -> dict[str, Any]:
    return dict(client.json(f"/control/at?lon={lon}&lat={lat}&date={day}"))


def test_the_history_of_a_spot_is_half_open_and_has_no_gap(client: Client) -> None:
    (said,) = at(client, 36.7126, 47.90934, "2025-07-02")["by_source"]
    assert gap_free(said["history"])
    assert said["status"] == "occupied"
    assert said["since"] == "2025-07-02"
    assert said["stale_days"] == 0
    (before,) = at(client, 36.7126, 47.90934, "2025-07-01")["by_source"]
    assert before["status"] == "contested"
    assert before["history"] == said["history"]


def test_the_status_of_a_spot_is_that_of_the_day_in_its_history(client: Client) -> None:
    places = np.random.default_rng(7).uniform((30, 46), (40, 51), (40, 2)).round(4)
    for lon, lat in places:
        found = at(client, lon, lat, "2022-06-01")
        for said in found["by_source"]:
            assert not said["history"] or gap_free(said["history"])
            now = [
                entry["status"]
                for entry in said["history"]
                if entry["valid_from"] <= "2022-06-01" < (entry["valid_to"] or "9999")
            ]
            assert now == ([said["status"]] if said["history"] else [])
            assert said["history"] or said["status"] == "unknown"


@pytest.mark.parametrize(("lon", "lat"), [(2.35, 48.85), (31.0, 44.0), (36.5, 46.0), (-180, -90)])
def test_a_spot_abroad_or_at_sea_is_unknown(client: Client, lon: float, lat: float) -> None:
    found = at(client, lon, lat)
    assert found["control"] == "unknown"
    assert found["control_source"] is None
    assert [said["history"] for said in found["by_source"]] == [[]]


def test_a_spot_in_a_lake_is_unknown(client: Client, store: EmbeddedStore) -> None:
    lakes = shapely.get_parts(store.tables.lakes)
    spot = shapely.point_on_surface(lakes[np.argmax(shapely.area(lakes))])
    assert at(client, spot.x, spot.y)["control"] == "unknown"


def test_a_spot_before_the_record_is_unknown(client: Client) -> None:
    found = at(client, 30.52, 50.45, "1980-01-01")
    assert found["control"] == "unknown"
    assert found["by_source"][0]["asof"] is None
    assert at(client, 30.52, 50.45)["control"] == "government"
