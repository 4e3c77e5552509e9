"""Does a release of every earlier layout open, and answer to the byte what it answered then?

A failing answer is a changed answer: say so in CHANGELOG before keeping the new one. The folders
under golden/ are never written again, only added to (see trimming.py).
"""

import shutil
from pathlib import Path

import pytest
from served import client_of
from trimming import answers

from geodata.errors import Damaged
from geodata.release.manifest import FORMAT, check_files, read_manifest
from geodata.release.publish import CHECKS
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace

GOLDEN = Path(__file__).parent / "golden"
KEPT = sorted(path.name for path in GOLDEN.glob("release-v*"))
MOST_BYTES = 200_000


def test_there_is_a_kept_release_of_every_layout() -> None:
    assert [f"release-v{n}" for n in range(1, FORMAT + 1)] == KEPT


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_release_is_what_its_manifest_says_and_holds_the_invariants(name: str) -> None:
    folder = GOLDEN / name / "release"
    manifest = read_manifest(folder)

    check_files(folder, manifest)
    for check in CHECKS:
        check(folder)
    assert f"v{manifest.format}" == name.removeprefix("release-")


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_release_answers_to_the_byte_what_it_answered_then(name: str) -> None:
    found = answers(EmbeddedStore(GOLDEN / name / "release"))
    kept = {path.name: path.read_bytes() for path in (GOLDEN / name).glob("*.json")}

    assert kept.keys() == found.keys()
    for question, answer in kept.items():
        assert found[question] == answer, question


@pytest.mark.parametrize("name", KEPT)
def test_opening_a_kept_release_writes_nothing(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    shutil.copytree(GOLDEN / name / "release", folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    EmbeddedStore(folder).warmed()

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_release_is_small(name: str) -> None:
    assert sum(p.stat().st_size for p in (GOLDEN / name).rglob("*") if p.is_file()) < MOST_BYTES


@pytest.mark.parametrize("name", KEPT)
def test_a_release_of_a_later_layout_is_refused_saying_what_to_do(
    name: str, tmp_path: Path
) -> None:
    folder = tmp_path / "release"
    shutil.copytree(GOLDEN / name / "release", folder)
    manifest = read_manifest(folder).model_copy(update={"format": FORMAT + 1})
    (folder / "manifest.json").write_text(manifest.model_dump_json())

    with pytest.raises(Damaged, match="update the software"):
        EmbeddedStore(folder)


@pytest.mark.parametrize("name", KEPT)
def test_a_kept_release_is_served_on_every_path_without_a_word_in_it(
    name: str, tmp_path: Path
) -> None:
    manifest = read_manifest(GOLDEN / name / "release")
    workspace = Workspace(tmp_path)
    shutil.copytree(GOLDEN / name / "release", tmp_path / "releases" / manifest.id)
    workspace.point_current_at(manifest.id)
    client = client_of(workspace)
    for path in ("/", "/collections", "/collections/claims", "/collections/claims/items", "/claims",
                 "/reserves", "/changes", "/map", "/collections/deposits/items", "/territories",
                 "/collections/deposits/items/dobra_li", "/reserves/series", "/articles/2025-02-25",
                 "/deposits/dobra_li/timeline", "/conformance", "/api"):  # fmt: skip
        for form in ("", "?f=html"):
            answer = client.get(path + form)
            assert answer.status == 200 or (form and answer.status in {400, 406}), (path, form)
