"""Is what the reader types found and answered: towns by any name, days that are not there?"""

import json

import pytest
from map_page import COUNTRY, MapPage

KYIV = (30.5238, 50.4547)
CAPITALS = """
Kyiv Kharkiv Odesa Dnipro Donetsk Zaporizhzhia Lviv Mykolaiv Luhansk Vinnytsia Simferopol Kherson
Poltava Chernihiv Cherkasy Khmelnytskyi Zhytomyr Sumy Rivne Chernivtsi Ternopil Lutsk Uzhhorod
Ivano-Frankivsk Kropyvnytskyi Sevastopol
"""


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Kyiv", "Kyiv"), ("Київ", "Kyiv"), ("київ", "Kyiv"), ("Kiev", "Kyiv"),
        ("Kharkiv", "Kharkiv"), ("Харків", "Kharkiv"), ("Kharkov", "Kharkiv"),
        ("Mariupol", "Mariupol"), ("Маріуполь", "Mariupol"), ("Donetsk", "Donetsk"),
        ("Odessa", "Odesa"), ("Одеса", "Odesa"), ("Lviv", "Lviv"), ("Львів", "Lviv"),
        ("Slovyansk", "Sloviansk"), ("Словянськ", "Sloviansk"), ("СЛОВ’ЯНСЬК", "Sloviansk"),
        ("Kamyanets", "Kamianets-Podilskyi"), ("Uzhhorod", "Uzhhorod"), ("Ужгород", "Uzhhorod"),
        ("Zaporizhzhya", "Zaporizhzhia"), ("Mykolayiv", "Mykolaiv"), ("Rivne", "Rivne"),
        ("Sévastopol", "Sevastopol"), ("Демянівка", "Demyanivka"), ("Ilovaysk", "Ilovaisk"),
    ],
)  # fmt: skip
def test_every_large_town_is_the_first_result(open_page: MapPage, typed: str, name: str) -> None:
    open_page.show(COUNTRY)
    open_page.tab.fill("#search", "")
    open_page.tab.wait_for_selector("#search-list", state="hidden")
    open_page.tab.fill("#search", typed)
    open_page.until(
        "() => document.querySelector('#search-list [role=option] span')?.textContent === "
        f"{json.dumps(name)}"
    )
    assert open_page.text("#search-list [role=option] span") == name


def test_every_capital_of_an_oblast_is_found_by_both_names(open_page: MapPage) -> None:
    about = json.loads(open_page.run("() => document.getElementById('about').textContent"))
    by_name = {place["name_en"]: place for place in about["places"]}
    assert set(CAPITALS.split()) <= set(by_name)
    assert all(place["name_uk"] and place["oblast"] for place in about["places"])


def test_a_town_chosen_is_shown_with_who_holds_it(open_page: MapPage) -> None:
    open_page.show(f"{COUNTRY}&day=2025-07-05")
    open_page.tab.fill("#search", "Kyiv")
    open_page.until("() => document.querySelector('#search-list')?.textContent.includes('Kyiv')")
    open_page.tab.keyboard.press("Enter")
    open_page.tab.wait_for_selector("#detail .history")
    open_page.settle()

    assert open_page.text("#detail-title") == "Kyiv"
    assert "government-held" in open_page.text("#detail .big")
    assert open_page.at_point(*KYIV) == "map"


@pytest.mark.parametrize(
    ("hash_", "words"),
    [
        ("day=2030-01-01", "2030-01-01 is outside them"),
        ("day=1999-12-31", "1999-12-31 is outside them"),
        ("day=2025-07-05&with=2001-01-01", "2001-01-01 is outside them"),
        ("day=2025-02-30", "“2025-02-30” is not a date"),
        ("day=yesterday", "“yesterday” is not a date"),
        ("day=2030-01-01&lang=uk", "2030-01-01 – поза ним"),
    ],
)
def test_a_day_that_is_not_shown_as_asked_is_said_to_be_another(
    open_page: MapPage, hash_: str, words: str
) -> None:
    open_page.show(f"#{hash_}")
    assert words in open_page.text("#notices")
    shown = open_page.text("#when").removeprefix("On ")
    if "with" not in hash_:
        assert shown in open_page.text("#notices")
    open_page.go_to("2025-06-20")
    assert open_page.text("#notices") == ""


def test_a_day_typed_beyond_the_data_is_said_to_be_another(open_page: MapPage) -> None:
    open_page.show("#day=2025-07-05")
    open_page.run("""() => { const field = document.getElementById('day-input');
      field.value = '2031-05-01'; field.dispatchEvent(new Event('change', {bubbles: true})); }""")

    assert "2031-05-01 is outside them" in open_page.text("#notices")
    last = json.loads(open_page.run("() => document.getElementById('about').textContent"))
    assert open_page.tab.input_value("#day-input") == last["last"]
