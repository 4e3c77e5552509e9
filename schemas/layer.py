"""What is a Layer: a collection a user brought, with columns read from the file itself."""

from typing import Annotated

from pydantic import Field

from schemas.fields import Identifier, Record, described
from schemas.table import Column, ColumnType

LAYER_ID = r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$"
"""A layer keeps its own name where a URL can hold it as it is."""
LayerId = Annotated[str, Field(pattern=LAYER_ID)]


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
    own = tuple(
        Column(name=c.name, type=c.type, nullable=c.nullable, meaning=f"{c.name} of the file")
        for c in layer.columns
    )
    shape = Column("geometry", "geometry", nullable=True, meaning="Geometry, CRS84.")
    return (*own, shape)
