"""What do the JSON documents hold that standards ask for? The API document has their schemas.

What is stored has its record in `schemas`, and stands here where links come with it. Nothing is
serialised by these: `formats` and `answers` make the bytes, and a test holds them against these.
"""

from datetime import date
from typing import Any, Literal

from pydantic import RootModel

from schemas.record import Record, Verdict


class Link(Record):
    """A link: where to, in which relation, of which type."""

    href: str
    rel: str
    type: str
    title: str | None = None
    hreflang: str | None = None
    templated: bool | None = None


class LinkTemplate(Record):
    """A link with variables (RFC 6570) and the schema of each."""

    uriTemplate: str  # noqa: N815 - as OGC API - Records has it
    rel: str
    type: str
    title: str | None = None
    variables: dict[str, Any] | None = None


class Geometry(Record):
    """A GeoJSON geometry (RFC 7946)."""

    type: Literal[
        "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon",
        "GeometryCollection",
    ]  # fmt: skip
    coordinates: list[Any] | None = None
    geometries: list[dict[str, Any]] | None = None


class Feature(Record):
    """A GeoJSON feature; its properties are those of its collection's schema."""

    type: Literal["Feature"]
    id: str | int
    geometry: Geometry | None
    properties: dict[str, Any]
    links: list[Link] | None = None


class FeatureCollection(Record):
    """A page of features; of control on one day with whose map it is, of which day and why."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    timeStamp: str  # noqa: N815 - named by OGC API - Features; that of the release
    numberMatched: int  # noqa: N815
    numberReturned: int  # noqa: N815
    source: str | None = None
    control_asof: date | None = None
    stale_days: int | None = None
    source_reason: str | None = None
    links: list[Link]


class Landing(Record):
    """What this is and where to go."""

    title: str
    description: str
    links: list[Link]


class Conformance(Record):
    """Conformance classes met."""

    conformsTo: list[str]  # noqa: N815 - named by OGC API - Common


class FunctionArgument(Record):
    """An argument of a function in filters."""

    title: str
    type: list[str]
    description: str | None = None


class Function(Record):
    """A function in filters."""

    name: str
    description: str
    arguments: list[FunctionArgument]
    returns: list[str]


class Functions(Record):
    """Functions that filters may use."""

    functions: list[Function]


class JsonObject(RootModel[dict[str, Any]]):
    """A document that a standard of others describes."""


class SpatialExtent(Record):
    """Boxes west, south, east, north."""

    bbox: list[tuple[float, float, float, float]]
    crs: str


class TemporalExtent(Record):
    """Intervals of times, null for an open end."""

    interval: list[tuple[str | None, str | None]]


class Extent(Record):
    """Where and when the features of a collection are."""

    spatial: SpatialExtent | None = None
    temporal: TemporalExtent | None = None


class Collection(Record):
    """A collection of features."""

    id: str
    title: str
    description: str
    itemType: Literal["feature"]  # noqa: N815 - named by OGC API - Features
    extent: Extent
    crs: list[str]
    storageCrs: str  # noqa: N815
    links: list[Link]
    notices: list[str] | None = None
    linkTemplates: list[LinkTemplate] | None = None  # noqa: N815 - as OGC API - Records has it


class Collections(Record):
    """All collections."""

    links: list[Link]
    crs: list[str]
    collections: list[Collection]


class Version(Record):
    """What held of a feature between two days, half-open; null for an open end."""

    valid_from: date | None
    valid_to: date | None
    control: Verdict | None = None
    control_source: str | None = None
    control_since: date | None = None
    source_reason: str | None = None
    links: list[Link]


class Versions(Record):
    """All versions of a feature."""

    id: str | int
    release: str
    versions: list[Version]
    links: list[Link]


class StyleEntry(Record):
    """A style of the map in the list."""

    id: str
    title: str
    links: list[Link]


class Styles(Record):
    """Styles of the map."""

    styles: list[StyleEntry]
    default: str
    links: list[Link]


class VectorLayer(Record):
    """A layer of vector tiles (TileJSON 3.0.0)."""

    id: str
    description: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str]


class TileJson(Record):
    """A tileset (TileJSON 3.0.0)."""

    tilejson: str
    name: str
    description: str
    version: str
    scheme: Literal["xyz"]
    tiles: list[str]
    vector_layers: list[VectorLayer]
    minzoom: int
    maxzoom: int
    bounds: tuple[float, float, float, float]
    center: tuple[float, float, float]
    attribution: str
    release: str


class TileMatrixLimits(Record):
    """The tiles of one level that lie within the bounds, ends included."""

    tileMatrix: str  # noqa: N815 - named by OGC 17-083r4
    minTileRow: int  # noqa: N815
    maxTileRow: int  # noqa: N815
    minTileCol: int  # noqa: N815
    maxTileCol: int  # noqa: N815


class TilesetEntry(Record):
    """A tileset in a list."""

    title: str
    dataType: Literal["vector"]  # noqa: N815 - named by OGC 17-083r4
    crs: str
    tileMatrixSetId: str  # noqa: N815
    tileMatrixSetURI: str  # noqa: N815
    tileMatrixSetLimits: list[TileMatrixLimits]  # noqa: N815
    links: list[Link]


class Tileset(TilesetEntry):
    """A tileset in full."""

    description: str
    attribution: str
    boundingBox: dict[str, Any]  # noqa: N815 - named by OGC 17-083r4
    centerPoint: dict[str, Any]  # noqa: N815
    layers: list[dict[str, Any]]


class Tilesets(Record):
    """Tilesets of a collection or of the dataset."""

    tilesets: list[TilesetEntry]
    links: list[Link]


class TileMatrixSetEntry(Record):
    """A grid in the list."""

    id: str
    title: str
    uri: str
    links: list[Link]


class TileMatrixSets(Record):
    """Tile grids."""

    tileMatrixSets: list[TileMatrixSetEntry]  # noqa: N815 - named by OGC 17-083r4
    links: list[Link]


class TileMatrixSet(Record):
    """A grid of tiles (OGC 17-083r4)."""

    id: str
    title: str
    uri: str
    crs: str
    orderedAxes: list[str]  # noqa: N815
    wellKnownScaleSet: str  # noqa: N815
    tileMatrices: list[dict[str, Any]]  # noqa: N815
