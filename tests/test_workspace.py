"""Is everything in a workspace there as a whole or not at all, and is there one writer?"""

import hashlib
import multiprocessing
from pathlib import Path

import pytest

from geodata.errors import Conflict, NotFound
from geodata.workspace import (
    Workspace,
    file_sha256,
    new_file,
    new_folder,
    only_writer,
    scratch_folder,
)


class BrokenError(Exception):
    """What a test breaks a block with."""


def a_release(workspace: Workspace, release_id: str) -> None:
    folder = workspace.releases / release_id
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws")


def test_an_empty_workspace_has_no_release_and_no_current_one(workspace: Workspace) -> None:
    assert workspace.release_ids() == []
    assert workspace.current_id() is None
    with pytest.raises(NotFound, match="none yet"):
        workspace.release_path("r0001-00000000")


def test_only_folders_with_a_manifest_are_releases(workspace: Workspace) -> None:
    a_release(workspace, "r0001-aaaaaaaa")
    (workspace.releases / "r0002-bbbbbbbb").mkdir()
    (workspace.releases / ".scratch-x").mkdir()
    (workspace.releases / ".scratch-x/manifest.json").write_text("{}")

    assert workspace.release_ids() == ["r0001-aaaaaaaa"]


def test_releases_are_listed_in_the_order_they_were_built_beyond_four_digits(
    workspace: Workspace,
) -> None:
    for name in ("r10000-aaaaaaaa", "r9999-ffffffff", "r0002-cccccccc"):
        a_release(workspace, name)

    assert workspace.release_ids() == ["r0002-cccccccc", "r9999-ffffffff", "r10000-aaaaaaaa"]


@pytest.mark.parametrize("name", ["..", "r0001-aaaaaaaa/../r0001-aaaaaaaa", "", "/", "r0001"])
def test_a_release_is_found_by_its_id_and_by_no_path(workspace: Workspace, name: str) -> None:
    a_release(workspace, "r0001-aaaaaaaa")

    with pytest.raises(NotFound, match="r0001-aaaaaaaa") as caught:
        workspace.release_path(name)
    assert caught.value.parameter == "release"


def test_pointing_current_at_a_release_replaces_the_link(workspace: Workspace) -> None:
    for name in ("r0001-aaaaaaaa", "r0002-bbbbbbbb"):
        a_release(workspace, name)
        workspace.point_current_at(name)
        assert workspace.current_id() == name
        assert (workspace.current / "manifest.json").is_file()
    assert names(workspace.root) == ["current", "releases"]


def test_current_is_never_pointed_at_what_is_not_there(workspace: Workspace) -> None:
    a_release(workspace, "r0001-aaaaaaaa")
    workspace.point_current_at("r0001-aaaaaaaa")

    with pytest.raises(NotFound):
        workspace.point_current_at("r0002-bbbbbbbb")
    assert workspace.current_id() == "r0001-aaaaaaaa"


def test_a_workspace_that_is_moved_keeps_its_current_release(
    workspace: Workspace, tmp_path: Path
) -> None:
    a_release(workspace, "r0001-aaaaaaaa")
    workspace.point_current_at("r0001-aaaaaaaa")

    moved = Workspace(workspace.root.rename(tmp_path / "moved"))

    assert (moved.current / "manifest.json").is_file()


def test_a_new_folder_appears_with_all_that_is_in_it(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "target"

    with new_folder(target) as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "file").write_text("whole")
        assert not target.exists()

    assert (target / "inner" / "file").read_text() == "whole"
    assert names(target.parent) == ["target"]


@pytest.mark.parametrize("maker", [new_folder, new_file])
def test_nothing_is_left_of_a_block_that_fails(tmp_path: Path, maker: object) -> None:
    def half_way() -> None:
        with maker(tmp_path / "target") as scratch:
            (scratch / "file" if scratch.is_dir() else scratch).write_text("half")
            raise BrokenError

    with pytest.raises(BrokenError):
        half_way()

    assert names(tmp_path) == []


def test_a_folder_that_exists_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "old").write_text("old")

    with pytest.raises(Conflict, match="exists already"), new_folder(tmp_path / "target") as folder:
        (folder / "new").write_text("new")

    assert names(tmp_path / "target") == ["old"]
    assert names(tmp_path) == ["target"]


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old")

    with new_file(target) as scratch:
        scratch.write_text("new and longer")
        assert target.read_text() == "old"

    assert target.read_text() == "new and longer"
    assert target.stat().st_mode & 0o777 == 0o644
    assert names(tmp_path) == ["file"]


def test_a_file_name_of_any_length_can_be_written(tmp_path: Path) -> None:
    with new_file(tmp_path / ("x" * 255)) as scratch:
        scratch.write_text("long")

    assert names(tmp_path) == ["x" * 255]


def test_a_scratch_folder_lies_beside_its_place_and_goes(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "releases") as scratch:
        assert scratch.parent == tmp_path / "releases"
        assert scratch.name.startswith(".")
    assert names(tmp_path / "releases") == []


def test_a_second_writer_is_told_at_once(workspace: Workspace) -> None:
    with (
        only_writer(workspace),
        pytest.raises(Conflict, match="another process is writing"),
        only_writer(workspace),
    ):
        pass
    with only_writer(workspace):
        pass


def _hold(root: Path, held: object, go: object) -> None:
    with only_writer(Workspace(root)):
        held.set()
        go.wait(30)


def test_the_lock_of_a_killed_process_is_free(workspace: Workspace) -> None:
    spawn = multiprocessing.get_context("spawn")
    held, go = spawn.Event(), spawn.Event()
    process = spawn.Process(target=_hold, args=(workspace.root, held, go))
    process.start()
    assert held.wait(30)
    with pytest.raises(Conflict), only_writer(workspace):
        pass

    process.kill()
    process.join()

    with only_writer(workspace):
        pass


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"lode" * 100_000)

    assert file_sha256(tmp_path / "file") == hashlib.sha256(b"lode" * 100_000).hexdigest()
