"""Do the answers, from the packaged facts alone, say what is known of the deposits?"""

from collections import Counter
from typing import Any

import pandas as pd
import pytest
from served import EVERYTHING, LATER, THEN, Client, local, properties, summary_of

from geodata.answers.matching import any_commodity
from geodata.answers.question import VERDICTS
from geodata.store.embedded import EmbeddedStore

HELD_BOTH_DAYS = ("kruta_balka_li", "novopoltavske_ree", "azovske_ree", "mazurivske_nb")
NEVER_HELD = (
    "polokhivske_li",
    "dobra_li",
    "stremyhorodske_ti",
    "irshanske_ti",
    "malyshevske_ti",
)
ONCE_UNTESTED = {"kalynivske_u", "lozuvatske_u", "mykhailivske_u", "ge_lviv_volyn_coal"}
"""Regions, and deposits known to a district: laid over control since they have an area."""
COMPONENTS = {
    "stankuvatske_li": "dobra_li",
    "nadiia_li": "dobra_li",
    "bukynska_ti": "mezhyrichne_ti",
    "yurske_ti": "mezhyrichne_ti",
    "motronivsko_annivske_ti": "malyshevske_ti",
}


def verdicts(client: Client, target: str) -> dict[str, str]:
    return {i: p["control"] for i, p in properties(client.json(target)).items()}


# Which deposits


@pytest.mark.parametrize("day", [THEN, LATER])
def test_deposits_known_to_be_occupied_are_occupied(client: Client, day: str) -> None:
    found = verdicts(client, f"/reserves?date={day}&role=any")
    assert {found[i] for i in HELD_BOTH_DAYS} == {"occupied"}
    assert not set(NEVER_HELD) & set(found)


@pytest.mark.parametrize("day", [THEN, LATER])
def test_deposits_far_from_the_line_are_government_held(client: Client, day: str) -> None:
    found = verdicts(client, EVERYTHING + day)
    assert {found[i] for i in NEVER_HELD} == {"government"}
    assert {found[i] for i in HELD_BOTH_DAYS} == {"occupied"}


def test_shevchenkivske_was_not_held_then_and_was_held_later(client: Client) -> None:
    assert "shevchenkivske_li" not in verdicts(client, f"/reserves?date={THEN}")
    assert verdicts(client, EVERYTHING + THEN)["shevchenkivske_li"] == "government"
    assert verdicts(client, f"/reserves?date={LATER}")["shevchenkivske_li"] == "occupied"


def test_the_record_of_shevchenkivske_says_which_village_the_press_meant(client: Client) -> None:
    found = client.json("/collections/deposits/items/shevchenkivske_li")["properties"]
    assert "January 2025" in found["note"]
    assert "another village called Shevchenko" in found["note"]


def test_a_vague_place_is_uncertain_only_where_the_front_touches_it(client: Client) -> None:
    found = properties(client.json(f"{EVERYTHING}{THEN}&commodity=all"))
    assert all(one["tested"] for one in found.values())
    assert {found[name]["control"] for name in ONCE_UNTESTED} == {"government"}
    assert found["ge_donbas_coal"]["control"] == "uncertain"
    assert 0.05 < found["ge_donbas_coal"]["control_share"] < 0.95


def test_components_are_listed_and_not_counted(client: Client) -> None:
    document = client.json(EVERYTHING + THEN)
    found = properties(document)
    assert {i: found[i]["part_of"] for i in COMPONENTS} == COMPONENTS
    lithium = summary_of(document, "lithium")
    whole = [p for i, p in found.items() if "lithium" in p["commodities"] and i not in COMPONENTS]
    beside = [sum(counts.values()) for counts in lithium["also"].values()]
    assert sum(lithium["deposits"].values()) + sum(beside) == len(whole)
    assert lithium["components_left_aside"] == 2
    assert summary_of(document, "titanium")["components_left_aside"] == 3
    assert any("Components" in caveat for caveat in document["caveats"])


def test_counts_are_those_of_the_features(client: Client) -> None:
    document = client.json(EVERYTHING + LATER)
    for commodity, word in (("lithium", "lithium"), ("titanium", "titanium")):
        own = Counter(
            p["control"]
            for i, p in properties(document).items()
            if word == p["commodity"] and p["rank"] == "deposit" and i not in COMPONENTS
        )
        assert summary_of(document, commodity)["deposits"] == {v: own[v] for v in VERDICTS}


def test_occupied_deposits_come_first(client: Client) -> None:
    listed = verdicts(client, f"/reserves?commodity=all&territory=ukraine&include=all&date={THEN}")
    ranks = [VERDICTS.index(control) for control in listed.values()]
    assert ranks == sorted(ranks)


# How much


def test_an_amount_counts_as_occupied_once_its_deposit_is(client: Client) -> None:
    def ore(day: str) -> dict[str, Any]:
        rows = summary_of(client.json(EVERYTHING + day), "lithium")["amounts"]
        (found,) = [row for row in rows if (row["unit"], row["kind"]) == ("t ore", "reserve")]
        return dict(found)

    assert ore(THEN)["occupied_low"] is None, "of the occupied deposits none has a figure"
    assert ore(LATER)["occupied_low"] == ore(LATER)["total"] == 13_800_000
    assert ore(LATER)["deposits_with_figure"] == 1
    assert ore(LATER)["deposits_without"] == 3


def test_prognostic_ore_never_joins_reserves(client: Client) -> None:
    rows = summary_of(client.json(EVERYTHING + THEN), "rare-earths")["amounts"]
    assert {row["kind"] for row in rows} == {"prognostic"}
    assert {(row["unit"], row["total"]) for row in rows} == {
        ("t ore", 56_000_000),
        ("t REO", 710_000),
    }


def test_a_commodity_without_any_figure_has_no_amounts(client: Client) -> None:
    document = client.json(f"/reserves?commodity=gallium,titanium&role=any&date={THEN}")
    assert summary_of(document, "gallium")["amounts"] == []
    titanium = summary_of(document, "titanium")
    assert titanium["deposits"]["occupied"] > 0
    assert {row["occupied_low"] for row in titanium["amounts"]} == {None}


def test_each_deposit_carries_its_own_estimates(client: Client) -> None:
    found = properties(client.json(f"/reserves?commodity=lithium&date={LATER}"))
    estimate, target = found["shevchenkivske_li"]["estimates"]
    assert (estimate["amount"], estimate["unit"]) == (13_800_000, "t ore")
    assert estimate["amount_low"] is None
    assert (target["kind"], target["amount_low"], target["amount_high"]) == (
        "prognostic",
        11_000_000,
        14_000_000,
    )
    assert found["kruta_balka_li"]["estimates"] == []


# How sure


def test_every_source_answers_for_itself(client: Client) -> None:
    found = properties(client.json(f"/reserves?date={LATER}"))["shevchenkivske_li"]
    assert found["by_source"] == [
        {"source": "settlements", "control": "occupied", "share": 1.0, "asof": LATER}
    ]
    assert found["agreement"] == 1
    assert (found["control_source"], found["control_asof"], found["stale_days"]) == (
        "settlements",
        LATER,
        0,
    )
    assert found["control_since"] == "2025-07-02"


def test_the_nearer_the_line_the_smaller_the_move_that_flips(client: Client) -> None:
    found = properties(client.json(EVERYTHING + THEN))
    for name, one in found.items():
        if one["control"] in {"occupied", "government"}:
            assert 0 <= one["flips_if_line_moves_km"] <= abs(one["line_distance_km"]), name
            assert (one["line_distance_km"] < 0) == (one["control"] == "occupied"), name
    assert found["shevchenkivske_li"]["flips_if_line_moves_km"] < 5
    assert found["polokhivske_li"]["flips_if_line_moves_km"] > 100


def test_shares_lie_between_nothing_and_all(client: Client) -> None:
    for one in properties(client.json(f"/reserves?commodity=all&date={THEN}")).values():
        shares = [one["territory_share"], one["control_share"], one["contested_share"]]
        assert shares == [None] * 3 or all(0 <= share <= 1 for share in shares)


# How it is cited


def test_an_answer_cites_itself_and_its_permalink_asks_the_same(client: Client) -> None:
    document = client.json(f"/reserves?commodity=lithium&date={THEN}")
    citation = document["citation"]
    assert citation["release"] == document["question"]["release"]
    assert citation["permalink"] in citation["text"]
    assert citation["permalink"] in citation["bibtex"]
    assert {entry["source"] for entry in citation["licences"]} == {
        "settlements",
        "facts",
        "boundaries",
    }
    again = client.json(local(citation["permalink"]))
    assert {k: v for k, v in again.items() if k != "links"} == {
        k: v for k, v in document.items() if k != "links"
    }


@pytest.mark.parametrize(
    "words",
    [
        "commodity=lithium",
        "commodity=titanium&commodity=tin&control=government,occupied&territory=ukraine",
        "include=all&territory=crimea&commodity=all",
        "source=settlements&territory=new-territories-held",
    ],
)
def test_a_permalink_gives_the_same_bytes_for_ever(client: Client, words: str) -> None:
    permalink = client.json(f"/reserves?date={THEN}&{words}")["citation"]["permalink"]
    first, second = client.get(local(permalink)), client.get(local(permalink))
    assert first.status == second.status == 200
    assert first.body == second.body
    assert first.json()["citation"]["permalink"] == permalink
    assert "immutable" in first.headers["cache-control"]


def test_an_old_day_is_answered_unknown_with_a_caveat(client: Client) -> None:
    document = client.json("/reserves?date=1900-01-01&territory=ukraine&include=all")
    assert {p["control"] for p in properties(document).values()} == {"unknown"}
    assert any("before its record begins" in caveat for caveat in document["caveats"])
    assert document["question"]["control_asof"] is None


def test_a_stale_map_is_told(client: Client) -> None:
    document = client.json("/reserves")
    assert document["question"]["stale_days"] > 31
    assert "days before the date requested" in document["caveats"][0]
    assert all(p["stale_days"] > 31 for p in properties(document).values())


def test_a_verdict_as_old_as_the_record_is_told(client: Client) -> None:
    document = client.json(EVERYTHING + THEN)
    assert any("may be older" in caveat for caveat in document["caveats"])
    held = client.json(f"/reserves?date={THEN}&commodity=lithium")
    assert not any("may be older" in caveat for caveat in held["caveats"])


# Words


def test_rare_earths_hold_yttrium_and_titanium_rutile() -> None:
    table = pd.DataFrame({"commodities": [("yttrium", "tin"), ("rutile",), ("scandium",)]})
    assert list(any_commodity(table, ("rare-earths",))) == [True, False, False]
    assert list(any_commodity(table, ("titanium",))) == [False, True, False]
    assert list(any_commodity(table, ("rare-earths", "titanium"))) == [True, True, False]


def test_a_group_finds_its_members_in_by_products_too(client: Client) -> None:
    found = properties(client.json(f"{EVERYTHING}{THEN}&commodity=rare-earths"))
    assert all({"rare-earths", "yttrium"} & set(one["commodities"]) for one in found.values())
    assert any(one["commodity"] != "rare-earths" for one in found.values())


@pytest.mark.parametrize(
    "words",
    [
        "commodity=lithium,tin",
        "commodity=lithium&commodity=tin",
        "commodity=Lithium, TIN",
        "commodity=tin&commodity=lithium,lithium",
    ],
)
def test_commodities_come_by_comma_or_repeated(client: Client, words: str) -> None:
    target = f"/reserves?date={THEN}&{words.replace(' ', '%20')}"
    assert set(client.json(target)["question"]["commodities"]) == {"lithium", "tin"}


def test_all_is_every_commodity(client: Client, store: EmbeddedStore) -> None:
    document = client.json(f"{EVERYTHING}{THEN}&commodity=all")
    own = store.tables.deposits["country"] == "UA"
    assert set(properties(document)) == set(store.tables.deposits["id"][own])
    assert len(document["summary"]) == len(document["question"]["commodities"]) > 20


def test_control_picks_the_verdicts_that_are_listed(client: Client) -> None:
    target = f"/reserves?territory=ukraine&date={THEN}&control="
    held = verdicts(client, target + "government")
    assert set(held.values()) == {"government"}
    both = verdicts(client, target + "government,occupied")
    assert Counter(both.values()).keys() == {"government", "occupied"}


def test_the_answer_asked_without_a_day_is_todays(client: Client) -> None:
    document = client.json("/reserves")
    assert document["question"]["commodities"] == ["lithium", "titanium", "rare-earths"]
    assert document["question"]["territory"] == "occupied"
    assert document["question"]["control"] == ["occupied", "uncertain", "contested"]
    assert document["numberReturned"] == len(document["features"])


def test_a_question_written_in_two_ways_is_one_question(client: Client) -> None:
    one = client.json(f"/reserves?date={THEN}T00:00:00Z&commodity=Li&territory=occupied")
    two = client.json(f"/reserves?date={THEN}&commodity=lithium")
    assert one["question"] == two["question"]
    assert one["citation"] == two["citation"]
