"""Is everything in order: versions, workspace, releases, and what could be mended."""

import platform
import sys
from importlib.metadata import version

import typer

from geodata.errors import LodelineError
from geodata.release.publish import verify
from geodata.workspace import Workspace
from service.cli.show import Json, show_json, show_table, workspace
from service.settings import settings_of_environment

LIBRARIES = (
    "shapely",
    "geopandas",
    "pyproj",
    "pyogrio",
    "pyarrow",
    "fastapi",
    "granian",
    "pydantic",
)


def doctor(as_json: Json = False) -> None:
    """Check the installation and the published release; exit status 1 where something is wrong."""
    place = workspace()
    checks = [
        ("python", "ok", platform.python_version()),
        *((name, "ok", version(name)) for name in LIBRARIES),
        ("workspace", "ok", str(place.root.resolve())),
        ("sources asked in order", "ok", ", ".join(settings_of_environment().source_priority)),
        ("releases", "ok", str(len(place.release_ids()))),
        _published(place),
    ]
    if as_json:
        show_json([{"check": c, "state": s, "found": f} for c, s, f in checks])
    else:
        show_table("doctor", ["check", "state", "found"], checks)
    if any(state == "wrong" for _, state, _ in checks):
        sys.stdout.flush()
        raise typer.Exit(1)


def _published(place: Workspace) -> tuple[str, str, str]:
    current = place.current_id()
    if current is None:
        return "published release", "missing", "none; lodeline release build --publish"
    try:
        return "published release", "ok", f"{verify(place, current).id}, verified"
    except LodelineError as error:
        return "published release", "wrong", error.detail
