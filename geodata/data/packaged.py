"""Which facts are packaged: deposits, claims, settlements, boundaries, territories, sources?

Every loader reads its file once and hands out a copy, so a caller may change what it gets.
Geometries are shared: shapely's are immutable. All coordinates are CRS84.
"""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import geopandas
import numpy as np
import pandas as pd
import shapely
import yaml
from shapely.geometry.base import BaseGeometry

from geodata.crs import CRS84, GEOD
from geodata.data.records import frame, record_of, records
from geodata.errors import Damaged, NotFound
from schemas import (
    AdminArea,
    Claim,
    Deposit,
    Estimate,
    LinkedRecord,
    Settlement,
    Source,
    Territory,
    Theatre,
)
from schemas.record import Confidence, Status, column_names

DATA = Path(__file__).parent
PRIORITY = ("deepstate", "isw", "viina", "nzz", "settlements")
"""Order in which control sources are asked where none is named."""
FACTS_LICENCE = "CC BY 4.0"
FACTS_ATTRIBUTION = (
    "Facts compiled by Lodeline; names and positions in part GeoNames and the State Register of "
    "Geographical Names of Ukraine (CC BY 4.0), modified, and the U.S. Geological Survey (public "
    "domain)."
)
"""Terms of the compiled facts: deposits, estimates, outlines, linked records, claims."""
_DATA_SUFFIXES = (".csv", ".geojson", ".gz", ".pmtiles", ".yml")


def deposits() -> geopandas.GeoDataFrame:
    """All deposits, one row each, in the order of the file; columns as in `schemas.Deposit`.

    Lists are tuples, missing text is None, a missing number NaN; geometry is the point, CRS84.
    The outlines of `extents.geojson` stand in `extent` as WKT: a table of points stays one.
    """
    return _deposits().copy()


def estimates() -> pd.DataFrame:
    """All estimates; columns as in `schemas.Estimate`, missing text None, missing number NaN."""
    return _estimates().copy()


def linked_records() -> pd.DataFrame:
    """Records other catalogues have of the deposits; columns as in `schemas.LinkedRecord`.

    In the order of the file. `distance_km` is geodesic (WGS 84), from the deposit's point; NaN, as
    are `lon` and `lat`, where the catalogue gives no position.
    """
    return _linked_records().copy()


def claims() -> pd.DataFrame:
    """Public statements about minerals in occupied land, by the day made; `schemas.Claim`.

    Days are `datetime.date`, missing text None, a missing figure NaN.
    """
    return _claims().copy()


def vocabulary_uris() -> dict[str, dict[str, str]]:
    """URIs of CGI's vocabularies by our word, for `rank`, `status`, `category_scheme`, `unfc`.

    A word without an equal in its vocabulary is missing. Keys of `unfc` are the first digits of a
    code ('11' of '111'), the longest that fits deciding.
    """
    return {name: dict(uris) for name, uris in _vocabulary_uris().items()}


def settlements() -> geopandas.GeoDataFrame:
    """Settlements with their dated statuses; columns as in `schemas.Settlement`.

    One row per settlement and interval, ordered by place and first day. `valid_from` and
    `valid_to` are datetime64[s] days, half-open; NaT is an open end. Geometry: points, CRS84.
    """
    return _settlements().copy()


def admin_areas() -> geopandas.GeoDataFrame:
    """The country, its oblasts and raions, and Russia; columns as in `schemas.AdminArea`.

    Raions are approximate: they were tessellated from settlements.
    """
    return _admin_areas().copy()


@cache
def outline() -> BaseGeometry:
    """The theatre's country within its recognised borders, CRS84 MultiPolygon."""
    return _geometries("outline.geojson.gz")[0]


@cache
def lakes() -> BaseGeometry:
    """Lakes and reservoirs, CRS84 MultiPolygon."""
    return shapely.union_all(_geometries("lakes.geojson.gz"))


@cache
def land() -> BaseGeometry:
    """The outline less the lakes, CRS84 MultiPolygon."""
    return shapely.difference(outline(), lakes())


@cache
def theatre() -> Theatre:
    """Whose land the maps of control are about, and who holds it."""
    return record_of(Theatre, yaml.safe_load(data_file("theatre.yml").read_text("utf-8")))


@cache
def settled_land() -> BaseGeometry:
    """The land the settlements table speaks of, CRS84: all but the oblasts of `unoccupied.yml`.

    Those have no settlement in the table and are the government's by the facts stated there.
    """
    areas = _admin_areas().set_index("id").geometry
    return shapely.difference(land(), shapely.union_all(areas.loc[list(unoccupied())].to_numpy()))


@cache
def unoccupied() -> dict[str, str]:
    """ISO 3166-2 codes of the oblasts that never were occupied, each with the ground for it."""
    entries = yaml.safe_load(data_file("unoccupied.yml").read_text("utf-8"))
    return {code: entry["basis"] for entry in entries for code in entry["oblasts"]}


def territories() -> dict[str, Territory]:
    """The named territories by id, in the order of the file."""
    return dict(_territories())


def sources() -> dict[str, Source]:
    """The known sources by id, in alphabetical order."""
    return dict(_sources())


def data_file(name: str) -> Path:
    """Path of a packaged file. Raises NotFound, naming the folder's files."""
    path = DATA / name
    if path.is_file():
        return path
    known = ", ".join(sorted(p.name for p in DATA.iterdir() if p.is_file()))
    raise NotFound(f"there is no packaged file {name!r}; there are {known}", parameter="name")


@cache
def facts_sha256() -> str:
    """SHA-256 over names and bytes of the packaged data files, in order of their names."""
    digest = hashlib.sha256()
    for path in data_files():
        content = path.read_bytes()
        # With the length: no two lists of files run into one text.
        digest.update(f"{path.relative_to(DATA).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def data_files() -> list[Path]:
    """The packaged data files (tables, boundaries, definitions), in order of their names."""
    files = (p for p in DATA.rglob("*") if p.is_file() and p.suffix in _DATA_SUFFIXES)
    return sorted(files, key=lambda path: path.relative_to(DATA).as_posix())


# Tables


@cache
def _deposits() -> geopandas.GeoDataFrame:
    rows = [row | {"extent": _extents().get(row["id"], "")} for row in _rows("deposits.csv")]
    return _with_points(frame(Deposit, records(Deposit, rows)))


@cache
def _extents() -> dict[str, str]:
    """WKT of the outlines laid over control, by deposit, CRS84."""
    return {
        str(feature["properties"]["deposit_id"]): shapely.to_wkt(_shape(feature))
        for feature in _features("extents.geojson")
    }


@cache
def _estimates() -> pd.DataFrame:
    return frame(Estimate, records(Estimate, _rows("estimates.csv")))


@cache
def _linked_records() -> pd.DataFrame:
    table = frame(LinkedRecord, records(LinkedRecord, _rows("linked_records.csv")))
    points = _deposits().set_index("id").loc[table["deposit_id"], ["lon", "lat"]].to_numpy()
    ends = table["lon"].to_numpy(), table["lat"].to_numpy()  # NaN gives NaN
    table["distance_km"] = GEOD.inv(points[:, 0], points[:, 1], *ends)[2] / 1000
    return table


@cache
def _claims() -> pd.DataFrame:
    table = frame(Claim, records(Claim, _rows("claims.csv")))
    return table.sort_values(["made_on", "id"], ignore_index=True)


@cache
def _vocabulary_uris() -> dict[str, dict[str, str]]:
    uris: dict[str, dict[str, str]] = yaml.safe_load(data_file("vocabularies.yml").read_text())
    return uris


@cache
def _settlements() -> geopandas.GeoDataFrame:
    frame = pd.DataFrame(_rows("settlements.csv.gz"), dtype=object)
    frame.insert(0, "id", frame["place_id"] + "." + frame["valid_from"])
    for name in ("lon", "lat"):
        frame[name] = frame[name].astype(float)
    for name in ("valid_from", "valid_to"):
        days = pd.to_datetime(frame[name].replace("", None), format="%Y-%m-%d")
        frame[name] = days.astype("datetime64[s]")
    for name in ("name_uk", "raion"):
        frame[name] = frame[name].map(lambda text: text or None).astype(object)
    _check_settlements(frame)
    return _with_points(frame)[list(column_names(Settlement))]


def _check_settlements(frame: pd.DataFrame) -> None:
    """What `schemas.Settlement` would refuse, asked of whole columns. Raises Damaged."""
    stops = frame["valid_to"]
    claims = {
        "ids are unique": frame["id"].is_unique,
        "statuses are known": frame["status"].isin(get_args(Status)).all(),
        "confidences are known": frame["confidence"].isin(get_args(Confidence)).all(),
        "coordinates are on Earth": frame["lon"].between(-180, 180).all()
        and frame["lat"].between(-90, 90).all(),
        "days are ordered": (stops.isna() | (stops > frame["valid_from"])).all(),
        "nothing required is empty": frame.drop(columns=["name_uk", "raion", "valid_to"])
        .replace("", None)
        .notna()
        .all(axis=None),
    }
    broken = [claim for claim, holds in claims.items() if not holds]
    if broken:
        raise Damaged(f"settlements.csv.gz: it does not hold that {', '.join(broken)}; rebuild it")


def _rows(name: str) -> list[dict[str, str]]:
    """Rows of a packaged CSV file, all values text."""
    content = data_file(name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _with_points(frame: pd.DataFrame) -> geopandas.GeoDataFrame:
    points = shapely.points(np.asarray(frame["lon"]), np.asarray(frame["lat"]))
    return geopandas.GeoDataFrame(frame, geometry=points, crs=CRS84)


# Boundaries


@cache
def _admin_areas() -> geopandas.GeoDataFrame:
    names = ("outline.geojson.gz", "oblasts.geojson.gz", "raions.geojson.gz", "russia.geojson.gz")
    features = [feature for name in names for feature in _features(name)]
    areas = [record_of(AdminArea, feature["properties"]) for feature in features]
    shapes = [_shape(feature) for feature in features]
    table = frame(AdminArea, areas).astype({"level": "int64"})
    return geopandas.GeoDataFrame(table, geometry=shapes, crs=CRS84)


def _features(name: str) -> list[dict[str, Any]]:
    content = data_file(name).read_bytes()
    collection = json.loads(gzip.decompress(content) if name.endswith(".gz") else content)
    return list(collection["features"])


def _geometries(name: str) -> list[BaseGeometry]:
    return [_shape(feature) for feature in _features(name)]


def _shape(feature: Mapping[str, Any]) -> BaseGeometry:
    return shapely.from_geojson(json.dumps(feature["geometry"]))


# Definitions


@cache
def _territories() -> dict[str, Territory]:
    entries = yaml.safe_load(data_file("territories.yml").read_text("utf-8"))
    return {entry["id"]: record_of(Territory, entry) for entry in entries}


@cache
def _sources() -> dict[str, Source]:
    entries = [yaml.safe_load(p.read_text("utf-8")) for p in (DATA / "sources").glob("*.yml")]
    entries.sort(key=lambda entry: str(entry["id"]))
    return {entry["id"]: record_of(Source, entry) for entry in entries}
