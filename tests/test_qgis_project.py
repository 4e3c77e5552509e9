"""Is the project for QGIS whole: its layers, addresses, colours and days, safely written?"""

import io
import zipfile
from datetime import date, timedelta
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from releases import built_with_two_sources
from served import Client, client_of, common_folder, made_once

from geodata.interval import today
from geodata.workspace import Workspace
from service.styles.expressions import day_number
from service.styles.palette import palettes

PATH = "/map/lodeline.qgs"


@pytest.fixture(scope="module")
def twofold(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """A client of a release with two sources."""
    folder = common_folder(tmp_path_factory)
    return client_of(Workspace(made_once(folder, "two-sources", built_with_two_sources)))


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


def address(root: Element, layer: str) -> str:
    return layers(root)[layer].findtext("datasource", "")


def shown(root: Element) -> list[str]:
    tree = root.findall("layer-tree-group/layer-tree-layer")
    return [own.get("id", "") for own in tree if own.get("checked") == "Qt::Checked"]


def test_collections_are_asked_for_the_source_in_pages_and_in_view(client: Client) -> None:
    told = address(project(client, "?source=settlements"), "lodeline_control")
    assert "url='http://lodeline.test'" in told
    assert "typename='control'" in told
    assert "restrictToRequestBBOX='1'" in told
    assert "filter='\"source\" = \\'settlements\\''" in told


@pytest.mark.parametrize("day", ["2025-02-25", "2022-03-20", "2014-03-01", None])
def test_what_is_shown_at_first_is_of_one_day(client: Client, day: str | None) -> None:
    root = project(client, f"?date={day}" if day else "")
    day = day or str(today())
    assert shown(root) == ["lodeline_deposits", "lodeline_control_tiles", "lodeline_basemap"]
    assert f"typename='deposits-on-{day}'" in address(root, "lodeline_deposits")
    assert f"typename='control-on-{day}'" in address(root, "lodeline_control_day")
    for name in ("lodeline_deposits", "lodeline_control_day"):
        assert layers(root)[name].find("temporal") is None
        typename = address(root, name).partition("typename='")[2].partition("'")[0]
        assert client.get(f"/collections/{typename}/items?limit=1").status == 200
    for style in layers(root)["lodeline_control_tiles"].iterfind("renderer/styles/style"):
        assert f'"valid_from" <= {day_number(date.fromisoformat(day))} ' in style.get(
            "expression", ""
        )
    controller = root.find("properties/TemporalControllerWidget")
    assert controller is not None
    assert controller.findtext("StartDateTime") == f"{day}T00:00:00Z"
    assert controller.findtext("EndDateTime") == f"{day}T23:59:59Z"
    assert controller.findtext("NavigationMode") == "2"


def test_features_of_the_day_are_shown_where_there_are_no_tiles(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.routes.styles.SHOWN", ("basemap",))
    root = project(client, "?date=2025-02-24")
    assert shown(root) == ["lodeline_deposits", "lodeline_control_day", "lodeline_basemap"]


def test_tiles_are_asked_of_the_release_up_to_their_deepest_level(
    client: Client, store: Any
) -> None:
    """QGIS 3.40 draws none where slashes and colons of the address are escaped."""
    for name in ("basemap", "control"):
        layer = {"basemap": "lodeline_basemap", "control": "lodeline_control_tiles"}[name]
        about, release = store.tilesets.about(name), store.manifest.id
        assert address(project(client), layer) == (
            f"type=xyz&url=http://lodeline.test/tiles/{name}/{{z}}/{{x}}/{{y}}"
            f"?release%3D{release}&zmin={about.minzoom}&zmax={about.maxzoom}"
        )


def test_items_keep_to_a_release_that_was_asked_and_follow_the_current_else(
    client: Client, store: Any
) -> None:
    """QGIS sends what stands behind the address with every request."""
    pinned = project(client, f"?release={store.manifest.id}")
    for name in ("lodeline_deposits", "lodeline_timelines", "lodeline_control"):
        assert f"url='http://lodeline.test/?release={store.manifest.id}'" in address(pinned, name)
        assert "release=" not in address(project(client), name)
    assert "those of the same" in pinned.findtext("projectMetadata/abstract", "")


def test_a_source_that_does_not_answer_by_itself_is_asked_for_by_name(twofold: Client) -> None:
    """QGIS cannot send `source`: verdicts by another source than the day's are shown as spans."""
    usual = twofold.json("/reserves?date=2025-02-25")["features"][0]["properties"]["control_source"]
    (other,) = {"settlements", "deepstate"} - {usual}
    root = project(twofold, f"?date=2025-02-25&source={other}")
    assert "typename='timelines-on-2025-02-25'" in address(root, "lodeline_deposits")
    for name in ("lodeline_deposits", "lodeline_timelines", "lodeline_control"):
        assert f"\\'{other}\\'" in address(root, name)
    assert "lodeline_control_day" not in layers(root)
    assert shown(root)[0] == "lodeline_deposits"
    same = project(twofold, f"?date=2025-02-25&source={usual}")
    assert "typename='deposits-on-2025-02-25'" in address(same, "lodeline_deposits")


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
