"""With real maps beside the packaged facts: does Shevchenkivske turn when it did?

A slice of DeepState's daily maps, 2025-06-15 to 2025-07-10, and one early map.
"""

import tarfile
from pathlib import Path
from typing import Any

import pytest
from served import Client, client_of, common_folder, made_once, properties

from geodata.answers.question import VERDICTS
from geodata.data import packaged
from geodata.ingest import ControlPipeline, ingest
from geodata.release.build import build
from geodata.release.publish import publish
from geodata.workspace import Workspace

EARLY = "2024-08-01"
FIRST, LAST = "2025-06-15", "2025-07-10"
NAME = "shevchenkivske_li"

pytestmark = [pytest.mark.needs_shared, pytest.mark.xdist_group("real-answers")]


def day_of(name: str) -> str:
    digits = "".join(c for c in name.rpartition("/")[2] if c.isdigit())[:8]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def unpack(archive: Path, folder: Path) -> None:
    """Put the maps wanted into a folder."""
    folder.mkdir()
    with tarfile.open(archive, "r|xz") as members:
        for member in members:
            day = day_of(member.name)
            content = members.extractfile(member)
            if content is not None and (day == EARLY or FIRST <= day <= LAST):
                (folder / member.name.rpartition("/")[2]).write_bytes(content.read())


@pytest.fixture(scope="module")
def mapped(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """A client of the service over a release with a slice of real maps."""
    (archive,) = (shared / "data/control").glob("deepstate_daily_*.tar.xz")
    maps = tmp_path_factory.mktemp("maps") / "daily"
    unpack(archive, maps)

    def make(root: Path) -> None:
        workspace = Workspace(root)
        source = packaged.sources()["deepstate"]
        batch = ingest(workspace, ControlPipeline(source, packaged.outline()), maps).batch
        assert (batch.verdict, batch.days) == ("accepted", 27)
        publish(workspace, build(workspace).id)

    return client_of(Workspace(made_once(common_folder(tmp_path_factory), "mapped", make)))


def on(client: Client, day: str, source: str = "") -> dict[str, Any]:
    """Shevchenkivske in the answer of a day."""
    target = f"/reserves?commodity=lithium&territory=ukraine&include=all&date={day}"
    document = client.json(f"{target}&source={source}" if source else target)
    return properties(document)[NAME]


def test_the_maps_turn_in_steps_from_government_to_occupied(mapped: Client) -> None:
    target = f"/deposits/{NAME}/timeline?source=deepstate"
    (line,) = mapped.json(target)["timelines"]
    rows = line["verdicts"]
    assert (line["first_day"], line["last_map"]) == (EARLY, LAST)
    assert (rows[0]["verdict"], rows[0]["valid_from"], rows[0]["valid_to"]) == (
        "government",
        EARLY,
        "2025-06-21",
    )
    assert {row["verdict"] for row in rows[1:-1]} == {"uncertain"}
    shares = [row["occupied"] for row in rows]
    assert shares == sorted(shares)
    assert (rows[-1]["verdict"], rows[-1]["valid_from"], rows[-1]["valid_to"]) == (
        "occupied",
        "2025-07-02",
        None,
    )


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        (EARLY, "government"),
        ("2025-06-20", "government"),
        ("2025-06-21", "uncertain"),
        ("2025-07-01", "uncertain"),
        ("2025-07-02", "occupied"),
        (LAST, "occupied"),
    ],
)
def test_the_verdict_of_a_day_is_that_of_its_map(mapped: Client, day: str, verdict: str) -> None:
    found = on(mapped, day)
    assert found["control"] == verdict
    assert (found["control_source"], found["control_asof"], found["stale_days"]) == (
        "deepstate",
        day,
        0,
    )


def test_sources_that_disagree_are_both_told(mapped: Client) -> None:
    found = on(mapped, "2025-06-16")
    says = {entry["source"]: entry["control"] for entry in found["by_source"]}
    assert says == {"deepstate": "government", "settlements": "uncertain"}
    assert found["control"] == "government"
    assert found["agreement"] == 0.5
    assert on(mapped, "2025-07-02")["agreement"] == 1


def test_a_named_source_answers_alone(mapped: Client) -> None:
    maps, places = (on(mapped, "2025-06-16", s) for s in ("deepstate", "settlements"))
    assert (maps["control"], maps["control_source"]) == ("government", "deepstate")
    assert (places["control"], places["control_source"]) == ("uncertain", "settlements")
    assert maps["by_source"] == places["by_source"]
    assert 0 < places["control_share"] < 1


def test_in_a_gap_the_map_before_it_is_used_while_it_is_fresh_and_its_age_told(
    mapped: Client,
) -> None:
    named = on(mapped, "2025-06-14", "deepstate")
    assert (named["control_asof"], named["stale_days"]) == (EARLY, 317)
    assert named["source_reason"] == "named in the question"
    by_rule = on(mapped, "2025-06-14")
    assert (by_rule["control_source"], by_rule["stale_days"]) == ("settlements", 0)
    assert by_rule["source_reason"] == (
        "settlements: the freshest; deepstate's latest map is 317 days older than the day asked"
    )
    document = mapped.json("/reserves?date=2024-08-02")
    assert document["question"]["stale_days"] == 1
    assert any("There is no map of the date requested" in text for text in document["caveats"])


def test_after_the_last_map_its_age_is_told(mapped: Client) -> None:
    found = on(mapped, "2025-12-01", "deepstate")
    assert (found["control"], found["control_asof"], found["stale_days"]) == (
        "occupied",
        LAST,
        144,
    )
    assert on(mapped, "2025-12-01")["control_source"] == "settlements"
    caveats = mapped.json("/reserves?date=2025-12-01&source=deepstate")["caveats"]
    assert any("144 days before the date requested" in text for text in caveats)


def test_before_its_first_map_a_source_knows_nothing(mapped: Client) -> None:
    found = on(mapped, "2024-07-31", "deepstate")
    assert found["control"] == "unknown"
    assert found["control_share"] is None
    assert found["control_asof"] is None
    by_rule = on(mapped, "2024-07-31")
    assert (by_rule["control"], by_rule["control_source"]) == ("government", "settlements")
    says = {entry["source"]: entry["asof"] for entry in by_rule["by_source"]}
    assert says == {"deepstate": None, "settlements": "2024-07-31"}
    assert by_rule["agreement"] == 1, "who does not reach the day has no voice"


def test_maps_that_do_not_tell_contested_land_say_so(mapped: Client) -> None:
    caveats = mapped.json("/reserves?date=2025-06-20")["caveats"]
    assert any("does not show contested land" in text for text in caveats)
    settled = mapped.json("/reserves?date=2025-06-20&source=settlements")["caveats"]
    assert not any("does not show contested land" in text for text in settled)


def test_a_spot_is_told_by_every_source(mapped: Client) -> None:
    found = mapped.json("/control/at?lon=36.7126&lat=47.90934&date=2025-07-01")
    assert (found["control"], found["control_source"]) == ("government", "deepstate")
    maps, places = found["by_source"]
    assert [entry["status"] for entry in maps["history"]] == ["government", "occupied"]
    assert maps["history"][0]["valid_from"] == EARLY
    assert maps["history"][1]["valid_from"] == "2025-07-02"
    assert (places["source"], places["status"]) == ("settlements", "contested")


def test_one_days_map_is_one_sources(mapped: Client) -> None:
    target = "/collections/control/items?limit=10000&datetime="
    assert {p["source"] for p in properties(mapped.json(target + LAST)).values()} == {"deepstate"}
    before = properties(mapped.json(target + "2024-07-31"))
    assert {p["source"] for p in before.values()} == {"settlements"}


def test_a_series_changes_source_where_the_maps_begin(mapped: Client) -> None:
    document = mapped.json(f"/reserves/series?territory=ukraine&from=2024-07-01&to={LAST}")
    sources = {point["date"]: point["source"] for point in document["series"]}
    mapped_days = [day for day, source in sources.items() if source == "deepstate"]
    assert mapped_days == ["2024-08-01", "2025-07-01", LAST]
    assert document["source"] == "settlements, deepstate"
    assert [(s["source"], s["from"], s["to"]) for s in document["sources"]] == [
        ("settlements", "2024-07-01", "2024-07-31"),
        ("deepstate", "2024-08-01", "2024-08-15"),
        ("settlements", "2024-08-16", "2025-06-14"),
        ("deepstate", "2025-06-15", LAST),
    ]
    assert {sum(p[v] for v in VERDICTS) for p in document["series"]} == {36}


def test_the_changes_are_those_of_the_maps(mapped: Client) -> None:
    target = f"/changes?commodity=lithium&from={FIRST}&to={LAST}"
    turns = [(p["day"], p["after"], p["source"]) for p in properties(mapped.json(target)).values()]
    assert turns == [
        ("2025-06-21", "uncertain", "deepstate"),
        ("2025-07-02", "occupied", "deepstate"),
    ]
    other = mapped.json(f"{target}&source=settlements")
    assert {p["source"] for p in properties(other).values()} == {"settlements"}
