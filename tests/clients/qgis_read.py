"""Run by the Python that has QGIS: opens a collection, counts, filters, draws; JSON on stdout.

Arguments: URL, collection, box (west,south,east,north), expression, PNG to draw.
"""

import json
import os
import sys
import tempfile

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QGIS_CUSTOM_CONFIG_PATH"] = tempfile.mkdtemp(prefix="qgis-profile-")
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="qgis-cache-")

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def opened(url: str, collection: str) -> "QgsVectorLayer":
    """The collection as QGIS opens it, in pages of 50."""
    source = f" url='{url}' typename='{collection}' pagingEnabled='true' pageSize='50'"
    return QgsVectorLayer(source, collection, "OAPIF")


def counted(layer: "QgsVectorLayer", request: "QgsFeatureRequest") -> int:
    """How many features QGIS gets."""
    return sum(1 for _ in layer.getFeatures(request))


def drawn(layer: "QgsVectorLayer", path: str) -> int:
    """Draw the layer; how many pixels are not background."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    settings.setExtent(QgsRectangle(22, 44, 41, 53))
    settings.setOutputSize(QSize(600, 400))
    settings.setBackgroundColor(QColor(255, 255, 255))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(path)
    white = QColor(255, 255, 255)
    pixels = ((x, y) for x in range(0, 600, 2) for y in range(0, 400, 2))
    return sum(image.pixelColor(x, y) != white for x, y in pixels)


def main() -> None:
    """Open, count, draw, tell."""
    url, collection, box, expression, png = sys.argv[1:6]
    QgsApplication.setPrefixPath("/usr", True)  # noqa: FBT003 - Qt's own signature
    application = QgsApplication([], False)  # noqa: FBT003
    application.initQgis()
    layer = opened(url, collection)
    west, south, east, north = (float(part) for part in box.split(","))
    found = {
        "valid": layer.isValid(),
        "fields": [field.name() for field in layer.fields()],
        "features": counted(layer, QgsFeatureRequest()),
        "boxed": counted(layer, QgsFeatureRequest(QgsRectangle(west, south, east, north))),
        "filtered": counted(layer, QgsFeatureRequest().setFilterExpression(expression)),
        "pixels": drawn(layer, png),
    }
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
    os._exit(0)  # a normal exit after network layers may hang


main()
