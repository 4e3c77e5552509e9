"""Which operators and functions are there? One row each: what it takes, gives, and how it is done.

`arrays` does it over Arrow and shapely arrays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow.compute as pc

from geodata.cql2 import scalars, sets, spatial, strings, temporal
from geodata.cql2.ast import Kind
from geodata.cql2.columns import Datum

Takes = Literal[
    "scalar",
    "string",
    "pattern",
    "number",
    "boolean",
    "instant",
    "temporal",
    "geometry",
    "strings",
    "members",
    "any",
]
"""What an argument must be. `scalar` is anything comparable, `members` the list after IN."""


@dataclass(frozen=True)
class Operator:
    """One operator or function.

    name: in small letters. takes: one entry per argument. variadic: the last entry may repeat.
    meaning: for a function of ours, its sentence in `/functions`; argument names likewise.
    """

    name: str
    takes: tuple[Takes, ...]
    gives: Kind
    arrays: Callable[..., Datum]
    variadic: bool = False
    meaning: str = ""
    arguments: tuple[str, ...] = ()


def _as_it_is(whole: Datum) -> Datum:
    """An integer is its own nearest whole number."""
    return whole


_LOGIC = (
    Operator("and", ("boolean", "boolean"), "boolean", scalars.all_of, variadic=True),
    Operator("or", ("boolean", "boolean"), "boolean", scalars.any_of, variadic=True),
    Operator("not", ("boolean",), "boolean", scalars.opposite),
    Operator("isnull", ("any",), "boolean", scalars.is_null),
)
_COMPARISONS = (
    *(
        Operator(n, ("scalar", "scalar"), "boolean", scalars.comparison(n))
        for n in scalars.COMPARISONS
    ),
    Operator("between", ("scalar", "scalar", "scalar"), "boolean", scalars.between),
    Operator("in", ("scalar", "members"), "boolean", scalars.within_list),
    Operator("like", ("string", "pattern"), "boolean", strings.like),
)
_ARITHMETIC = tuple(
    Operator(name, ("number", "number"), "number", scalars.arithmetic(work, exact))
    for name, work, exact in (
        ("+", np.add, scalars.whole(pc.add_checked, pc.add)),
        ("-", np.subtract, scalars.whole(pc.subtract_checked, pc.subtract)),
        ("*", np.multiply, scalars.whole(pc.multiply_checked, pc.multiply)),
        ("/", np.divide, None),
        # the sign of the dividend, as SQL has it; np.mod has the divisor's
        ("%", np.fmod, scalars.whole_remainder),
        ("div", scalars.whole_quotient, scalars.whole_division),
        ("^", scalars.power, None),
    )
)
_STRINGS = (
    Operator("casei", ("string",), "string", strings.casei),
    Operator("accenti", ("string",), "string", strings.accenti),
)
_RELATIONS = (
    *(Operator(n, ("geometry", "geometry"), "boolean", spatial.spatial(n)) for n in spatial.TESTS),
    *(
        Operator(n, ("temporal", "temporal"), "boolean", temporal.relation(n))
        for n in temporal.RELATIONS
    ),
    *(Operator(n, ("strings", "strings"), "boolean", sets.list_relation(n)) for n in sets.CLAIMS),
    Operator("interval", ("instant", "instant"), "interval", temporal.interval),
)
FUNCTIONS = (
    Operator(
        "lower",
        ("string",),
        "string",
        strings.lower,
        arguments=("text",),
        meaning="The text in small letters.",
    ),
    Operator(
        "upper",
        ("string",),
        "string",
        strings.upper,
        arguments=("text",),
        meaning="The text in capital letters.",
    ),
    Operator(
        "length",
        ("string",),
        "number",
        strings.length,
        arguments=("text",),
        meaning="The number of characters of the text.",
    ),
    Operator(
        "abs",
        ("number",),
        "number",
        scalars.arithmetic(np.abs, scalars.whole(pc.abs_checked, pc.abs)),
        arguments=("number",),
        meaning="The number without its sign.",
    ),
    Operator(
        "round",
        ("number",),
        "number",
        scalars.arithmetic(np.round, _as_it_is),
        arguments=("number",),
        meaning="The nearest whole number; halves go to the even one.",
    ),
    Operator(
        "floor",
        ("number",),
        "number",
        scalars.arithmetic(np.floor, _as_it_is),
        arguments=("number",),
        meaning="The greatest whole number that is not greater.",
    ),
    Operator(
        "ceil",
        ("number",),
        "number",
        scalars.arithmetic(np.ceil, _as_it_is),
        arguments=("number",),
        meaning="The least whole number that is not less.",
    ),
    Operator(
        "year",
        ("instant",),
        "number",
        scalars.part_of_date(pc.year),
        arguments=("when",),
        meaning="The year of a date or of a timestamp in UTC.",
    ),
    Operator(
        "month",
        ("instant",),
        "number",
        scalars.part_of_date(pc.month),
        arguments=("when",),
        meaning="The month, 1 to 12, of a date or of a timestamp in UTC.",
    ),
    Operator(
        "day_of",
        ("instant",),
        "date",
        temporal.day_of,
        arguments=("when",),
        meaning="The UTC day of a timestamp; a date stays as it is.",
    ),
    Operator(
        "distance_km",
        ("geometry", "geometry"),
        "number",
        spatial.distance_km,
        arguments=("from", "to"),
        meaning="The geodesic distance on WGS 84 between the nearest points, in kilometres.",
    ),
    Operator(
        "area_km2",
        ("geometry",),
        "number",
        spatial.area_km2,
        arguments=("shape",),
        meaning="The area on WGS 84 in square kilometres; 0 for points and lines.",
    ),
)
"""Functions beyond the standard's own, as `/functions` lists them."""

OPERATORS: dict[str, Operator] = {
    row.name: row
    for row in (*_LOGIC, *_COMPARISONS, *_ARITHMETIC, *_STRINGS, *_RELATIONS, *FUNCTIONS)
}
