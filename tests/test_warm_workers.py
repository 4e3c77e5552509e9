"""Is a forked worker to the tests what a worker is outside of them?"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import ogr_inputs
import pytest
import raster_inputs
from warm_workers import WarmWorkers, is_worker

from geodata.ingest import sandbox
from geodata.ingest.sandbox import run_command as started_anew
from schemas import Batch


@pytest.fixture
def cold(warm_workers: WarmWorkers, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """Workers are started as outside the tests."""
    monkeypatch.setattr(sandbox, "run_command", started_anew)


def vector(folder: Path) -> Batch:
    return ogr_inputs.ingested_features(folder, ogr_inputs.a_feature(name="Полохівське"))


def broken_vector(folder: Path) -> Batch:
    return ogr_inputs.ingested(folder, ogr_inputs.a_file(folder / "x.geojson", b'{"type": "F'))


def raster(folder: Path) -> Batch:
    path = folder / "slope.tif"
    cells = np.arange(48, dtype=np.float32).reshape(6, 8)
    return raster_inputs.ingested(folder, raster_inputs.a_geotiff(path, cells))


def ingested(folder: Path, ingest: Callable[[Path], Batch]) -> dict[str, Any]:
    """What became of an input, without the moment; the text of the error where it is refused."""
    folder.mkdir()
    try:
        batch = ingest(folder)
    except Exception as error:  # noqa: BLE001 - both ways must refuse alike
        return {"refused": str(error)}
    return {**batch.model_dump(mode="json"), "ingested": None}


@pytest.mark.parametrize("ingest", [vector, broken_vector, raster])
def test_an_input_becomes_the_same_batch_as_by_a_worker_started_anew(
    ingest: Callable[[Path], Batch],
    warm_workers: WarmWorkers,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    runs = warm_workers.runs
    warm = ingested(tmp_path / "warm", ingest)
    assert warm_workers.runs == runs + 1, "the worker was not forked: is it started in another way?"
    request.getfixturevalue("cold")
    assert ingested(tmp_path / "cold", ingest) == warm
    assert warm_workers.runs == runs + 1


def worker(folder: Path, script: str, **env: str) -> dict[str, Any]:
    """Arguments of a run of a worker that is a script."""
    path = folder / "worker.py"
    path.write_text(script)
    return {"command": [sys.executable, "-I", str(path), "one", "two"], "env": env}


def test_a_worker_has_its_arguments_and_its_environment_and_no_more(
    warm_workers: WarmWorkers, tmp_path: Path
) -> None:
    script = (
        "import json, os, sys\n"
        "print(json.dumps([sys.argv[1:], dict(os.environ), __name__, sys.flags.isolated]))\n"
        "print('a word', file=sys.stderr)\n"
    )
    done = warm_workers.run(**worker(tmp_path, script, GDAL_SKIP="all", LC_CTYPE="C.UTF-8"))

    wanted = [["one", "two"], {"GDAL_SKIP": "all", "LC_CTYPE": "C.UTF-8"}, "__main__", 1]
    assert json.loads(done.stdout) == wanted
    assert (done.returncode, done.stderr) == (0, b"a word\n")


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit('no')", 1),
        ("raise ValueError('no')", 1),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", -11),
        ("import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass", -9),
    ],
)
def test_a_worker_ends_as_a_process_does(
    warm_workers: WarmWorkers, tmp_path: Path, script: str, status: int
) -> None:
    assert warm_workers.run(**worker(tmp_path, script)).returncode == status
    assert warm_workers.run(**worker(tmp_path, "")).returncode == 0, "and the next one runs"


def test_a_worker_that_takes_too_long_is_killed(warm_workers: WarmWorkers, tmp_path: Path) -> None:
    waiting = worker(tmp_path, "import time; time.sleep(600)")
    with pytest.raises(subprocess.TimeoutExpired):
        warm_workers.run(**waiting, timeout=0.1)


def test_a_worker_changes_nothing_for_the_next(warm_workers: WarmWorkers, tmp_path: Path) -> None:
    change = "import os, sys, json\nos.environ['A'] = 'b'\njson.x = 1\nos.chdir('/')"
    look = "import os, json\nprint('A' in os.environ, hasattr(json, 'x'), os.getpid())"
    warm_workers.run(**worker(tmp_path, change))
    first, second = (warm_workers.run(**worker(tmp_path, look)).stdout.split() for _ in range(2))
    assert first[:2] == [b"False", b"False"]
    assert len({first[2], second[2], str(os.getpid()).encode()}) == 3, "each is its own process"


def test_only_workers_are_forked() -> None:
    launched = [sys.executable, "-I", "-c", sandbox.LAUNCHER, "1", "{}"]
    assert is_worker([*launched, "/a/worker.py", "{}"])
    assert not is_worker([*launched, "/a/other.py", "{}"])
    assert not is_worker([sys.executable, "-I", "/a/worker.py"])
    assert not is_worker([sys.executable, "-m", "service.cli"])
    assert not is_worker("worker.py")
