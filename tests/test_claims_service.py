"""Does our count stand beside every public claim of a release, and claims beside an answer?"""

import csv
import io
from pathlib import Path

import pytest
from releases import built_with_two_sources
from served import Client, client_of, common_folder, copied, local, made_once

from geodata.answers.claims import claims_compared
from geodata.data import packaged
from geodata.release.publish import publish
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace
from schemas import Claim
from schemas.record import column_names

# By source


@pytest.fixture(scope="module")
def two_sources(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(
        made_once(common_folder(tmp_path_factory), "two-sources", built_with_two_sources)
    )


def test_every_source_that_reaches_the_day_is_counted_and_differences_are_told(
    two_sources: Workspace,
) -> None:
    client = client_of(two_sources)
    differing = 0
    for claim in client.json("/claims")["claims"]:
        entry = claim["ours"]
        spans = {(one["value"], one["value_high"]) for one in entry["by_source"]}
        compares = entry["agrees"] != "not-comparable"
        assert ("Sources differ" in (entry["reason"] or "")) == (compares and len(spans) > 1)
        differing += len(spans) > 1
        if not local(entry["permalink"]).startswith("/reserves") or entry["parts"]:
            continue
        for one in entry["by_source"]:
            again = client.json(f"{local(entry['permalink'])}&source={one['source']}")
            assert again["counted_once"]["occupied"] == one["value"], claim["id"]
    assert differing > 0


# The table of claims


def test_all_claims_stand_beside_what_their_permalink_counts(client: Client) -> None:
    document = client.json("/claims")
    assert [c["id"] for c in document["claims"]] == list(packaged.claims()["id"])
    for claim in document["claims"]:
        entry = claim["ours"]
        again = client.json(local(entry["permalink"]))
        if "counted_once" in again and not entry["parts"] and entry["of"]:
            counts = again["counted_once"]
            scale = entry["of"] if entry["unit"] == "1" else 1
            assert sum(counts.values()) == entry["of"]
            assert counts["occupied"] == pytest.approx(entry["value"] * scale, abs=0.01)
        elif "features" in again and "numberMatched" in again:
            verdicts = [f["properties"]["control"] for f in again["features"]]
            assert (len(verdicts), verdicts.count("occupied")) == (entry["of"], entry["value"])


def test_claims_that_put_shevchenkivske_under_occupation_too_early_are_told_by_how_much(
    client: Client,
) -> None:
    early = {c["id"]: c["ours"] for c in client.json("/claims")["claims"]}
    assert {i: e["premature_days"] for i, e in early.items() if e["premature_days"]} == {
        "armz-2024": 537, "press-2025-01-li": 180, "webuild-2025-li": 137,
        "remezova-2025-li": 52, "figaro-2025-li": 5, "nyt-2025-li": 5,
    }  # fmt: skip
    assert {e["reached_on"] for e in early.values()} == {None, "2025-07-02"}
    assert early["roscongress-2025-li"]["agrees"] == "yes"
    assert early["army-2025-li"]["agrees"] == "partly"
    assert early["press-2025-01-li"]["agrees"] == "no"


def test_a_second_answer_is_the_first(client: Client, store: EmbeddedStore) -> None:
    assert client.get("/claims").body == client.get("/claims").body
    first = claims_compared(store, lambda path, words: f"{path}{words}")
    assert claims_compared(store, lambda path, words: f"{path}{words}") == first


def test_claims_as_csv_have_a_row_each_with_ours(client: Client) -> None:
    answer = client.get("/claims?f=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert answer.headers["content-type"].startswith("text/csv")
    assert "lodeline-claims.csv" in answer.headers["content-disposition"]
    assert [r["id"] for r in rows] == list(packaged.claims()["id"])
    assert set(rows[0]) >= {*column_names(Claim), "ours_value", "ours_agrees", "ours_permalink"}


def test_claims_to_read_say_what_was_stated_and_what_we_count(client: Client) -> None:
    text = client.get("/claims?f=html").text
    assert '<tr id="figaro-2025-li">' in text
    assert "2 deposits of 4" in text
    assert "1 to 2 deposits of 4" in text
    assert "occupied from 2025-07-02, 5 days after the day spoken of" in text
    assert "it was so" not in text
    assert "at least 1 deposit<" in text
    assert " 1 deposits" not in text.replace("0 to 1 deposits", "")
    assert "5 deposits and 15 occurrences" in text
    assert "at most 20 % of resources" in text
    assert "cannot be compared" in text


def test_what_is_partly_comparable_is_not_said_to_disagree(client: Client) -> None:
    entries = {c["id"]: c for c in client.json("/claims")["claims"]}
    partly = {i for i, c in entries.items() if c["comparable"] == "partly"}
    differ = {i for i in partly if entries[i]["ours"]["agrees"] == "no"}
    rows = client.get("/claims?f=html").text.split("<tr id=")
    cells = {row.split('"')[1]: row.rsplit("<td>", 1)[1] for row in rows[1:]}
    assert {"igs-2023", "rusgeolfond-2024"} <= differ
    for each in differ:
        assert cells[each].startswith("Differs; only partly comparable: ")
        assert entries[each]["why"] in cells[each].replace("&#39;", "'")
    assert not any("does not agree" in cells[each] for each in partly)
    assert entries["igs-2023"]["ours"]["difference"] is None


def test_papers_agreed_are_not_said_to_claim_occupation(client: Client) -> None:
    entries = {c["id"]: c["ours"] for c in client.json("/claims")["claims"]}
    assert "did not itself claim occupation" in entries["armz-2024"]["reason"]
    assert "the deposit was occupied from 2025-07-02, 537 days" in entries["armz-2024"]["reason"]


def test_claims_are_a_collection_without_places_that_filters(client: Client) -> None:
    found = client.json("/collections/claims/items?by=NZZ")
    assert [f["id"] for f in found["features"]] == ["nzz-2025-coal"]
    assert found["features"][0]["geometry"] is None
    after = client.json("/collections/claims/items?datetime=2026-01-01/..&limit=100")
    assert [f["id"] for f in after["features"]] == ["dnr-2026-ree", "nrc-2026-gold"]
    late = client.json("/collections/claims/items?filter=comparable='no'&limit=100")
    assert late["numberMatched"] == (packaged.claims()["comparable"] == "no").sum()


def test_claims_are_linked_and_documented(client: Client) -> None:
    hrefs = [local(entry["href"]) for entry in client.json("/")["links"]]
    assert "/claims" in hrefs
    assert "/claims" in client.json("/api")["paths"]
    assert 'href="/claims"' in client.get("/?f=html").text


# Beside an answer


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("commodity=lithium&date=2025-02-25", ["webuild-2025-li", "press-2025-01-li"]),
        ("commodity=lithium&date=2025-02-25&territory=crimea", []),
        ("commodity=lithium&date=2025-04-18", ["remezova-2025-li", "webuild-2025-li"]),
        ("commodity=lithium&date=2025-04-19", ["remezova-2025-li"]),
        ("commodity=graphite&date=2025-02-25", []),
        ("commodity=manganese&date=2024-08-10", ["rosnedra-2024-mn"]),
    ],
)
def test_claims_of_the_same_at_about_the_time_stand_beside_an_answer(
    client: Client, words: str, ids: list[str]
) -> None:
    found = client.json(f"/reserves?{words}")["claims"]
    assert [c["id"] for c in found] == ids
    for entry in found:
        assert local(entry["link"]).startswith("/claims?release=")
        assert entry["link"].endswith(f"#{entry['id']}")


def test_a_claim_about_all_commodities_stands_beside_all_alone(client: Client) -> None:
    some = client.json("/reserves?commodity=titanium,tin&date=2025-02-25")["claims"]
    every = client.json("/reserves?commodity=all&date=2025-02-25")["claims"]
    assert some == []
    assert "zelensky-2025-total" in {c["id"] for c in every}


def test_the_page_of_an_answer_lists_them_with_agreement_and_link(client: Client) -> None:
    text = client.get("/reserves?commodity=lithium&date=2025-06-20&f=html").text
    assert "What others stated at about that time" in text
    assert "agrees in part" in text
    assert "#figaro-2025-li" in text
    quiet = client.get("/reserves?commodity=tin&date=2025-06-20&f=html").text
    assert "What others stated" not in quiet


# Releases


def test_after_a_publication_claims_are_of_the_new_release(
    two_releases: Workspace, tmp_path: Path
) -> None:
    workspace = copied(two_releases, tmp_path / "ws")
    first, second = workspace.release_ids()
    before = client_of(workspace).json("/claims")
    publish(workspace, second)
    client = client_of(workspace)
    after = client.json("/claims")

    assert (before["release"], after["release"]) == (first, second)
    assert all(second in c["ours"]["permalink"] for c in after["claims"])
    assert client.json(f"/claims?release={first}")["claims"] == before["claims"]
