"""What can be set from outside: read once, at the edge."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from geodata.facts import PRIORITY

CACHE_SHARES = {"answers": 0.35, "tiles": 0.15, "store": 0.5}
"""How `cache_mb` is divided: whole answers, tiles as they were sent, what open releases keep."""


class Settings(BaseSettings):
    """Settings of a server; each is read from `LODELINE_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="LODELINE_", frozen=True, extra="ignore")

    workspace: Path = Field(Path("workspace"), description="Folder of batches and releases.")
    store: str = Field("embedded", description="'embedded', or a postgresql:// URL.")
    public_url: HttpUrl | None = Field(
        None,
        description="Base of all links. Where unset, links follow the Host header of the request.",
    )
    source_priority: Annotated[tuple[str, ...], NoDecode] = Field(
        PRIORITY, description="Order in which sources are asked where none is named, comma list."
    )
    releases_open_max: int = Field(3, ge=1, description="Older releases kept open at a time.")
    cache_mb: int = Field(
        32, ge=0, description="Megabytes (1e6 bytes) of answers, tiles and days kept by a worker."
    )
    max_age_s: int = Field(60, ge=0, description="Seconds a client may keep a current answer.")

    def cache_bytes(self, kind: str) -> float:
        """Bytes that one kind of CACHE_SHARES may take."""
        return self.cache_mb * 1e6 * CACHE_SHARES[kind]

    @field_validator("source_priority", mode="before")
    @classmethod
    def comma_list(cls, value: object) -> object:
        """A comma list as a tuple."""
        return tuple(v.strip() for v in value.split(",")) if isinstance(value, str) else value
