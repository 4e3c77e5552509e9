"""Which stores must hold the contract? A new one is one more name in STORES."""

from collections.abc import Callable
from pathlib import Path

import pytest
from naive_store import NaiveStore
from releases import built_with_two_sources
from served import common_folder, made_once

from geodata.store.base import Store
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace

STORES: dict[str, Callable[[Path], Store]] = {"embedded": EmbeddedStore, "naive": NaiveStore}


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published release of the packaged facts and three DeepState maps made by hand."""
    root = made_once(common_folder(tmp_path_factory), "two-sources", built_with_two_sources)
    return Workspace(root).current


@pytest.fixture(scope="session", params=STORES)
def store(request: pytest.FixtureRequest, release: Path) -> Store:
    """The release, opened by each of the stores."""
    return STORES[request.param](release)
