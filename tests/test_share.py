"""What do other sites see of a page that is shared, and may they frame it?"""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from served import HOST, THEN, Client, client_of, local

from geodata.workspace import Workspace

PAGES = [
    "/map",
    f"/map?day={THEN}&minerals=lithium&theme=dark",
    f"/reserves?f=html&date={THEN}",
    f"/reserves?f=html&date={THEN}&commodity=lithium&territory=donbas-2014&role=any",
    f"/reserves?f=html&date={THEN}&commodity=all",
    f"/collections/deposits/items/shevchenkivske_li?f=html&datetime={THEN}",
    "/deposits/shevchenkivske_li/timeline?f=html",
    "/articles/2025-02-25?f=html",
]


def tags(text: str) -> dict[str, str]:
    """Open Graph and Twitter tags by name."""
    found = re.findall(
        r'<meta (?:property|name)="((?:og|twitter):[\w:]+)" content="([^"]*)">', text
    )
    assert len(found) == len(dict(found)), "a tag is given once"
    return {name: unescape(content) for name, content in found}


@pytest.mark.parametrize("target", PAGES)
def test_a_shared_page_names_a_picture_of_its_day_and_release(
    client: Client, workspace: Workspace, target: str
) -> None:
    shown = tags(client.get(target).text)

    picture = urlsplit(shown["og:image"])
    words = parse_qs(picture.query)
    assert (picture.netloc, picture.path) == (HOST, "/picture.png")
    assert words["release"] == [workspace.current_id()]
    assert "day" in words
    answer = client.get(local(shown["og:image"]))
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert "immutable" in answer.headers["cache-control"]
    assert (shown["og:image:width"], shown["og:image:height"]) == ("1200", "630")
    assert shown["twitter:card"] == "summary_large_image"
    assert shown["og:type"] == "website"
    assert shown["og:title"]
    assert client.get(local(shown["og:url"])).status == 200


def test_the_description_is_the_answer(client: Client) -> None:
    lithium = tags(client.get(f"/reserves?f=html&date={THEN}&commodity=lithium").text)
    deposit = tags(client.get(PAGES[5]).text)
    shown = tags(client.get(f"/map?day={THEN}&minerals=lithium").text)

    page = client.get(f"/reserves?f=html&date={THEN}&commodity=lithium").text
    assert lithium["og:description"] in unescape(page.partition("<body>")[2])
    assert deposit["og:description"].startswith("On 2025-02-25 it was in government-held land")
    assert shown["og:description"].startswith("1 of the 4 deposits on record in Ukraine")
    assert "according to Dated control of settlements" in shown["og:description"]


def test_words_of_a_request_stand_escaped_in_tags(client: Client) -> None:
    text = client.get(f"/reserves?f=html&date={THEN}&commodity=lithium&source=settlements").text
    content = re.findall(r'<meta property="og:(?:url|image)" content="([^"]*)"', text)

    assert all("&amp;" in each and "&d" not in each.replace("&amp;", "") for each in content)
    assert "source=settlements" in content[0] + content[1]


def test_tags_hold_behind_a_proxy_with_a_path(workspace: Workspace) -> None:
    client = client_of(workspace, public_url="https://maps.example/geo/")

    shown = tags(client.get("/map").text)

    assert shown["og:image"].startswith("https://maps.example/geo/picture.png?")
    assert shown["og:url"].startswith("https://maps.example/geo/map")
    assert 'href="/geo/map' in client.get("/embed").text


def test_a_page_in_ukrainian_is_shared_in_ukrainian(client: Client) -> None:
    for target in ("/map?lang=uk", f"/reserves?f=html&date={THEN}&lang=uk"):
        shown = tags(client.get(target).text)

        assert "lang=uk" in shown["og:image"]
        assert "lang=uk" in shown["og:url"]
        assert any("\u0430" <= letter <= "\u044f" for letter in shown["og:description"])
        assert client.get(local(shown["og:image"])).status == 200
    by_reader = client.get("/embed", **{"accept-language": "uk-UA"}).text
    assert '<html lang="uk"' in by_reader


def test_only_the_page_made_for_it_may_be_framed(client: Client) -> None:
    embed = client.get("/embed").headers
    others = ("/", "/map", "/reserves", "/docs", "/api.html", "/picture.png?w=200&h=200")
    elsewhere = [client.get(path, accept="text/html").headers for path in others]

    assert "frame-ancestors *" in embed["content-security-policy"]
    assert "frame-ancestors 'none'" not in embed["content-security-policy"]
    assert "script-src 'self';" in embed["content-security-policy"]
    assert "x-frame-options" not in embed
    for headers in elsewhere:
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_framed_page_says_all_it_must_before_its_scripts(client: Client) -> None:
    text = client.get(f"/embed?day={THEN}&minerals=lithium&lang=uk&theme=dark").text

    assert '<html lang="uk" data-theme="dark">' in text
    assert "землі лежить 1 з 4" in text
    assert "25 лютого 2025" in text
    assert 'target="_blank" rel="noopener"' in text
    assert f"/map#day={THEN}&amp;lang=uk&amp;minerals=lithium&amp;theme=dark" in text
    (picture,) = re.findall(r'<noscript><img src="([^"]+)"', text)
    assert client.get(unescape(picture)).status == 200


def test_nothing_of_the_map_keeps_anything_in_the_browser(client: Client) -> None:
    names = re.findall(r"/static/map/([\w-]+)\.js", client.get("/map").text)
    for name in {*names, "embed"}:
        script = client.get(f"/static/map/{name}.js").text
        assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie", script), (
            name
        )


def test_the_api_document_is_read_by_people_and_by_programs(workspace: Workspace) -> None:
    for client in (client_of(workspace), client_of(workspace, public_url="https://a.example/geo")):
        page = client.get("/api?f=html")
        browser = client.get("/api", accept="text/html,application/xhtml+xml,*/*;q=0.8")
        assert page.headers["content-type"].startswith("text/html")
        assert browser.headers["content-type"].startswith("text/html")
        assert "/picture.png" in page.text
        for path in ("/api", "/openapi.json"):
            document = client.json(path)
            assert {"/picture.png", "/embed"} <= document["paths"].keys()
        as_browser = client.get("/openapi.json", accept="text/html")
        assert "json" in as_browser.headers["content-type"]
        assert client.get("/docs").headers["content-type"].startswith("text/html")


def test_the_landing_page_leads_to_map_picture_and_frame(client: Client) -> None:
    links = {urlsplit(link["href"]).path: link for link in client.json("/")["links"]}

    assert links["/picture.png"]["type"] == "image/png"
    assert {"/map", "/embed"} <= links.keys()


@pytest.mark.parametrize("path", ["/map", "/embed", "/picture.png"])
def test_a_place_clicked_is_part_of_a_state(client: Client, path: str) -> None:
    assert client.get(f"{path}?spot=48/37&day=2025-02-25").status == 200
    assert client.get(f"{path}?spot=48%2F37.5").status == 200
    for wrong in ("91/0", "48", "a/b", "48/181", "1/2/3"):
        assert client.get(f"{path}?spot={wrong}").problem()["parameter"] == "spot"
