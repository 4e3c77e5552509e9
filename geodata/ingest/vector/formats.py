"""Which files are taken: a list of formats, each known by its name and by its bytes."""

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from xml.parsers import expat

from geodata.errors import Refused
from geodata.ingest.archives import SIDECARS

HEAD = 4096
Values = Literal["typed", "dates", "texts"]
"""What a format can say of types: see `Format.values`."""


@dataclass(frozen=True)
class Format:
    """One format: GDAL's driver for it, how it is recognised, what its values tell of types.

    complaint: why a path is not of this format, empty where it is. values: 'typed' says itself
    what type a column has; 'dates' writes days and times as text; 'texts' writes everything so.
    has_shapes: whether its driver is asked for geometry; else it is looked for in the columns.
    """

    name: str
    driver: str
    suffixes: tuple[str, ...]
    complaint: Callable[[Path], str]
    options: Mapping[str, str] = field(default_factory=dict)
    values: Values = "typed"
    has_shapes: bool = True


@dataclass(frozen=True)
class Dataset:
    """A path under our own folder and the format it was found to be."""

    path: Path
    format: Format


def format_of(path: Path) -> Format | None:
    """The format a path claims by its suffix; None where no format has it."""
    suffix = path.suffix.lower()
    return next((known for known in FORMATS if suffix in known.suffixes), None)


def datasets(folder: Path) -> Iterator[Path]:
    """What may be opened in a folder, in the order of names: files, and folders of tables."""
    tables = sorted({path.parent for path in folder.rglob("*.gdbtable")})
    yield from tables
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent not in tables and path.suffix.lower() not in SIDECARS:
            yield path


def dataset(path: Path) -> Dataset:
    """The path with its format. Raises Refused where its bytes are not what its name says."""
    known = FILE_GEODATABASE if path.is_dir() else format_of(path)
    if known is None:
        raise Refused(f"{path.name} is of no format that is read; read are: {names_of_formats()}")
    complaint = known.complaint(path)
    if complaint:
        raise Refused(f"{path.name} is no {known.name}: {complaint}")
    return Dataset(path, known)


def names_of_formats() -> str:
    """All formats in words, with their suffixes."""
    return ", ".join(f"{known.name} ({' '.join(known.suffixes)})" for known in FORMATS)


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(HEAD)


def _begins(*signs: bytes) -> Callable[[Path], str]:
    def complaint(path: Path) -> str:
        head = _head(path)
        return "" if head.startswith(signs) else f"it begins with {head[:16]!r}"

    return complaint


def _is_json(path: Path) -> str:
    head = _head(path).removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x1e")
    return "" if head.startswith(b"{") else f"it begins with {head[:16]!r}, not with an object"


def _is_text(path: Path) -> str:
    head = _head(path).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head or b"\0" in head or head[:1] in (b"<", b"{"):
        return f"it begins with {head[:16]!r}"
    return (
        "" if re.match(rb"[^\r\n]*[\r\n]", head + b"\n" * (len(head) < HEAD)) else "it has no lines"
    )


def _is_shapefile(path: Path) -> str:
    """Its files say how long they are; GDAL would give features lost at the end as empty ones."""
    head = _head(path)
    if not head.startswith(b"\x00\x00\x27\x0a"):
        return f"it begins with {head[:16]!r}"
    wanted = [(path, 2 * int.from_bytes(head[24:28], "big"))]
    table = next((p for p in path.parent.glob("*") if _is_table_of(p, path)), None)
    if table is not None:
        rows, start, width = struct.unpack("<IHH", _head(table)[4:12].ljust(8, b"\0"))
        wanted.append((table, start + rows * width))
    sizes = [(each, each.stat().st_size, size) for each, size in wanted]
    return ", ".join(f"{p.name} has {n} of {size} bytes" for p, n, size in sizes if n < size)


def _is_table_of(path: Path, shapes: Path) -> bool:
    return path.stem == shapes.stem and path.suffix.lower() == ".dbf"


def _is_kml(path: Path) -> str:
    """Read to its end by a parser that knows no entities: a DTD is refused, whatever it says."""
    seen: list[str] = []
    parser = expat.ParserCreate()

    def begins(tag: str, _attributes: object) -> None:
        seen.append(tag.rpartition(":")[2])
        parser.StartElementHandler = None

    def refuse(*_args: object) -> None:
        raise Refused(f"{path.name} has a document type declaration; take it out")

    parser.StartElementHandler = begins
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as error:
        return f"it is no well-formed XML ({error})"
    return "" if seen == ["kml"] else f"its root is {seen[0][:40]!r}"


def _is_geodatabase(path: Path) -> str:
    catalogue = path / "a00000001.gdbtable"
    return "" if catalogue.is_file() else f"it has no {catalogue.name}"


GEOPACKAGE = Format(
    "GeoPackage", "GPKG", (".gpkg",), _begins(b"SQLite format 3\0"), {"IMMUTABLE": "YES"}
)
GEOJSON = Format(
    "GeoJSON", "GeoJSON", (".geojson", ".json"), _is_json, {"DATE_AS_STRING": "YES"}, "dates"
)
FILE_GEODATABASE = Format("File Geodatabase", "OpenFileGDB", (".gdb",), _is_geodatabase)
FORMATS = (
    GEOPACKAGE,
    GEOJSON,
    Format(
        "GeoJSON text sequence", "GeoJSONSeq", (".geojsonl", ".geojsons", ".geojsonseq", ".ndjson"),
        _is_json, {"DATE_AS_STRING": "YES"}, "dates",
    ),
    Format("FlatGeobuf", "FlatGeobuf", (".fgb",), _begins(b"fgb\x03fgb")),
    Format("Shapefile", "ESRI Shapefile", (".shp",), _is_shapefile),
    Format("KML", "LIBKML", (".kml",), _is_kml, {}, "texts"),
    FILE_GEODATABASE,
    Format(
        "CSV", "CSV", (".csv", ".tsv"), _is_text,
        {"AUTODETECT_TYPE": "NO", "EMPTY_STRING_AS_NULL": "YES", "HEADERS": "YES"},
        "texts", has_shapes=False,
    ),
    Format("GeoParquet", "Parquet", (".parquet", ".geoparquet"), _begins(b"PAR1")),
)  # fmt: skip
"""Everything that is opened. An archive (.zip, .kmz) is unpacked first, and holds these."""
