"""Which rasters does a release or a batch hold: the list beside their files."""

import json
from collections.abc import Sequence
from pathlib import Path

from geodata.errors import Damaged
from schemas import Raster

RASTERS = "rasters.json"
OCCUPATION, DENSITY = "occupation-since", "deposit-density"
BUILT_IN = (OCCUPATION, DENSITY)
"""Names no raster of a user may have."""


def read_rasters(folder: Path) -> tuple[Raster, ...]:
    """The rasters of a release or a batch; none where it has no list. Raises Damaged."""
    try:
        rows = json.loads((folder / RASTERS).read_bytes())
        return tuple(Raster.model_validate(row) for row in rows)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError) as error:
        raise Damaged(f"{RASTERS} of {folder.name} cannot be read: {error}") from error


def write_rasters(folder: Path, rasters: Sequence[Raster]) -> Path:
    """Write the list of rasters."""
    rows = [raster.model_dump(mode="json") for raster in rasters]
    path = folder / RASTERS
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
