"""Does the command line answer as the service does, and end with the status it promises?"""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from served import DEPOSITS, GONE, THEN, Client, client_of, copied

from geodata.data import packaged
from geodata.workspace import Workspace
from service.cli import main

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Done:
    """What a command left: exit status and what it said."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """What it said, as JSON."""
        return json.loads(self.out)


Run = Callable[..., Done]


def status_of(command: Callable[[], None]) -> int:
    """The exit status of a command that runs in this process."""
    try:
        command()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def runner(
    place: Workspace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command in this process, over a workspace."""

    def run(*words: str) -> Done:
        monkeypatch.setenv("LODELINE_WORKSPACE", str(place.root))
        monkeypatch.setattr(sys, "argv", ["lodeline", *words])
        status = status_of(main)
        sys.stdout.flush()
        return Done(status, *capfd.readouterr())

    return run


@pytest.fixture
def run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """A command over the published release, which it must not change."""
    return runner(workspace, monkeypatch, capfd)


@pytest.fixture
def mine(two_releases: Workspace, tmp_path: Path) -> Workspace:
    """Two releases, the first published, to do as one likes with."""
    return copied(two_releases, tmp_path / "ws")


@pytest.fixture
def run_mine(
    mine: Workspace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """A command over a workspace of one's own."""
    return runner(mine, monkeypatch, capfd)


# ask


def test_ask_in_json_is_the_answer_of_the_service(
    run: Run, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LODELINE_PUBLIC_URL", "https://lodeline.example")
    done = run("ask", "lithium", "titanium", "--date", THEN, "--format", "json")
    client = client_of(workspace, public_url="https://lodeline.example")
    served = client.json(f"/reserves?commodity=lithium,titanium&date={THEN}")
    served.pop("links")
    assert done.status == 0
    assert done.json() == served


def test_json_can_be_asked_for_in_either_way(run: Run) -> None:
    assert run("ask", "tin", "--json").json() == run("ask", "tin", "--format", "json").json()


def test_ask_takes_the_words_of_the_service(run: Run, client: Client) -> None:
    done = run("ask", "all", "--date", THEN, "--territory", "ukraine", "--all", "--json",
               "--source", "settlements")  # fmt: skip
    target = f"/reserves?commodity=all&territory=ukraine&include=all&date={THEN}"
    served = client.json(f"{target}&source=settlements")
    assert done.json()["summary"] == served["summary"]
    assert len(done.json()["features"]) == len(served["features"]) == DEPOSITS - 41
    held = run("ask", "lithium", "--date", THEN, "--territory", "ukraine", "--control",
               "government", "--json").json()  # fmt: skip
    assert {f["properties"]["control"] for f in held["features"]} == {"government"}


def test_ask_in_csv_has_a_row_a_deposit(run: Run) -> None:
    done = run("ask", "lithium", "--date", THEN, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["id"] for row in rows] == ["kruta_balka_li"]
    assert rows[0]["control"] == "occupied"


def test_ask_in_a_table_tells_what_to_know_and_how_to_cite(run: Run) -> None:
    done = run("ask", "lithium", "rare-earths", "--date", THEN)
    assert done.status == 0
    assert "Kruta Balka" in done.out
    assert "Of the 4 lithium deposits on record in Ukraine (main commodity), 1 was" in done.out
    assert "no published figure for the 1 occupied" in done.out
    assert "Release r0001-" in done.out
    assert "\x1b[" not in done.out, "no colours where no terminal is"


def test_a_commodity_without_a_figure_has_a_row_that_says_so(run: Run) -> None:
    done = run("ask", "lithium", "gallium", "--territory", "ukraine", "--date", THEN)
    (row,) = [line for line in done.out.splitlines() if "gallium" in line and "0 of" in line]
    assert row.count("no figure on record") == 2


def test_the_table_says_which_days_record_it_is_from(run: Run) -> None:
    out, last = run("ask", "lithium").out, run("ask", "lithium", "--json").json()["question"]
    assert (
        f"settlements compiled up to {last['control_asof']}, {last['stale_days']} days earlier"
        in out
    )


def test_an_answer_without_deposits_is_an_answer(run: Run) -> None:
    done = run("ask", "lithium", "--territory", "crimea", "--date", THEN, "--json")
    assert done.status == 0
    assert done.json()["features"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ask", "unobtainium"], "unobtainium"),
        (["ask", "lithium", "--territory", "atlantis"], "atlantis"),
        (["ask", "lithium", "--source", "nobody"], "nobody"),
        (["ask", "lithium", "--date", "yesterday"], "yesterday"),
        (["ask", "lithium", "--control", "mine"], "mine"),
        (["ask", "lithium", "--release", "r9999-00000000"], "r9999-00000000"),
        (["ask", "lithium", "--format", "xml"], "xml"),
        (["ask"], "COMMODITY"),
        (["nonsense"], "nonsense"),
        (["ask", "lithium", "--nonsense"], "--nonsense"),
        (["serve", "--workers", "0"], "workers"),
        (["release", "verify", "r9999-00000000"], "r9999-00000000"),
        (["release", "diff", "r0001-00000000"], "LATER"),
        (["ingest", "nobody", "."], "nobody"),
    ],
)
def test_bad_usage_ends_with_two_and_says_why(run: Run, words: list[str], said: str) -> None:
    done = run(*words)
    assert done.status == 2, done.err
    assert said.casefold() in done.err.casefold()
    assert done.out == ""
    assert "Traceback" not in done.err


# release


def test_releases_are_listed_oldest_first(run_mine: Run, mine: Workspace) -> None:
    listed = run_mine("release", "list", "--json").json()
    assert [entry["id"] for entry in listed] == mine.release_ids()
    assert [entry["current"] for entry in listed] == [True, False]
    shown = run_mine("release", "list").out
    assert all(release in shown for release in mine.release_ids())


def test_a_release_is_verified_published_and_rolled_back(run_mine: Run, mine: Workspace) -> None:
    first, second = mine.release_ids()
    assert run_mine("release", "verify", "--json").json()["id"] == second
    assert mine.current_id() == first
    assert run_mine("release", "publish", second, "--json").json()["id"] == second
    assert mine.current_id() == second
    assert run_mine("release", "rollback", "--json").json()["id"] == first
    assert mine.current_id() == first
    assert f"published {second}" in run_mine("release", "publish").out


def test_there_is_nothing_before_the_first_release(run_mine: Run, mine: Workspace) -> None:
    done = run_mine("release", "rollback")
    assert done.status != 0
    assert "no release before" in done.err
    assert mine.current_id() == mine.release_ids()[0]


def test_releases_are_compared(run_mine: Run, mine: Workspace) -> None:
    first, second = mine.release_ids()
    told = run_mine("release", "diff", first, second, "--json").json()
    tables = {entry["table"]: entry for entry in told["tables"]}
    assert tables["deposits"]["examples"] == {"removed": [GONE]}
    assert "deposits" in run_mine("release", "diff", first, second).out


def test_a_build_of_the_same_facts_makes_no_new_release(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    own = copied(workspace, tmp_path / "own")
    build = runner(own, monkeypatch, capfd)
    assert build("release", "build", "--json").json()["id"] == own.current_id()
    assert own.release_ids() == [own.current_id()]


def test_a_build_is_published_where_that_is_asked(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    own = copied(workspace, tmp_path / "own")
    rows = packaged.estimates()
    monkeypatch.setattr(packaged, "estimates", lambda: rows.iloc[1:].reset_index(drop=True))
    done = runner(own, monkeypatch, capfd)("release", "build", "--publish", "--json")
    assert done.json()["number"] == 2
    assert own.current_id() == done.json()["id"]


@pytest.mark.parametrize("words", [["release", "verify"], ["release", "publish"]])
def test_a_tampered_release_is_not_verified(
    run_mine: Run, mine: Workspace, words: list[str]
) -> None:
    second = mine.release_ids()[1]
    (mine.release_path(second) / "estimates.parquet").write_bytes(b"PAR1")
    done = run_mine(*words, second)
    assert done.status == 1
    assert "estimates.parquet" in done.err
    assert mine.current_id() == mine.release_ids()[0]


def test_where_nothing_is_built_there_is_nothing_to_verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    run = runner(Workspace(tmp_path / "empty"), monkeypatch, capfd)
    assert run("release", "verify").status == 2
    assert run("release", "list", "--json").json() == []


# doctor


def test_the_doctor_finds_a_sound_release(run: Run, workspace: Workspace) -> None:
    done = run("doctor", "--json")
    found = {entry["check"]: entry for entry in done.json()}
    assert done.status == 0
    assert {entry["state"] for entry in found.values()} == {"ok"}
    assert workspace.current_id() in found["published release"]["found"]


def test_the_doctor_finds_a_tampered_release(run_mine: Run, mine: Workspace) -> None:
    first = mine.release_ids()[0]
    (mine.release_path(first) / "estimates.parquet").write_bytes(b"PAR1")
    done = run_mine("doctor", "--json")
    assert done.status == 1
    (wrong,) = [entry for entry in done.json() if entry["state"] == "wrong"]
    assert "estimates.parquet" in wrong["found"]
    assert run_mine("doctor").status == 1


def test_the_doctor_says_what_to_do_where_nothing_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    done = runner(Workspace(tmp_path / "empty"), monkeypatch, capfd)("doctor")
    assert done.status == 0
    assert "release build --publish" in done.out


# python -m service.cli


def as_module(place: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "service.cli", *words],
        cwd=ROOT,
        env={**os.environ, "LODELINE_WORKSPACE": str(place.root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_module_is_the_command(workspace: Workspace) -> None:
    done = as_module(workspace, "ask", "lithium", "--date", THEN, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["question"]["date"] == THEN
    assert done.stderr == ""


def test_the_module_ends_with_two_on_bad_usage(workspace: Workspace) -> None:
    done = as_module(workspace, "ask", "unobtainium")
    assert (done.returncode, done.stdout) == (2, "")
    assert "unobtainium" in done.stderr
