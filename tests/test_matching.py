"""Which deposits are counted, and which beside them? Tables made by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from served import THEN, Client, properties, summary_of

from geodata.answers.matching import (
    of_rank,
    of_role,
    selected_deposits,
    verdicts_in_territory,
)
from geodata.answers.question import VERDICTS, Question
from geodata.interval import parse_day
from geodata.store.base import Membership
from geodata.store.embedded import EmbeddedStore
from service.http.downloads import _on_one_line

TABLE = pd.DataFrame(
    {
        "commodity": ["lithium", "tantalum", "lithium", "yttrium", "rare-earths"],
        "commodities": [
            ("lithium", "tin"),
            ("tantalum", "lithium"),
            ("lithium",),
            ("yttrium",),
            ("rare-earths",),
        ],
        "rank": ["deposit", "deposit", "occurrence", "deposit", "basin"],
    }
)


def asked(**words: Any) -> Question:
    return Question(("lithium",), parse_day(THEN), **words)


def test_a_by_product_is_no_main_commodity() -> None:
    assert of_role(TABLE, "lithium", "main").tolist() == [True, False, True, False, False]
    assert of_role(TABLE, "lithium", "any").tolist() == [True, True, True, False, False]


def test_a_word_that_stands_for_several_counts_each_as_main() -> None:
    assert of_role(TABLE, "rare-earths", "main").tolist() == [False, False, False, True, True]


def test_rank_any_leaves_nothing_out() -> None:
    assert of_rank(TABLE, "deposit").tolist() == [True, True, False, True, False]
    assert of_rank(TABLE, "any").all()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ({}, [True, False, False, False, False]),
        ({"role": "any"}, [True, True, False, False, False]),
        ({"rank": "any"}, [True, False, True, False, False]),
        ({"role": "any", "rank": "any"}, [True, True, True, False, False]),
    ],
)
def test_role_and_rank_select_together(words: dict[str, str], wanted: list[bool]) -> None:
    assert selected_deposits(TABLE, asked(**words)).tolist() == wanted


def in_held_land(verdict: str, contested: float, share: float) -> str:
    table = pd.DataFrame({"control": [verdict], "contested_share": [contested]}, dtype=object)
    extent, inside = np.array([0.7]), np.array([share])
    membership = Membership(np.array([True]), extent, inside)
    (found,) = verdicts_in_territory(table, membership, held=True)
    return str(found)


@pytest.mark.parametrize(
    ("verdict", "contested", "share", "wanted"),
    [
        ("uncertain", 0.0, 0.0, "government"),
        ("occupied", 0.0, 0.0, "government"),
        ("uncertain", 0.0, 0.2, "uncertain"),
        ("uncertain", 0.1, 0.0, "uncertain"),
        ("contested", 1.0, 0.0, "contested"),
        ("unknown", float("nan"), 0.0, "unknown"),
        ("government", 0.0, 0.0, "government"),
    ],
)
def test_occupied_land_outside_the_extent_is_not_the_territorys(
    verdict: str, contested: float, share: float, wanted: str
) -> None:
    assert in_held_land(verdict, contested, share) == wanted


# Served


def test_four_deposits_of_lithium_are_on_record_and_one_was_occupied(client: Client) -> None:
    summary = summary_of(client.json(f"/reserves?commodity=lithium&date={THEN}"), "lithium")
    assert {v: n for v, n in summary["deposits"].items() if n} == {"occupied": 1, "government": 3}
    assert summary["also"]["other_ranks"]["occupied"] == 1
    assert sum(summary["also"]["by_products"].values()) >= 3
    assert summary["components_left_aside"] == 2


def test_what_role_and_rank_leave_out_is_what_any_adds(client: Client) -> None:
    target = f"/reserves?commodity=lithium,titanium,rare-earths,uranium&date={THEN}"
    narrow, wide = client.json(target), client.json(target + "&role=any&rank=any")
    for one, all_ in zip(narrow["summary"], wide["summary"], strict=True):
        for verdict in VERDICTS:
            beside = one["also"]["by_products"][verdict] + one["also"]["other_ranks"][verdict]
            assert one["deposits"][verdict] + beside == all_["deposits"][verdict]
        assert not any(n for counts in all_["also"].values() for n in counts.values())


def test_all_commodities_count_each_deposit_once(client: Client, store: EmbeddedStore) -> None:
    document = client.json(f"/reserves?commodity=all&territory=ukraine&rank=any&date={THEN}")
    deposits = store.facts.deposits
    whole = (deposits["part_of"].isna() & (deposits["country"] == "UA")).sum()
    assert sum(document["counted_once"].values()) == whole
    assert sum(sum(s["deposits"].values()) for s in document["summary"]) == whole
    wide = client.json(f"/reserves?commodity=all&territory=ukraine&rank=any&role=any&date={THEN}")
    assert wide["counted_once"] == document["counted_once"]


def test_before_any_record_nothing_is_a_zero(client: Client) -> None:
    document = client.json("/reserves?date=1980-01-01&include=all")
    amounts = [row for summary in document["summary"] for row in summary["amounts"]]
    assert amounts
    assert {(row["occupied_low"], row["occupied_high"]) for row in amounts} == {(None, None)}
    assert {one["control"] for one in properties(document).values()} == {"unknown"}


def test_what_lies_outside_a_territory_on_the_day_is_not_counted_in_it(client: Client) -> None:
    target = "/reserves?commodity=rare-earths&role=any&rank=any&date=2021-12-31"
    summary = summary_of(client.json(target + "&territory=occupied-since-2022"), "rare-earths")
    assert summary["deposits"]["occupied"] == summary["deposits"]["uncertain"] == 0


def test_the_east_and_south_are_six_oblasts(client: Client) -> None:
    found = properties(client.json(f"/reserves?commodity=all&territory=east-south&date={THEN}"))
    assert found
    six = {"UA-14", "UA-09", "UA-63", "UA-23", "UA-65", "UA-48"}
    assert all(six & set(one["oblasts"]) for one in found.values())


def test_deposits_of_russia_are_on_record_without_a_verdict(client: Client) -> None:
    document = client.json(f"/reserves?commodity=rare-earths&territory=russia&date={THEN}")
    summary = summary_of(document, "rare-earths")
    assert summary["deposits"]["unknown"] == sum(summary["deposits"].values()) > 0
    whole = properties(client.json(f"/reserves?territory=russia&include=all&date={THEN}"))
    assert {one["country"] for one in whole.values()} == {"RU"}
    default = properties(client.json(f"/reserves?include=all&date={THEN}"))
    assert {one["country"] for one in default.values()} == {"UA"}


@pytest.mark.parametrize(
    "target",
    [
        "/reserves?date={day}",
        "/reserves/series?to={day}",
        "/changes?to={day}",
        "/control/at?lon=37&lat=48&date={day}",
        "/territories/occupied?date={day}",
        "/collections/deposits/items?datetime={day}",
        "/collections/control/items?datetime={day}",
        "/collections/deposits/items/kruta_balka_li?datetime={day}",
        "/tiles/control/5/18/11?datetime={day}",
    ],
)
def test_no_day_after_today_is_answered(client: Client, target: str) -> None:
    problem = client.get(target.format(day="2999-01-01")).problem()
    assert problem["status"] == 400
    assert problem["type"] == "urn:lodeline:problem:day-in-the-future"
    assert "2999-01-01" in problem["detail"]


def test_an_interval_may_reach_beyond_today(client: Client) -> None:
    page = client.json("/collections/deposits/items?datetime=2022-01-01/2999-01-01&limit=1")
    assert page["numberMatched"] > 100


def test_items_of_a_commodity_in_any_role_are_more(client: Client) -> None:
    target = f"/collections/deposits/items?datetime={THEN}&commodity=lithium&limit=100"
    main, wide = client.json(target), client.json(target + "&role=any")
    assert set(properties(main)) < set(properties(wide))
    assert "mostove_ta_li" in properties(wide)
    occurrences = client.json(target + "&rank=occurrence")
    assert list(properties(occurrences)) == ["balka_velykyi_tabir_li"]
    assert client.json(target + "&rank=any")["numberMatched"] == main["numberMatched"]


def test_a_deposit_says_roles_links_and_uris_as_records(client: Client) -> None:
    found = client.json(f"/collections/deposits/items/azovske_ree?datetime={THEN}")["properties"]
    assert found["roles"][0]["commodity"] == "rare-earths"
    assert found["roles"][0]["role"] == "main"
    assert found["roles"][1]["role"] == "by-product"
    assert any(record["distance_km"] > 200 for record in found["linked_records"])
    assert found["uris"]["rank"].endswith("/deposit")
    assert found["tested"] is True
    assert found["control_party"] == "RU"


@pytest.mark.parametrize(
    ("target", "parameter"),
    [
        ("/collections/deposits/items?control=ocupied", "control"),
        ("/collections/deposits/items?rank=ocurrence", "rank"),
        ("/collections/deposits/items?commodity=litium", "commodity"),
        ("/collections/changes/items?after=hold", "after"),
        ("/articles/2025-02-25?to=1800-01-01", "to"),
    ],
)
def test_a_slip_is_refused_and_finds_no_nothing(
    client: Client, target: str, parameter: str
) -> None:
    problem = client.get(target).problem()
    assert (problem["status"], problem["parameter"]) == (400, parameter)


def test_what_no_source_maps_has_no_shares_and_no_first_day(client: Client) -> None:
    target = f"/collections/deposits/items?country=RU&datetime={THEN}&limit=100"
    empty = ("control_share", "contested_share", "control_since", "agreement", "line_distance_km")
    for one in properties(client.json(target)).values():
        assert one["control"] == "unknown"
        assert [one[name] for name in empty] == [None] * 5


def test_a_held_land_in_part_is_said_of_what_is_occupied_as_a_whole(client: Client) -> None:
    target = f"/reserves?commodity=rare-earths&territory=occupied-since-2022&date={THEN}"
    assert summary_of(client.json(target), "rare-earths")["occupied_in_part"] == 1
    page = client.get(f"{target}&f=html").text
    assert "outside land occupied before 24 February 2022" in page
    assert "occupied as a whole and lies in this territory only in part" in page


def test_before_the_invasion_the_land_taken_since_is_said_to_be_none(client: Client) -> None:
    target = "/reserves?commodity=all&territory=occupied-since-2022&date=2015-01-01"
    assert any("has no land on 2015-01-01" in text for text in client.json(target)["caveats"])


@pytest.mark.parametrize("form", ["csv", "geojsonseq", "parquet"])
def test_a_download_names_the_licence_of_the_facts_in_a_header(client: Client, form: str) -> None:
    headers = client.get(f"/collections/deposits/items?f={form}&datetime={THEN}").headers
    assert "facts: CC BY 4.0" in headers["lodeline-licence"]
    assert "Lodeline" in headers["lodeline-citation"]


def test_a_licence_cannot_end_its_header() -> None:
    assert _on_one_line("CC BY\r\nSet-Cookie: a=1\x00 ©") == "CC BY Set-Cookie: a=1 ?"
