"""A release of users' layers: the files of `tests/cases`, and as odd ones made here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from ogr_inputs import a_collection, a_feature, a_file
from releases import coarse_rasters

from geodata.ingest import VectorOptions, VectorPipeline, ingest
from geodata.release.build import build
from geodata.release.publish import publish
from geodata.workspace import Workspace

CASES = Path(__file__).parent / "cases"
IDS = ("a/b", "100%", "a%2Fb?c#d", "ї ü +&;=\"'<", "a\\b", " x ", "versions", "7")
ASTRAY = ("x/versions", "..", ".", "a//b", "a/../b", "/a", "a/")
WIDE = (1 - 2**63, 2**63 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 0, None)
SPANS = (
    ("2024-01-01T06:00:00Z", "2024-01-01"), ("2024-01-01T23:00:00-02:00", "2024-01-03"),
    (None, "2023-06-30"), ("2024-02-01T00:00:00Z", None), (None, None),
)  # fmt: skip

LISTED = (
    ([2014, 2022], [0.5, 2.0], ["2014-03-01", "2022-02-24"], ["a", "b"]),
    ([2022, 2**53 + 1], [2.0], ["2022-02-24"], ["b"]),
    ([], [], [], []),
    (None, None, None, None),
)


def made_layers(folder: Path) -> Iterator[tuple[Path, dict[str, object]]]:
    """Files of our own, and what is said of them."""
    wide = [a_feature(n=n, wide=value, half=None if value is None else float(value) / 2)
            for n, value in enumerate(WIDE)]  # fmt: skip
    named = [{**a_feature(n=n), "id": text} for n, text in enumerate((*IDS, *ASTRAY))]
    spans = [a_feature(n=n, opened=a, shut=b) for n, (a, b) in enumerate(SPANS)]
    days = [a_feature(n=n, day=day) for n, day in enumerate(("0001-01-01", "9999-12-31"))]
    fine = [a_feature(n=n, time=text) for n, text in enumerate((
        "1969-12-31T23:59:59.999Z", "1905-01-22T12:00:00.123456789Z", "0001-01-01T00:00:00.5Z",
        "1969-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999Z",
    ))]  # fmt: skip
    lists = [a_feature(n=n, years=a, shares=b, days=c, words=d)
             for n, (a, b, c, d) in enumerate(LISTED)]  # fmt: skip
    for name, features, options in (
        ("lists", lists, {}),
        ("wide", wide, {}), ("named", named, {}), ("edges", days, {}), ("fine", fine, {}),
        ("spans", spans, {"begin": "opened", "end": "shut", "closed": True}),
    ):  # fmt: skip
        yield a_file(folder / f"{name}.geojson", a_collection(*features)), options
    yield CASES / "vt.geojson", {"id": "vt-closed", "closed": True}


def layers_released(root: Path) -> None:
    """A published release of all the cases and of those made here."""
    place = Workspace(root)
    root.mkdir()
    files = [(path, {"id": path.name.replace(".csv", "-csv").removesuffix(".geojson")})
             for path in sorted(CASES.iterdir())]  # fmt: skip
    for path, options in (*files, *made_layers(root)):
        batch = ingest(place, VectorPipeline(VectorOptions(**options)), path).batch  # type: ignore[arg-type]
        assert batch.verdict == "accepted", path
    with pytest.MonkeyPatch.context() as patch:
        coarse_rasters(patch)
        publish(place, build(place).id)
