"""Are the styles of the map what MapLibre takes, and do they show the day, source and language?"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from node_tools import MODULES, Node
from served import Client, local

from geodata.interval import today
from service.styles.expressions import day_number, metres_per_pixel

STYLES = ("lodeline", "lodeline-dark")
VARIANTS = ("", "?lang=uk", "?date=2022-03-30&source=settlements", "?date=1990-01-01")


def style(client: Client, words: str = "", name: str = "lodeline") -> dict[str, Any]:
    found: dict[str, Any] = client.json(f"/styles/{name}{words}")
    return found


def layer(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [own for own in document["layers"] if own["id"] == name]
    return dict(found)


@pytest.mark.parametrize("name", STYLES)
@pytest.mark.parametrize("words", VARIANTS)
def test_the_validator_of_maplibre_finds_nothing_wrong(
    client: Client, node: Node, tmp_path: Path, name: str, words: str
) -> None:
    target = tmp_path / "style.json"
    target.write_bytes(client.get(f"/styles/{name}{words}").body)
    script = MODULES / "@maplibre" / "maplibre-gl-style-spec" / "dist" / "gl-style-validate.mjs"
    done = node.run(str(script), str(target))
    assert (done.returncode, done.stdout) == (0, b""), done.stdout.decode()


def test_the_validator_finds_what_is_wrong(client: Client, node: Node, tmp_path: Path) -> None:
    target = tmp_path / "style.json"
    target.write_text(client.get("/styles/lodeline").text.replace('"fill"', '"flood"'))
    script = MODULES / "@maplibre" / "maplibre-gl-style-spec" / "dist" / "gl-style-validate.mjs"
    assert node.run(str(script), str(target)).returncode != 0


def test_the_list_links_every_style_by_the_type_it_is_sent_as(client: Client) -> None:
    found = client.json("/styles")
    assert [own["id"] for own in found["styles"]] == list(STYLES)
    for own in found["styles"]:
        for link in own["links"]:
            assert link["rel"] == "stylesheet"
            assert client.get(local(link["href"])).headers["content-type"] == link["type"]


def test_every_address_in_a_style_is_absolute_and_pins_the_release(client: Client) -> None:
    found = style(client)
    release = found["metadata"]["lodeline:release"]
    assert found["glyphs"] == "http://lodeline.test/fonts/{fontstack}/{range}.pbf"
    assert set(found["sources"]) == {"basemap", "control", "contact-line", "timelines"}
    for name, source in found["sources"].items():
        address = f"http://lodeline.test/tiles/{name}/{{z}}/{{x}}/{{y}}?release={release}"
        assert source["tiles"] == [address]


def test_every_layer_draws_a_source_layer_its_tiles_have(client: Client, store: Any) -> None:
    found = style(client)
    for own in found["layers"]:
        if own["type"] == "background":
            continue
        about = store.tilesets.about(own["source"])
        (fields,) = [v.fields for v in about.vector_layers if v.id == own["source-layer"]]
        assert set(columns_of([own.get("filter"), own.get("paint"), own.get("layout")])) <= {
            *fields
        }


def columns_of(expression: Any) -> list[str]:
    """Columns an expression reads."""
    if isinstance(expression, dict):
        return [name for part in expression.values() for name in columns_of(part)]
    if not isinstance(expression, list):
        return []
    if expression[:1] == ["get"]:
        return [expression[1]]
    return [name for part in expression for name in columns_of(part)]


def test_a_style_shows_today_by_the_source_that_answers_for_today(
    client: Client, store: Any
) -> None:
    source = store.sources.select(today()).source
    assert layer(style(client), "control")["filter"] == held(source, today())


def test_a_style_shows_the_day_and_source_asked(client: Client) -> None:
    found = style(client, "?date=2022-03-30&source=settlements")
    for name in (
        "control",
        "control-edge",
        "contact-line",
        "deposits",
        "deposit-discs",
        "deposit-names",
    ):
        assert layer(found, name)["filter"] == held("settlements", date(2022, 3, 30))
    assert found["metadata"]["lodeline:date"] == "2022-03-30"


def held(source: str, day: date) -> list[Any]:
    number = (day - date(1970, 1, 1)) // timedelta(days=1)
    return [
        "all",
        ["==", ["get", "source"], source],
        ["<=", ["get", "valid_from"], number],
        [">", ["get", "valid_to"], number],
    ]


def test_days_are_counted_since_1970() -> None:
    assert [day_number(date(1970, 1, 1)), day_number(date(2025, 2, 25))] == [0, 20144]


def test_names_fall_back_to_english_where_ukrainian_is_asked(client: Client) -> None:
    for name in ("place-names", "deposit-names"):
        assert layer(style(client), name)["layout"]["text-field"] == ["get", "name_en"]
        assert layer(style(client, "?lang=uk"), name)["layout"]["text-field"] == [
            "coalesce", ["get", "name_uk"], ["get", "name_en"],
        ]  # fmt: skip


def test_a_disc_is_as_large_as_the_ground_it_stands_for(client: Client) -> None:
    # A tile of 512 pixels at zoom 10 is 40 075 017 m / 1024 * cos(48.5°) = 25 932 m across.
    assert metres_per_pixel(10) * 512 == pytest.approx(25932, abs=1)
    radius = layer(style(client), "deposit-discs")["paint"]["circle-radius"]
    assert radius[:3] == ["interpolate", ["exponential", 2], ["zoom"]]
    (low, (_, _, at_low)), (high, (_, _, at_high)) = zip(radius[3::2], radius[4::2], strict=True)
    assert at_low / at_high == 2 ** (high - low)


def test_no_border_between_cells_shows_inside_held_land(client: Client) -> None:
    # The fill is opaque, of the edge's colour and drawn over it.
    found = style(client)
    names = [own["id"] for own in found["layers"]]
    assert names.index("control-edge") < names.index("control") < names.index("water")
    assert "fill-opacity" not in layer(found, "control")["paint"]
    edge, fill = (layer(found, name)["paint"] for name in ("control-edge", "control"))
    assert edge["line-color"] == fill["fill-color"]


def test_the_front_is_drawn_of_the_contact_line_alone(client: Client) -> None:
    """Coast and state border are lines of the base map, and drawn once."""
    found = style(client)
    strong = [
        own["id"]
        for own in found["layers"]
        if own["type"] == "line" and own["source"] != "basemap" and own["id"] != "control-edge"
    ]
    assert strong == ["contact-line"]


def test_light_and_dark_differ_in_colours_alone(client: Client) -> None:
    light, dark = (style(client, name=name) for name in STYLES)
    assert [own["id"] for own in light["layers"]] == [own["id"] for own in dark["layers"]]
    assert light["sources"] == dark["sources"]
    assert light["layers"] != dark["layers"]


def test_a_style_of_a_named_release_and_day_never_changes(client: Client) -> None:
    release = client.json("/styles/lodeline")["metadata"]["lodeline:release"]
    pinned = client.get(f"/styles/lodeline?release={release}&date=2025-02-25")
    assert "immutable" in pinned.headers["cache-control"]
    assert (
        "immutable"
        not in client.get(f"/styles/lodeline?release={release}").headers["cache-control"]
    )


@pytest.mark.parametrize(
    ("words", "parameter"),
    [
        ("date=yesterday", "date"),
        ("source=rumour", "source"),
        ("lang=de", "lang"),
        ("colour=red", "colour"),
        ("lang=uk&lang=en", "lang"),
        ("f=html", "f"),
    ],
)
def test_a_word_that_is_not_understood_is_refused(
    client: Client, words: str, parameter: str
) -> None:
    answer = client.get(f"/styles/lodeline?{words}")
    assert answer.status == 400
    assert answer.problem()["parameter"] == parameter


def test_a_style_there_is_not_is_not_found(client: Client) -> None:
    answer = client.get("/styles/%3Cscript%3E")
    assert answer.status == 404
    assert "lodeline-dark" in answer.problem()["detail"]


def test_the_page_names_the_address_of_every_style(client: Client) -> None:
    answer = client.get("/styles?f=html")
    for name in STYLES:
        assert f"http://lodeline.test/styles/{name}" in answer.text
