"""What is in the project for QGIS: its layers in order, where it looks, and its days."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree.ElementTree import Element, SubElement, tostring

import numpy as np

from geodata.store.choice import Choice
from geodata.tiles.grid import HALF_WORLD_M, Bounds, to_units
from service.qgis import features, tiles
from service.qgis.elements import box, reference_system, rgba, texts
from service.styles.document import Scene
from service.styles.palette import Palette

TITLE = "Lodeline"
CRS = "EPSG:3857"
_VERSION = "3.22.0-Białowieża"
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)
Layers = list[tuple[Element, bool]]
"""Layers from the top down, and whether they are shown at first."""


@dataclass(frozen=True)
class Project:
    """What is to be opened. begins: the first day of the source. bounds: CRS84, to look at."""

    base: str
    scene: Scene
    palette: Palette
    begins: date
    bounds: Bounds
    about: str

    @property
    def choice(self) -> Choice:
        """Whose map, and the day it is made for."""
        return self.scene.choice


def qgs(project: Project) -> bytes:
    """The project as XML."""
    layers = _layers(project)
    root = Element("qgis", version=_VERSION, projectname=TITLE)
    texts(root, {"title": f"{TITLE}, release {project.scene.release}"})
    reference_system(root, CRS, "projectCrs")
    _tree(root, layers)
    _canvas(root, project.bounds)
    held = SubElement(root, "projectlayers")
    held.extend(layer for layer, _ in layers)
    _properties(root, project.palette.basemap["sea"])
    _metadata(root, project)
    _view(root, project.bounds)
    _days(root, project)
    return (_DOCTYPE + tostring(root, encoding="unicode")).encode()


def qgz(content: bytes) -> bytes:
    """The same packed: QGIS's other form. The same bytes whenever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("lodeline.qgs", _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _layers(project: Project) -> Layers:
    choice, palette, lang = project.choice, project.palette, project.scene.lang
    spans, land = (
        features.Items(project.base, name, choice.source) for name in ("timelines", "control")
    )
    found: Layers = [
        (features.deposits_layer("lodeline_deposits", "Deposits by verdict today, with names",
                                 features.Items(project.base, "deposits"), palette, lang), False),
        (features.spans_layer("lodeline_timelines", "Deposits through time", spans, palette), True),
        (features.land_layer("lodeline_control", f"Control through time ({choice.source})", land,
                             palette), True),
    ]  # fmt: skip
    return found + _tiled(project, lang)


def _tiled(project: Project, lang: str) -> Layers:
    """Layers of the tilesets there are."""
    scene, palette = project.scene, project.palette
    sources = {n: tiles.tile_source(scene.tiles[n], a) for n, a in scene.tilesets.items()}
    found: Layers = []
    if "control" in sources:
        layer = tiles.tile_layer(
            "lodeline_control_tiles",
            f"Control on {project.choice.day} ({project.choice.source}), tiles",
            sources["control"],
            tiles.land(palette, project.choice),
            opacity=palette.opacity,
        )
        found.append((layer, False))
    if "basemap" in sources:
        own = palette.basemap
        layer = tiles.tile_layer(
            "lodeline_basemap",
            "Base map",
            sources["basemap"],
            tiles.ground(own),
            tiles.names(own),
            lang=lang,
        )
        found.append((layer, True))
    return found


def _tree(root: Element, layers: Layers) -> None:
    group = SubElement(root, "layer-tree-group")
    for layer, shown in layers:
        SubElement(
            group,
            "layer-tree-layer",
            id=layer.findtext("id", ""),
            name=layer.findtext("layername", ""),
            source=layer.findtext("datasource", ""),
            providerKey=layer.findtext("provider", ""),
            checked="Qt::Checked" if shown else "Qt::Unchecked",
            expanded="1" if shown and layer.get("type") == "vector" else "0",
        )


def _canvas(root: Element, bounds: Bounds) -> None:
    canvas = SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    texts(canvas, {"units": "meters"})
    box(canvas, "extent", _metres(bounds))
    texts(canvas, {"rotation": "0"})
    reference_system(canvas, CRS, "destinationsrs")


def _properties(root: Element, sea: str) -> None:
    """What no layer covers is sea; and the project's coordinates hold."""
    properties = SubElement(root, "properties")
    system = SubElement(properties, "SpatialRefSys")
    SubElement(system, "ProjectionsEnabled", type="int").text = "1"
    gui = SubElement(properties, "Gui")
    for name, part in zip(("Red", "Green", "Blue"), rgba(sea).split(","), strict=False):
        SubElement(gui, f"CanvasColor{name}Part", type="int").text = part


def _metadata(root: Element, project: Project) -> None:
    held = SubElement(root, "projectMetadata")
    texts(held, {"identifier": project.base, "type": "project", "title": TITLE,
                 "abstract": project.about})  # fmt: skip


def _view(root: Element, bounds: Bounds) -> None:
    names: Mapping[str, float] = dict(
        zip(("xmin", "ymin", "xmax", "ymax"), _metres(bounds), strict=True)
    )
    settings = SubElement(root, "ProjectViewSettings", UseProjectScales="0", rotation="0")
    extent = SubElement(
        settings, "DefaultViewExtent", {name: repr(value) for name, value in names.items()}
    )
    reference_system(extent, CRS)


def _days(root: Element, project: Project) -> None:
    """The temporal controller: day by day from the first of the record to the one asked."""
    settings = SubElement(
        root,
        "ProjectTimeSettings",
        timeStep="1",
        timeStepUnit="d",
        frameRate="10",
        cumulativeTemporalRange="0",
    )
    after = project.choice.day + timedelta(days=1)
    span = SubElement(settings, "TemporalRange")
    texts(span, {"start": f"{project.begins}T00:00:00Z", "end": f"{after}T00:00:00Z"})


def _metres(bounds: Bounds) -> Bounds:
    """A box of degrees in metres of EPSG:3857."""
    west, south, east, north = bounds
    units = to_units(np.array([[west, north], [east, south]]), 0) / 4096
    (left, top), (right, bottom) = ((units * 2 - 1) * HALF_WORLD_M).tolist()
    return left, -bottom, right, -top
