"""Is the project for QGIS whole: its layers, addresses, colours and days, safely written?"""

import io
import zipfile
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs
from xml.etree.ElementTree import Element, fromstring

import pytest
from served import Client, client_of

from geodata.interval import today
from geodata.workspace import Workspace
from service.styles.palette import palettes

PATH = "/map/lodeline.qgs"


def project(client: Client, words: str = "") -> Element:
    answer = client.get(PATH + words)
    assert answer.status == 200, answer.text
    return fromstring(answer.body)  # noqa: S314 - our own document


def layers(root: Element) -> dict[str, Element]:
    return {own.findtext("id", ""): own for own in root.iterfind("projectlayers/maplayer")}


def colours(layer: Element) -> set[str]:
    return {own.get("value", "") for own in layer.iterfind(".//Option[@name='color']")}


def test_the_tree_lists_every_layer_of_the_project_with_its_own_address(client: Client) -> None:
    root = project(client)
    tree = root.findall("layer-tree-group/layer-tree-layer")
    held = layers(root)
    assert [own.get("id") for own in tree] == list(held)
    assert {"lodeline_deposits", "lodeline_timelines", "lodeline_control"} <= set(held)
    assert {"lodeline_control_tiles", "lodeline_basemap"} <= set(held)
    for own in tree:
        assert own.get("source") == held[str(own.get("id"))].findtext("datasource")


def test_collections_are_asked_for_the_source_in_pages_and_in_view(client: Client) -> None:
    address = layers(project(client, "?source=settlements"))["lodeline_control"].findtext(
        "datasource", ""
    )
    assert "url='http://lodeline.test'" in address
    assert "typename='control'" in address
    assert "restrictToRequestBBOX='1'" in address
    assert "filter='\"source\" = \\'settlements\\''" in address


def test_tiles_are_asked_of_the_release_up_to_their_deepest_level(
    client: Client, store: Any
) -> None:
    address = layers(project(client))["lodeline_basemap"].findtext("datasource", "")
    found = {name: values[0] for name, values in parse_qs(address).items()}
    release = store.manifest.id
    assert found["url"] == f"http://lodeline.test/tiles/basemap/{{z}}/{{x}}/{{y}}?release={release}"
    assert found["zmax"] == str(store.tilesets.about("basemap").maxzoom)


def test_days_run_from_the_first_of_control_to_the_last_of_the_data(
    client: Client, store: Any
) -> None:
    span = project(client).find("ProjectTimeSettings/TemporalRange")
    assert span is not None
    first = store.tables.control["valid_from"].min()
    assert span.findtext("start") == f"{str(first)[:10]}T00:00:00Z"
    last = store.sources.last_day("settlements")
    assert last < today(), "or this says nothing"
    assert span.findtext("end") == f"{last + timedelta(days=1)}T00:00:00Z"


def test_title_and_abstract_say_the_day_of_the_map_behind_it(client: Client, store: Any) -> None:
    root, last = project(client), store.sources.last_day("settlements")
    behind = f"settlements compiled up to {last}, {(today() - last).days} days earlier"
    assert behind in root.findtext("title", "")
    assert behind in root.findtext("projectMetadata/abstract", "")
    tiles = layers(root)["lodeline_control_tiles"].findtext("layername", "")
    assert f"data up to {last}" in tiles
    then = project(client, "?date=2025-02-25")
    assert "earlier" not in then.findtext("title", "")
    assert "2025-02-25" in then.findtext("projectMetadata/abstract", "")


def test_land_and_deposits_follow_the_days_without_the_last(client: Client) -> None:
    held = layers(project(client))
    for name in ("lodeline_control", "lodeline_timelines"):
        times = held[name].find("temporal")
        assert times is not None
        assert (times.get("startField"), times.get("endField")) == ("valid_from", "valid_to")
        assert (times.get("enabled"), times.get("mode"), times.get("limitMode")) == ("1", "2", "0")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_are_those_of_the_palette(client: Client, theme: str) -> None:
    held, palette = layers(project(client, f"?theme={theme}")), palettes()[theme]
    wanted = {",".join(map(str, bytes.fromhex(c[1:]))) + ",255" for c in palette.verdict.values()}
    assert colours(held["lodeline_timelines"]) == wanted
    assert colours(held["lodeline_deposits"]) == wanted
    assert float(held["lodeline_control"].findtext("layerOpacity", "")) == palette.opacity


def test_names_are_in_the_language_asked(client: Client) -> None:
    for lang, wanted in (("en", '"name_en"'), ("uk", 'coalesce("name_uk", "name_en")')):
        styles = layers(project(client, f"?lang={lang}"))["lodeline_basemap"].iter("text-style")
        assert {own.get("fieldName") for own in styles} == {wanted}


def test_an_address_with_signs_of_xml_and_quotes_stays_one_address(workspace: Workspace) -> None:
    hostile = client_of(workspace, public_url="https://a.test/x'&<y>\"")
    for own in layers(project(hostile)).values():
        if own.get("type") == "vector":
            address = own.findtext("datasource", "")
            assert address.split("typename=")[0].count("'") == 2
    assert fromstring(hostile.get(PATH).body) is not None  # noqa: S314


def test_the_packed_project_holds_the_plain_one(client: Client) -> None:
    packed = client.get("/map/lodeline.qgz")
    with zipfile.ZipFile(io.BytesIO(packed.body)) as archive:
        assert archive.namelist() == ["lodeline.qgs"]
        assert archive.read("lodeline.qgs") == client.get(PATH).body
    assert client.get("/map/lodeline.qgz").body == packed.body
    assert 'filename="lodeline.qgz"' in packed.headers["content-disposition"]


@pytest.mark.parametrize(
    ("words", "parameter"),
    [("source=rumour", "source"), ("theme=pink", "theme"), ("lang=de", "lang"),
     ("date=1", "date"), ("colour=red", "colour"), ("f=json", "f")],
)  # fmt: skip
def test_a_word_that_is_not_understood_is_refused(
    client: Client, words: str, parameter: str
) -> None:
    answer = client.get(f"{PATH}?{words}")
    assert answer.status == 400
    assert answer.problem()["parameter"] == parameter
