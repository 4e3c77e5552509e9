"""Does a running service follow what is published, and keep to what is sound?"""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from served import DEPOSITS, GONE, Client, client_of, copied, local

from geodata.release.publish import publish, rollback
from geodata.workspace import Workspace

PATIENCE_S = 20.0
"""How long a swap may take before the test gives up; it takes about a second."""


def serves(client: Client, release: str) -> Callable[[], bool]:
    return lambda: bool(client.json("/readyz")["release"] == release)


def soon(claim: Callable[[], bool]) -> bool:
    """Whether a claim comes true before patience ends."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if claim():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def mine(two_releases: Workspace, tmp_path: Path) -> Workspace:
    """Two releases of which the first is published, in a workspace of one's own."""
    return copied(two_releases, tmp_path / "ws")


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_new_release_is_served_without_a_restart(mine: Workspace) -> None:
    first, second = mine.release_ids()
    client = client_of(mine)
    page = client.json("/collections/deposits/items?limit=60")
    (following,) = [local(x["href"]) for x in page["links"] if x["rel"] == "next"]
    publish(mine, second)
    client.json("/readyz")
    assert client.get("/collections").status == 200, "it answers while the new one is opened"
    assert soon(serves(client, second))
    assert client.json("/collections/deposits/items?limit=1")["numberMatched"] == DEPOSITS - 1
    rest = client.get(following)
    assert rest.headers["lodeline-release"] == first
    assert rest.json()["numberMatched"] == DEPOSITS
    assert len(rest.json()["features"]) == 60
    assert client.json("/releases")["current"] == second


def test_a_release_rolled_back_is_served_no_longer(mine: Workspace) -> None:
    first, second = mine.release_ids()
    publish(mine, second)
    client = client_of(mine)
    assert client.get(f"/collections/deposits/items/{GONE}").status == 404
    assert rollback(mine).id == first
    client.json("/readyz")
    assert soon(serves(client, first))
    assert client.get(f"/collections/deposits/items/{GONE}").status == 200


@pytest.mark.parametrize("harm", ["flip", "cut", "lose", "manifest"])
def test_a_damaged_release_is_not_served_and_the_old_one_stays(
    mine: Workspace, caplog: pytest.LogCaptureFixture, harm: str
) -> None:
    first, second = mine.release_ids()
    client = client_of(mine)
    folder = mine.release_path(second)
    if harm == "manifest":
        (folder / "manifest.json").write_text("{}")
    elif harm == "lose":
        (folder / "control.parquet").unlink()
    elif harm == "cut":
        content = (folder / "control.parquet").read_bytes()
        (folder / "control.parquet").write_bytes(content[:100])
    else:
        flip_a_byte(folder / "standings.parquet")
    with caplog.at_level(logging.ERROR, "lodeline"):
        mine.point_current_at(second)
        client.json("/readyz")
        assert soon(lambda: f"release {second} cannot be served" in caplog.text)
    for _ in range(3):
        assert client.json("/readyz")["release"] == first
    assert client.get("/reserves").headers["lodeline-release"] == first
    told = client.get(f"/reserves?release={second}")
    assert told.status == 500
    assert "parquet" not in told.problem()["detail"]


def test_a_release_that_was_mended_is_served_without_a_restart(
    mine: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("service.releases.RETRY_S", 0.0)
    first, second = mine.release_ids()
    client = client_of(mine)
    table = mine.release_path(second) / "control.parquet"
    content = table.read_bytes()
    table.unlink()
    with caplog.at_level(logging.ERROR, "lodeline"):
        mine.point_current_at(second)
        assert client.json("/readyz")["release"] == first
        assert soon(lambda: f"release {second} cannot be served" in caplog.text)
    table.write_bytes(content)
    assert soon(lambda: client.json("/readyz")["release"] == second)


def test_after_a_damaged_release_the_next_sound_one_is_served(mine: Workspace) -> None:
    first, second = mine.release_ids()
    client = client_of(mine)
    flip_a_byte(mine.release_path(second) / "control.parquet")
    mine.point_current_at(second)
    assert client.json("/readyz")["release"] == first
    mine.point_current_at(first)
    assert client.json("/readyz")["release"] == first
    assert client.get("/reserves").status == 200


def test_a_service_started_on_a_damaged_release_is_unavailable(mine: Workspace) -> None:
    first, _ = mine.release_ids()
    flip_a_byte(mine.release_path(first) / "control.parquet")
    client = client_of(mine)
    answer = client.get("/readyz")
    assert answer.status == 503
    assert "lodeline doctor" in answer.problem()["detail"]
    assert client.json("/livez") == {"status": "alive"}


def test_a_service_started_before_the_first_release_serves_it_once_it_is_there(
    workspace: Workspace, tmp_path: Path
) -> None:
    root = tmp_path / "later"
    client = client_of(Workspace(root))
    assert client.get("/readyz").status == 503
    copied(workspace, root)
    assert soon(lambda: client.get("/readyz").status == 200)
    assert client.get("/reserves").status == 200
