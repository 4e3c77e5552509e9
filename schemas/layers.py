"""What is a Layer (vector) and a Raster that a release serves?"""

from typing import Annotated, Literal

from pydantic import Field

from schemas.record import (
    Column,
    ColumnType,
    Day,
    Identifier,
    Latitude,
    Longitude,
    Record,
    described,
)

LAYER_ID = r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$"
"""A layer keeps its own name where a URL can hold it as it is."""
LayerId = Annotated[str, Field(pattern=LAYER_ID)]
RASTER_ID = r"^[A-Za-z0-9_-]{1,64}$"
"""No dot, so that in a URL an id and a file's extension are not mistaken for each other."""
RasterId = Annotated[str, Field(pattern=RASTER_ID)]
CellType = Literal["uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"]
Reading = Literal["quantity", "days"]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class LayerColumn(Record):
    """One property of a layer."""

    name: str = described("Name as in the file.")
    type: ColumnType = described("Type in Lodeline's vocabulary.")
    nullable: bool = described("True where some row has no value.", default=True)


class Layer(Record):
    """A layer ingested from a file, served as a collection of its own."""

    id: LayerId = described("Identifier of the collection.")
    title: str = described("Title: as given at ingest, else the name in the file.")
    name: str = described("Name of the layer in its file; empty if not recorded.", default="")
    description: str = described("What it is, as far as the file says.")
    geometry_name: str = described("Name of the geometry column in the file; an alias in filters.")
    geometry_type: str = described("Geometry type all rows share, or 'Geometry'.")
    columns: tuple[LayerColumn, ...] = described("Its properties, `id` first.")
    begins: str | None = described(
        "Column of the first day, where the layer has days.", default=None
    )
    ends: str | None = described("Column of the day after the last, or of the last.", default=None)
    closed: bool = described(
        "True where `ends` names the last day itself, False where it names the day after.",
        default=False,
    )
    rows: int = described("Number of features.")
    batch: Identifier = described("The batch it came from.")
    licence: str = described("Licence, as given at ingest; 'not stated' if none.")
    attribution: str = described("What to write beside the data.", default="")
    notices: tuple[str, ...] = described("What its tiles lack or name otherwise.", default=())


def layer_columns(layer: Layer) -> tuple[Column, ...]:
    """The columns of a layer, its geometry last."""
    roles = _roles(layer)
    properties = tuple(
        Column(
            name=c.name,
            type=c.type,
            nullable=c.nullable,
            meaning=f"{c.name} of the file{roles.get(c.name, '')}",
        )
        for c in layer.columns
    )
    shape = Column("geometry", "geometry", nullable=True, meaning="Geometry, CRS84.")
    return (*properties, shape)


def _roles(layer: Layer) -> dict[str, str]:
    """What the columns of days say beside their names."""
    if layer.begins is None:
        return {}
    if layer.ends is None:
        return {layer.begins: ": when the feature was"}
    last = "the last day or instant itself" if layer.closed else "the day or instant after the last"
    return {layer.begins: ": when the feature begins", layer.ends: f": its end, {last}"}


class Raster(Record):
    """One raster of a release: a cloud-optimised GeoTIFF of one band, `raster-<id>.tif`."""

    id: RasterId = described("Identifier.")
    title: str = described("Name.")
    description: str = described("What the values are and how they were made.")
    unit: str = described("Unit of the values; empty where none was stated.")
    reading: Reading = described(
        "'days': values are whole days since 1970-01-01; else quantities.", default="quantity"
    )
    origin: Literal["built-in", "user"] = described("Made from the release, or ingested.")
    dtype: CellType = described("Type of the cells.")
    nodata: float | Literal["nan"] | None = described(
        "Value of cells that hold nothing; empty where every cell holds something.", default=None
    )
    crs: str = described("CRS of the grid: authority and code, or WKT where it has none.")
    bounds: tuple[Longitude, Latitude, Longitude, Latitude] = described(
        "West, south, east, north, CRS84.", unit="deg"
    )
    corner: tuple[Finite, Finite] = described("West and north edge in units of the CRS.")
    resolution: tuple[Finite, Finite] = described("Width and height of a cell in units of the CRS.")
    width: int = described("Columns.")
    height: int = described("Rows.")
    ramp: str = described("Colour ramp it is drawn with.")
    value_range: tuple[Finite, Finite] = described(
        "Values at the ends of the ramp, unless asked otherwise."
    )
    cells: int = described("Cells that hold a value.")
    minimum: float | None = described("Least value; empty where no cell holds one.", default=None)
    maximum: float | None = described("Greatest value.", default=None)
    mean: float | None = described("Mean of the cells, each counted alike.", default=None)
    source: Identifier | None = described("Control source it was made from.", default=None)
    asof: Day | None = described("Day of that source it was made for.", default=None)
    batch: Identifier | None = described("The batch it came from.", default=None)
    licence: str = described("Licence; 'not stated' if none was given at ingest.")
    attribution: str = described("What to write beside the data.", default="")

    @property
    def file_name(self) -> str:
        """Its file in a batch and in releases."""
        return f"raster-{self.id}.tif"
