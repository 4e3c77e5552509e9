"""A real server on loopback, for real clients."""

from collections.abc import Iterator

import pytest
from served_really import server_over


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Base URL of a server over a release of the packaged facts."""
    with server_over(tmp_path_factory.mktemp("served")) as base:
        yield base
