"""Conditions of a request (RFC 9110, 13): which version is wanted, which one the client has."""

from pathlib import Path

import pytest
from served import Client, client_of, copied, second_release

from geodata.release.publish import publish
from geodata.workspace import Workspace

FILES = (
    "/tiles/control.pmtiles",
    "/tiles/deposits.pmtiles",
    "/rasters/deposit-density.tif",
    "/rasters/occupation-since.tif",
)


@pytest.mark.parametrize("target", [*FILES, "/collections", "/reserves", "/tiles/control/0/0/0"])
def test_another_version_than_the_one_wanted_is_refused(client: Client, target: str) -> None:
    tag = client.get(target).headers["etag"]
    for wanted in ('"old"', f"W/{tag}", '"a", "b"'):
        answer = client.get(target, if_match=wanted, range="bytes=0-9")
        assert answer.status == 412
        assert answer.headers["etag"] == tag
        assert tag in answer.problem()["detail"]
    for wanted in (tag, f'"old", {tag}', "*"):
        assert client.get(target, if_match=wanted).status == 200


@pytest.mark.parametrize("target", FILES)
def test_a_range_of_the_version_wanted_is_sent(client: Client, target: str) -> None:
    whole = client.get(target)
    part = client.get(target, if_match=whole.headers["etag"], range="bytes=3-9")
    assert (part.status, part.body) == (206, whole.body[3:10])


def test_what_is_not_there_is_not_found_whatever_was_wanted(client: Client) -> None:
    for target in ("/collections/nope", "/tiles/nope.pmtiles", "/rasters/nope.tif"):
        assert client.get(target, if_match='"old"').status == 404
        assert client.get(target, if_none_match="*").status == 404


def test_a_star_is_refused_where_the_answer_would_be_an_error(client: Client) -> None:
    assert client.get("/reserves?date=nonsense", if_none_match="*").status == 400


def test_a_file_that_did_not_change_keeps_its_tag_in_the_next_release(
    workspace: Workspace, tmp_path: Path
) -> None:
    own = copied(workspace, tmp_path / "ws")
    before = {target: client_of(own).get(target) for target in FILES}
    publish(own, second_release(own))
    after = {target: client_of(own).get(target) for target in FILES}

    for target in FILES:
        same_bytes = before[target].body == after[target].body
        assert (before[target].headers["etag"] == after[target].headers["etag"]) == same_bytes
        assert (
            before[target].headers["lodeline-release"] != after[target].headers["lodeline-release"]
        )
    kept = [before[t].headers["etag"] == after[t].headers["etag"] for t in FILES]
    assert any(kept), "some file of the two releases is the same"


@pytest.mark.parametrize("path", ["/collections", "/reserves", "/map", "/collections/control/items",
                                  "/tiles/control/5/18/11", "/livez"])  # fmt: skip
def test_a_slash_too_many_leads_to_the_resource(client: Client, path: str) -> None:
    for more in ("/", "//"):
        answer = client.get(f"{path}{more}?f=json")
        assert answer.status == 307
        assert answer.headers["location"] == f"http://lodeline.test{path}?f=json"
    assert client.ask("POST", "/rasters/deposit-density/statistics/").status == 307


def test_a_slash_too_many_of_nothing_is_not_found(client: Client) -> None:
    for path in ("/nope/", "//", "//evil.example/", "/static/", "/collections/deposits/nope/"):
        assert client.get(path).status == 404
