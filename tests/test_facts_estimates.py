"""Are the packaged figures published ones, in the words, units and classes of their authors?"""

import numpy as np
import pytest

from geodata.data import packaged
from schemas import Estimate
from schemas.record import column_names

ESTIMATES = 65
WITH_FIGURES = 37


def test_every_estimate_speaks_of_a_deposit_and_one_of_its_commodities() -> None:
    estimates = packaged.estimates()
    assert tuple(estimates.columns) == tuple(n for n in column_names(Estimate) if n != "geometry")
    assert len(estimates) == ESTIMATES
    assert estimates["deposit_id"].nunique() == WITH_FIGURES
    assert estimates["id"].is_unique
    listed = packaged.deposits().set_index("id")["commodities"]
    for estimate in estimates.itertuples():
        assert estimate.commodity in listed[estimate.deposit_id]


def test_only_published_reserve_classes_are_reserves() -> None:
    estimates = packaged.estimates()
    reserves = estimates[estimates["kind"] == "reserve"].set_index("deposit_id")
    assert {"shevchenkivske_li", "balakhivske_c"} <= set(reserves.index)
    jorc = reserves["category_scheme"] == "jorc"
    assert set(reserves["category"][jorc]) == {"Ore Reserve"}
    assert set(reserves["category_scheme"][~jorc]) == {"soviet-a-b-c1-c2"}
    assert reserves["category"][~jorc].str.fullmatch("(A|B|C1|C2)([+](B|C1|C2))*").all()
    abroad = packaged.deposits().set_index("id")["country"][reserves.index] != "UA"
    assert not (jorc & ~abroad.to_numpy()).any()  # no Ore Reserve is published for Ukraine


def test_more_than_gives_a_lower_bound_and_up_to_an_upper_one() -> None:
    estimates = packaged.estimates().set_index("id")
    low, best, high = estimates[["amount_low", "amount", "amount_high"]].T.to_numpy().astype(float)
    bounds = dict(zip(estimates.index, zip(low, best, high, strict=True), strict=True))
    assert np.isnan(bounds["vatutinske_u.uranium"][:2]).all()
    assert bounds["novokostiantynivske_u.uranium.2021"][0] == 93_000
    assert bounds["polokhivske_li.lithium"][:2] == (760_000, 760_000)
    assert np.isnan(bounds["polokhivske_li.lithium"][2])
    assert np.isnan(bounds["dobra_li.lithium"][:2]).all()
    assert bounds["dobra_li.lithium"][2] == 1_260_000
    assert set(estimates.index[estimates["includes_components"]]) == {
        "dobra_li.lithium",
        "dobra_li.target",
    }


def test_a_computed_amount_is_not_carried() -> None:
    estimates = packaged.estimates()
    area = estimates.set_index("id").loc["zavallivske_c.ore"]
    computed = area["amount"] * area["grade"] / 100
    assert computed == pytest.approx(1_558_084)
    amounts = estimates.query("deposit_id == 'zavallivske_c'")["amount"]
    assert not np.isclose(amounts, computed, rtol=0.02).any()


def test_the_parts_of_balakhivske_add_up_to_its_published_totals() -> None:
    estimates = packaged.estimates().query("deposit_id == 'balakhivske_c'")
    assert estimates.groupby("measure")["amount"].sum().to_dict() == {
        "ore": 42_405_000,
        "contained": 2_122_000,
    }


def test_every_estimate_has_a_source_and_doubtful_ones_say_so() -> None:
    estimates = packaged.estimates().set_index("id")
    assert (estimates["source"].str.len() > 5).all()
    assert not estimates["source"].str.contains("general knowledge|recalled").any()
    doubtful = estimates["doubt"].dropna()
    assert {"dobra_li.lithium", "polokhivske_li.lithium", "velykotokmatske_mn.ore"} <= set(
        doubtful.index
    )


def test_an_exploration_target_is_no_resource() -> None:
    targets = packaged.estimates().query("category == 'exploration target'")
    assert set(targets["deposit_id"]) == {"shevchenkivske_li", "dobra_li"}
    assert set(targets["kind"]) == {"prognostic"}
