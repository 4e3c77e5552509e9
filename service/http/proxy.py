"""Where does the service stand for its client: under which base, by whose word, with which path?

The base is `LODELINE_PUBLIC_URL`; else what proxies in `LODELINE_TRUSTED_PROXIES` say in
`Forwarded` (RFC 7239) or `X-Forwarded-Proto`, `-Host` and `-Prefix`; else the Host header.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geodata.errors import InvalidInput
from service.settings import Network, Settings

BASE = "lodeline.base"
"""Where the base lies in the scope; it is not there where nothing is configured."""
REFUSAL = "lodeline.refusal"
"""Where the error of headers lies that contradict each other."""
READ = "Forwarded, X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Prefix, X-Forwarded-Proto"
LONGEST = 2000
"""Characters of a header that are read; a chain of proxies has a few hundred."""
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9a-fA-F:.]{2,45}\](:\d{1,5})?", re.ASCII)
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+", re.ASCII)
_PAIR = re.compile(
    r"""[ \t]*
    (?:(?P<name>[!#$%&'*+.^_`|~\w-]+)=(?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<token>[^\s;,"]*)))?
    [ \t]*(?P<end>[;,]|$)""",
    re.ASCII | re.VERBOSE,
)
"""A parameter of `Forwarded` and what follows it."""


def base_url(scope: Scope) -> str:
    """Where links start: scheme, host and path, without a slash at the end."""
    base: str | None = scope.get(BASE)
    if base is None:
        return f"{scope['scheme']}://{_requested_host(Headers(scope=scope))}"
    return base


def root_of(base: str) -> str:
    """The path the service stands under, empty at the top of a host."""
    return urlsplit(base).path.rstrip("/")


def needed(settings: Settings) -> bool:
    """Whether `Proxied` has anything to do."""
    return settings.public_url is not None or bool(settings.trusted_proxies)


class Proxied:
    """Notes the base of each request in its scope, and takes its path off where the proxy did not.

    own_paths: first segments of the service's own paths. A path that begins as one of them may be
    that one itself, so it is never taken off: there the proxy has to.
    """

    def __init__(self, app: ASGIApp, settings: Settings, own_paths: frozenset[str]) -> None:
        self.app = app
        self._public = None if settings.public_url is None else str(settings.public_url).rstrip("/")
        self._trusted = settings.trusted_proxies
        self._own_paths = own_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif self._public is not None:
            await self.app(self._placed(scope, self._public), receive, send)
        else:
            await self.app(self._placed(*self._forwarded(scope)), receive, _varying(send))

    def _forwarded(self, scope: Scope) -> tuple[Scope, str]:
        """The request and its base, as trusted proxies tell it."""
        try:
            return scope, forwarded_base(scope, self._trusted)
        except InvalidInput as error:
            return {**scope, REFUSAL: error}, base_url(scope)

    def _placed(self, scope: Scope, base: str) -> Scope:
        """The request with its base, its path as the service has it."""
        root = root_of(base)
        path, prefix = scope["path"], unquote(root)
        inside = path == prefix or path.startswith(f"{prefix}/")
        if not root or not inside or prefix.split("/")[1] in self._own_paths:
            return {**scope, BASE: base}
        own = path.removeprefix(prefix) or "/"
        raw = scope.get("raw_path") or b""
        written = raw.removeprefix(root.encode()) if raw.startswith(root.encode()) else None
        return {**scope, BASE: base, "path": own, "raw_path": written or quote(own).encode()}


def _varying(send: Send) -> Send:
    """A `send` that tells caches which headers of the request the links of an answer follow."""

    async def with_vary(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"vary", READ.encode())]}
        await send(message)

    return with_vary


def forwarded_base(scope: Scope, trusted: tuple[Network, ...]) -> str:
    """The base by the outermost of the proxies believed; what they do not tell is the request's.

    Raises InvalidInput where the two kinds of headers contradict each other: then one of them is
    the client's, passed on by a proxy that writes only the other.
    """
    headers = Headers(scope=scope)
    if not _is_trusted((scope.get("client") or ("",))[0], trusted):
        return base_url({**scope, BASE: None})
    hops = 1 + _trailing(_values(headers, "x-forwarded-for"), trusted)
    standard = _of_standard(headers, trusted)
    agreed = {
        name: _agreed(
            name, read(_outermost(_values(headers, f"x-forwarded-{name}"), hops)), standard
        )
        for name, read in READERS.items()
    }
    proto = agreed["proto"] or scope["scheme"]
    host = agreed["host"] or _requested_host(headers)
    return f"{proto}://{host}{_prefix(_values(headers, 'x-forwarded-prefix')[-hops:])}"


def _agreed(name: str, usual: str, standard: Mapping[str, str]) -> str:
    """What either kind of headers tells; both may tell the same."""
    other = standard.get(name, "")
    if usual and other and usual != other:
        raise InvalidInput(
            f"Forwarded and X-Forwarded-{name.title()} name two; let the proxy write one of them "
            "and clear the other, or set LODELINE_PUBLIC_URL"
        )
    return usual or other


def _requested_host(headers: Headers) -> str:
    return _host(headers.get("host", "")) or "localhost"


def _values(headers: Headers, name: str) -> list[str]:
    """The values of a list header, the nearest proxy's last; none of one that is too long."""
    text = ",".join(headers.getlist(name))
    return [part.strip() for part in text.split(",")] if 0 < len(text) <= LONGEST else []


def _outermost(values: list[str], hops: int) -> str:
    """The value of the outermost proxy believed; where there are fewer, the first."""
    return values[max(len(values) - hops, 0)] if values else ""


def _trailing(addresses: list[str], trusted: tuple[Network, ...]) -> int:
    """How many addresses at the end of a list are of proxies believed."""
    count = 0
    for text in reversed(addresses):
        if not _is_trusted(text, trusted):
            break
        count += 1
    return count


def _proto(text: str) -> str:
    return text.lower() if text.lower() in {"http", "https"} else ""


def _host(text: str) -> str:
    """A host and its port; empty for what is none, which would end in every link of the answer."""
    return text if is_host(text) else ""


def is_host(text: str) -> bool:
    """Whether a text is a host with or without a port; an address in brackets is one of IPv6."""
    if _HOST.fullmatch(text) is None:
        return False
    if not text.startswith("["):
        return True
    try:
        IPv6Address(text[1 : text.index("]")])
    except ValueError:
        return False
    return True


def _prefix(values: list[str]) -> str:
    """The paths of several proxies one behind the other; empty where one is no plain path."""
    parts = [text.rstrip("/") for text in values]
    told = [text for text in parts if text]
    return "".join(told) if all(map(_is_path, told)) else ""


def _is_path(text: str) -> bool:
    first, *segments = text.split("/")
    return first == "" and all(map(_is_segment, segments))


def _is_segment(text: str) -> bool:
    plain = unquote(text)
    odd = plain in {".", ".."} or not plain.isprintable() or bool(set(plain) & set("/\\"))
    return _SEGMENT.fullmatch(text) is not None and not odd


READERS = {"proto": _proto, "host": _host}


def _of_standard(headers: Headers, trusted: tuple[Network, ...]) -> dict[str, str]:
    """What `Forwarded` tells: of the proxies believed, the outermost that names it."""
    told: dict[str, str] = {}
    text = ",".join(headers.getlist("forwarded"))
    for element in reversed(_elements(text) if len(text) <= LONGEST else []):
        read = {name: reader(element.get(name, "")) for name, reader in READERS.items()}
        told |= {name: value for name, value in read.items() if value}
        if not _is_trusted(element.get("for", ""), trusted):
            break  # what stands before it was written by one who is not believed
    return told


def _elements(text: str) -> list[dict[str, str]]:
    """The elements of `Forwarded`, the nearest proxy's last; none where it is malformed."""
    elements: list[dict[str, str]] = [{}]
    for pair in _pairs(text):
        if pair is None:
            return []
        if pair["name"]:
            value = pair["token"] if pair["text"] is None else re.sub(r"\\(.)", r"\1", pair["text"])
            elements[-1].setdefault(pair["name"].lower(), value)
        if pair["end"] == ",":
            elements.append({})
    return elements


def _pairs(text: str) -> Iterator[dict[str, Any] | None]:
    """Name, value and end of each parameter; None where the text cannot be read on."""
    at = 0
    while at < len(text):
        match = _PAIR.match(text, at)
        yield match.groupdict() if match else None
        at = match.end() if match else len(text)


@lru_cache(maxsize=512)
def _is_trusted(text: str, trusted: tuple[Network, ...]) -> bool:
    """Whether an address, with or without port and brackets, is of a proxy believed."""
    address = _address(text)
    return address is not None and any(address in network for network in trusted)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text[:60])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
