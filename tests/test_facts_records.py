"""Do ranks, places, linked records and vocabularies of the deposits hold, and the claims?"""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
import shapely
from pydantic import ValidationError

from geodata.control.overlay import footprints
from geodata.crs import GEOD
from geodata.data import packaged
from geodata.data.commodities import commodity_ids
from schemas import Claim, LinkedRecord
from schemas.record import column_names

LOCATED = ("published_coordinates", "settlement")
APART_KM = 1.0
CGI = "http://resource.geosciml.org/classifier/cgi/"


def _of_ukraine() -> pd.DataFrame:
    deposits = packaged.deposits()
    return deposits[deposits["country"] == "UA"].set_index("id")


# Ranks and roles


def test_deposits_are_counted_by_country_and_rank() -> None:
    deposits = packaged.deposits()
    counts = deposits.groupby(["country", "rank"]).size()
    assert counts.to_dict() == {
        ("RU", "deposit"): 12,
        ("RU", "occurrence"): 29,
        ("UA", "basin"): 3,
        ("UA", "deposit"): 111,
        ("UA", "field"): 3,
        ("UA", "occurrence"): 19,
        ("UA", "prospect"): 3,
    }


def test_the_lithium_deposits_of_ukraine_are_four() -> None:
    deposits = _of_ukraine()
    lithium = deposits[(deposits["commodity"] == "lithium") & (deposits["rank"] == "deposit")]
    assert set(lithium.index[lithium["part_of"].isna()]) == {
        "shevchenkivske_li",
        "polokhivske_li",
        "dobra_li",
        "kruta_balka_li",
    }


def test_what_rests_on_nothing_but_memory_has_every_commodity_recalled() -> None:
    places = ("GeoNames", "Settlement-to-hromada")
    for deposit in packaged.deposits().itertuples():
        speaking = [s for s in deposit.sources if not s.startswith(places)]
        if speaking == ["general knowledge, unverified"]:
            assert deposit.recalled == deposit.commodities, deposit.id


def test_dobra_has_the_metals_and_the_area_of_its_tender() -> None:
    dobra = packaged.deposits().set_index("id").loc["dobra_li"]
    assert {"beryllium", "tungsten", "gold"} <= set(dobra["commodities"])
    assert dobra["area_ha"] == 1707


# Places


def test_no_two_located_deposits_of_a_commodity_are_nearer_than_a_kilometre() -> None:
    deposits = packaged.deposits()
    located = deposits["position_basis"].isin(LOCATED) & deposits["part_of"].isna()
    single = ~deposits["rank"].isin(["field", "basin"])
    placed = deposits[located & single & (deposits["position_uncertainty_m"] <= 10_000)]
    for one, other in itertools.combinations(placed.itertuples(), 2):
        if one.commodity == other.commodity:
            km = GEOD.inv(one.lon, one.lat, other.lon, other.lat)[2] / 1000
            assert km > APART_KM, (one.id, other.id)


def test_a_component_lies_within_reach_of_its_whole() -> None:
    deposits = packaged.deposits().set_index("id")
    for part in deposits[deposits["part_of"].notna()].itertuples():
        whole = deposits.loc[part.part_of]
        metres = GEOD.inv(part.lon, part.lat, whole["lon"], whole["lat"])[2]
        assert metres <= part.position_uncertainty_m + whole["position_uncertainty_m"], part.Index
        assert whole["part_of"] is None


def test_an_extent_holds_its_point_and_is_what_is_laid_over_control() -> None:
    deposits = packaged.deposits()
    laid = footprints(deposits, packaged.outline(), packaged.land())
    assert not shapely.is_missing(laid).any()
    outlined = deposits["extent"].notna().to_numpy()
    assert outlined.tolist() == (deposits["overlay_basis"] == "polygon").tolist()
    assert shapely.intersects(laid[outlined], deposits.geometry[outlined]).all()
    drawn = shapely.from_wkt(deposits["extent"][outlined].to_numpy(dtype=object))
    assert shapely.is_valid(drawn).all()
    assert shapely.covers(shapely.buffer(drawn, 1e-9), laid[outlined]).all()


def test_every_extent_is_of_a_deposit_and_says_what_it_rests_on() -> None:
    features = packaged._features("extents.geojson")
    ids = [feature["properties"]["deposit_id"] for feature in features]
    assert set(ids) <= set(packaged.deposits()["id"])
    assert len(ids) == len(set(ids))
    assert all(len(feature["properties"]["basis"]) > 20 for feature in features)


# Linked records


def test_linked_records_are_of_deposits_and_each_is_listed_once() -> None:
    records = packaged.linked_records()
    assert tuple(records.columns) == column_names(LinkedRecord)
    assert set(records["deposit_id"]) <= set(packaged.deposits()["id"])
    assert not records.duplicated(["deposit_id", "catalogue", "record_id"]).any()


def test_a_distant_record_says_why_it_is_linked() -> None:
    records = packaged.linked_records()
    radius = packaged.deposits().set_index("id")["position_uncertainty_m"] / 1000
    distant = records["distance_km"] > np.maximum(50, radius[records["deposit_id"]].to_numpy())
    assert set(records["deposit_id"][distant]) == {
        "azovske_ree",
        "vuoriyarvi_ree",
        "yastrubetske_zr",
        "zhovtorichenske_u",
    }
    assert records["note"][distant].notna().all()
    assert records["note"][records["distance_km"].isna()].notna().all()


def test_the_distance_of_a_linked_record_is_geodesic() -> None:
    records = packaged.linked_records().set_index(["deposit_id", "record_id"])
    assert records.loc[("azovske_ree", "278"), "distance_km"] == pytest.approx(278, abs=1)
    assert records.loc[("malyshevske_ti", "2073"), "distance_km"] == pytest.approx(0.3, abs=0.1)
    assert np.isnan(records.loc[("mazurivske_nb", "295"), "distance_km"])


def test_every_deposit_of_russia_is_linked_to_a_record_of_the_usgs() -> None:
    deposits = packaged.deposits()
    russian = set(deposits["id"][deposits["country"] == "RU"])
    records = packaged.linked_records()
    records = records[records["deposit_id"].isin(russian)]
    assert set(records["deposit_id"]) == russian
    assert records["catalogue"].str.startswith("usgs-").all()
    assert len(records) == 48  # of the catalogues' 50, two have no position


# Claims


def test_claims_stand_by_the_day_they_were_made() -> None:
    claims = packaged.claims()
    assert tuple(claims.columns) == column_names(Claim)
    assert len(claims) == 24
    assert claims["id"].is_unique
    assert claims["made_on"].is_monotonic_increasing


def test_claims_name_known_territories_and_commodities_that_can_be_compared() -> None:
    territories = set(packaged.territories())
    oblasts = set(packaged.admin_areas()["id"])
    for claim in packaged.claims().itertuples():
        assert claim.territory in territories or set(claim.territory.split("+")) <= oblasts
        if claim.comparable == "yes":
            assert claim.commodity in commodity_ids(), claim.id


def test_a_claim_about_a_day_to_come_is_refused() -> None:
    claim = packaged.claims().iloc[0].dropna().to_dict()
    assert Claim.model_validate(claim)
    with pytest.raises(ValidationError, match="give a day before"):
        Claim.model_validate(claim | {"about_day": "2027-01-01"})
    with pytest.raises(ValidationError, match="order them"):
        Claim.model_validate(claim | {"figure_low": 2.0, "figure_high": 1.0})


# Vocabularies


def test_words_are_equals_of_cgis_where_the_meaning_is_the_same() -> None:
    uris = packaged.vocabulary_uris()
    assert set(uris) == {"rank", "status", "category_scheme", "unfc"}
    assert "basin" not in uris["rank"]
    assert set(uris["rank"]) == {"deposit", "occurrence", "prospect", "field"}
    assert set(uris["status"]) == {"operating", "suspended"}
    assert set(uris["category_scheme"]) <= set(packaged.estimates()["category_scheme"])
    assert all(uri.startswith(CGI) for words in uris.values() for uri in words.values())


def test_the_uri_of_non_commercial_projects_has_its_own_hyphen() -> None:
    name = packaged.vocabulary_uris()["unfc"]["32"].rpartition("/")[2]
    assert re.sub("\u2010", "-", name) == "non-commercial-projects"
    assert "\u2010" in name
