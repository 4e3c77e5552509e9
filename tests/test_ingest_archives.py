"""Are archives read within their limits, and nothing unpacked that should not be?"""

import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zstandard
from ingest_inputs import COUNTRY, a_daily, a_folder, a_pipeline, days_of_boxes, issues

import geodata.ingest
from geodata.errors import InvalidInput, TooLarge
from geodata.ingest import ingest
from geodata.ingest.archives import Limits, Member, RejectedMember, members
from geodata.ingest.control.coverage import Coverage
from geodata.ingest.control.geojson import read_shape
from geodata.ingest.rules import RULES
from geodata.workspace import Workspace
from schemas import Expectations


def a_tar(path: Path, files: dict[str, bytes], *extra: tarfile.TarInfo, mode: str = "w") -> Path:
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for info in extra:
            tar.addfile(info)
    return path


def a_link(name: str, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def a_zip(path: Path, files: dict[str, bytes], mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return path


def a_zst(path: Path, files: dict[str, bytes]) -> Path:
    plain = a_tar(path.with_suffix(".plain"), files)
    path.write_bytes(zstandard.compress(plain.read_bytes()))
    return path


MAKERS: dict[str, Callable[[Path, dict[str, bytes]], Path]] = {
    "maps.tar": a_tar,
    "maps.tar.gz": lambda path, files: a_tar(path, files, mode="w:gz"),
    "maps.tar.bz2": lambda path, files: a_tar(path, files, mode="w:bz2"),
    "maps.tar.xz": lambda path, files: a_tar(path, files, mode="w:xz"),
    "maps.tar.zst": a_zst,
    "maps.zip": a_zip,
}


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_every_kind_of_archive_gives_the_same_maps(tmp_path: Path, name: str) -> None:
    path = MAKERS[name](tmp_path / name, days_of_boxes(1, 1.1))
    batch = ingest(Workspace(tmp_path / "ws"), a_pipeline(), path).batch
    assert (batch.input_name, batch.days, batch.files_in) == (name, 2, 2)
    assert min((tmp_path / "ws" / "raw" / "deepstate").iterdir()).name == batch.input_sha256


def read_all(path: Path, **limits: int) -> list[Member | RejectedMember]:
    return list(members(path, Limits(**limits), lambda _done: None))


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("../evil.geojson", "member_path_is_inside"),
        ("/evil.geojson", "member_path_is_inside"),
        ("C:\\evil.geojson", "member_path_is_inside"),
        ("a/../../evil.geojson", "member_path_is_inside"),
        ("__MACOSX/x.geojson", "member_is_data"),
        ("a/._x.geojson", "member_is_data"),
        (".DS_Store", "member_is_data"),
    ],
)
@pytest.mark.parametrize("maker", [a_tar, a_zip])
def test_member_with_a_bad_or_hidden_name_is_not_read(
    tmp_path: Path, name: str, rule: str, maker: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    refused, read = read_all(maker(tmp_path / "a", {name: b"{}", "good.json": b"{}"}))
    assert isinstance(refused, RejectedMember)
    assert refused.rule == rule
    assert read == Member("good.json", b"{}")


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_link_or_device_in_a_tar_is_not_read(tmp_path: Path, kind: bytes) -> None:
    (refused,) = read_all(a_tar(tmp_path / "a", {}, a_link("x.geojson", kind)))
    assert isinstance(refused, RejectedMember)
    assert refused.rule == "member_is_a_file"


def test_link_in_a_zip_is_not_read(tmp_path: Path) -> None:
    (refused,) = read_all(a_zip(tmp_path / "a", {"x.geojson": b"/etc/passwd"}, mode=0o120777))
    assert isinstance(refused, RejectedMember)
    assert refused.rule == "member_is_a_file"


def test_link_and_archive_in_a_folder_are_not_read(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, days_of_boxes(1))
    (folder / "link.geojson").symlink_to(folder / a_daily("20250101"))
    a_zip(folder / "inner.zip", days_of_boxes(1))
    batch = ingest(Workspace(tmp_path / "ws"), a_pipeline(), folder).batch
    assert (batch.files_in, batch.files_accepted, batch.files_quarantined) == (3, 1, 2)
    assert set(issues(tmp_path, batch)["rule"]) == {"member_is_a_file", "file_is_no_archive"}


@pytest.mark.parametrize("maker", [a_tar, a_zip])
def test_member_that_is_too_large_is_set_aside_and_the_next_one_read(
    tmp_path: Path, maker: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    path = maker(tmp_path / "a", {"big.json": b" " * 5000, "good.json": b"{}"})
    refused, read = read_all(path, member_bytes=4000)
    assert isinstance(refused, RejectedMember)
    assert refused.rule == "member_is_small_enough"
    assert read == Member("good.json", b"{}")


@pytest.mark.parametrize("name", ["maps.tar.xz", "maps.tar.gz", "maps.zip"])
@pytest.mark.parametrize("limits", [{"total_bytes": 3 << 20}, {"members": 2}])
def test_archive_beyond_its_limits_is_refused(
    tmp_path: Path, name: str, limits: dict[str, int]
) -> None:
    bomb = {f"{n}.json": bytes(1 << 20) for n in range(5)}
    with pytest.raises(TooLarge):
        read_all(MAKERS[name](tmp_path / name, bomb), **limits)


def test_archive_that_swells_beyond_the_ratio_is_refused(tmp_path: Path) -> None:
    path = a_tar(tmp_path / "a", {f"{n}": bytes(40 << 20) for n in range(2)}, mode="w:xz")
    with pytest.raises(TooLarge):
        read_all(path, ratio=100)


def test_header_that_claims_to_be_huge_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.pax_headers = {"comment": "x" * (3 << 20)}
    with pytest.raises(TooLarge):
        read_all(a_tar(tmp_path / "a", {}, info))


@pytest.mark.parametrize("name", sorted(set(MAKERS) - {"maps.zip"}))
def test_archive_cut_short_is_refused_as_broken(tmp_path: Path, name: str) -> None:
    rng = np.random.default_rng(0)
    path = MAKERS[name](tmp_path / name, {"x.geojson": rng.bytes(200_000)})
    path.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(InvalidInput, match="cannot be read to its end"):
        read_all(path)


def test_two_xz_streams_in_one_file_are_read_as_one(tmp_path: Path) -> None:
    plain = a_tar(tmp_path / "plain", {"x.json": b"{}" * 9000}).read_bytes()
    path = tmp_path / "a.tar.xz"
    path.write_bytes(lzma.compress(plain[:4000]) + lzma.compress(plain[4000:]) + bytes(8))
    assert read_all(path) == [Member("x.json", b"{}" * 9000)]


def test_nothing_is_written_outside_raw_and_batches(tmp_path: Path) -> None:
    path = a_tar(tmp_path / "a.tar", {"../evil.geojson": b"{}", **days_of_boxes(1)})
    ingest(Workspace(tmp_path / "ws"), a_pipeline(), path)
    assert {each.name for each in tmp_path.iterdir()} == {"a.tar", "ws"}
    assert {each.name for each in (tmp_path / "ws").iterdir()} == {"raw", "batches", ".lock"}


def test_deeply_nested_collections_are_no_danger() -> None:
    nested = '{"type":"GeometryCollection","geometries":[' * 200 + "]}" * 200
    assert read_shape(nested.encode(), Coverage(COUNTRY, Expectations())).geometry is None


def test_every_rule_used_has_its_words() -> None:
    folder = Path(geodata.ingest.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    assert all(text.count(f'"{rule}"') > 1 for rule in RULES)
