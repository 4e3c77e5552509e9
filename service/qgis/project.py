"""What is in the project for QGIS: its layers in order, where it looks, and its days."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from geodata.control.sources import SourceSelection
from geodata.tiles.grid import HALF_WORLD_M, Bounds, to_units
from service.qgis import layers
from service.qgis.layers import Collections, Layer, rgba
from service.styles.document import Scene
from service.styles.palette import Palette

TITLE = "Lodeline"
_SRSID = {"EPSG:3857": "3857", "EPSG:4326": "3452"}
"""QGIS's own numbers: without one it does not look at the code."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Project:
    """What is to be opened. begins: the first day of the source. bounds: CRS84, to look at.

    behind: the map behind the day in words.
    """

    collections: Collections
    scene: Scene
    palette: Palette
    begins: date
    bounds: Bounds
    about: str
    behind: str

    @property
    def choice(self) -> SourceSelection:
        """Whose map, and the day it is made for."""
        return self.scene.choice


def qgs(project: Project) -> bytes:
    """The project as XML."""
    sea = rgba(project.palette.basemap["sea"]).split(",")
    text = _template().render(
        title=f"{TITLE}, {project.choice.day} ({project.behind})",
        release=project.scene.release,
        layers=list(_layers(project)),
        extent=_extent(project.bounds),
        sea=dict(zip(("Red", "Green", "Blue"), sea, strict=False)),
        base=project.collections.base,
        day=project.choice.day,
        about=project.about,
        begins=project.begins,
        ends=(project.choice.asof or project.choice.day) + timedelta(days=1),
    )
    return text.encode()


def qgz(content: bytes) -> bytes:
    """The same packed: QGIS's other form. The same bytes whenever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("lodeline.qgs", _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@cache
def _template() -> Template:
    """The project's XML, in which every value is escaped."""
    environment = Environment(
        loader=PackageLoader("service", "qgis"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["SRSID"] = _SRSID
    environment.filters["rgba"] = rgba
    return environment.get_template("lodeline.qgs")


def _layers(project: Project) -> Iterator[Layer]:
    """From the top down; tiles where there are any. What is shown at first is of one day."""
    at, palette, scene = project.collections, project.palette, project.scene
    tiles = {n: layers.tiles_address(scene.tiles[n], a) for n, a in scene.tilesets.items()}
    yield layers.deposits(at, palette, scene.lang)
    yield layers.spans(at, palette)
    yield layers.land(at, palette)
    if not at.chosen:
        yield layers.land_on_day(at, palette, shown="control" not in tiles)
    if "control" in tiles:
        yield layers.land_tiles(tiles["control"], palette, project.choice)
    if "basemap" in tiles:
        yield layers.base_map(tiles["basemap"], palette.basemap, scene.lang)


def _extent(bounds: Bounds) -> dict[str, str]:
    """A box of degrees in metres of EPSG:3857, by QGIS's names."""
    west, south, east, north = bounds
    units = to_units(np.array([[west, north], [east, south]]), 0) / 4096
    (left, top), (right, bottom) = ((units * 2 - 1) * HALF_WORLD_M).tolist()
    metres = left, -bottom, right, -top
    return dict(zip(("xmin", "ymin", "xmax", "ymax"), map(repr, metres), strict=True))
