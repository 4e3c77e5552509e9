"""Does a sentence say what it counts, for which day, after whom, and no more than is known?"""

from datetime import date, timedelta
from typing import Any

import pytest

from geodata.answers.figures import NO_FIGURE, occupied_text, total_text
from geodata.answers.question import VERDICTS
from geodata.answers.wording import (
    also_texts,
    answer_text,
    components_text,
    country_text,
    map_text,
    overview_text,
    together_text,
    unconfirmed_text,
    unmapped_text,
)
from geodata.data.packaged import sources, territories
from geodata.interval import today

EVENTS = sources()["settlements"]
MAPS = EVENTS.model_copy(update={"id": "mapped", "title": "Maps", "record": "maps"})
OCCUPIED = territories()["occupied"]
UNSAID = territories()["crimea"].model_copy(update={"where": None, "title": "Crimea"})
ON = "on 2025-02-25, according to Maps"


def counted(**given: int) -> dict[str, int]:
    return {**dict.fromkeys(VERDICTS, 0), **given}


def summary(word: str = "lithium", role: str = "main", rank: str = "deposit",
            not_tested: int = 0, **given: int) -> dict[str, Any]:  # fmt: skip
    return {
        "commodity": word, "role": role, "rank": rank, "deposits": counted(**given),
        "also": {"by_products": counted(), "other_ranks": counted()}, "amounts": [],
        "not_tested": not_tested, "unconfirmed": 0, "components_left_aside": 0,
    }  # fmt: skip


def question(
    asof: str | None = "2025-02-25", stale: int | None = 0, **given: Any
) -> dict[str, Any]:
    return {"date": "2025-02-25", "territory": "occupied", "control_asof": asof,
            "stale_days": stale, "role": "main", "rank": "deposit", "commodities": ["tin"],
            **given}  # fmt: skip


MAIN = "on record in Ukraine (main commodity)"
SENTENCES = (
    (summary(), "No lithium deposit (main commodity) in Ukraine is on record here."),
    (summary(occupied=1), f"The one lithium deposit {MAIN} was in occupied land {ON}."),
    (
        summary(occupied=2, government=6),
        (
            f"Of the 8 lithium deposits {MAIN}, 2 were in occupied land and 6 in government-held "
            f"land {ON}."
        ),
    ),
    (
        summary(occupied=1, uncertain=1),
        f"Of the 2 lithium deposits {MAIN}, 1 was in occupied land and 1 uncertain {ON}.",
    ),
    (
        summary(government=3),
        (
            f"Of the 3 lithium deposits {MAIN}, none were in occupied land and 3 in "
            f"government-held land {ON}."
        ),
    ),
    (
        summary("rare-earths", role="any", occupied=1, unknown=1),
        (
            "Of the 2 deposits with rare earths on record in Ukraine (main commodity or "
            f"by-product), 1 was in occupied land and 1 not known {ON}."
        ),
    ),
    (
        summary("rare-earths", rank="any", contested=2),
        (
            "Of the 2 rare-earth sites on record in Ukraine (main commodity; deposits, "
            "occurrences, prospects, fields and basins), none were in occupied land and 2 in "
            f"contested land {ON}."
        ),
    ),
)


@pytest.mark.parametrize(("given", "text"), SENTENCES)
def test_an_answer_is_a_sentence_that_stands_by_itself(given: dict[str, Any], text: str) -> None:
    assert answer_text(given, question(), OCCUPIED, MAPS) == text


@pytest.mark.parametrize(
    ("given", "says", "never"),
    [
        (summary(unknown=4), "Control of the 4 lithium deposits", "none"),
        (summary(unknown=1), "Control of the lithium deposit", "none"),
        (summary(unknown=1, government=2), "2 were in government-held land and 1 not", "none"),
        (summary(unknown=3, not_tested=3), "not known", "uncertain"),
        (summary(unknown=3, not_tested=1, government=2),
         "2 were in government-held land, 2 not known and 1 not tested", "uncertain"),
        (summary(unknown=1, not_tested=1, occupied=1),
         "1 was in occupied land and 1 not tested", "not known"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_never_called_none(
    given: dict[str, Any], says: str, never: str
) -> None:
    text = answer_text(given, question(), OCCUPIED, MAPS)
    assert says in text
    assert never not in text


def test_before_a_record_begins_a_sentence_says_there_are_no_data() -> None:
    text = answer_text(summary(unknown=4), question(None, None), OCCUPIED, EVENTS)
    assert text.endswith(f"is not known on 2025-02-25: {EVENTS.title} has no data for that date.")


@pytest.mark.parametrize(
    ("source", "asof", "stale", "text"),
    [
        (MAPS, "2026-04-30", 209, "map of 2026-04-30, 209 days earlier"),
        (MAPS, "2026-04-30", 1, "map of 2026-04-30, 1 day earlier"),
        (MAPS, "2026-04-30", 0, "map of 2026-04-30"),
        (EVENTS, "2026-07-13", 138, "settlements compiled up to 2026-07-13, 138 days earlier"),
        (
            EVENTS,
            "2026-07-13",
            1359,
            "settlements compiled up to 2026-07-13, 1\u202f359 days earlier",
        ),
        (MAPS, None, None, "no data for that date"),
    ],
)
def test_the_map_behind_an_answer_is_named_with_its_age(
    source: Any, asof: str | None, stale: int | None, text: str
) -> None:
    assert map_text(source, asof, stale) == text


def test_every_sentence_of_a_stale_answer_says_the_day_of_the_map() -> None:
    asked = question("2025-01-31", 25)
    behind = "map of 2025-01-31, 25 days earlier"
    document = {"question": asked, "counted_once": counted(occupied=3, government=1)}
    texts = [
        answer_text(summary(occupied=1), asked, OCCUPIED, MAPS),
        answer_text(summary(occupied=1, government=1), asked, OCCUPIED, MAPS),
        together_text(document, OCCUPIED, MAPS),
        country_text(document["counted_once"], asked, MAPS),
    ]
    assert all(behind in text for text in texts)


def test_commodities_together_say_where_and_in_which_role() -> None:
    asked = question(territory="crimea", commodities=["lithium", "tin"], role="any", rank="any")
    text = together_text({"question": asked, "counted_once": counted(occupied=2)}, UNSAID, MAPS)
    assert text == (
        "Together: of the 2 sites of any rank on record that may lie in “Crimea” (main commodity "
        f"or by-product: any of these 2), each counted once, 2 were in occupied land {ON}."
    )
    dark = together_text({"question": asked, "counted_once": counted(unknown=2)}, UNSAID, MAPS)
    assert "control of the 2 sites" in dark
    assert "none" not in dark


def test_a_stale_map_of_today_speaks_of_the_past() -> None:
    now, old = str(today()), str(today() - timedelta(days=9))
    fresh = answer_text(summary(occupied=1), question(now, 0, date=now), OCCUPIED, MAPS)
    stale = answer_text(summary(occupied=1), question(old, 9, date=now), OCCUPIED, MAPS)
    assert " is in occupied land" in fresh
    assert " was in occupied land" in stale


def test_what_stands_beside_the_count_is_said_with_the_words_that_count_it() -> None:
    given = summary(occupied=1)
    given["also"] = {
        "by_products": counted(government=3),
        "other_ranks": counted(occupied=1, unknown=1),
    }
    assert also_texts(given) == [
        ("3 sites, of any rank, that have lithium as a by-product (all in government-held land)",
         {"role": "any", "rank": "any"}),
        ("2 lithium occurrences, prospects, fields or basins (1 in occupied land, 1 not known)",
         {"rank": "any"}),
    ]  # fmt: skip
    assert also_texts(summary()) == []


def test_what_rests_on_memory_and_what_is_a_part_are_said_apart() -> None:
    given = {**summary(occupied=1), "unconfirmed": 2, "components_left_aside": 1}
    assert "of 2 of these sites" in str(unconfirmed_text(given))
    assert components_text(given) == "1 component of a larger deposit is not counted separately."
    assert unconfirmed_text(summary()) is components_text(summary()) is None


def test_an_overview_says_of_how_many_commodities_it_does_not_know() -> None:
    some = [summary(occupied=1), summary("tin", government=1), summary("gold", unknown=1)]
    assert overview_text({"summary": some, "question": question()}, MAPS) == (
        f"1 of 3 commodities has a deposit in occupied land (main commodity) {ON}; of 1 it is not "
        "known."
    )


def row(low: float | None, high: float | None, **given: Any) -> dict[str, Any]:
    return {"occupied_low": low, "occupied_high": high, "total": 9.0, "total_low": 9.0,
            "total_bound": None, "figures_in_doubt": 0, **given}  # fmt: skip


@pytest.mark.parametrize(
    ("amounts", "counts", "text"),
    [
        (row(None, None), {"occupied": 2}, "no published figure for the 2 occupied"),
        (row(None, None), {"unknown": 3}, "not known"),
        (row(None, None), {"unknown": 1, "occupied": 2}, "no published figure for the 2 occupied"),
        (row(None, None), {"uncertain": 1}, "no published figure for those that may be"),
        (row(None, 5.0), {"occupied": 1, "uncertain": 1},
         "up to 5 (no published figure for the 1 occupied)"),
        (row(0.0, 5.0), {"uncertain": 1}, "0 to 5"),
        (row(0.0, 0.0), {"government": 1}, "0"),
        (row(4.0, None), {"occupied": 1, "unknown": 2}, "at least 4; control of 2 is not known"),
    ],
)  # fmt: skip
def test_a_missing_amount_is_never_none_of_the_total(
    amounts: dict[str, Any], counts: dict[str, int], text: str
) -> None:
    assert occupied_text(amounts, summary(**counts), "{:.0f}".format) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "9"),
        ({"total_bound": "at least"}, "at least 9"),
        ({"total_bound": "at least", "total_low": 7.0}, "at least 7"),
        ({"total_bound": "up to", "total_low": None}, "up to 9"),
        ({"total_bound": "from bounds", "total_low": 4.0}, "4 to 9"),
        ({"total_bound": "from bounds", "total_low": None}, "up to 9"),
        ({"figures_in_doubt": 1}, "9 (1 figure in doubt)"),
        ({"total_bound": "up to", "total_low": None, "figures_in_doubt": 2},
         "up to 9 (2 figures in doubt)"),
        ({"total": None, "total_low": None}, NO_FIGURE),
    ],
)  # fmt: skip
def test_a_total_carries_its_bounds_and_doubts(given: dict[str, Any], text: str) -> None:
    assert total_text(row(1.0, 1.0, **given), "{:.0f}".format) == text


def test_a_country_no_source_maps_is_named() -> None:
    assert unmapped_text("UA") is None
    assert unmapped_text("RU") == "no source here maps control in Russia"
    assert unmapped_text("BY") == "no source here maps control in BY"


def test_a_day_may_be_given_as_a_day() -> None:
    assert map_text(MAPS, date(2026, 4, 30), 2) == "map of 2026-04-30, 2 days earlier"
