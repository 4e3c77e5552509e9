"""What would a reader print from the map: what is counted, on which day's map, what is unknown?"""

import json
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from map_page import COUNTRY, MapPage

LITHIUM = "#day=2025-07-05&minerals=lithium"
STALE = f"{COUNTRY}&day=2025-02-25"
"""A day on which the map of DeepState in `twofold` is old."""


def last_day(page: MapPage) -> str:
    """The latest day any source of the page has data of."""
    about = json.loads(page.run("() => document.getElementById('about').textContent"))
    return str(about["last"])


def test_the_map_opens_on_the_last_day_of_its_data_and_says_so(page: MapPage) -> None:
    page.open()
    last = last_day(page)

    assert page.tab.input_value("#day-input") == last
    assert page.tab.get_attribute("#day-input", "max") == last
    assert "earlier" not in page.text("#who")
    end = page.run("() => document.getElementById('thumb-day').getAttribute('aria-valuetext')")
    assert page.text("#data-end") == f"The data end on {end}; what changed later is not known."
    page.tab.click("#later")
    assert page.tab.input_value("#day-input") == last, "no day without data is offered"


def test_a_day_after_the_data_is_shown_as_their_last(open_page: MapPage) -> None:
    open_page.show("#day=2026-11-28")

    assert open_page.tab.input_value("#day-input") == last_day(open_page)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("role", "any", "5 deposits on record in Ukraine (main commodity or by-product: lithium)"),
        (
            "rank",
            "any",
            "5 sites on record in Ukraine (main commodity: lithium; deposits, occurrences",
        ),
    ],
)
def test_role_and_rank_chosen_count_more_and_are_kept_in_the_address(
    open_page: MapPage, name: str, value: str, words: str
) -> None:
    open_page.show(f"{COUNTRY}&{LITHIUM[1:]}")
    few = set(open_page.verdicts())
    assert "role=" not in open_page.hash
    assert "rank=" not in open_page.hash

    open_page.tab.select_option(f"#{name}", value)
    open_page.until(f"() => location.hash.includes('{name}={value}')")
    open_page.until(f"() => document.getElementById('headline').textContent.includes('{words}')")
    open_page.settle()

    assert few < set(open_page.verdicts())
    open_page.show(open_page.hash)
    assert words in open_page.text("#headline")
    assert open_page.tab.input_value(f"#{name}") == value


def test_what_is_not_in_the_count_stands_beside_it_and_can_be_counted(open_page: MapPage) -> None:
    open_page.show(LITHIUM)
    beside = open_page.text("#beside")

    assert "3 sites, of any rank, with lithium as a by-product" in beside
    assert "1 occurrence, prospect, field or basin of lithium (1 in occupied land)" in beside
    assert "2 components of larger deposits are not counted separately" in beside
    assert "for 1 of these sites, lithium was entered from memory" in beside
    open_page.tab.click("#beside button")
    open_page.until("() => document.getElementById('headline').textContent.includes('by-product')")
    open_page.until("() => location.hash.includes('role=any')")


def test_another_territory_is_named_in_the_headline(open_page: MapPage) -> None:
    open_page.show(f"{LITHIUM}&territory=donbas-2014")

    where = "in the parts of Donetsk and Luhansk oblasts occupied before 2022"
    assert where in open_page.text("#headline")


def test_an_old_map_says_its_day_wherever_the_answer_is_said(twofold_page: MapPage) -> None:
    twofold_page.show(f"{STALE}&source=deepstate")
    behind = "map of 8 July 2024, 232 days earlier"

    assert behind in twofold_page.text("#who")
    assert behind in twofold_page.run("() => document.getElementById('live').textContent")
    twofold_page.show(f"{STALE}&source=deepstate&deposit=kruta_balka_li")
    twofold_page.tab.wait_for_selector("#detail .says")
    assert behind in twofold_page.text("#detail-day")
    twofold_page.show(f"{STALE}&source=deepstate&with=2024-07-08")
    assert behind in twofold_page.text("#day-right")
    assert "earlier" not in twofold_page.text("#day-left")
    twofold_page.tab.click("#open-cite")
    assert "map of 2024-07-08, 232 days earlier" in twofold_page.text("#cite-body")
    twofold_page.show(f"{STALE}&source=deepstate&lang=uk")
    assert "карта за 8 липня 2024, на 232 дні раніше" in twofold_page.text("#who")


def test_the_chart_of_a_source_ends_with_its_last_map(twofold_page: MapPage) -> None:
    twofold_page.show(f"{STALE}&source=deepstate")

    assert "The data end on 8 July 2024" in twofold_page.text("#data-end")


def test_before_a_record_begins_nothing_is_none_or_zero(twofold_page: MapPage) -> None:
    twofold_page.show("#day=2020-01-01&source=deepstate&minerals=lithium")

    headline = twofold_page.text("#headline")
    assert headline.startswith("Control of 4 of the 4 deposits")
    assert headline.endswith("is not known.")
    assert twofold_page.text("#count-occupied") == "–"
    assert twofold_page.text("#count-unknown") == "4"
    assert "0 t" not in twofold_page.text("#amounts").replace("000 t", "")
    assert "not known how much is in occupied land" in twofold_page.text("#amounts")


def test_a_deposit_of_russia_is_said_to_be_unmapped(open_page: MapPage) -> None:
    open_page.show("#day=2025-07-05&deposit=tastyg_li")
    open_page.until("() => document.querySelector('#detail .big') !== null")

    assert "No source here maps control in Russia." in open_page.text("#detail")
    assert "uncertain" not in open_page.text("#detail")
    open_page.show("#day=2025-07-05&deposit=tastyg_li&lang=uk")
    assert "Росія" in open_page.text("#detail")


def test_what_rests_on_memory_is_said_so_of_the_deposit(open_page: MapPage) -> None:
    open_page.show("#day=2025-07-05&deposit=kruta_balka_li")
    open_page.tab.wait_for_selector("#detail .says")

    assert "Tantalum (not confirmed)" in open_page.text("#detail")
    open_page.show("#day=2025-07-05&deposit=dobra_li")
    open_page.until("() => document.getElementById('detail').textContent.includes('In doubt')")


def test_the_link_to_a_view_keeps_to_its_release_and_gives_it_again(
    chromium: object, plain: str
) -> None:
    with MapPage.new(chromium, plain) as sender:
        sender.open(f"{LITHIUM}&role=any&territory=donbas-2014&at=7.00/47.9000/36.7000")
        sender.tab.click("#open-cite")
        link = sender.text("#cite-body .copied-text")
        wanted = {name: sender.text(name) for name in ("#when", "#who", "#headline")}
        sent = sender.hash
    parts = urlsplit(link)
    assert f"release={release(plain)}" in parts.query
    with MapPage.new(chromium, plain, locale="uk-UA") as reader:
        reader.open("", f"?{parts.query}")
        reader.answered()
        assert {name: reader.text(name) for name in wanted} == wanted
        assert "Release r" in reader.text("#pinned")
        assert {*sent[1:].split("&")} <= {*parts.query.split("&")}


def release(base: str) -> str:
    """The release a server serves."""
    with urlopen(f"{base}/readyz", timeout=60) as found:
        return str(json.loads(found.read())["release"])
