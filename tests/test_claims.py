"""Does what is said of a public claim follow from its columns and from our count?"""

from pathlib import Path
from typing import Any

import pytest

from geodata.answers.claim_comparison import Comparison
from geodata.answers.claims import claims, compared
from geodata.features.query import EVERYTHING, Query
from geodata.store.embedded import EmbeddedStore
from schemas import Claim
from schemas.record import column_names
from service.pages.claims import ours_text, stated_text

GOLDEN = Path(__file__).parent / "golden"
SAMPLE = {
    "id": "made-up",
    "made_on": "2025-12-01",
    "about_day": "2025-02-25",
    "by": "Somebody",
    "quantity": "count",
    "commodity": "lithium",
    "role": "main",
    "figure_low": 1.0,
    "figure_high": 1.0,
    "unit": "deposits",
    "territory": "occupied",
    "statement": "one of them",
    "url": "https://example.org",
    "comparable": "yes",
}


def ours(store: EmbeddedStore, **given: object) -> dict[str, Any]:
    """What stands beside a claim that is as the sample but for some columns."""
    words = {k: v for k, v in {**SAMPLE, **given}.items() if v is not None}
    return dict(compared(Comparison(store, Claim.model_validate(words))).values)


def test_a_count_that_is_ours_agrees_and_needs_no_reason(store: EmbeddedStore) -> None:
    entry = ours(store)
    assert (entry["value"], entry["value_high"], entry["of"]) == (1, 1, 4)
    assert (entry["agrees"], entry["difference"], entry["reason"]) == ("yes", 0, None)
    assert entry["premature_days"] is entry["reached_on"] is None


def test_a_count_reached_later_is_premature_by_the_days_until_then(store: EmbeddedStore) -> None:
    entry = ours(store, figure_low=2.0, figure_high=None)
    assert (entry["agrees"], entry["difference"]) == ("no", -1)
    assert (entry["reached_on"], entry["premature_days"]) == ("2025-07-02", 127)
    assert (
        ours(store, figure_low=2.0, figure_high=None, about_day="2025-07-01")["premature_days"] == 1
    )
    assert ours(store, figure_low=2.0, figure_high=None, about_day="2025-07-02")["agrees"] == "yes"


def test_a_count_that_is_never_reached_is_not_premature(store: EmbeddedStore) -> None:
    entry = ours(store, figure_low=700.0, figure_high=None)
    assert (entry["agrees"], entry["premature_days"], entry["difference"]) == ("no", None, -699)


def test_what_is_uncertain_makes_it_agree_in_part(store: EmbeddedStore) -> None:
    words = {"figure_low": 2.0, "figure_high": 2.0, "about_day": "2025-06-27"}
    entry = ours(store, **words)
    assert (entry["value"], entry["value_high"], entry["agrees"]) == (1, 2, "partly")
    assert "uncertain" in entry["reason"]
    assert ours(store, **{**words, "figure_low": 1.0})["agrees"] == "yes"
    assert ours(store, **{**words, "figure_low": 3.0, "figure_high": 3.0})["agrees"] == "no"


@pytest.mark.parametrize(
    ("low", "high", "agrees", "difference"),
    [(None, 1.0, "yes", 0), (None, 0.0, "no", 1), (1.0, None, "yes", 0), (0.0, 0.0, "no", 1),
     (2.0, 5.0, "no", -1)],
)  # fmt: skip
def test_an_open_end_holds_everything_beyond_it(
    store: EmbeddedStore, low: float | None, high: float | None, agrees: str, difference: float
) -> None:
    entry = ours(store, figure_low=low, figure_high=high)
    assert (entry["agrees"], entry["difference"]) == (agrees, difference)


def test_what_is_partly_comparable_agrees_in_part_at_most(store: EmbeddedStore) -> None:
    entry = ours(store, comparable="partly", why="it counts others too")
    assert entry["agrees"] == "partly"
    assert entry["reason"] == "Only partly comparable: it counts others too."
    assert ours(store, comparable="partly")["reason"] == "Only partly comparable."


def test_what_is_partly_comparable_differs_and_says_why(store: EmbeddedStore) -> None:
    words = {"comparable": "partly", "figure_low": 9.0, "figure_high": 9.0}
    entry = ours(store, **words, why="it counts others too")
    assert (entry["agrees"], entry["difference"]) == ("no", -8)
    assert entry["reason"] == "Differs; only partly comparable: it counts others too."
    assert ours(store, **words)["reason"] == "Differs; only partly comparable."


@pytest.mark.parametrize(
    ("given", "is_measured"),
    [({}, False), ({"comparable": "yes"}, True), ({"commodity": "metals"}, True),
     ({"quantity": "share", "unit": "1", "figure_low": 0.9}, True)],
)  # fmt: skip
def test_no_difference_is_given_between_deposits_of_all_minerals_and_of_some(
    store: EmbeddedStore, given: dict[str, object], *, is_measured: bool
) -> None:
    words = {"comparable": "partly", "commodity": "all", "role": "any", "figure_low": 700.0,
             "figure_high": None}  # fmt: skip
    entry = ours(store, **{**words, **given})
    assert entry["agrees"] == "no"
    assert (entry["difference"] is not None) == is_measured


def test_what_a_claim_left_unsaid_is_told_where_ours_differs(store: EmbeddedStore) -> None:
    words = {"why": "it told of papers alone"}
    assert ours(store, **words)["reason"] is None
    entry = ours(store, **words, figure_low=9.0, figure_high=9.0)
    assert entry["reason"] == "It told of papers alone."


@pytest.mark.parametrize(
    ("given", "what", "days"),
    [({"deposit_id": "shevchenkivske_li"}, "the deposit was", "127 days"),
     ({"figure_low": 2.0, "figure_high": 2.0}, "2 such deposits were", "127 days"),
     ({"deposit_id": "shevchenkivske_li", "about_day": "2025-07-01"}, "the deposit was", "1 day")],
)  # fmt: skip
def test_the_day_it_was_reached_is_told_with_what_was_occupied(
    store: EmbeddedStore, given: dict[str, object], what: str, days: str
) -> None:
    text = f"By our record {what} occupied from 2025-07-02, {days} after the day spoken of."
    assert ours(store, **given)["reason"].endswith(text)


def test_deposits_and_occurrences_stated_apart_are_counted_apart(store: EmbeddedStore) -> None:
    words = {"role": "any", "unit": "deposits and occurrences", "figure_high": None}
    both = ours(store, **words, commodity="rare-earths")
    figures = {"figure_low": None, "commodity": "rare-earths:1;rare-earths:15"}
    entry = ours(store, **{**words, **figures})
    deposits, others = entry["parts"]
    alone = ours(store, **{**words, "unit": "deposits"}, commodity="rare-earths")
    assert both["parts"] == []
    assert deposits["value"] == alone["value"] > 0 < others["value"]
    assert [part["stated"] for part in entry["parts"]] == [1, 15]
    for name in ("value", "value_high", "of"):
        assert deposits[name] + others[name] == entry[name] == both[name]
    assert f"Deposits: 1 stated, {deposits['value']}" in entry["reason"]
    assert "Other ranks: 15 stated, " in entry["reason"]


def test_another_number_of_all_deposits_makes_it_agree_in_part(store: EmbeddedStore) -> None:
    words = {"quantity": "share"}
    assert ours(store, **words, denominator="4")["agrees"] == "yes"
    entry = ours(store, **words, denominator="5")
    assert entry["agrees"] == "partly"
    assert "It counts 5 deposits in all, this record 4." in entry["reason"]
    assert "It counts 1 deposit in all" in ours(store, **words, denominator="1")["reason"]


@pytest.mark.parametrize(
    ("share", "agrees"), [(0.25, "yes"), (0.2, "yes"), (0.5, "no"), (0.0, "no")]
)
def test_a_share_of_a_few_deposits_is_told_to_the_next_deposit(
    store: EmbeddedStore, share: float, agrees: str
) -> None:
    entry = ours(store, quantity="share", unit="1", figure_low=share, figure_high=share)
    assert (entry["value"], entry["of"], entry["unit"]) == (0.25, 4, "1")
    assert entry["agrees"] == agrees
    assert entry["difference"] == pytest.approx(0.25 - share)


def test_a_share_reached_later_is_premature(store: EmbeddedStore) -> None:
    entry = ours(store, quantity="share", unit="1", figure_low=0.5, figure_high=0.5)
    assert entry["reached_on"] == "2025-07-02"


@pytest.mark.parametrize(
    ("commodity", "agrees"),
    [("lithium:1;graphite:2", "yes"), ("lithium:1;graphite:9", "partly"),
     ("lithium:7;graphite:9", "no")],
)  # fmt: skip
def test_several_commodities_are_compared_one_by_one(
    store: EmbeddedStore, commodity: str, agrees: str
) -> None:
    entry = ours(store, commodity=commodity, figure_low=None, figure_high=None)
    assert entry["agrees"] == agrees
    assert [part["commodity"] for part in entry["parts"]] == ["lithium", "graphite"]
    assert entry["value"] == sum(part["value"] for part in entry["parts"])
    assert entry["premature_days"] is None


def test_a_claim_of_one_deposit_is_not_made_true_by_another(store: EmbeddedStore) -> None:
    entry = ours(store, deposit_id="shevchenkivske_li")
    assert ours(store)["agrees"] == "yes"
    assert (entry["value"], entry["of"], entry["agrees"]) == (0, 1, "no")
    assert entry["premature_days"] == 127
    assert ours(store, deposit_id="shevchenkivske_li", figure_low=0.0)["agrees"] == "yes"


def test_oblasts_confine_the_count_to_their_deposits(store: EmbeddedStore) -> None:
    day = {"about_day": "2025-08-01", "figure_high": None}
    assert ours(store, **day, territory="UA-14")["of"] == 1
    assert ours(store, **day, territory="UA-23")["of"] == 1
    assert ours(store, **day, territory="UA-14+UA-23")["value"] == 2
    assert ours(store, **day, territory="UA-35")["value"] == 0


def test_occurrences_count_where_the_unit_names_them(store: EmbeddedStore) -> None:
    words = {"commodity": "rare-earths", "figure_high": None}
    both = ours(store, **words, unit="deposits and occurrences")
    assert both["value"] > ours(store, **words)["value"]


@pytest.mark.parametrize("word", ["all", "metals", "critical", "lithium and other critical"])
def test_a_word_for_many_commodities_counts_each_deposit_once(
    store: EmbeddedStore, word: str
) -> None:
    deposits = store.facts.deposits
    ranked = (deposits["rank"] == "deposit") & (deposits["country"] == "UA")
    entry = ours(store, commodity=word, role="any", figure_high=None)
    assert 4 < entry["of"] <= (ranked & deposits["part_of"].isna()).sum()
    assert entry["agrees"] == "yes"


def test_an_amount_is_compared_in_its_own_unit(store: EmbeddedStore) -> None:
    words = {"quantity": "tonnage", "commodity": "manganese", "deposit_id": "velykotokmatske_mn",
             "figure_low": 1.7e9, "figure_high": None}  # fmt: skip
    entry = ours(store, **words, unit="t ore")
    assert (entry["value"], entry["value_high"], entry["agrees"]) == (0, 1.7e9, "partly")
    other = ours(store, **words, unit="barrels")
    assert other["agrees"] == "not-comparable"
    assert "No figure in barrels" in other["reason"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"comparable": "no", "why": "by value"}, "Not comparable: by value."),
        ({"comparable": "no"}, "Not comparable: it measures something else."),
        ({"quantity": "value", "unit": "USD"}, "no value is on record"),
        ({"quantity": "area", "unit": "km2"}, "no area is on record"),
        ({"figure_low": None, "figure_high": None}, "It states no figure."),
        ({"commodity": "unobtainium"}, "“unobtainium” is no commodity"),
        ({"commodity": "lithium:1;unobtainium:2"}, "is no commodity on record here"),
        ({"territory": "atlantis"}, "“atlantis” is not defined"),
        ({"commodity": "coal"}, "No such deposit is on record"),
        ({"deposit_id": "nowhere"}, "No such deposit is on record"),
        ({"about_day": "1900-01-01"}, "reaches back to 1900-01-01"),
        ({"about_day": "2126-01-01", "made_on": "2126-01-01"}, "before the day"),
    ],
)
def test_what_cannot_be_compared_says_why(
    store: EmbeddedStore, given: dict[str, object], reason: str
) -> None:
    entry = ours(store, **given)
    assert entry["agrees"] == "not-comparable"
    assert reason in entry["reason"]
    assert entry["difference"] is entry["premature_days"] is None
    assert entry["unit"] == "deposits"


@pytest.mark.parametrize(
    ("occupied", "of", "text"),
    [(6, 11, "55 % of 11 deposits"), (1, 8, "13 % of 8 deposits"), (0, 1, "0 % of 1 deposit"),
     (1, 200, "1 % of 200 deposits"), (99, 200, "50 % of 200 deposits"),
     (1, 3, "33 % of 3 deposits")],
)  # fmt: skip
def test_a_share_to_read_is_rounded_once(occupied: int, of: int, text: str) -> None:
    share = round(occupied / of, 4)
    entry = {"value_low": share, "value_high": share, "of": of, "unit": "1", "parts": []}
    claim = {**SAMPLE, "deposit_id": None, "ours": entry}
    assert ours_text(claim) == text
    assert ours_text({**claim, "role": "any"}) == f"{text} (main commodity or by-product)"
    assert ours_text({**claim, "role": "any", "commodity": "all"}) == text


@pytest.mark.parametrize(
    ("low", "high", "of", "text"),
    [(1, 1, 1, "1 deposit of 1"), (0, 1, 1, "0 to 1 deposits of 1"), (2, 2, 4, "2 deposits of 4")],
)
def test_one_deposit_of_ours_is_one(low: int, high: int, of: int, text: str) -> None:
    entry = {"value_low": low, "value_high": high, "of": of, "unit": "deposits", "parts": []}
    assert ours_text({**SAMPLE, "deposit_id": None, "ours": entry}) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [({}, "1 deposit"), ({"figure_high": None}, "at least 1 deposit"),
     ({"figure_low": None}, "at most 1 deposit"), ({"denominator": "1"}, "1 deposit of 1"),
     ({"figure_high": 2.0}, "1 to 2 deposits"),
     ({"unit": "deposits and occurrences", "commodity": "lithium:1;lithium:15",
       "figure_low": None, "figure_high": None}, "1 deposit and 15 occurrences"),
     ({"commodity": "lithium:1;iron:6", "figure_low": None, "figure_high": None},
      "lithium 1 and iron 6")],
)  # fmt: skip
def test_one_deposit_stated_is_one(given: dict[str, object], text: str) -> None:
    assert stated_text({**SAMPLE, "denominator": None, **given}) == text


def test_nothing_depends_on_who_made_a_claim(store: EmbeddedStore) -> None:
    for claim in claims(store):
        renamed = claim.model_copy(update={"id": "x", "by": "Nobody", "statement": "-"})
        assert compared(Comparison(store, renamed)) == compared(Comparison(store, claim))


def test_a_release_made_before_there_were_claims_has_none() -> None:
    old = EmbeddedStore(GOLDEN / "release-v1" / "release")
    assert claims(old) == []
    assert old.select(Query("claims", limit=EVERYTHING)).matched == 0
    assert tuple(old.facts.claims.columns) == column_names(Claim)
