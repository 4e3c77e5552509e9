"""How is a release folder read: its tables, words and areas, as they were when it was built."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.control.overlay import footprints
from geodata.control.territories import Areas
from geodata.data import packaged
from geodata.errors import Damaged
from geodata.features.collections import Collection
from geodata.features.described import described
from geodata.features.table import with_points, without_place
from geodata.formats.geoparquet import read_geoparquet
from geodata.release.manifest import check_files, read_manifest
from geodata.types import GeometryArray
from schemas import Claim, Layer, Manifest, Source, Territory
from schemas.record import column_names


@dataclass(frozen=True)
class Tables:
    """The tables of one release, read when first used and then kept."""

    folder: Path
    manifest: Manifest

    @classmethod
    def opened(cls, folder: Path) -> "Tables":
        """Open a release folder. Raises Damaged where it is not what its manifest says."""
        manifest = read_manifest(folder)
        check_files(folder, manifest)
        return cls(folder, manifest)

    def geo(self, name: str) -> gpd.GeoDataFrame:
        """A table with geometry, CRS84."""
        return read_geoparquet(self._path(name))

    def plain(self, name: str) -> pd.DataFrame:
        """A table without geometry."""
        return pd.read_parquet(self._path(name))

    def records(self, name: str) -> list[dict[str, object]]:
        """A list of records kept as JSON."""
        path = self.folder / f"{name}.json"
        try:
            rows: list[dict[str, object]] = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise Damaged(f"{path.name} of release {self.manifest.id} cannot be read") from error
        return rows

    @cached_property
    def deposits(self) -> gpd.GeoDataFrame:
        """The deposits, in the order of the release, with all columns of today.

        Releases made before records had a rank held one country, and each of them counted.
        """
        table = self.geo("deposits")
        if "roles" in table:
            return table
        country = packaged.theatre().country
        earlier = {"country": country, "rank": "deposit", "wikidata": None, "extent": None}
        nobody = pd.DataFrame(columns=["deposit_id"])
        return described(
            table.assign(**earlier, recalled=[()] * len(table)), nobody, {"rank": {}, "status": {}}
        )

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """The estimates, with all columns of today; earlier releases knew of no doubts."""
        table = self.plain("estimates")
        missing = [name for name in ("unfc", "doubt") if name not in table]
        return table.assign(**dict.fromkeys(missing))

    @cached_property
    def claims(self) -> pd.DataFrame:
        """The claims; none where the release was made before there were any."""
        if not (self.folder / "claims.parquet").is_file():
            return pd.DataFrame(columns=list(column_names(Claim)))
        return self.plain("claims")

    @cached_property
    def control(self) -> gpd.GeoDataFrame:
        """The cells of all sources."""
        return self.geo("control")

    @cached_property
    def contact_line(self) -> gpd.GeoDataFrame | None:
        """The pieces of the contact line; None where the release was built without them."""
        return self.geo("contact_line") if self.has("contact-line") else None

    def has(self, name: str) -> bool:
        """Whether the release has the table of a collection."""
        return (self.folder / f"{name.replace('-', '_')}.parquet").is_file()

    @cached_property
    def standings(self) -> pd.DataFrame:
        """The step functions of all deposits and sources."""
        table = self.plain("standings")
        return table if "party" in table else table.assign(party=None)

    @cached_property
    def admin_areas(self) -> gpd.GeoDataFrame:
        """Country, oblasts and raions."""
        return self.geo("admin_areas")

    @cached_property
    def layers(self) -> list[Layer]:
        """Layers users brought; none where the release has none."""
        if not (self.folder / "layers.json").is_file():
            return []
        return [Layer.model_validate(row) for row in self.records("layers")]

    def of_collection(self, collection: Collection) -> gpd.GeoDataFrame:
        """The table behind a collection, with geometry."""
        if collection.id == "estimates":
            return with_points(self.estimates, self.deposits)
        if collection.id == "claims":
            return without_place(self.claims)
        kept = {"deposits", "control", "contact-line", "admin-areas"}
        name = collection.id.replace("-", "_")
        return getattr(self, name) if collection.id in kept else self.geo(name)

    def features_path(self, name: str) -> Path:
        """Where the encoded features of a collection are kept, if they are."""
        return self.folder / f"{name}.features"

    @cached_property
    def areas(self) -> Areas:
        """The country's outline and its oblasts."""
        rows = self.admin_areas
        levels = [rows[rows["level"] == level] for level in (0, 1)]
        countries, oblasts = (dict(zip(r["id"], r.geometry, strict=True)) for r in levels)
        return Areas(countries[packaged.theatre().country], oblasts, countries)

    @property
    def outline(self) -> BaseGeometry:
        """The country's outline."""
        return self.areas.outline

    @cached_property
    def lakes(self) -> BaseGeometry:
        """Lakes and reservoirs."""
        return shapely.union_all(self.geo("lakes").geometry.to_numpy())

    @cached_property
    def footprints(self) -> GeometryArray:
        """Where each deposit may lie, in the order of `deposits`."""
        land = shapely.difference(self.outline, self.lakes)
        return footprints(self.deposits, self.outline, land)

    @cached_property
    def sources(self) -> dict[str, Source]:
        """All described sources by id."""
        return {str(row["id"]): Source.model_validate(row) for row in self.records("sources")}

    @cached_property
    def territories(self) -> dict[str, Territory]:
        """All defined territories by id."""
        rows = [Territory.model_validate(row) for row in self.records("territories")]
        return {territory.id: territory for territory in rows}

    def _path(self, name: str) -> Path:
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise Damaged(f"release {self.manifest.id} has lost {path.name}; build it again")
        return path
