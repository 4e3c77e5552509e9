"""Does `current` always point at a verified release, whatever is built, killed or rolled back?"""

# ruff: noqa: D102 - a rule's name is its sentence

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from releases import SmallFacts, coarse_rasters

from geodata.errors import Conflict, Damaged
from geodata.release import build as building
from geodata.release.manifest import check_files, read_manifest
from geodata.release.publish import publish, rollback, verify
from geodata.workspace import Workspace, only_writer

WRITES: tuple[tuple[object, str], ...] = (
    (Path, "mkdir"),
    (Path, "write_text"),
    (Path, "open"),
    (Path, "chmod"),
    (Path, "rename"),
    (Path, "replace"),
    (Path, "symlink_to"),
    (Path, "unlink"),
    (tempfile, "mkdtemp"),
    (shutil, "rmtree"),
    (np, "save"),
    (pd.DataFrame, "to_parquet"),
    (gpd.GeoDataFrame, "to_parquet"),
)
"""All that the building and publishing of releases changes files with."""
MOST_WRITES = 60
REAL_TABLES = building.release_tables


class Killed(BaseException):
    """The process is gone: nothing it still meant to do, `finally` included, is done."""


class Mortal:
    """Lets so many writes pass and kills the process at the next, before or half-way through it."""

    def __init__(self, patch: pytest.MonkeyPatch, left: int, *, torn: bool) -> None:
        self.left, self.torn = left, torn
        for owner, name in WRITES:
            patch.setattr(owner, name, self._mortal(getattr(owner, name)))

    def _mortal(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def mortal(*args: Any, **kwargs: Any) -> Any:
            if write.__name__ == "open" and "w" not in str(args[1:]):
                return write(*args, **kwargs)
            self.left -= 1
            if self.left >= 0:
                return write(*args, **kwargs)
            if self.left == -1 and self.torn and write.__name__ in {"write_text", "to_parquet"}:
                write(*args, **kwargs)
                _halve(next(a for a in args if isinstance(a, Path)))
            raise Killed

        return mortal


def _halve(path: Path) -> None:
    content = path.read_bytes()
    with open(path, "wb") as stream:  # noqa: PTH123 - Path.open is what just died
        stream.write(content[: len(content) // 2])


@cache
def small_tables() -> dict[str, pd.DataFrame]:
    """The tables of a release of a square country, made once by the real code."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        SmallFacts(patch)
        return REAL_TABLES(Workspace(Path(folder)), [], lambda *_: None)


def bytes_of(folder: Path) -> str:
    """One hash over names and bytes of all files of a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


class ReleaseHistory(RuleBasedStateMachine):
    """Builds, publishes, kills, damages and rolls back in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.workspace = Workspace(self.root / "ws")
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(building, "release_tables", lambda *_: self.tables())
        coarse_rasters(self.patch)
        self.revision = 0
        self.published: str | None = None
        self.kept: dict[str, str] = {}
        self.damaged: set[str] = set()
        self.contents: dict[int, str] = {}

    def tables(self) -> dict[str, pd.DataFrame]:
        """The small tables, other by a note in every revision."""
        deposits = small_tables()["deposits"].assign(note=f"revision {self.revision}")
        return {**small_tables(), "deposits": deposits}

    def teardown(self) -> None:
        self.patch.undo()
        if self.published is not None:
            verify(self.workspace, self.published)
        shutil.rmtree(self.root)

    def ids(self) -> list[str]:
        return self.workspace.release_ids()

    def kill(self, work: Callable[[], object], writes: int, *, torn: bool) -> bool:
        """Do some work that is killed at a write; was it?"""
        with pytest.MonkeyPatch.context() as patch:
            Mortal(patch, writes, torn=torn)
            try:
                work()
            except Killed:
                return True
        return False

    @rule(revision=st.integers(0, 2))
    def facts_change(self, revision: int) -> None:
        self.revision = revision

    @rule()
    def build(self) -> None:
        before = self.ids()
        manifest = building.build(self.workspace)
        assert self.contents.setdefault(self.revision, manifest.content_sha256) == (
            manifest.content_sha256
        )
        newest = read_manifest(self.workspace.releases / before[-1]) if before else None
        same = newest is not None and newest.content_sha256 == manifest.content_sha256
        if newest is not None and same and newest.id not in self.damaged:
            assert manifest.id == newest.id
            assert self.ids() == before
        else:
            assert manifest.number == (newest.number + 1 if newest else 1)
            assert self.ids() == [*before, manifest.id]

    @rule(writes=st.integers(0, MOST_WRITES), torn=st.booleans())
    def build_and_be_killed(self, writes: int, torn: bool) -> None:  # noqa: FBT001
        before = self.ids()
        self.kill(lambda: building.build(self.workspace), writes, torn=torn)
        assert self.ids()[: len(before)] == before

    def sound(self) -> list[str]:
        """The releases nothing has happened to."""
        return [i for i in self.ids() if i not in self.damaged]

    @precondition(lambda self: self.sound())
    @rule(data=st.data())
    def publish_one(self, data: st.DataObject) -> None:
        self.published = data.draw(st.sampled_from(self.sound()))
        publish(self.workspace, self.published)

    @precondition(lambda self: self.damaged)
    @rule(data=st.data())
    def publish_a_damaged_one(self, data: st.DataObject) -> None:
        wanted = data.draw(st.sampled_from(sorted(self.damaged)))
        with pytest.raises(Damaged):
            publish(self.workspace, wanted)

    @precondition(lambda self: self.sound())
    @rule(data=st.data(), writes=st.integers(0, 6))
    def publish_and_be_killed(self, data: st.DataObject, writes: int) -> None:
        wanted, before = data.draw(st.sampled_from(self.sound())), self.published
        killed = self.kill(lambda: publish(self.workspace, wanted), writes, torn=False)
        assert self.workspace.current_id() in ({before, wanted} if killed else {wanted})
        self.published = self.workspace.current_id()

    @precondition(lambda self: self.published is not None)
    @rule()
    def roll_back(self) -> None:
        earlier = self.ids()[: self.ids().index(str(self.published))]
        if not earlier:
            with pytest.raises(Conflict):
                rollback(self.workspace)
        elif earlier[-1] in self.damaged:
            with pytest.raises(Damaged):
                rollback(self.workspace)
        else:
            assert rollback(self.workspace).id == earlier[-1]
            self.published = earlier[-1]

    @precondition(lambda self: set(self.ids()) - {self.published})
    @rule(data=st.data())
    def a_disk_damages_a_release_not_served(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([i for i in self.ids() if i != self.published]))
        tables = read_manifest(self.workspace.releases / name).tables
        table = data.draw(st.sampled_from([t.name for t in tables]))
        path = self.workspace.releases / name / table
        if data.draw(st.booleans()):
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(b"damaged")
        self.damaged.add(name)

    @rule()
    def a_second_writer_is_refused(self) -> None:
        with only_writer(self.workspace), pytest.raises(Conflict):
            building.build(self.workspace)

    @invariant()
    def current_is_a_release_that_was_verified(self) -> None:
        current = self.workspace.current_id()
        assert current == self.published
        if current is not None:
            check_files(self.workspace.current, read_manifest(self.workspace.current))
            assert current not in self.damaged

    @invariant()
    def every_listed_release_is_whole(self) -> None:
        for name in set(self.ids()) - self.damaged:
            folder = self.workspace.releases / name
            assert read_manifest(folder).id == name
            check_files(folder, read_manifest(folder))

    @invariant()
    def no_release_ever_changes(self) -> None:
        for name in self.ids():
            if name not in self.damaged:
                found = bytes_of(self.workspace.releases / name)
                assert self.kept.setdefault(name, found) == found


TestReleaseHistory = ReleaseHistory.TestCase
# A history is short enough to read as found; shrinking it would take minutes.
TestReleaseHistory.settings = settings(
    max_examples=20, stateful_step_count=16, phases=[Phase.generate], report_multiple_bugs=False
)


def test_a_process_killed_at_any_write_leaves_the_served_release_served() -> None:
    """Every single write of building and publishing a second release, one after the other."""
    history = ReleaseHistory()
    try:
        history.build()
        publish(history.workspace, history.ids()[0])
        first = history.workspace.current_id()
        kept = bytes_of(history.workspace.releases / str(first))
        history.revision = 1

        def work() -> None:
            publish(history.workspace, building.build(history.workspace).id)

        writes = 0
        while history.kill(work, writes // 2, torn=writes % 2 == 0):
            writes += 1
            assert bytes_of(history.workspace.releases / str(first)) == kept
            history.every_listed_release_is_whole()
            current = history.workspace.current_id()
            assert current in history.ids(), f"killed at write {writes}, nothing is served"
            if current != first:
                break
        work()
        assert writes > 40, "the writes of a release were not met"
        assert history.workspace.current_id() == history.ids()[-1] != first
        verify(history.workspace, history.ids()[-1])
    finally:
        history.published = None
        history.teardown()
