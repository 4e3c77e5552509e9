"""Which formats are there: by the value of `f`, with media type, extension and writer?"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from geodata.formats.csv import write_csv, write_csv_bom
from geodata.formats.csvw import MEDIA_TYPE as CSVW
from geodata.formats.csvw import write_csvw
from geodata.formats.geoarrow import write_arrow_stream
from geodata.formats.geojson import write_geojson, write_geojsonseq
from geodata.formats.geoparquet import write_parquet
from geodata.formats.jsonfg import MEDIA_TYPE as JSONFG
from geodata.formats.jsonfg import write_jsonfg
from geodata.formats.kml import write_kml
from geodata.formats.ogr import write_flatgeobuf, write_geopackage
from geodata.formats.rows import Provenance, Rows
from geodata.formats.shapefile import write_shapefile
from geodata.formats.xlsx import write_xlsx


@dataclass(frozen=True)
class Format:
    """One way to write rows.

    streams: the first bytes come at once and memory stays flat; else the file is built in a
    private folder first. write: gives the bytes in chunks; close it when the client goes away.
    crs84: it has no other CRS, whatever the rows are in.
    """

    name: str
    media_type: str
    extension: str
    streams: bool
    write: Callable[[Rows, Provenance], Iterator[bytes]]
    crs84: bool = False


CSV = "text/csv; charset=utf-8; header=present"
_ALL = (
    Format("json", "application/geo+json", "geojson", streams=True, write=write_geojson),
    Format("jsonfg", JSONFG, "fg.json", streams=True, write=write_jsonfg),
    Format(
        "geojsonseq", "application/geo+json-seq", "geojsons", streams=True, write=write_geojsonseq
    ),
    Format("csv", CSV, "csv", streams=True, write=write_csv),
    Format("fgb", "application/vnd.flatgeobuf", "fgb", streams=False, write=write_flatgeobuf),
    Format("gpkg", "application/geopackage+sqlite3", "gpkg", streams=False, write=write_geopackage),
    Format(
        "parquet", "application/vnd.apache.parquet", "parquet", streams=True, write=write_parquet
    ),
    Format(
        "arrow",
        "application/vnd.apache.arrow.stream",
        "arrows",
        streams=True,
        write=write_arrow_stream,
    ),
    Format(
        "kml",
        "application/vnd.google-earth.kml+xml",
        "kml",
        streams=True,
        write=write_kml,
        crs84=True,
    ),
    Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
        streams=False,
        write=write_xlsx,
    ),
    Format("shp", "application/zip", "shp.zip", streams=False, write=write_shapefile),
    Format("geojson", "application/geo+json", "geojson", streams=True, write=write_geojson),
    Format("csv-bom", CSV, "csv", streams=True, write=write_csv_bom),
    Format("csvw", CSVW, "csv-metadata.json", streams=True, write=write_csvw),
)
FORMATS: Mapping[str, Format] = MappingProxyType({each.name: each for each in _ALL})
