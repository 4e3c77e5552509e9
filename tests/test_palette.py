"""Can the colours of the maps be told apart, whatever colours one sees, and from their ground?"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from colour_vision import SEEN, Lab, contrast, distance, lab, nearest, over, parse_hex

import service
from geodata.answers.question import VERDICTS
from geodata.data.commodities import commodities
from service.styles.palette import palettes

PALETTE = json.loads(
    (Path(service.__file__).parent / "static" / "map" / "palette.json").read_text(encoding="utf-8")
)
MODES = ("light", "dark")
SYMBOL_CONTRAST, TEXT_CONTRAST = 3.0, 4.5  # WCAG 2.2: 1.4.11 and 1.4.3
FAR_APART, APART = 15.0, 10.0


def grounds(colours: dict[str, Any]) -> dict[str, Any]:
    """What symbols lie on: land, free or under a status."""
    land, control = colours["basemap"]["land"], colours["control"]
    held = {s: over(control[s], land, control["opacity"]) for s in ("occupied", "contested")}
    return {"land": parse_hex(land), **held}


def test_light_and_dark_colour_the_same_things() -> None:
    for group in ("verdict", "control", "commodity", "basemap"):
        assert PALETTE["light"][group].keys() == PALETTE["dark"][group].keys()
    assert set(PALETTE["light"]["verdict"]) == set(VERDICTS)
    assert set(PALETTE["light"]["commodity"]) == {entry.group for entry in commodities()}


def test_every_colour_is_six_hexadecimal_digits() -> None:
    for mode in MODES:
        for group in PALETTE[mode].values():
            for name, colour in group.items():
                assert name == "opacity" or re.fullmatch("#[0-9a-f]{6}", colour), (name, colour)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("group", "least"), [("verdict", FAR_APART), ("commodity", APART)])
def test_no_two_colours_look_alike_to_any_eye(mode: str, group: str, least: float) -> None:
    colours = {name: parse_hex(own) for name, own in PALETTE[mode][group].items()}
    assert nearest(colours) > (least, "")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("group", ["verdict", "commodity"])
def test_symbols_stand_out_from_every_ground(mode: str, group: str) -> None:
    for ground, own in grounds(PALETTE[mode]).items():
        for name, colour in PALETTE[mode][group].items():
            assert contrast(parse_hex(colour), own) >= SYMBOL_CONTRAST, (name, ground)


@pytest.mark.parametrize("mode", MODES)
def test_occupied_contested_and_free_land_look_different_to_any_eye(mode: str) -> None:
    assert nearest(grounds(PALETTE[mode])) > (8.0, "")


@pytest.mark.parametrize("mode", MODES)
def test_land_under_a_status_is_mixed_of_its_colour_and_land(mode: str) -> None:
    for status, wanted in grounds(PALETTE[mode]).items():
        if status != "land":
            found = parse_hex(palettes()[mode].on_land(status))
            assert found == pytest.approx(wanted, abs=0.5 / 255)


@pytest.mark.parametrize("mode", MODES)
def test_outlines_and_labels_can_be_made_out(mode: str) -> None:
    own = PALETTE[mode]["basemap"]
    land, sea = parse_hex(own["land"]), parse_hex(own["sea"])
    for status in ("occupied", "contested"):
        outline = parse_hex(PALETTE[mode]["control"][status])
        assert contrast(outline, land) >= SYMBOL_CONTRAST
    assert contrast(parse_hex(own["border"]), land) >= SYMBOL_CONTRAST
    assert contrast(parse_hex(own["sea_label"]), sea) >= TEXT_CONTRAST
    for label in ("label", "faint_label"):
        for ground in (land, parse_hex(own["halo"])):
            assert contrast(parse_hex(own[label]), ground) >= TEXT_CONTRAST


def test_the_distance_is_the_one_published_for_known_pairs() -> None:
    # Sharma, Wu, Dalal (2005), table 1: pairs 1, 7, 17, 25 and 34.
    for one, other, known in (
        (Lab(50, 2.6772, -79.7751), Lab(50, 0, -82.7485), 2.0425),
        (Lab(50, 0, 0), Lab(50, -1, 2), 2.3669),
        (Lab(50, 2.5, 0), Lab(73, 25, -18), 27.1492),
        (Lab(60.2574, -34.0099, 36.2677), Lab(60.4626, -34.1751, 39.4387), 1.2644),
        (Lab(2.0776, 0.0795, -1.135), Lab(0.9033, -0.0636, -0.5514), 0.9082),
    ):
        assert distance(one, other) == pytest.approx(known, abs=1e-4)


def test_red_and_green_of_one_lightness_are_told_apart_only_by_eyes_with_both_cones() -> None:
    red, green = parse_hex("#b04a30"), parse_hex("#5f7a2a")
    apart = {eye: distance(lab(red, seen), lab(green, seen)) for eye, seen in SEEN.items()}
    assert apart["no green cones"] < FAR_APART < apart["all colours"]
