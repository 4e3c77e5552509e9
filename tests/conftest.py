"""What every test may lean on: the real inputs, one Hypothesis profile, and no silent skips."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from node_tools import Node, node_or_skip
from served import (
    Client,
    client_of,
    common_folder,
    copied,
    first_release,
    made_once,
    second_release,
)
from warm_workers import WarmWorkers, is_worker

from geodata.ingest import sandbox
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = os.environ.get("LODELINE_REQUIRE_ALL") == "1"

# The same examples on every machine; no deadline, since a busy core is no defect. `suite` is enough
# for each strategy to reach what it is there for, which tests of the strategies assert; `deep` is
# for a long run with other examples each time: make deep
settings.register_profile(
    "suite",
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "deep", settings.get_profile("suite"), derandomize=False, max_examples=500
)
settings.load_profile("suite")


def shared_folder() -> Path:
    """Where the real inputs lie: LODELINE_SHARED, or the folder `shared` beside the checkout."""
    return Path(os.environ.get("LODELINE_SHARED") or ROOT.parent / "shared").resolve()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is imported and collected stays to the end: no full collection walks it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real inputs; where it is absent the test is skipped (or fails, see below)."""
    folder = shared_folder()
    if not (folder / "data").is_dir():
        pytest.skip(f"no real inputs in {folder}; name their folder in LODELINE_SHARED")
    return folder


@pytest.fixture(scope="session", autouse=True)
def warm_workers() -> Iterator[WarmWorkers]:
    """Children that open foreign files are forked from one that has loaded their libraries."""
    workers, run = WarmWorkers(), sandbox.run_command

    def run_warm(command: list[str], environment: dict[str, str], seconds: float) -> int:
        if not is_worker(command):
            return run(command, environment, seconds)
        return workers.run(command, environment, seconds).returncode

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "run_command", run_warm)
        yield workers
    workers.close()


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with a published release of the packaged facts; not to be changed."""
    return Workspace(made_once(common_folder(tmp_path_factory), "published", first_release))


@pytest.fixture(scope="session")
def two_releases(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The same with a second release that is not published; to be copied, not to be changed."""

    def make(root: Path) -> None:
        second_release(copied(workspace, root))

    return Workspace(made_once(common_folder(tmp_path_factory), "two-releases", make))


@pytest.fixture(scope="session")
def store(workspace: Workspace) -> EmbeddedStore:
    """The published release, opened."""
    return EmbeddedStore(workspace.release_path(workspace.current_id() or ""))


@pytest.fixture(scope="session")
def client(workspace: Workspace) -> Client:
    """A client of the application over the published release."""
    return client_of(workspace)


@pytest.fixture(scope="session")
def node() -> Node:
    """Node with the packages of tests/browser; where it is absent the test is skipped."""
    return node_or_skip()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,  # noqa: ARG001 - pytest passes it by name
    call: pytest.CallInfo[None],  # noqa: ARG001
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With LODELINE_REQUIRE_ALL=1 a skipped test is a failed test."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,  # noqa: ARG001
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """With LODELINE_REQUIRE_ALL=1 a module that skips itself is an error."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not (REQUIRE_ALL and report.skipped):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"{reason}\nLODELINE_REQUIRE_ALL=1 lets nothing be skipped."
