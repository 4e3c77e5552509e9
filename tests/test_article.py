"""Is the article answered phrase by phrase, for its day and a later one, to be cited?"""

import re
from datetime import date

import pytest
from served import THEN, Client, local, properties

from geodata.answers.figures import occupied_text, total_text
from geodata.answers.headlines import IN_PART
from geodata.answers.question import VERDICTS
from geodata.store.embedded import EmbeddedStore
from service.pages.article import behind_text, names_behind
from service.pages.template_filters import number

IN_PART_VERDICTS = ("occupied", "uncertain")
"""Of a deposit as a whole, and in land only part of which it lies in."""


def test_the_article_is_answered_phrase_by_phrase(client: Client) -> None:
    document = client.json(f"/articles/{THEN}")
    assert (document["date"], document["to"]) == (THEN, "2026-07-13")
    offered, taken, rare, south, sought = document["phrases"]
    assert [p["territory"]["id"] for p in document["phrases"]] == [
        "new-territories-held", "occupied-since-2022", "new-territories-held", "east-south",
        "ukraine",
    ]  # fmt: skip
    assert [p["by"] for p in document["phrases"]] == [
        "Moscow", "The report", "Moscow", "The report", "Washington",
    ]  # fmt: skip
    assert offered["commodities"] == taken["commodities"] == ["rare-earths"]
    assert {"niobium", "tantalum", "lithium", "scandium"} < set(rare["commodities"])
    assert {"kruta_balka_li", "mazurivske_nb"} < {d["id"] for d in rare["then"]["named"]}
    assert [d["id"] for d in south["then"]["named"]] == ["kruta_balka_li"]
    both = {row["id"]: row["control"] for row in sought["then"]["named"]}
    assert both["shevchenkivske_li"] == both["polokhivske_li"] == "government"
    after = {row["id"]: row["control"] for row in sought["last"]["named"]}
    assert after["shevchenkivske_li"] == "occupied"
    assert document["citation"]["release"] == document["release"]
    assert all(phrase["reading"] and phrase["by"] for phrase in document["phrases"])


def test_what_was_offered_is_in_occupied_ukraine_or_in_russia(client: Client) -> None:
    then = client.json(f"/articles/{THEN}")["phrases"][0]["then"]
    russian = then["elsewhere"]
    asked = client.json(f"/reserves?commodity=rare-earths&date={THEN}&territory=russia")

    assert russian["territory"]["id"] == "russia"
    assert russian["deposits"] == asked["counted_once"]["unknown"] > then["deposits"]["occupied"]
    assert all(d["control"] == "unknown" for d in russian["named"])
    whole = then["deposits"]["occupied"] + russian["deposits"]
    assert f"of {whole} rare-earth deposits that may be meant" in then["headline"]
    assert f"{russian['deposits']} in Russia, of which no source of control" in then["headline"]


def test_what_was_taken_since_2022_is_told_apart_by_role_and_rank(client: Client) -> None:
    taken = client.json(f"/articles/{THEN}")["phrases"][1]["then"]
    whole = client.json(f"/articles/{THEN}")["phrases"][0]["then"]
    asked = client.json(
        f"/reserves?commodity=rare-earths&date={THEN}&territory=occupied-since-2022"
    )["summary"][0]

    assert taken["deposits"] == asked["deposits"]
    assert taken["by_products"] == asked["also"]["by_products"]
    assert taken["other_ranks"] == asked["also"]["other_ranks"]
    assert taken["deposits"]["uncertain"] > 0
    assert taken["deposits"]["occupied"] < whole["deposits"]["occupied"]
    assert taken["headline"].startswith(f"{THEN}: of ")


def test_a_headline_of_held_land_says_what_is_there_and_what_is_not(client: Client) -> None:
    taken = client.json(f"/articles/{THEN}")["phrases"][1]["then"]
    counts, whole = taken["deposits"], sum(taken["deposits"].values())
    words = f"/reserves?commodity=rare-earths&date={THEN}&territory=occupied-since-2022"
    rows = [f["properties"] for f in client.json(f"{words}")["features"]]
    in_part = [r for r in rows if (r["control"], r["territory_control"]) == IN_PART_VERDICTS]
    first = taken["headline"].split(". ")[0]

    assert f"of the {whole} rare-earth deposits on record where this land may lie" in first
    assert f"{counts['occupied']} w" in first
    assert "on record there" not in first
    assert in_part
    assert f"{IN_PART}" in first
    assert {d["id"] for d in taken["named"] if d.get("note") == IN_PART} <= {
        r["id"] for r in in_part
    }


def test_no_headline_counts_none(client: Client) -> None:
    for phrase in client.json(f"/articles/{THEN}")["phrases"]:
        for side in ("then", "last"):
            assert not re.search(r"\b0 ", phrase[side]["headline"]), phrase[side]["headline"]


def test_amounts_to_read_keep_bounds_and_doubts_and_name_their_deposits(client: Client) -> None:
    document = client.json(f"/articles/{THEN}")
    page = client.get(f"/articles/{THEN}?f=html").text
    bounded = [
        (summary, row)
        for phrase in document["phrases"]
        for summary in phrase["then"]["summary"]
        for row in summary["amounts"]
        if row["total_bound"] or row["figures_in_doubt"]
    ]
    assert {row["total_bound"] for _, row in bounded} >= {"at least", "up to"}
    for summary, row in bounded:
        assert f"in all {total_text(row, number)}, from " in page
        assert f"land {occupied_text(row, summary, number)}; in all" in page


def test_amounts_of_russia_are_those_of_the_deposits_named(client: Client) -> None:
    russian = client.json(f"/articles/{THEN}")["phrases"][0]["then"]["elsewhere"]
    page = client.get(f"/articles/{THEN}?f=html").text
    whole = russian["deposits"]
    assert f"from Lovozero rare-earth deposit alone; {whole - 1} of {whole} deposits" in page
    assert f"{number(7180800)} t" not in page


def test_each_amount_is_of_as_many_deposits_as_have_a_figure(
    client: Client, store: EmbeddedStore
) -> None:
    day = date.fromisoformat(THEN)
    for phrase in client.json(f"/articles/{THEN}")["phrases"]:
        for summary in phrase["then"]["summary"]:
            names = names_behind(store, summary["commodity"], day, phrase["territory"]["id"])
            amounts = [row["deposits_with_figure"] for row in summary["amounts"]]
            assert [len(each) for each in names] == amounts


@pytest.mark.parametrize(
    ("names", "missing", "text"),
    [(["A"], 2, "A alone; 2 of 3 deposits have no such figure"),
     (["A", "B"], 1, "A and B; 1 of 3 deposits has no such figure"),
     (["A"], 0, "A"), (["A", "B"], 0, "A and B")],
)  # fmt: skip
def test_figures_are_said_to_be_of_some_deposits(names: list[str], missing: int, text: str) -> None:
    row = {"deposits_with_figure": len(names), "deposits_without": missing}
    assert behind_text(row, names) == text


def test_the_article_is_answered_for_another_later_day(client: Client) -> None:
    early = client.json(f"/articles/{THEN}?to=2025-06-01")
    assert early["to"] == "2025-06-01"
    sought = early["phrases"][-1]
    assert {d["id"]: d["control"] for d in sought["last"]["named"]}["shevchenkivske_li"] == (
        "government"
    )
    assert "to=2025-06-01" in early["citation"]["permalink"]
    assert "2025-06-01" in early["citation"]["text"]


def test_the_permanent_address_of_the_article_holds_both_days_and_the_release(
    client: Client,
) -> None:
    document = client.json(f"/articles/{THEN}")
    permalink = document["citation"]["permalink"]
    again = client.json(local(permalink))

    assert f"to={document['to']}" in permalink
    assert f"release={document['release']}" in permalink
    assert again == document


def test_a_headline_says_the_day_of_its_map_where_that_is_another(client: Client) -> None:
    late = client.json(f"/articles/{THEN}?to=2026-07-20")
    for phrase in late["phrases"]:
        assert phrase["last"]["headline"].startswith("2026-07-20, by the map of 2026-07-13: of ")
        assert "by the map" not in phrase["then"]["headline"]


def test_the_article_has_the_claims_of_its_time(client: Client) -> None:
    claims = {c["id"]: c for c in client.json(f"/articles/{THEN}")["claims"]}
    assert {"zelensky-2025-ree", "webuild-2025-li", "press-2025-01-li"} <= set(claims)
    assert claims["press-2025-01-li"]["agrees"] == "no"


def test_the_page_of_the_article_draws_the_ground_of_a_day_once(client: Client) -> None:
    page = client.get(f"/articles/{THEN}?f=html").text
    for side in ("then", "last"):
        assert page.count(f'<g id="map-1-{side}-ground">') == 1
        assert page.count(f'<use href="#map-1-{side}-ground"/>') == 4


def test_the_articles_questions_can_be_asked_again(client: Client) -> None:
    for phrase in client.json(f"/articles/{THEN}")["phrases"]:
        words = "&".join(f"{k}={v}" for k, v in phrase["then"]["question"].items())
        again = client.json(f"/reserves?{words}")
        answered = {one["commodity"]: one for one in phrase["then"]["summary"]}
        for one in again["summary"]:
            assert answered.get(one["commodity"], one) == one
        assert again["counted_once"] == phrase["then"]["deposits"]
        assert list(properties(again)) == [
            row["id"]
            for row in sorted(
                phrase["then"]["named"], key=lambda row: VERDICTS.index(row["control"])
            )
        ]


def test_there_is_no_other_article(client: Client) -> None:
    answer = client.get("/articles/2024-01-01")
    assert answer.status == 404
    assert THEN in answer.problem()["detail"]
