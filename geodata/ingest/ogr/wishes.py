"""What does a user say of a file: names, terms, which layers, which CRS."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass

from geodata.errors import InvalidInput
from geodata.ingest.ogr.naming import checked_id
from geodata.ingest.ogr.shapes import moved_from


@dataclass(frozen=True)
class Wishes:
    """What the user says of the file.

    id, title: for its one layer. layers: those to take, all where none is named. crs: what its
    coordinates are, where the file does not say or says wrong. replace: take the place of the
    layer that has the id.
    """

    id: str | None = None
    title: str | None = None
    licence: str = "not stated"
    attribution: str = ""
    layers: tuple[str, ...] = ()
    crs: str | None = None
    replace: bool = False

    @property
    def hash(self) -> str:
        """Six characters by which other wishes make another batch."""
        said = {name: value for name, value in asdict(self).items() if name != "replace"}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:6]

    def check(self) -> None:
        """Raises InvalidInput where the CRS is no code of an authority, or the id fits no URL."""
        if self.id is not None:
            checked_id(self.id)
        elif self.replace:
            raise InvalidInput(
                "--replace takes the place of the collection named by --id; name it", parameter="id"
            )
        if self.crs is None:
            return
        if not re.fullmatch(r"[A-Za-z]{2,10}:[A-Za-z0-9]{1,12}", self.crs):
            raise InvalidInput(f"--crs {self.crs[:60]!r}: give a code, EPSG:32636", parameter="crs")
        moved_from(self.crs)
