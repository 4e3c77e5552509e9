"""Are the packaged facts complete, consistent, and made from the readable tables?"""

from pathlib import Path

import pandas as pd
import pytest
import shapely
import yaml
from pydantic import ValidationError

from geodata.crs import LOCAL, reproject
from geodata.data import packaged, records
from geodata.errors import Damaged, NotFound
from schemas import AdminArea, Deposit, Settlement
from schemas.record import Column, column_names
from tools import packaged_data

MEGABYTE = 1_000_000
FOUR_OBLASTS = {"UA-14", "UA-09", "UA-23", "UA-65"}
TABLES = Path("data") / "facts"


def _status_of(place_id: str) -> pd.Series:
    settlements = packaged.settlements()
    rows = settlements[settlements["place_id"] == place_id]
    return pd.Series(rows["status"].to_numpy(), index=rows["valid_from"].dt.strftime("%Y-%m-%d"))


def _written(status: pd.Series) -> str:
    return " ".join(f"{day}:{value}" for day, value in status.items())


# Deposits


def test_every_deposit_is_carried_with_the_columns_of_its_record() -> None:
    deposits = packaged.deposits()
    assert len(deposits) == 180
    assert deposits["id"].is_unique
    assert deposits["id"].str.fullmatch("[a-z0-9]+(_[a-z0-9]+)*").all()
    assert tuple(deposits.columns) == column_names(Deposit)
    assert deposits.crs == "OGC:CRS84"
    assert (shapely.get_x(deposits.geometry) == deposits["lon"]).all()


def test_components_name_the_deposit_they_are_part_of() -> None:
    deposits = packaged.deposits().set_index("id")
    assert deposits["part_of"].dropna().to_dict() == {
        "stankuvatske_li": "dobra_li",
        "nadiia_li": "dobra_li",
        "bukynska_ti": "mezhyrichne_ti",
        "yurske_ti": "mezhyrichne_ti",
        "motronivsko_annivske_ti": "malyshevske_ti",
    }


def test_every_packaged_deposit_is_laid_over_control_by_a_disc_or_its_extent() -> None:
    deposits = packaged.deposits().set_index("id")
    outlined = deposits.index[deposits["overlay_basis"] == "polygon"]
    assert set(outlined) == {
        "anadolske_ree",
        "ge_donbas_coal",
        "ge_lviv_volyn_coal",
        "velykotokmatske_mn",
    }
    assert (deposits["overlay_basis"].drop(outlined) == "disc").all()
    assert (deposits["position_uncertainty_m"] > 0).all()


def test_the_main_commodity_comes_first_and_none_comes_twice() -> None:
    deposits = packaged.deposits()
    for main, listed in zip(deposits["commodity"], deposits["commodities"], strict=True):
        assert listed[0] == main
        assert len(set(listed)) == len(listed)


def test_two_named_oblasts_become_two_codes() -> None:
    oblasts = packaged.deposits().set_index("id")["oblasts"]
    assert oblasts["kalynivske_u"] == ("UA-35", "UA-48")
    assert oblasts["ge_donbas_coal"] == ("UA-14", "UA-09")
    assert oblasts["kerch_fe_v"] == ("UA-43",)


def test_every_deposit_of_ukraine_lies_in_an_oblast_it_names_and_no_other_does() -> None:
    areas = packaged.admin_areas().set_index("id").geometry
    for deposit in packaged.deposits().itertuples():
        inside = [code for code in deposit.oblasts if areas[code].intersects(deposit.geometry)]
        assert bool(inside) == (deposit.country == "UA"), deposit.id
        assert areas["UA"].intersects(deposit.geometry) == (deposit.country == "UA"), deposit.id
        assert len(deposit.oblasts) == len(set(deposit.oblasts))


def test_the_note_of_shevchenkivske_warns_of_the_other_villages_first() -> None:
    note = packaged.deposits().set_index("id")["note"]["shevchenkivske_li"]
    assert note.startswith("Press reports of late December 2024 and January 2025")
    assert "meant another village called Shevchenko" in note


def test_a_loader_hands_out_copies() -> None:
    mine = packaged.deposits()
    mine["name_en"] = "spoiled"
    packaged.territories().clear()
    assert "spoiled" not in set(packaged.deposits()["name_en"])
    assert packaged.territories()


# Settlements


def test_settlements_have_intervals_without_gap_or_overlap() -> None:
    settlements = packaged.settlements()
    assert tuple(settlements.columns) == column_names(Settlement)
    assert settlements["place_id"].nunique() == 8952
    assert str(settlements["valid_from"].dtype) == "datetime64[s]"
    ordered = settlements.sort_values(["place_id", "valid_from"])
    following = ordered.groupby("place_id")["valid_from"].shift(-1)
    assert (
        (ordered["valid_to"] == following) | (ordered["valid_to"].isna() & following.isna())
    ).all()


@pytest.mark.parametrize(
    ("place_id", "history"),
    [
        ("706448", "1991-08-24:government 2022-03-02:occupied 2022-11-11:government"),  # Kherson
        ("713122", "1991-08-24:government 2023-10-10:contested 2024-02-17:occupied"),  # Avdiivka
        ("713174", "1991-08-24:government 2023-05-20:occupied"),  # Bakhmut
        ("691999", "1991-08-24:government 2022-06-25:occupied"),  # Sievierodonetsk
        ("690823", "1991-08-24:government 2024-10-01:occupied"),  # Vuhledar
        ("690237", "1991-08-24:government 2025-01-26:occupied"),  # Velyka Novosilka
        ("694423", "1991-08-24:government 2014-02-27:occupied"),  # Sevastopol
        (  # Shevchenko by the lithium deposit
            "x-Shevchenko-36.67-47.91",
            "1991-08-24:government 2025-06-26:contested 2025-07-02:occupied",
        ),
    ],
)
def test_known_cities_changed_hands_on_known_days(place_id: str, history: str) -> None:
    assert _written(_status_of(place_id)) == history


def test_settlements_lie_in_their_oblast_or_within_five_kilometres() -> None:
    areas = packaged.admin_areas().query("level == 1")
    places = packaged.settlements().drop_duplicates("place_id")
    shapes = reproject(areas.geometry.to_numpy(), "OGC:CRS84", LOCAL)
    named = pd.Series(shapes, index=areas["name_en"])[places["oblast"]].to_numpy()
    points = reproject(places.geometry.to_numpy(), "OGC:CRS84", LOCAL)
    metres = shapely.distance(named, points)
    assert metres.max() < 5_000
    assert (metres > 1_000).sum() <= 63


def test_names_carry_no_stress_marks_and_one_apostrophe() -> None:
    settlements = packaged.settlements()
    names = pd.concat([settlements["name_en"], settlements["name_uk"].dropna()])
    assert not names.str.contains("[\u0301\u0060\u2019\u02bc]|  ").any()


def test_a_mend_that_finds_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mend = {"table": "t", "row": "a", "field": "x", "old": "1", "new": "2", "reason": "r"}
    path = tmp_path / "mends.yml"
    path.write_text(yaml.safe_dump({"cells": [mend], "intervals": [], "columns": []}))
    monkeypatch.setattr(packaged_data, "MENDS", path)
    assert packaged_data.mended("t", [{"id": "a", "x": "1"}], key="id") == [{"id": "a", "x": "2"}]
    with pytest.raises(ValueError, match="is not '1'"):
        packaged_data.mended("t", [{"id": "a", "x": "3"}], key="id")


def test_damaged_settlements_are_named() -> None:
    frame = packaged.settlements().drop(columns="geometry")
    frame.loc[0, "status"] = "claimed"
    frame.loc[1, "valid_to"] = frame.loc[1, "valid_from"]
    with pytest.raises(Damaged, match="statuses are known, days are ordered"):
        packaged._check_settlements(frame)


# Boundaries


def test_administrative_areas_form_a_tree_with_stable_ids() -> None:
    areas = packaged.admin_areas()
    assert tuple(areas.columns) == column_names(AdminArea)
    assert areas["level"].value_counts().to_dict() == {0: 2, 1: 27, 2: 136}
    assert areas["id"].is_unique
    assert set(areas["parent"].dropna()) <= set(areas["id"])
    raions = areas[areas["level"] == 2]
    assert raions["approximate"].all()
    assert (raions["id"].str.rsplit("-", n=1).str[0] == raions["parent"]).all()
    assert list(areas[areas["level"] < 2].query("approximate")["id"]) == ["RU"]


def test_raions_of_donetsk_are_numbered_by_their_names() -> None:
    areas = packaged.admin_areas().query("parent == 'UA-14'")
    assert list(areas["id"]) == [f"UA-14-r{number:02d}" for number in range(1, 9)]
    assert list(areas["name_uk"]) == sorted(areas["name_uk"])


def test_land_is_the_outline_less_the_lakes() -> None:
    assert shapely.is_valid(packaged.land())
    assert packaged.outline().contains(shapely.Point(34.1, 44.95))
    reservoir = shapely.Point(34.3, 47.45)
    assert packaged.lakes().contains(reservoir)
    assert packaged.outline().contains(reservoir)
    assert not packaged.land().contains(reservoir)


# Territories and sources


def test_territories_are_those_of_the_contract() -> None:
    territories = packaged.territories()
    assert list(territories) == [
        "occupied",
        "occupied-since-2022",
        "new-territories-claimed",
        "new-territories-held",
        "east-south",
        "crimea",
        "donbas-2014",
        "ukraine",
        "russia",
    ]
    assert all(territory.citation for territory in territories.values())
    assert set(territories["new-territories-claimed"].oblasts) == FOUR_OBLASTS
    assert territories["new-territories-claimed"].held is None
    assert set(territories["new-territories-held"].oblasts) == FOUR_OBLASTS
    assert str(territories["occupied-since-2022"].except_on) == "2022-02-23"
    assert str(territories["donbas-2014"].fixed_on) == "2022-02-23"


def test_territories_name_known_oblasts_only() -> None:
    known = set(packaged.admin_areas()["id"])
    for territory in packaged.territories().values():
        assert {*territory.oblasts, *territory.except_oblasts} <= known


def test_every_source_states_a_licence_and_what_to_write_beside_the_data() -> None:
    sources = packaged.sources()
    assert list(sources) == ["deepstate", "isw", "nzz", "settlements", "viina"]
    for source in sources.values():
        assert source.licence
        assert source.attribution
        assert source.cadence


# Files


def test_packaged_files_are_small_and_each_stands_in_the_readme() -> None:
    files = packaged.data_files()
    assert sum(path.stat().st_size for path in files) < 3 * MEGABYTE
    readme = (packaged.DATA / "README.md").read_text("utf-8")
    for path in files:
        assert f"| `{path.relative_to(packaged.DATA).as_posix()}` |" in readme


def test_the_notice_stands_at_the_root_and_in_the_readme() -> None:
    notice = "Made with Natural Earth (public domain). Settlement names and coordinates: GeoNames"
    for path in (packaged.DATA / "README.md", packaged.DATA.parent.parent / "NOTICE"):
        assert notice in " ".join(path.read_text("utf-8").split())


def test_the_hash_of_the_facts_follows_their_bytes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(packaged, "DATA", tmp_path)
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "README.md").write_text("prose does not count")
    first = packaged.facts_sha256.__wrapped__()
    (tmp_path / "README.md").write_text("other prose")
    assert packaged.facts_sha256.__wrapped__() == first
    (tmp_path / "a.csv").write_text("y")
    assert packaged.facts_sha256.__wrapped__() != first


def test_a_file_that_is_not_packaged_is_refused_by_name() -> None:
    with pytest.raises(NotFound, match=r"deposits\.csv"):
        packaged.data_file("nowhere.csv")


def test_text_becomes_values_of_the_columns_types() -> None:
    kinds = {"strings": ("a", "b"), "number": 2.5, "boolean": True, "string": "a|b"}
    texts = {"strings": "a|b", "number": "2.5", "boolean": "true", "string": "a|b"}
    for kind, value in kinds.items():
        column = Column(name="x", type=kind, nullable=True, meaning="")  # type: ignore[arg-type]
        assert records._typed(column, texts[kind]) == value


def test_a_record_that_does_not_hold_is_named() -> None:
    with pytest.raises(Damaged, match="'somewhere'"):
        records.record_of(Deposit, {"id": "somewhere"})
    with pytest.raises(ValidationError):
        Deposit.model_validate({"id": "somewhere"})
