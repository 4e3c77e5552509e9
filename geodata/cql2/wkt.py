"""How is a geometry in CQL2 text, which is WKT, read as GeoJSON?"""

import re
from typing import Any, TypeAlias

from geodata.cql2.tokens import Reader, Token, number_of
from geodata.errors import InvalidInput

GeoJSON: TypeAlias = dict[str, Any]

_TAG = re.compile(r"(MULTI)?(POINT|LINESTRING|POLYGON)(Z|M|ZM)?|(GEOMETRYCOLLECTION)(Z|M|ZM)?")
_DIMENSIONS = ("Z", "M", "ZM")
_KINDS = {"POINT": "Point", "LINESTRING": "LineString", "POLYGON": "Polygon"}
_LEVELS = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3}
"""Lists of lists around the positions of a geometry."""


def is_geometry(token: Token, after: Token) -> bool:
    """Whether a word begins a geometry, to tell from the token after it: POINT may be a name."""
    begins = after.key in {"(", "EMPTY", *_DIMENSIONS}
    return begins and _TAG.fullmatch(token.key) is not None


def geometry_of(reader: Reader) -> GeoJSON:
    """The geometry that the next word begins. Measures are left out.

    Raises InvalidInput where it is not written as WKT has it, or is empty.
    """
    tag = _TAG.fullmatch(reader.next.key)
    if tag is None:
        raise reader.refusal()
    reader.take()
    # Of X Y M the third number is a measure and no height.
    size = 2 if _dimension(reader, tag[3] or tag[5]) == "M" else 3
    if reader.next.key == "EMPTY":
        raise InvalidInput(
            "filter has an EMPTY geometry, which selects nothing", parameter="filter"
        )
    if tag[4]:
        return {"type": "GeometryCollection", "geometries": _members(reader)}
    kind = f"{'Multi' if tag[1] else ''}{_KINDS[tag[2]]}"
    return {"type": kind, "coordinates": _coordinates(reader, kind, size)}


def _dimension(reader: Reader, glued: str | None) -> str | None:
    """`Z`, `M` or `ZM`, part of the first word or a word of its own; None where there is none."""
    if glued is None and reader.next.key in _DIMENSIONS:
        return reader.take().key
    return glued


def _members(reader: Reader) -> list[GeoJSON]:
    def member() -> GeoJSON:
        if reader.next.key.startswith("GEOMETRYCOLLECTION"):
            raise InvalidInput(
                "filter has a GEOMETRYCOLLECTION within another; write its members side by side",
                parameter="filter",
            )
        return geometry_of(reader)

    reader.expect("(")
    return reader.listed(member)


def _coordinates(reader: Reader, kind: str, size: int) -> list[Any]:
    if kind == "Point":
        return _bracketed(reader, size)
    if kind == "MultiPoint":  # with brackets around each point, or without, as older WKT has it
        reader.expect("(")
        return reader.listed(
            lambda: (_bracketed if reader.next.key == "(" else _position)(reader, size)
        )
    return _nested(reader, _LEVELS[kind], size)


def _nested(reader: Reader, level: int, size: int) -> list[Any]:
    """Positions in so many brackets."""
    if not level:
        return _position(reader, size)
    reader.expect("(")
    return reader.listed(lambda: _nested(reader, level - 1, size))


def _bracketed(reader: Reader, size: int) -> list[float]:
    reader.expect("(")
    position = _position(reader, size)
    reader.expect(")")
    return position


def _position(reader: Reader, size: int) -> list[float]:
    """Two to four numbers, of which the first `size` count."""
    numbers = [_number(reader), _apart(reader)]
    while len(numbers) < 4 and reader.next.key not in {",", ")"}:
        numbers.append(_apart(reader))
    return numbers[:size]


def _apart(reader: Reader) -> float:
    """A number with a blank before it: `1-2` is one word too many, or too few."""
    if not reader.is_apart:
        raise reader.refusal()
    return _number(reader)


def _number(reader: Reader) -> float:
    """A number with its sign, if it has one, right before it."""
    sign = reader.take() if reader.next.key in {"+", "-"} else None
    if reader.next.sort != "number" or (sign and reader.is_apart):
        raise reader.refusal()
    value = float(number_of(reader.take()))
    return -value if sign and sign.key == "-" else value
