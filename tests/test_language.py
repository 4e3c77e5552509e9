"""Is a page in the reader's language whole, and is what is no page the same in every language?"""

import re
from html.parser import HTMLParser

import polib
import pytest
from page_checks import Page, faults_of
from served import Client

from geodata.answers.figures import count
from geodata.answers.names import listing
from geodata.language import day_text, gettext, ngettext, worded_in
from service.http.languages import wanted_language
from service.pages.template_filters import kilometres, number, percent, translated
from tools.messages import CATALOGUE, messages

THIN = "\u202f"
PAGES = (
    "/", "/conformance", "/functions", "/collections", "/collections/deposits", "/releases",
    "/collections/control/schema", "/collections/deposits/items", "/collections/claims/items",
    "/collections/deposits/items/shevchenkivske_li?datetime=2025-02-25", "/rasters", "/styles",
    "/reserves?date=2025-02-25", "/reserves?commodity=all&rank=any&role=any&include=all",
    "/reserves/series?from=2021-01-01&to=2025-01-01&step=year", "/territories", "/docs",
    "/territories/east-south?date=2025-02-25", "/claims", "/articles/2025-02-25",
    "/changes?commodity=all&from=2022-02-24", "/deposits/shevchenkivske_li/timeline",
    "/control/at?lon=36.7126&lat=47.9093&date=2025-07-15", "/rasters/deposit-density", "/api.html",
    "/collections/settlements/items", "/collections/timelines/items", "/tileMatrixSets",
)  # fmt: skip
QUIET = {"script", "style", "code", "pre", "time"}
"""Elements whose words are for machines."""
VOID = {"meta", "link", "input", "br", "hr", "img"}
NAMES_TEXT = """Lodeline JSON GeoJSON JSON-FG CSV Excel GeoPackage GeoParquet FlatGeobuf Arrow
Shapefile KML API OGC QGIS MapLibre OpenAPI TileJSON PMTiles GeoTIFF BibTeX HTML Atom Features
Mapbox Vector Tile SHA GeoNames Natural Earth DeepStateMap DeepState ISW NZZ VIINA Liveuamap UTC
WKT CRS WGS URI ISO UNFC JORC LCE REO CGI CQL SecDev Forbes We Build Ukraine Reuters Washington
Post Le Figaro New York Times Kyiv Independent BBC News English Schema lines settlements facts
boundaries basis datetime record"""
NAMES = frozenset(NAMES_TEXT.replace("\n", " ").split(" "))
"""Names, abbreviations, ids of sources and columns: the same in every language."""


class Words(HTMLParser):
    """The words of a page that a reader of its language reads: none marked as of another one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        given = dict(attrs)
        quiet = bool(self._open and self._open[-1][1]) or tag in QUIET
        quiet = quiet or given.get("lang") == "en"
        labels = [given.get(name) for name in ("aria-label", "alt", "title", "placeholder")]
        self.texts += [] if quiet else [label for label in labels if label]
        if tag not in VOID:
            self._open.append((tag, quiet))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A part of a drawing without words."""

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - as the parser calls it
        """An element ends."""
        self._open.pop()

    def handle_data(self, data: str) -> None:
        """Text."""
        if not (self._open and self._open[-1][1]):
            self.texts.append(data)


def english_words(text: str) -> set[str]:
    """Words of Latin letters that are no names, ids, addresses, column names or units."""
    found = set()
    for line in Words(text).texts:
        rest = re.sub(r"https?://\S+|[\w.-]+\.[a-z]{2,4}\b\S*|`[^`]*`|'[^']*'|“[^”]*”", " ", line)
        words = re.findall(r"(?<![\w/=+.{-])[A-Za-z][a-z]{3,}(?![\w(/=.-])", rest)
        found |= {word for word in words if word not in NAMES}
    return found


def test_every_text_of_code_and_data_has_a_ukrainian_one_and_no_other_is_there() -> None:
    entries = polib.pofile(str(CATALOGUE))
    known = {(entry.msgid, entry.msgid_plural or None) for entry in entries}
    assert known == set(messages()), "run `python -m tools.messages`"
    assert [entry.msgid for entry in entries if not entry.translated() or entry.fuzzy] == []


def test_a_translation_has_the_values_of_its_text_or_fewer() -> None:
    """A value the English has not would be a KeyError on a page."""
    for entry in polib.pofile(str(CATALOGUE)):
        texts = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
        extra = {"commodity", "counted", "many", "whole", "number", "when", "reason"}
        given = set(re.findall(r"%\((\w+)\)s", entry.msgid + entry.msgid_plural)) | extra
        for text in texts:
            assert set(re.findall(r"%\((\w+)\)s", text)) <= given, entry.msgid
            assert ("%%" in text) == ("%%" in entry.msgid), entry.msgid


@pytest.mark.parametrize("target", PAGES)
def test_a_page_in_ukrainian_is_sound_and_has_no_english_left(client: Client, target: str) -> None:
    joint = "&" if "?" in target else "?"
    answer = client.get(f"{target}{joint}lang=uk&f=html")
    assert answer.status == 200, answer.text
    page = Page(answer.text)
    assert faults_of(page) == []
    assert page.values("lang")[0] == "uk"
    assert english_words(answer.text) == set()


def test_an_error_is_told_in_ukrainian_but_for_its_detail(client: Client) -> None:
    answer = client.get("/nothing", accept="text/html", accept_language="uk")
    assert (answer.status, answer.headers["content-language"]) == (404, "uk")
    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert "Не знайдено" in answer.text
    assert english_words(answer.text) == set()


@pytest.mark.parametrize(
    ("n", "words"),
    [(0, "родовищ"), (1, "родовище"), (2, "родовища"), (4, "родовища"), (5, "родовищ"),
     (11, "родовищ"), (12, "родовищ"), (21, "родовище"), (22, "родовища"), (111, "родовищ")],
)  # fmt: skip
def test_ukrainian_nouns_follow_their_number(n: int, words: str) -> None:
    with worded_in("uk"):
        assert count(n, "deposit") == f"{n} {words}"
        assert ngettext("%(n)s day", "%(n)s days", 3, n=3) == "3 дні"
    assert count(n, "deposit") == f"{n} {'deposit' if n == 1 else 'deposits'}"


def test_ukrainian_numbers_days_and_lists_are_written_as_in_ukraine() -> None:
    with worded_in("uk"):
        assert number(1234.5, 1) == f"1{THIN}234,5"
        assert percent(0.16862) == f"16,9{THIN}%"
        assert kilometres(3.8) == f"3,8{THIN}км"
        assert day_text("2025-02-25") == "25.02.2025"
        assert listing(["a", "b", "c"]) == "a, b і c"
    assert day_text("2025-02-25") == "2025-02-25"


def test_a_text_without_a_translation_is_marked_as_english() -> None:
    with worded_in("uk"):
        assert translated("Stored <nowhere>") == '<span lang="en">Stored &lt;nowhere&gt;</span>'
        assert translated("Поле А") == "Поле А"
        assert gettext("No such text is known") == "No such text is known"
    assert translated("Stored <nowhere>") == "Stored &lt;nowhere&gt;"


@pytest.mark.parametrize(
    ("lang", "accepted", "language"),
    [
        (None, "", "en"), (None, "uk", "uk"), (None, "uk-UA,uk;q=0.9,en;q=0.8", "uk"),
        (None, "en-GB,uk;q=0.5", "en"), (None, "fr,uk;q=0.3", "uk"), (None, "fr", "en"),
        (None, "*", "en"), (None, "uk;q=0,*", "en"), (None, "UK", "uk"), (None, ";;q=x", "en"),
        ("en", "uk", "en"), ("uk", "en", "uk"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_named_else_the_one_the_client_prefers(
    lang: str | None, accepted: str, language: str
) -> None:
    assert wanted_language(lang, accepted) == language


@pytest.mark.parametrize(
    "path",
    ["/reserves?date=2025-02-25", "/articles/2025-02-25", "/claims", "/collections", "/territories",
     "/collections/deposits/items/shevchenkivske_li", "/control/at?lon=36.7&lat=47.9"],
)  # fmt: skip
def test_answers_in_json_are_the_same_to_the_byte_in_every_language(
    client: Client, path: str
) -> None:
    joint = "&" if "?" in path else "?"
    plain = client.get(f"{path}{joint}f=json")
    client.get(f"{path}{joint}f=html&lang=uk")  # what is remembered of a page is not told as JSON
    for other in (
        client.get(f"{path}{joint}f=json", accept_language="uk"),
        client.get(f"{path}{joint}f=json&lang=uk"),
    ):
        assert (other.body, other.headers["etag"]) == (plain.body, plain.headers["etag"])
        assert "content-language" not in other.headers


def test_a_second_visit_is_answered_in_its_own_language(client: Client) -> None:
    tags = {}
    for language in ("en", "uk", "en"):
        headers = {"accept": "text/html", "accept_language": language}
        first = client.get("/territories", **headers)
        assert first.headers["content-language"] == language
        assert first.headers["vary"] == "Accept, Accept-Encoding, Accept-Language"
        again = client.get("/territories", if_none_match=first.headers["etag"], **headers)
        assert (again.status, again.headers["content-language"]) == (304, language)
        assert tags.setdefault(language, first.headers["etag"]) == first.headers["etag"]
    other = client.get("/territories", accept="text/html", accept_language="en",
                       if_none_match=tags["uk"])  # fmt: skip
    assert other.status == 200
    assert tags["en"] != tags["uk"]


def test_links_keep_the_language_that_was_named_and_the_switch_leads_to_the_same_page(
    client: Client,
) -> None:
    target = "/reserves?date=2025-02-25&commodity=lithium"
    page = Page(client.get(f"{target}&f=html&lang=uk").text)
    pages = [a.given["href"] for a in page.all("a") if a.given["href"].startswith("/collections")]
    assert pages
    assert all("lang=uk" in href for href in pages)
    files = [h for h in page.values("href") if "f=csv" in h or "f=xlsx" in h]
    assert files
    assert not any("lang=" in href for href in files)
    (switch,) = [a.given for a in page.all("a") if a.given.get("hreflang") == "en"]
    back = Page(client.get(f"{switch['href']}&f=html").text)
    assert back.values("lang")[0] == "en"
    assert "commodity=lithium" in switch["href"]
    assert "date=2025-02-25" in switch["href"]
    named = [e.given for e in page.all("link") if "hreflang" in e.given]
    assert {link["hreflang"] for link in named} == {"en", "uk"}
    assert all(link["href"].startswith("http://") for link in named)
    plain = Page(client.get(target, accept="text/html", accept_language="uk").text)
    assert not any("lang=" in h for h in plain.values("href") if "hreflang" not in h and
                   h.startswith("/collections"))  # fmt: skip


def test_a_language_there_is_none_of_is_refused(client: Client) -> None:
    problem = client.get("/territories?lang=ru").problem()
    assert (problem["status"], problem["parameter"]) == (400, "lang")


def test_tiles_take_no_language(client: Client) -> None:
    assert client.get("/tiles/deposits.json?lang=uk").status == 400
