"""Is the wheel enough by itself: every file in it, and `lodeline serve` in an empty folder?"""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest
from served_really import free_port, wait_until_ready
from test_house import PACKAGES, ROOT, committed_files

pytestmark = pytest.mark.xdist_group("server")
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "NOTICE", *PACKAGES)
"""What the image copies before it installs."""
PATHS = (
    *("/", "/map", "/static/map/main.js", "/static/lodeline.css", "/map/lodeline.qgz"),
    *("/fonts/Lodeline%20Regular/0-255.pbf", "/tiles/basemap/0/0/0", "/docs"),
    *("/static/maplibre/maplibre-gl.js", "/reserves?f=html", "/claims?f=html"),
)
"""Files of every kind: pages, scripts, styles, letters, tables, a template."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of a copy of the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        place = ROOT / name
        copy = shutil.copytree if place.is_dir() else shutil.copy
        copy(place, folder / name)  # type: ignore[operator]
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index",
               "--no-build-isolation", "--wheel-dir", "dist", "."]  # fmt: skip
    done = subprocess.run(  # noqa: S603 - our own sources
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (built,) = (folder / "dist").glob("*.whl")
    return built


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    names = {str(path.relative_to(ROOT)) for path in committed_files()}
    wanted = {name for name in names if name.partition("/")[0] in PACKAGES}
    assert wanted - held == set()
    assert {name.partition("/")[0] for name in held if ".dist-info/" not in name} == set(PACKAGES)
    assert len([name for name in wanted if "/static/" in name or "/pages/" in name]) > 60


def test_the_image_copies_what_the_wheel_is_built_of() -> None:
    recipe = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = {word for line in recipe.splitlines() if line.startswith("COPY ")
              for word in line.split()[1:-1]}  # fmt: skip
    assert set(SOURCES) <= copied


def test_serve_needs_the_wheel_alone_and_is_quick_the_second_time(
    wheel: Path, tmp_path: Path
) -> None:
    """No checkout, no make: an empty folder, in which it builds its first release."""
    site, here = tmp_path / "site", tmp_path / "here"
    here.mkdir()
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
               "--target", str(site), str(wheel)]  # fmt: skip
    subprocess.run(command, check=True, timeout=300)  # noqa: S603 - our own wheel
    imported = subprocess.run(
        [sys.executable, "-c", "import service; print(service.__file__)"],
        env={**os.environ, "PYTHONPATH": str(site)}, cwd=here, capture_output=True, check=True,
    )  # fmt: skip
    assert imported.stdout.decode().startswith(str(site)), "or the checkout is tried"
    said = [_served(site, here) for _ in range(2)]
    assert "no release yet: building one from the packaged data" in said[0]
    assert "building" not in said[1]
    assert len(list((here / "workspace" / "releases").glob("r*"))) == 1


def _served(site: Path, here: Path) -> str:
    """Serve from a folder, ask for a few pages and their files, stop; what was said."""
    port = free_port()
    log = here.parent / "serve.log"
    unset = {name for name in os.environ if name.startswith("LODELINE_")}
    environment = {k: v for k, v in os.environ.items() if k not in unset}
    environment |= {"PYTHONPATH": str(site), "PORT": str(port)}
    with log.open("wb") as stream:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, str(site / "bin" / "lodeline"), "serve"],
            cwd=here, env=environment, stdout=stream, stderr=stream,
        )  # fmt: skip
    try:
        base = f"http://127.0.0.1:{port}"
        wait_until_ready(base, process, log)
        for path in PATHS:
            with urlopen(base + path, timeout=60) as answer:  # noqa: S310 - our own server
                assert answer.status == 200
                assert answer.read()
    finally:
        process.terminate()
        process.wait(30)
    return log.read_text()
