"""What the map page is sent with: its policy, its data, and MapLibre from the installed package."""

import gzip
import json
import re
from pathlib import Path

import brotli
import pytest
from node_tools import Node
from served import Client

import service.http.files
from geodata.interval import today
from geodata.workspace import Workspace

ENGINE = "/static/maplibre/maplibre-gl.js"


def data_of(text: str) -> dict[str, object]:
    """The page's block of data."""
    found = re.search(r'<script type="application/json" id="about">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def test_only_the_map_page_may_start_workers(client: Client) -> None:
    page = client.get("/map").headers["content-security-policy"]
    other = client.get("/?f=html").headers["content-security-policy"]

    assert "worker-src blob:" in page
    assert "child-src blob:" in page
    assert "img-src 'self' data: blob:" in page
    assert "script-src 'self';" in page
    assert "unsafe" not in page
    assert "blob:" not in other


def test_the_page_is_told_sources_in_the_order_the_server_asks_them(
    client: Client, workspace: Workspace
) -> None:
    about = data_of(client.get("/map").text)

    assert about["release"] == workspace.current_id()
    assert about["first"] == "2014-02-01"
    (source,) = about["sources"]
    assert (source["id"], source["first_day"]) == ("settlements", "1991-08-24")
    lithium = next(entry for entry in about["commodities"] if entry["id"] == "lithium")
    assert (lithium["en"], lithium["uk"], lithium["deposits"]) == ("Lithium", "Літій", 4)
    assert f"release={about['release']}" in about["tiles"]["control"]
    assert about["last"] == source["last_day"] < str(today()), "it opens where its data end"
    assert {"occupied", "ukraine"} <= {entry["id"] for entry in about["territories"]}


def test_a_pinned_page_keeps_to_its_release(client: Client, workspace: Workspace) -> None:
    release = workspace.current_id()
    text = client.get(f"/map?release={release}").text

    assert data_of(text)["pinned"] is True
    assert f'href="/reserves?release={release}"' in text


def test_nothing_in_the_data_can_end_its_element(client: Client) -> None:
    text = client.get("/map").text
    block = text.split('id="about">')[1].split("</script>")[0]

    assert not set("<>&") & set(block)


def test_every_script_the_page_names_is_there(client: Client) -> None:
    text = client.get("/map").text
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', text)

    assert len(named) > 20
    for target in named:
        assert client.get(target).status == 200, target


@pytest.mark.parametrize(
    ("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress), ("", bytes)]
)
def test_maplibre_is_sent_squeezed_and_may_be_kept(
    client: Client, encoding: str, unpack: object
) -> None:
    tag = service.http.files.version("maplibre-gl.js")
    answer = client.get(f"{ENGINE}?v={tag}", accept_encoding=encoding)

    assert answer.headers.get("content-encoding", "") == encoding
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert b"maplibre" in unpack(answer.body)[:2000].lower()  # type: ignore[operator]
    again = client.get(ENGINE, accept_encoding=encoding, if_none_match=answer.headers["etag"])
    assert again.status == 304
    assert "immutable" not in client.get(ENGINE).headers["cache-control"]


@pytest.mark.parametrize("name", ["ipywidget.js", "..%2f__init__.py", "maplibre-gl.js.map", "%00"])
def test_nothing_else_of_the_package_is_sent(client: Client, name: str) -> None:
    assert client.get(f"/static/maplibre/{name}").status == 404


def test_without_the_package_there_is_no_engine_and_still_a_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = {
        name: ("no_such_package", *rest) for name, (_, *rest) in service.http.files.ASSETS.items()
    }
    monkeypatch.setattr(service.http.files, "ASSETS", none)
    for kept in (service.http.files.version, service.http.files._place, service.http.files._packed):
        kept.cache_clear()

    assert client.get(ENGINE).status == 404
    assert client.get("/map").status == 200
    for kept in (service.http.files.version, service.http.files._place, service.http.files._packed):
        kept.cache_clear()


SCRIPTS = Path(service.http.files.__file__).parents[1] / "static" / "map"


@pytest.mark.parametrize(
    ("low", "high", "counts", "text"),
    [
        (None, None, (2, 0), "no published figure for the 2 occupied; 5,000 t ore in all"),
        (None, None, (0, 3), "not known how much is in occupied land; 5,000 t ore in all"),
        (None, None, (0, 0), "no published figure for those that may be in occupied land; 5,000 t"),
        (None, 700, (0, 0), "up to 700 t ore in occupied land, 5,000 t ore in all"),
        (None, 700, (1, 0), "up to 700 t ore (no published figure for the 1 occupied) in occupied"),
        (700, None, (1, 1), "at least 700 t ore in occupied land, 5,000 t ore in all"),
        (0, 0, (0, 0), "0 t ore in occupied land, 5,000 t ore in all"),
        (0, 700, (0, 0), "0 to 700 t ore in occupied land, 5,000 t ore in all"),
        (700, 700, (1, 0), "700 t ore in occupied land, 5,000 t ore in all"),
    ],
)
def test_a_sum_nobody_published_is_missing_on_the_map_and_not_none(
    node: Node, low: int | None, high: int | None, counts: tuple[int, int], text: str
) -> None:
    row = {"occupied_low": low, "occupied_high": high, "total": 5000, "total_low": 5000,
           "total_bound": None, "figures_in_doubt": 0, "unit": "t ore"}  # fmt: skip
    told = json.dumps(dict(zip(("occupied", "unknown"), counts, strict=True)))
    script = f"""import {{ occupiedOf }} from "{SCRIPTS / "amounts.js"}";
        console.log(occupiedOf({json.dumps(row)}, {told}))"""
    found = node.output("--input-type=module", "-e", script).decode().strip()
    assert found.startswith(text)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "5,000 t ore"),
        ({"total_bound": "at least", "total_low": 4000}, "at least 4,000 t ore"),
        ({"total_bound": "up to", "total_low": None}, "up to 5,000 t ore"),
        ({"total_bound": "from bounds", "total_low": 4000}, "4,000 to 5,000 t ore"),
        ({"total_bound": "from bounds", "total_low": None}, "up to 5,000 t ore"),
        ({"total_bound": "from bounds"}, "5,000 t ore"),
        ({"figures_in_doubt": 2}, "5,000 t ore (2 figures in doubt)"),
    ],
)
def test_a_total_on_the_map_carries_its_bounds_and_doubts(
    node: Node, given: dict[str, object], text: str
) -> None:
    row = {"total": 5000, "total_low": 5000, "total_bound": None, "figures_in_doubt": 0,
           "unit": "t ore", **given}  # fmt: skip
    script = f"""import {{ totalOf }} from "{SCRIPTS / "amounts.js"}";
        console.log(totalOf({json.dumps(row)}))"""
    assert node.output("--input-type=module", "-e", script).decode().strip() == text


def test_both_languages_of_the_map_say_everything(node: Node) -> None:
    script = f"""import {{ LANGUAGES }} from "{SCRIPTS / "words.js"}";
        console.log(JSON.stringify(LANGUAGES))"""
    english, ukrainian = json.loads(node.output("--input-type=module", "-e", script)).values()
    assert english.keys() == ukrainian.keys()
    for key, text in english.items():
        forms = [list(t.values()) if isinstance(t, dict) else [t] for t in (text, ukrainian[key])]
        values = [set(re.findall(r"\{\w+\}", form)) for form in (*forms[0], *forms[1])]
        assert all(named == values[0] for named in values), key
    plural = [text for text in ukrainian.values() if isinstance(text, dict)]
    assert all(text.keys() == {"one", "few", "many", "other"} for text in plural)
