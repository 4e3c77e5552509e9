"""What can be set from outside: read once, at the edge."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from geodata.control.sources import FRESH_DAYS
from geodata.data.packaged import PRIORITY
from geodata.errors import InvalidInput

CACHE_SHARES = {"answers": 0.35, "tiles": 0.15, "store": 0.5}
"""How `cache_mb` is divided: whole answers, tiles as they were sent, what open releases keep."""


class Settings(BaseSettings):
    """Settings of a server; each is read from `LODELINE_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="LODELINE_",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,  # addresses of databases hold passwords
    )

    workspace: Path = Field(Path("workspace"), description="Folder of batches and releases.")
    store: str = Field("embedded", description="'embedded', the one store there is.")
    public_url: HttpUrl | None = Field(
        None,
        description="Base of all links. Where unset, links follow the Host header of the request.",
    )
    source_priority: Annotated[tuple[str, ...], NoDecode] = Field(
        PRIORITY, description="Order in which sources are asked where none is named, comma list."
    )
    fresh_days: int = Field(
        FRESH_DAYS,
        ge=0,
        description="Age up to which the map of a source asked earlier is used rather than a "
        "fresher one, days.",
    )
    releases_open_max: int = Field(3, ge=1, description="Older releases kept open at a time.")
    cache_mb: int = Field(
        32, ge=0, description="Megabytes (1e6 bytes) of answers, tiles and days kept by a worker."
    )
    max_age_s: int = Field(60, ge=0, description="Seconds a client may keep a current answer.")

    def cache_bytes(self, kind: str) -> float:
        """Bytes that one kind of CACHE_SHARES may take."""
        return self.cache_mb * 1e6 * CACHE_SHARES[kind]

    @field_validator("store")
    @classmethod
    def store_exists(cls, name: str) -> str:
        """The name itself. Raises ValueError for a store there is not, as a database.

        To read releases from files while a database was named would answer from other data.
        """
        if name != "embedded":
            scheme, colon, _ = name.partition("://")
            shown = f"{scheme[:20]}://…" if colon else repr(name[:20])
            raise ValueError(
                f"there is no store {shown}; releases are served from their files: give "
                "'embedded', or leave it out"
            )
        return name

    @field_validator("public_url")
    @classmethod
    def public_url_is_a_base(cls, place: HttpUrl | None) -> HttpUrl | None:
        """The URL itself. Raises ValueError where no path can follow it."""
        if place is not None and (place.query is not None or place.fragment is not None):
            raise ValueError("links begin with it; give scheme, host and path, and nothing behind")
        return place

    @field_validator("source_priority", mode="before")
    @classmethod
    def comma_list(cls, value: object) -> object:
        """A comma list as a tuple."""
        return tuple(v.strip() for v in value.split(",")) if isinstance(value, str) else value


def settings_of_environment() -> Settings:
    """The settings as the environment has them. Raises InvalidInput naming a wrong variable."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = f"LODELINE_{first['loc'][0]}".upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(f"{name}: {reason}", parameter=name) from error
