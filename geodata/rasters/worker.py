"""How is a foreign GeoTIFF opened: by one driver, in a process of its own, within limits?

Run as a script in the sandbox of `geodata.ingest`, never imported to be used: GDAL_SKIP has an
effect only before GDAL is loaded, and what breaks in here breaks nothing else. The request (JSON,
first argument) names the file, the band and what the user says of it, the COG to write and the
folder for `answer.json`.
"""

import json
import math
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2]))  # -I leaves the project's folder out


@dataclass
class Reply:
    """What becomes of a file. notes: rule, severity, what was found, how many cells."""

    record: dict[str, Any] = field(default_factory=dict)
    notes: list[tuple[str, str, str, int]] = field(default_factory=list)
    refused: tuple[str, str] | None = None


def main(request: dict[str, Any]) -> None:
    """Answer a request; what is wrong with the file is part of the answer."""
    from geodata.rasters.foreign import RasterRejectedError  # noqa: PLC0415 - after the path is set

    reply = Reply()
    try:
        _rewrite(request, reply)
    except RasterRejectedError as rejection:
        reply.refused = rejection.reason
    except Exception as error:  # noqa: BLE001 - any failure of a foreign file is an answer
        reply.refused = ("file_can_be_read", f"{type(error).__name__}: {error}")
    answer = {"record": reply.record, "notes": reply.notes, "refused": reply.refused}
    Path(request["scratch"], "answer.json").write_text(json.dumps(answer), encoding="utf-8")


def _rewrite(request: dict[str, Any], reply: Reply) -> None:
    """Look at the file, go through its cells twice, write the COG."""
    import rasterio  # noqa: PLC0415 - after the path is set

    from geodata.rasters.cog import Overviews, write_cog  # noqa: PLC0415 - likewise
    from geodata.rasters.foreign import inspect_band, scan_cells, write_band  # noqa: PLC0415 - likewise
    from geodata.rasters.gdal import DRIVER  # noqa: PLC0415 - likewise
    from geodata.rasters.labels import Labels  # noqa: PLC0415 - likewise

    # GDAL_SKIP came with the environment: were it misread, any format could be opened.
    with rasterio.Env() as environment:
        if set(environment.drivers()) != {DRIVER}:
            raise RuntimeError(f"other drivers than {DRIVER} are loaded")
    plain = Path(request["scratch"], "plain.tif")
    nodata = None if request["nodata"] is None else float(request["nodata"])
    with rasterio.open(request["path"], driver=DRIVER) as source:
        band = inspect_band(source, request["band"], request["crs"], nodata, reply.notes)
        scan = scan_cells(source, band, reply.notes)
        figures = write_band(source, band, scan, plain)
    about = Labels(**request["labels"])
    smooth = scan.dtype.startswith("float")
    with rasterio.open(plain, driver=DRIVER, mode="r+") as clean:
        overviews: Overviews = "average" if smooth else "nearest"
        write_cog(clean, Path(request["target"]), about, overviews=overviews)
    plain.unlink()
    nothing = "nan" if scan.nodata is not None and math.isnan(scan.nodata) else scan.nodata
    reply.record = {**band.record, **figures, "dtype": scan.dtype, "nodata": nothing}


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
