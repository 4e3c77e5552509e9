"""QGIS, headless, opens a collection as a user would."""

import json
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest
from served import DEPOSITS

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


def test_qgis_opens_the_project_and_draws_another_line_ten_days_later(
    qgis: str, served: str, tmp_path: Path
) -> None:
    target = tmp_path / "lodeline.qgs"
    with urlopen(f"{served}/map/lodeline.qgs", timeout=60) as answer:
        target.write_bytes(answer.read())
    script = str(Path(__file__).with_name("qgis_project.py"))
    done = _run([qgis, script, str(target), str(tmp_path), "2025-06-25", "2025-07-05"])
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert found["opened"]
    assert found["crs"] == "EPSG:3857"
    assert found["range"][0] == "2014-02-27T00:00:00Z"
    assert all(layer["valid"] for layer in found["layers"])
    held = {layer["id"]: layer for layer in found["layers"]}
    assert held["lodeline_control"]["temporal"]
    assert held["lodeline_control"]["fields"] == ["valid_from", "valid_to"]
    assert held["lodeline_control"]["values"] == ["occupied", "contested"]
    assert held["lodeline_timelines"]["temporal"]
    assert min(found["pixels"].values()) > 1000
    assert (tmp_path / "2025-06-25.png").read_bytes() != (tmp_path / "2025-07-05.png").read_bytes()
