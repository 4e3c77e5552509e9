"""What does a user say of a GeoTIFF: name, unit, terms, colours, and what the file leaves out."""

import math
import re
from dataclasses import dataclass

from geodata.errors import InvalidInput
from geodata.ingest.options import LayerOptions
from geodata.ingest.romanisation import ascii_name
from geodata.rasters.colours import DEFAULT_RAMP, RAMPS
from geodata.rasters.listing import BUILT_IN
from schemas.layers import RASTER_ID


@dataclass(frozen=True)
class RasterOptions(LayerOptions):
    """What the user says of the file.

    band: of those the file has, from 1. nodata: where the file does not say or says wrong.
    """

    unit: str = ""
    ramp: str = DEFAULT_RAMP
    nodata: float | None = None
    band: int | None = None

    def check(self) -> None:
        """Raises InvalidInput where an option cannot be met whatever the file holds."""
        super().check()
        if self.id is not None:
            check_id(self.id)
        if self.ramp not in RAMPS:
            raise InvalidInput(f"--ramp {self.ramp[:40]!r}: give one of {', '.join(RAMPS)}")
        if self.band is not None and self.band < 1:
            raise InvalidInput(f"--band {self.band}: bands are numbered from 1", parameter="band")
        if self.nodata is not None and math.isinf(self.nodata):
            raise InvalidInput("--nodata is infinite; give a number, or nan", parameter="nodata")


def check_id(name: str) -> None:
    """Raises InvalidInput where an id cannot name a raster, or names one of ours."""
    if not re.fullmatch(RASTER_ID, name):
        raise InvalidInput(
            f"--id {name[:80]!r} cannot name a raster; give 1 to 64 letters, digits, _ or -",
            parameter="id",
        )
    if name.lower() in BUILT_IN:
        raise InvalidInput(
            f"{name!r} is a raster of Lodeline; name it otherwise: --id my-{name}", parameter="id"
        )


def id_of(file_name: str) -> str:
    """An id from a file's name: its letters in ASCII, digits, _ and -; the rest becomes hyphens."""
    stem = ascii_name(file_name.rpartition(".")[0] or file_name)
    return re.sub(r"[^A-Za-z0-9_]+", "-", stem).strip("-")[:64].strip("-") or "raster"
