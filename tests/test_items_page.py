"""Can a reader search, sort and page through rows, see them all on a map, and go there and back?"""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from node_tools import Node
from page_checks import Page
from served import Client

DEPOSITS = "/collections/deposits/items"
HOME = "country='UA'"
READ_STATE = """
import { read, write } from "ROOT/permalink.js";
const { about, hashes } = JSON.parse(process.argv[1]);
const days = { toDay: (text) => Date.parse(text) / 86400000 };
about.firstDay = days.toDay("2014-01-01");
about.lastDay = days.toDay("2100-01-01");
const usual = { verdicts: about.verdicts, commodities: [], deposit: null, source: null,
  differ: null, compare: null, split: 50, territory: "ukraine", role: "main", rank: "deposit",
  lang: "en", theme: null, range: "all", camera: null, day: about.lastDay };
console.log(JSON.stringify(hashes.map((hash) => write(read(hash, about, usual), about, usual))));
"""


def ids(answer: Any) -> list[str]:
    return [feature["id"] for feature in answer["features"]]


@pytest.mark.parametrize(
    ("words", "found"),
    [("shevchenkivske", {"shevchenkivske_li"}), ("ШЕВЧЕНКІВСЬКЕ", {"shevchenkivske_li"}),
     ("shevchenkivske donetsk", {"shevchenkivske_li"}), ("shevchenkivske kyiv", set()),
     ("100%", set()), ("o'", set()), ("shevchenkivske%li", set()), ('"', None), ("\\", None)],
)  # fmt: skip
def test_a_search_finds_the_rows_that_have_each_word(
    client: Client, words: str, found: set[str] | None
) -> None:
    answer = client.json(f"{DEPOSITS}?{urlencode({'q': words, 'limit': 500})}")
    if found is not None and found:
        assert found <= set(ids(answer))
        assert len(ids(answer)) < 20
    elif found is not None:
        assert ids(answer) == []
    else:  # signs of LIKE and of quoting are letters here: not every row has them
        assert answer["numberMatched"] < 180


def test_a_search_goes_with_a_filter_in_either_language_and_with_downloads(client: Client) -> None:
    word = {"q": "lithium"}
    text = client.json(f"{DEPOSITS}?{urlencode({**word, 'filter': HOME})}")
    by_json = json.dumps({"op": "=", "args": [{"property": "country"}, "UA"]})
    same = client.json(
        f"{DEPOSITS}?{urlencode({**word, 'filter': by_json, 'filter-lang': 'cql2-json'})}"
    )
    assert ids(text) == ids(same) != []
    rows = client.get(f"{DEPOSITS}?q=shevchenkivske&f=csv").text.strip().splitlines()
    assert len(rows) == 1 + client.json(f"{DEPOSITS}?q=shevchenkivske")["numberMatched"]


def test_pages_lead_forward_and_back_over_the_same_rows(client: Client) -> None:
    """Ten by ten to the end, and back again."""
    target, seen = f"{DEPOSITS}?commodity=titanium&limit=10&sortby=name_en", []
    while target:
        page = client.json(target)
        seen.append((target, ids(page)))
        links = {link["rel"]: link["href"] for link in page["links"]}
        target = _path(links["next"]) if "next" in links else ""
    assert len(seen) > 2
    back = []
    while "prev" in links:
        page = client.json(_path(links["prev"]))
        links = {link["rel"]: link["href"] for link in page["links"]}
        back.append(ids(page))
    assert back == [rows for _, rows in reversed(seen[:-1])]


def test_a_page_says_which_rows_it_shows_and_its_map_has_them_all(client: Client) -> None:
    first = Page(client.get(f"{DEPOSITS}?country=UA&limit=10&f=html").text)
    whole = client.json(f"{DEPOSITS}?country=UA&limit=1")["numberMatched"]
    assert f"1 to 10 of {whole} features" in first.all("h2")[0].words
    marks = re.findall(r'<use class="halo"', first.text)
    assert len(marks) == whole
    assert f"every row that matches: {whole}." in first.text
    next_ = next(a.given["href"] for a in first.all("a") if a.given.get("rel") == "next")
    second = Page(client.get(_path(next_)).text)
    assert f"11 to 20 of {whole} features" in second.text
    assert [a for a in second.all("a") if a.given.get("rel") == "prev"]


def test_a_map_of_very_many_rows_says_how_many_it_draws(client: Client) -> None:
    page = Page(client.get("/collections/settlements/items?f=html").text)
    whole = client.json("/collections/settlements/items?limit=1")["numberMatched"]
    assert whole > 2000
    assert f"the first 2\u202f000 of {whole:,} rows".replace(",", "\u202f") in page.text


def test_heads_sort_up_then_down_and_say_so(client: Client) -> None:
    page = Page(client.get(f"{DEPOSITS}?limit=50&f=html").text)
    (link,) = [a.given["href"] for a in page.all("a") if a.words == "Verdict since"]
    assert {th.given["aria-sort"] for th in page.all("th") if "aria-sort" in th.given} == {"none"}
    sorted_page = Page(client.get(f"{link}&f=html").text)
    (head,) = [th for th in sorted_page.all("th") if th.given.get("aria-sort") == "ascending"]
    assert head.words == "Verdict since"
    (link,) = [a.given["href"] for a in sorted_page.all("a") if a.words == "Verdict since"]
    assert "sortby=-control_since" in link
    again = Page(client.get(f"{link}&f=html").text)
    assert [th for th in again.all("th") if th.given.get("aria-sort") == "descending"]


def test_names_are_sorted_as_they_are_read(client: Client) -> None:
    page = Page(client.get(f"{DEPOSITS}?limit=10&f=html&lang=uk").text)
    (link,) = [a.given["href"] for a in page.all("a") if a.words == "Назва"]
    assert "sortby=name_uk" in link
    assert "lang=uk" in link


@pytest.mark.parametrize(
    ("target", "state"),
    [
        ("/reserves?commodity=lithium&date=2025-02-25&territory=east-south&source=settlements",
         {"day": "2025-02-25", "minerals": "lithium", "territory": "east-south",
          "source": "settlements", "verdicts": "occupied,uncertain,contested"}),
        ("/reserves?commodity=titanium&date=2025-02-25&role=any&rank=any&include=all",
         {"day": "2025-02-25", "minerals": "titanium", "territory": "occupied", "role": "any",
          "rank": "any"}),
        ("/collections/deposits/items/shevchenkivske_li?datetime=2025-07-15",
         {"day": "2025-07-15", "deposit": "shevchenkivske_li", "at": "9.00/47.9093/36.7126"}),
        ("/territories/crimea?date=2025-02-25", {"day": "2025-02-25", "territory": "crimea"}),
        ("/control/at?lon=36.7126&lat=47.9093&date=2025-07-15",
         {"day": "2025-07-15", "source": "settlements", "at": "9.00/47.9093/36.7126"}),
        ("/deposits/shevchenkivske_li/timeline",
         {"deposit": "shevchenkivske_li", "at": "9.00/47.9093/36.7126"}),
        ("/changes?commodity=lithium&from=2025-06-01&to=2025-07-01",
         {"source": "settlements", "deposit": "shevchenkivske_li"}),
        ("/articles/2025-02-25", {"day": "2025-02-25", "territory": "occupied-since-2022",
                                  "minerals": "rare-earths"}),
    ],
)  # fmt: skip
def test_a_page_leads_to_the_map_at_its_state_which_the_map_reads(
    client: Client, node: Node, target: str, state: dict[str, str]
) -> None:
    joint = "&" if "?" in target else "?"
    page = Page(client.get(f"{target}{joint}f=html&lang=uk").text)
    links = [a.given["href"] for a in page.all("a") if a.given["href"].startswith("/map?")]
    hashes = [urlsplit(link).fragment for link in links if "#" in link]
    assert all("lang=uk" in urlsplit(link).query for link in links)
    states = [{name: texts[0] for name, texts in parse_qs(text).items()} for text in hashes]
    assert any(state.items() <= each.items() for each in states), states
    written = _written(client, node, [f"#{text}" for text in hashes])
    for given, back in zip(states, written, strict=True):
        told = {name: texts[0] for name, texts in parse_qs(back.lstrip("#")).items()}
        usual = {"role": "main", "rank": "deposit", "territory": "ukraine"}
        assert {k: v for k, v in given.items() if usual.get(k) != v}.items() <= told.items()


def _written(client: Client, node: Node, hashes: list[str]) -> list[str]:
    """Addresses as the map writes them again once it has read them."""
    text = client.get("/map").text
    block = re.search(r'id="about">(.*?)</script>', text, re.DOTALL)
    assert block is not None
    about = json.loads(block[1])
    root = "../../service/static/map"
    script = READ_STATE.replace("ROOT", root)
    given = json.dumps({"about": about, "hashes": hashes})
    out = node.output("--input-type=module", "-e", script, given)
    written: list[str] = json.loads(out)
    return written


def test_the_map_speaks_the_language_named_else_the_readers(client: Client) -> None:
    assert '"lang":"uk"' in client.get("/map?lang=uk").text
    assert '"lang":"uk"' in client.get("/map", accept_language="uk").text
    assert '"lang":"en"' in client.get("/map?lang=en", accept_language="uk").text
    assert '<html lang="uk">' in client.get("/map?lang=uk").text


def _path(href: str) -> str:
    parts = urlsplit(href)
    return f"{parts.path}?{parts.query}"
