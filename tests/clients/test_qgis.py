"""QGIS, headless, opens a collection as a user would."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from served import DEPOSITS, copied
from served_really import server_over

from geodata.release.publish import publish
from geodata.workspace import Workspace

pytestmark = pytest.mark.xdist_group("clients")
QGIS_PYTHON = "/usr/bin/python3"


@pytest.fixture(scope="module")
def qgis() -> str:
    """The Python that has QGIS."""
    if not Path(QGIS_PYTHON).exists() or _run([QGIS_PYTHON, "-c", "import qgis.core"]).returncode:
        pytest.skip("QGIS for Python is not installed (Debian: python3-qgis)")
    return QGIS_PYTHON


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=180, env=environment
    )


def _read(qgis: str, served: str, collection: str, expression: str, png: Path) -> dict[str, object]:
    script = str(Path(__file__).with_name("qgis_read.py"))
    done = _run([qgis, script, served, collection, "36,46,38,48", expression, str(png)])
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def test_qgis_counts_filters_and_draws_the_deposits(qgis: str, served: str, tmp_path: Path) -> None:
    found = _read(qgis, served, "deposits", "\"commodity\" = 'lithium'", tmp_path / "map.png")
    assert found["valid"]
    assert found["features"] == DEPOSITS
    assert found["filtered"] == 8
    assert 0 < int(str(found["boxed"])) < DEPOSITS
    assert int(str(found["pixels"])) > 50
    assert (tmp_path / "map.png").stat().st_size > 1000


def test_qgis_reads_the_cells_of_control(qgis: str, served: str, tmp_path: Path) -> None:
    found = _read(qgis, served, "control", "\"status\" = 'contested'", tmp_path / "map.png")
    assert found["valid"]
    assert {"source", "status", "valid_from", "valid_to"} <= set(found["fields"])  # type: ignore[call-overload]
    assert 0 < int(str(found["filtered"])) < int(str(found["features"]))
    assert int(str(found["pixels"])) > 1000


def test_qgis_reads_one_day_of_control_by_its_name(qgis: str, served: str, tmp_path: Path) -> None:
    """It has no way to send `datetime`."""
    counts = set()
    for day in ("2025-02-25", "2025-07-15"):
        target = tmp_path / f"{day}.png"
        found = _read(qgis, served, f"control-on-{day}", "\"status\" = 'occupied'", target)
        with urlopen(f"{served}/collections/control/items?datetime={day}", timeout=60) as answer:
            assert found["features"] == json.load(answer)["numberMatched"]
        assert 0 < int(str(found["filtered"])) < int(str(found["features"]))
        assert int(str(found["pixels"])) > 1000
        counts.add(found["features"])
    assert len(counts) == 2


def _project(qgis: str, base: str, words: str, folder: Path, form: str = "qgs") -> dict[str, Any]:
    """What QGIS makes of the project, drawn as it opens and on two days."""
    target = folder / f"lodeline.{form}"
    with urlopen(f"{base}/map/lodeline.{form}?{words}", timeout=60) as answer:
        target.write_bytes(answer.read())
    script = str(Path(__file__).with_name("qgis_project.py"))
    done = _run([qgis, script, str(target), str(folder), "2025-06-25", "2025-07-05"])
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    assert found["opened"]
    assert all(layer["valid"] for layer in found["layers"])
    return found


@pytest.mark.parametrize("form", ["qgs", "qgz"])
def test_qgis_opens_the_project_on_one_day_with_every_layer_drawn(
    qgis: str, served: str, tmp_path: Path, form: str
) -> None:
    found = _project(qgis, served, "date=2025-02-25", tmp_path, form)
    assert found["crs"] == "EPSG:3857"
    assert found["shown"] == ["lodeline_deposits", "lodeline_control_tiles", "lodeline_basemap"]
    assert found["controller"] == ["2025-02-25T00:00:00Z", "2025-02-25T23:59:59Z"]
    assert found["alone"]["lodeline_basemap"] > 40_000
    # Tiles and features show the same land, to the generalisation of tiles.
    tiles, features = (found["alone"][f"lodeline_control_{n}"] for n in ("tiles", "day"))
    assert abs(tiles - features) < 0.02 * features
    assert tiles < 0.8 * found["alone"]["lodeline_control"], "or all days lie on one another"
    assert not {own["id"] for own in found["layers"] if own["temporal"]} & set(found["shown"])


def test_the_layers_through_time_draw_another_line_ten_days_later(
    qgis: str, served: str, tmp_path: Path
) -> None:
    found = _project(qgis, served, "", tmp_path)
    assert found["range"][0] == "2014-02-27T00:00:00Z"
    held = {layer["id"]: layer for layer in found["layers"]}
    assert held["lodeline_control"]["temporal"]
    assert held["lodeline_control"]["fields"] == ["valid_from", "valid_to"]
    assert held["lodeline_control"]["values"] == ["occupied", "contested"]
    assert held["lodeline_timelines"]["temporal"]
    assert min(found["pixels"].values()) > 1000
    assert (tmp_path / "2025-06-25.png").read_bytes() != (tmp_path / "2025-07-05.png").read_bytes()


def test_after_a_publication_the_project_opens_again_with_its_release_and_without(
    qgis: str, two_releases: Workspace, tmp_path: Path
) -> None:
    """The second release lacks a deposit."""
    mine = copied(two_releases, tmp_path / "ws")
    first, second = mine.release_ids()
    publish(mine, first)
    words = "date=2025-02-25"
    with server_over(mine.root) as base:
        before = [_project(qgis, base, w, tmp_path) for w in (words, f"{words}&release={first}")]
        publish(mine, second)
        await_release(base, second)
        pinned = _project(qgis, base, f"{words}&release={first}", tmp_path)
        current = _project(qgis, base, words, tmp_path)
    counts = [_counted(found) for found in (*before, pinned, current)]
    assert counts == [DEPOSITS, DEPOSITS, DEPOSITS, DEPOSITS - 1]
    assert pinned["alone"] == before[1]["alone"]


def await_release(base: str, release: str) -> None:
    """Wait until a server has a release open."""
    for _ in range(150):
        with urlopen(f"{base}/readyz", timeout=10) as answer:
            if json.load(answer)["release"] == release:
                return
        time.sleep(0.2)
    pytest.fail("the release was not opened")


def _counted(found: dict[str, Any]) -> int:
    (layer,) = [own for own in found["layers"] if own["id"] == "lodeline_deposits"]
    return int(layer["features"])
