"""Run by the Python that has QGIS: opens a project, tells what is in it, draws it.

It is drawn as it opens (`opened`), each layer by itself, and what follows time on days.
Arguments: project, folder for pictures, days; JSON on stdout.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QGIS_CUSTOM_CONFIG_PATH"] = tempfile.mkdtemp(prefix="qgis-profile-")
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="qgis-cache-")

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsDateTimeRange,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QSize, Qt, QTime
from qgis.PyQt.QtGui import QColor


def told(layer) -> dict[str, object]:  # noqa: ANN001 - QGIS has no stubs
    """What QGIS makes of a layer."""
    times = layer.temporalProperties()
    fields = getattr(times, "startField", str)(), getattr(times, "endField", str)()
    return {
        "id": layer.id(),
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "provider": layer.providerType(),
        "features": sum(1 for _ in layer.getFeatures()) if hasattr(layer, "getFeatures") else None,
        "temporal": bool(times and times.isActive()),
        "fields": fields,
        "values": [c.value() for c in layer.renderer().categories()]
        if hasattr(layer.renderer(), "categories")
        else [style.layerName() for style in layer.renderer().styles()],
    }


def moment(text: str) -> "QDateTime":
    """Midnight of a day, UTC."""
    return QDateTime(QDate.fromString(text, Qt.ISODate), QTime(0, 0), Qt.UTC)


def drawn(project: "QgsProject", layers: list, target: str, day: str = "") -> int:
    """Draw layers, on a day where one is given; how many pixels are not the colour of the sea."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(project.crs())
    settings.setExtent(project.viewSettings().defaultViewExtent())
    settings.setOutputSize(QSize(900, 600))
    settings.setBackgroundColor(project.backgroundColor())
    if day:
        span = QgsDateTimeRange(moment(day), moment(day).addDays(1), True, False)  # noqa: FBT003
        settings.setTemporalRange(span)
        settings.setIsTemporal(True)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(target)
    sea = QColor(project.backgroundColor())
    pixels = ((x, y) for x in range(0, 900, 3) for y in range(0, 600, 3))
    return sum(image.pixelColor(x, y) != sea for x, y in pixels)


def widget(project: "QgsProject", name: str) -> str:
    """What the temporal controller of QGIS starts from."""
    return project.readEntry("TemporalControllerWidget", f"/{name}")[0]


def main() -> None:
    """Open, tell, draw."""
    path, folder, *days = sys.argv[1:]
    QgsApplication.setPrefixPath("/usr", True)  # noqa: FBT003 - Qt's own signature
    application = QgsApplication([], False)  # noqa: FBT003
    application.initQgis()
    project = QgsProject.instance()
    opened = project.read(path)
    tree = project.layerTreeRoot()
    layers = [node.layer() for node in tree.findLayers()]
    shown = [node.layer() for node in tree.findLayers() if node.isVisible()]
    moving = [layer for layer in layers if told(layer)["temporal"]]
    span = project.timeSettings().temporalRange()
    found = {
        "version": Qgis.QGIS_VERSION,
        "opened": opened,
        "title": project.title(),
        "crs": project.crs().authid(),
        "range": [t.toString(Qt.ISODate) for t in (span.begin(), span.end())],
        "controller": [widget(project, n) for n in ("StartDateTime", "EndDateTime")],
        "layers": [told(layer) for layer in layers],
        "shown": [layer.id() for layer in shown],
        "whole": drawn(project, shown, str(Path(folder) / "opened.png")),
        "alone": {
            layer.id(): drawn(project, [layer], str(Path(folder) / f"{layer.id()}.png"))
            for layer in layers
        },
        "pixels": {
            day: drawn(project, moving, str(Path(folder) / f"{day}.png"), day) for day in days
        },
        "extent": project.viewSettings().defaultViewExtent().toString(0),
    }
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
    os._exit(0)  # leaving in order is what crashes after network layers


main()
