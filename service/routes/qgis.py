"""The project for QGIS: this service with its colours and days, in one file."""

from datetime import date

from starlette.responses import Response

from geodata.control.sources import Choice
from geodata.interval import as_days
from geodata.store.embedded import EmbeddedStore
from service.http.context import Ask
from service.http.downloads import download_name
from service.params.core import Param, parse_choice
from service.qgis.project import Project, qgs, qgz
from service.routes.styles import OF_STYLE, scene
from service.styles.palette import palettes

QGS, QGZ = "application/x-qgis-project", "application/x-qgis-project-container"
"""No type is registered for them; those of QGIS's own packages."""
THEME = Param("theme", {"type": "string", "enum": list(palettes()), "default": "light"},
              "Colours of the map.")  # fmt: skip
PROJECT = (*OF_STYLE, THEME)
_ABOUT = (
    "Which mineral reserves lie in which territory on which day. Open the temporal controller to "
    "move through time: land and deposits of the layers \u201cthrough time\u201d follow it. Tiles "
    "are those of release {release}; collections are those the service has when QGIS asks."
)


def project(ask: Ask) -> Response:
    """The project as plain XML."""
    return Response(_content(ask), media_type=QGS)


def packed_project(ask: Ask) -> Response:
    """The same as QGIS packs it."""
    return Response(qgz(_content(ask)), media_type=QGZ)


def project_headers(ask: Ask) -> dict[str, str]:
    """The name of the file."""
    return download_name(f"lodeline.{ask.form}")


def _content(ask: Ask) -> bytes:
    shown = scene(ask)
    west, south, east, north = ask.store.tables.areas.outline.bounds
    return qgs(
        Project(
            base=ask.base.replace("'", "%27"),
            scene=shown,
            palette=palettes()[parse_choice(ask.words, "theme", tuple(palettes()), "light")],
            begins=_first_day(ask.store, shown.choice),
            bounds=(west, south, east, north),
            about=_ABOUT.format(release=ask.release),
        )
    )


def _first_day(store: EmbeddedStore, choice: Choice) -> date:
    """The first day a source shows any land under a status, or the day asked where it is before."""
    control = store.tables.control
    days = control.loc[control["source"] == choice.source, "valid_from"].dropna()
    return choice.day if days.empty else min(as_days(days).min().item(), choice.day)
