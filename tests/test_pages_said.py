"""What would a reader print from a page: the count, its day, the map behind it, what is unknown?"""

import pytest
from page_checks import Page, faults_of
from served import Client

DEPOSIT = "/collections/deposits/items"


def page_of(client: Client, target: str) -> Page:
    """The page of a target."""
    answer = client.get(target, accept="text/html")
    assert answer.status == 200, answer.text
    return Page(answer.text)


def test_forms_offer_role_and_rank_and_keep_what_was_chosen(client: Client) -> None:
    for target in ("/reserves", "/reserves/series"):
        page = page_of(client, f"{target}?role=any&rank=any&commodity=tin")
        assert {"role", "rank"} <= {e.given["name"] for e in page.all("select")}
        chosen = [e.given.get("value") for e in page.all("option") if "selected" in e.given]
        assert chosen.count("any") == 2


STALE_TARGETS = ("/", "/reserves", "/reserves?commodity=all", "/reserves/series",
                 "/territories/occupied", f"{DEPOSIT}/shevchenkivske_li",
                 "/control/at?lon=36.7126&lat=47.9093", f"{DEPOSIT}/kruta_balka_li")  # fmt: skip


@pytest.mark.parametrize("target", STALE_TARGETS)
def test_a_page_of_today_says_which_days_map_it_is_from(client: Client, target: str) -> None:
    asked = client.json("/reserves?commodity=tin")["question"]
    assert asked["stale_days"], "or this says nothing"
    (words,) = [main.words for main in page_of(client, target).all("main")]
    # A series ends with the data, so that its last count is not stale.
    ends = "dated events" if "series" in target else "settlements compiled"
    assert f"{ends} up to {asked['control_asof']}" in words
    assert f"{asked['stale_days']} days earlier" in words or "series" in target
    assert " is in occupied land" not in words


def test_a_deposit_of_another_country_is_said_to_be_unmapped(client: Client) -> None:
    page = page_of(client, f"{DEPOSIT}/tastyg_li")
    (words,) = [main.words for main in page.all("main")]
    assert faults_of(page) == []
    assert "Deposit in Russia; main commodity lithium" in words
    assert "no source here maps control in Russia" in words
    (answer,) = [e.words for e in page.all("p") if e.given.get("class") == "answer"]
    assert "uncertain" not in answer
    assert "The contact line is" not in words
    items = page_of(client, f"{DEPOSIT}?filter=country='RU'&limit=5")
    assert "no source here maps control in Russia" in items.all("main")[0].words


def test_a_deposit_shows_rank_roles_links_outline_and_doubts(client: Client) -> None:
    page = page_of(client, f"{DEPOSIT}/kruta_balka_li")
    (words,) = [main.words for main in page.all("main")]
    assert (
        "Deposit in Ukraine; main commodity lithium; by-products tantalum (not confirmed)" in words
    )
    assert "not confirmed: entered from memory" in words
    uris = [e for e in page.all("a") if "/classifier/cgi/commodity-code/" in e.given["href"]]
    assert len(uris) == 6
    assert "drawn by hand" in page_of(client, f"{DEPOSIT}/anadolske_ree").all("main")[0].words
    assert (
        "In doubt: The unit is doubtful"
        in page_of(client, f"{DEPOSIT}/dobra_li").all("main")[0].words
    )
    linked = client.json(f"{DEPOSIT}?filter=country='RU'&limit=1")["features"][0]["id"]
    assert (
        "The same deposit in other catalogues"
        in page_of(client, f"{DEPOSIT}/{linked}").all("main")[0].words
    )
