"""The packaged facts are made again from the readable tables."""

import gzip
import itertools
import zlib
from pathlib import Path

import pandas as pd
import pytest
import shapely
import yaml

from geodata.data import packaged as facts
from tools import packaged_data
from tools.inferred import inferred_again

TABLES = Path("data") / "facts"


@pytest.mark.needs_shared
def test_rebuilding_from_the_readable_tables_gives_the_packaged_files(
    shared: Path, tmp_path: Path
) -> None:
    made = packaged_data.rebuild(shared / TABLES, tmp_path)
    assert len(made) == 5
    for path in made:
        packaged = facts.data_file(path.name).read_bytes()
        assert _unpacked(path.read_bytes()) == _unpacked(packaged), path.name
        if "ng" not in zlib.ZLIB_RUNTIME_VERSION:
            assert path.read_bytes() == packaged, path.name


@pytest.mark.needs_shared
def test_boundaries_keep_every_digit(shared: Path) -> None:
    given = shapely.from_geojson((shared / TABLES / "ua_outline_ne10.geojson").read_text("utf-8"))
    assert shapely.equals_exact(shapely.get_parts(given)[0], facts.outline(), tolerance=0)


def test_rebuild_without_a_folder_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert packaged_data.main([]) == 2
    assert "give one folder" in capsys.readouterr().err


# Settlements: what is dated by mends, and what is inferred from it


def place(name: str, lon: float, record: str, *spans: tuple[str, str]) -> list[packaged_data.Row]:
    """Rows of a settlement at 48 N; spans are status and first day."""
    ends = [*(began for _, began in spans[1:]), ""]
    common = {"place_id": name, "name_en": name.title(), "lon": str(lon), "lat": "48.0",
              "basis": "b", "confidence": "medium", "record": record}  # fmt: skip
    return [
        common | {"status": status, "valid_from": began, "valid_to": end}
        for (status, began), end in zip(spans, ends, strict=True)
    ]


FIRST = ("government", "1991-08-24")
HELD = (FIRST,)
TAKEN = (FIRST, ("occupied", "2022-03-01"), ("government", "2022-11-11"))


def histories(
    rows: list[packaged_data.Row], newly_dated: frozenset[str] = frozenset()
) -> dict[str, tuple[tuple[str, str], ...]]:
    result: dict[str, tuple[tuple[str, str], ...]] = {}
    for row in inferred_again(rows, newly_dated):
        result[row["place_id"]] = (
            *result.get(row["place_id"], ()),
            (row["status"], row["valid_from"]),
        )
    return result


def test_an_occupation_is_not_carried_far_on_one_witness() -> None:
    # Of degrees of longitude at 48 N, one is 75 km.
    rows = [
        *place("far", 30.0, "inferred", *TAKEN),
        *place("near", 30.65, "inferred", *TAKEN),
        *place("taken", 30.75, "explicit", *TAKEN),
        *place("held", 31.2, "explicit", *HELD),
        *place("also-held", 31.3, "explicit", *HELD),
    ]
    found = histories(rows)

    assert found["far"] == HELD
    assert found["near"] == TAKEN
    (row,) = (r for r in inferred_again(rows, ()) if r["place_id"] == "far")
    assert row["basis"] == "no report of capture; nearest dated place Taken is 56 km away"
    assert (row["confidence"], row["valid_to"]) == ("low", "")


def test_an_occupation_is_carried_far_on_days_on_which_two_of_three_agree() -> None:
    later = (FIRST, ("occupied", "2022-04-01"), ("government", "2022-09-01"))
    rows = [
        *place("far", 30.0, "inferred", *TAKEN),
        *place("one", 30.5, "explicit", *TAKEN),
        *place("two", 30.6, "explicit", *later),
        *place("three", 30.7, "explicit", *HELD),
    ]

    assert histories(rows)["far"] == later
    bases = {r["place_id"]: r["basis"] for r in inferred_again(rows, ())}
    assert bases["far"] == (
        "inferred from two of the nearest dated places: One, Two, Three (37 km and more)"
    )


def test_a_far_settlement_of_the_governments_stays_so_whatever_is_around() -> None:
    rows = [
        *place("far", 30.0, "inferred", *HELD),
        *place("one", 30.5, "explicit", *TAKEN),
        *place("two", 30.6, "explicit", *TAKEN),
    ]

    assert histories(rows)["far"] == HELD


def test_a_settlement_follows_a_newly_dated_one_only_where_that_is_the_nearest() -> None:
    rows = [
        *place("beside", 30.0, "inferred", *HELD),
        *place("new", 30.05, "explicit", *TAKEN),
        *place("old", 30.3, "explicit", *HELD),
        *place("yonder", 30.35, "inferred", *HELD),
    ]

    assert histories(rows)["beside"] == HELD, "the table stands where no mend is nearer"
    found = histories(rows, frozenset({"new"}))
    assert (found["beside"], found["yonder"]) == (TAKEN, HELD)
    bases = {r["place_id"]: r["basis"] for r in inferred_again(rows, {"new"})}
    assert bases["beside"] == "inferred from nearest dated place: New (4 km)"


def test_dates_are_refused_for_a_settlement_of_another_name_or_with_dates() -> None:
    span = {"status": "government", "valid_from": "1991-08-24", "valid_to": ""}
    mend = {
        "table": "t",
        "places": {"a": "A"},
        "history": [span],
        "basis": "n",
        "confidence": "low",
    }
    (row,) = packaged_data._with_dates(mend, place("a", 30, "inferred", FIRST), "place_id")
    assert (row["basis"], row["record"], row["lon"]) == ("n", "explicit", "30")
    for other in (place("a", 30, "explicit", FIRST), place("b", 30, "inferred", FIRST)):
        with pytest.raises(ValueError, match="there is no 'A' with inferred dates only"):
            packaged_data._with_dates(mend, other, "place_id")


def test_mended_days_are_in_order_and_end_where_the_next_begin() -> None:
    mends = yaml.safe_load(packaged_data.MENDS.read_text("utf-8"))
    dated = [mend["history"] for mend in mends["dated"]]
    for spans in (*dated, *(mend["new"] for mend in mends["intervals"])):
        assert spans[0]["valid_from"] == "1991-08-24"
        assert spans[-1]["valid_to"] == ""
        for one, following in itertools.pairwise(spans):
            assert one["valid_from"] < one["valid_to"] == following["valid_from"]
            assert one["status"] != following["status"]


@pytest.mark.parametrize(
    ("place_id", "day", "status"),
    [
        ("712339", "2022-07-10", "government"),  # Bereznehuvate
        ("705505", "2022-03-20", "occupied"),  # Kochubeivka
        ("705505", "2022-03-28", "government"),
        ("uapost-74109-Andriivka", "2022-07-27", "government"),
        ("690829", "2022-07-10", "government"),  # Udy
        ("690829", "2022-09-01", "occupied"),
        ("697273", "2022-07-10", "government"),  # Petrivske, inferred from Hrushuvakha
        ("704166", "2022-03-18", "occupied"),  # Krasiatychi
    ],
)
def test_settlements_of_2022_have_the_status_reported(place_id: str, day: str, status: str) -> None:
    table = facts.settlements()
    rows = table[table["place_id"] == place_id]
    ends = rows["valid_to"].fillna(pd.Timestamp("2100-01-01"))
    on_day = rows[(rows["valid_from"] <= day) & (day < ends)]
    assert on_day["status"].tolist() == [status]


def _unpacked(content: bytes) -> bytes:
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
