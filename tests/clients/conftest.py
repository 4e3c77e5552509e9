"""A real server on loopback, for real clients."""

from collections.abc import Iterator

import pytest
from served_really import server_over

from geodata.workspace import Workspace


@pytest.fixture(scope="session")
def served(workspace: Workspace) -> Iterator[str]:
    """Base URL of a server over a release of the packaged facts."""
    with server_over(workspace.root) as base:
        yield base
