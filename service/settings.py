"""What can be set from outside: read once, at the edge."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from geodata.facts import PRIORITY


class Settings(BaseSettings):
    """Settings of a server; each is read from `LODELINE_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="LODELINE_", frozen=True, extra="ignore")

    workspace: Path = Field(Path("workspace"), description="Folder of batches and releases.")
    public_url: HttpUrl | None = Field(
        None,
        description="Base of all links. Where unset, links follow the Host header of the request.",
    )
    source_priority: Annotated[tuple[str, ...], NoDecode] = Field(
        PRIORITY, description="Order in which sources are asked where none is named, comma list."
    )
    releases_open_max: int = Field(3, ge=1, description="Older releases kept open at a time.")
    max_age_s: int = Field(60, ge=0, description="Seconds a client may keep a current answer.")

    @field_validator("source_priority", mode="before")
    @classmethod
    def comma_list(cls, value: object) -> object:
        """A comma list as a tuple."""
        return tuple(v.strip() for v in value.split(",")) if isinstance(value, str) else value
