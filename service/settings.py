"""What can be set from outside: read once, at the edge."""

import os
import re
from collections.abc import Iterable
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from geodata.control.sources import FRESH_DAYS
from geodata.data.packaged import PRIORITY
from geodata.errors import InvalidInput

CACHE_SHARES = {"answers": 0.35, "tiles": 0.15, "store": 0.5}
"""How `cache_mb` is divided: whole answers, tiles as they were sent, what open releases keep."""


Network = IPv4Network | IPv6Network
LOOPBACK = ("127.0.0.0/8", "::1/128")
"""What `loopback` stands for among trusted proxies."""
OF_THE_COMMAND = ("HOST", "PORT", "WORKERS")
"""Variables that `lodeline serve` reads under their plain names."""
OF_TOOLS = re.compile(r"LODELINE_(?:REQUIRE_ALL|SHARED|TEST_\w+|BENCH_\w+)", re.ASCII)
"""Variables of the tests and benchmarks, which are no settings."""
OF_A_CLUSTER = re.compile(r"LODELINE_(?:SERVICE_(?:HOST|PORT\w*)|PORT(?:_\d+_\w+)?)", re.ASCII)
"""What Kubernetes and Docker links put beside a service called lodeline: its addresses."""


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
        description="Base of all links, with the path the service stands under. Where unset, links "
        "follow trusted proxies, else the Host header of the request.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (),
        description="Networks of proxies whose Forwarded and X-Forwarded-Proto, -Host and -Prefix "
        "are believed, comma list; 'loopback' is this machine. Default nobody.",
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

    @field_validator("public_url", mode="before")
    @classmethod
    def empty_is_unset(cls, value: object) -> object:
        """None for an empty text, which is what a file for containers makes of a name not set."""
        return value or None

    @field_validator("public_url")
    @classmethod
    def public_url_is_a_base(cls, place: HttpUrl | None) -> HttpUrl | None:
        """The URL itself. Raises ValueError where no path can follow it."""
        if place is not None and (place.query is not None or place.fragment is not None):
            raise ValueError("links begin with it; give scheme, host and path, and nothing behind")
        return place

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def networks(cls, value: object) -> object:
        """A comma list as networks. Raises ValueError naming what is none."""
        if not isinstance(value, str):
            return value
        listed = [part.strip() for part in value.split(",") if part.strip()]
        plain = [text for part in listed for text in (LOOPBACK if part == "loopback" else (part,))]
        return tuple(_network(text) for text in plain)

    @field_validator("source_priority", mode="before")
    @classmethod
    def comma_list(cls, value: object) -> object:
        """A comma list as a tuple."""
        return tuple(v.strip() for v in value.split(",")) if isinstance(value, str) else value


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError(
            f"{text[:60]!r} is no network ({error}); give addresses and networks as 10.0.0.7 or "
            "10.0.0.0/8, or 'loopback'"
        ) from error


def settings_of_environment() -> Settings:
    """The settings as the environment has them.

    Raises InvalidInput naming a variable that is wrong, or none of ours: one misspelt would else be
    answered by another value without a word.
    """
    _check_names(os.environ)
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = f"LODELINE_{first['loc'][0]}".upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(f"{name}: {reason}", parameter=name) from error


def _check_names(environment: Iterable[str]) -> None:
    """Raises InvalidInput for a LODELINE_ variable there is not, with the nearest there is."""
    known = {f"LODELINE_{name}".upper() for name in Settings.model_fields}
    for name in sorted(environment):
        if name.upper().startswith("LODELINE_") and name.upper() not in known:
            if OF_TOOLS.fullmatch(name) or _is_of_a_cluster(name):
                continue
            raise InvalidInput(
                f"{name[:60]} is no setting; {_way_out(name.upper(), known)}", parameter=name[:60]
            )


def _is_of_a_cluster(name: str) -> bool:
    """Whether a variable tells the address of a service: LODELINE_PORT does where it is a URL."""
    plain = name == "LODELINE_PORT" and "://" not in os.environ.get(name, "")
    return OF_A_CLUSTER.fullmatch(name) is not None and not plain


def _way_out(name: str, known: Iterable[str]) -> str:
    """What to do about a name that is no setting."""
    own = name.removeprefix("LODELINE_")
    if own in OF_THE_COMMAND:
        return f"it is called {own}"
    near = get_close_matches(own, [each.removeprefix("LODELINE_") for each in known], n=1)
    listed = ", ".join(sorted(known))
    return f"did you mean LODELINE_{near[0]}?" if near else f"there are {listed}; unset it"
