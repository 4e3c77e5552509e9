"""What does a user say of a GeoTIFF: name, unit, terms, colours, and what the file leaves out."""

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass

from geodata.errors import InvalidInput
from geodata.ingest.romanisation import ascii_name
from geodata.rasters.colours import DEFAULT_RAMP, RAMPS
from geodata.rasters.listing import BUILT_IN
from schemas.layers import RASTER_ID

_CODE = re.compile(r"[A-Za-z]{2,10}:\w{1,12}", re.ASCII)


@dataclass(frozen=True)
class RasterOptions:
    """What the user says of the file.

    band: of those the file has, from 1. crs, nodata: where the file does not say or says wrong.
    replace: take the place of a raster of the same id.
    """

    id: str | None = None
    title: str | None = None
    unit: str = ""
    licence: str = "not stated"
    attribution: str = ""
    ramp: str = DEFAULT_RAMP
    crs: str | None = None
    nodata: float | None = None
    band: int | None = None
    replace: bool = False

    @property
    def hash(self) -> str:
        """Six characters by which other wishes make another batch."""
        said = {name: value for name, value in asdict(self).items() if name != "replace"}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:6]

    def check(self) -> None:
        """Raises InvalidInput where a wish cannot be met whatever the file holds."""
        if self.id is not None:
            checked_id(self.id)
        if self.ramp not in RAMPS:
            raise InvalidInput(f"--ramp {self.ramp[:40]!r}: give one of {', '.join(RAMPS)}")
        if self.crs is not None and not re.fullmatch(
            r"[A-Za-z]{2,10}:\w{1,12}", self.crs, re.ASCII
        ):
            raise InvalidInput(f"--crs {self.crs[:60]!r}: give a code, EPSG:32636", parameter="crs")
        if self.band is not None and self.band < 1:
            raise InvalidInput(f"--band {self.band}: bands are numbered from 1", parameter="band")
        if self.nodata is not None and math.isinf(self.nodata):
            raise InvalidInput("--nodata is infinite; give a number, or nan", parameter="nodata")


def checked_id(name: str) -> str:
    """An id fit for a raster. Raises InvalidInput where it is not, or is one of ours."""
    if not re.fullmatch(RASTER_ID, name):
        raise InvalidInput(
            f"--id {name[:80]!r} cannot name a raster; give 1 to 64 letters, digits, _ or -",
            parameter="id",
        )
    if name.lower() in BUILT_IN:
        raise InvalidInput(
            f"{name!r} is a raster of Lodeline; name it otherwise: --id my-{name}", parameter="id"
        )
    return name


def id_of(file_name: str) -> str:
    """An id from a file's name: its letters in ASCII, digits, _ and -; the rest becomes hyphens."""
    stem = ascii_name(file_name.rpartition(".")[0] or file_name)
    return re.sub(r"[^A-Za-z0-9_]+", "-", stem).strip("-")[:64].strip("-") or "raster"
