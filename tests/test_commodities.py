"""Commodities are understood as people write them."""

from pathlib import Path

import pytest

from geodata.data import packaged
from geodata.data.commodities import commodities, commodity_ids, members, parse_commodities
from geodata.errors import InvalidInput

TABLES = Path("data") / "facts"


def test_every_commodity_of_a_deposit_is_known_and_none_is_idle() -> None:
    used = {word for listed in packaged.deposits()["commodities"] for word in listed}
    assert used == set(commodity_ids())


def test_every_commodity_but_two_has_its_equal_among_the_codes_of_cgi() -> None:
    codes = {entry.id: entry.uri for entry in commodities()}
    assert {word for word, uri in codes.items() if uri is None} == {"nepheline", "rare-metals"}
    last = {word: uri.rpartition("/")[2] for word, uri in codes.items() if uri}
    assert {word: code for word, code in last.items() if code != word} == {
        "barite": "baryte",
        "caesium": "cesium",
        "fluorspar": "fluorite",
        "phosphate": "phosphate-rock",
        "rare-earths": "rare-earth-element",
    }


def test_no_word_stands_for_two_commodities() -> None:
    owners: dict[str, str] = {}
    for commodity in commodities():
        for word in (commodity.id, *commodity.aliases):
            assert owners.setdefault(word, commodity.id) == commodity.id


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("lithium", ("lithium",)),
        ("Li", ("lithium",)),
        ("REE", ("rare-earths",)),
        ("rare earth", ("rare-earths",)),
        ("Rare_Earths", ("rare-earths",)),
        ("rare-earths,rare earths", ("rare-earths",)),
        ("titanium, lithium", ("titanium", "lithium")),
        (["titanium,lithium", "Sc"], ("titanium", "lithium", "scandium")),
        ("літій", ("lithium",)),
        ("fluorite", ("fluorspar",)),
        ("cesium", ("caesium",)),
        ("rutile", ("rutile",)),
    ],
)
def test_commodities_are_understood_as_people_write_them(
    given: str | list[str], wanted: tuple[str, ...]
) -> None:
    assert parse_commodities(given) == wanted


def test_all_stands_for_every_commodity() -> None:
    assert parse_commodities("all") == commodity_ids()
    assert len(commodity_ids()) == 51


@pytest.mark.parametrize("given", ["litium", "unobtainium", "", " , ", "x" * 5000])
def test_an_unknown_commodity_is_refused_with_a_way_out(given: str) -> None:
    with pytest.raises(InvalidInput, match="lithium") as caught:
        parse_commodities(given)
    assert caught.value.parameter == "commodity"
    assert len(caught.value.detail) < 300


def test_a_slip_of_the_pen_is_answered_with_the_nearest_word() -> None:
    with pytest.raises(InvalidInput, match="did you mean lithium"):
        parse_commodities("litium")


def test_group_words_hold_their_members_and_scandium_stands_alone() -> None:
    assert members("rare-earths") == {"rare-earths", "yttrium"}
    assert members("titanium") == {"titanium", "rutile"}
    assert members("scandium") == {"scandium"}
