"""Which operators and functions are there? One row each: what it takes, gives, and how it is done.

`arrays` does it over Arrow and shapely arrays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow.compute as pc

from geodata.cql2 import lists, logic, numbers, shapes, times, words
from geodata.cql2.frame import Datum
from geodata.cql2.tree import Kind

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


_LOGIC = (
    Operator("and", ("boolean", "boolean"), "boolean", logic.all_of, variadic=True),
    Operator("or", ("boolean", "boolean"), "boolean", logic.any_of, variadic=True),
    Operator("not", ("boolean",), "boolean", logic.opposite),
    Operator("isnull", ("any",), "boolean", logic.is_null),
)
_COMPARISONS = (
    *(Operator(n, ("scalar", "scalar"), "boolean", logic.comparison(n)) for n in logic.COMPARISONS),
    Operator("between", ("scalar", "scalar", "scalar"), "boolean", logic.between),
    Operator("in", ("scalar", "members"), "boolean", logic.within_list),
    Operator("like", ("string", "pattern"), "boolean", words.like),
)
_ARITHMETIC = tuple(
    Operator(name, ("number", "number"), "number", numbers.arithmetic(work))
    for name, work in (
        ("+", np.add),
        ("-", np.subtract),
        ("*", np.multiply),
        ("/", np.divide),
        ("%", np.fmod),
        ("div", numbers.whole_quotient),
        ("^", numbers.power),
    )
)
_STRINGS = (
    Operator("casei", ("string",), "string", words.casei),
    Operator("accenti", ("string",), "string", words.accenti),
)
_RELATIONS = (
    *(Operator(n, ("geometry", "geometry"), "boolean", shapes.spatial(n)) for n in shapes.TESTS),
    *(Operator(n, ("temporal", "temporal"), "boolean", times.relation(n)) for n in times.RELATIONS),
    *(Operator(n, ("strings", "strings"), "boolean", lists.list_relation(n)) for n in lists.CLAIMS),
    Operator("interval", ("instant", "instant"), "interval", times.interval),
)
FUNCTIONS = (
    Operator(
        "lower",
        ("string",),
        "string",
        words.lower,
        arguments=("text",),
        meaning="The text in small letters.",
    ),
    Operator(
        "upper",
        ("string",),
        "string",
        words.upper,
        arguments=("text",),
        meaning="The text in capital letters.",
    ),
    Operator(
        "length",
        ("string",),
        "number",
        words.length,
        arguments=("text",),
        meaning="The number of characters of the text.",
    ),
    Operator(
        "abs",
        ("number",),
        "number",
        numbers.arithmetic(np.abs),
        arguments=("number",),
        meaning="The number without its sign.",
    ),
    Operator(
        "round",
        ("number",),
        "number",
        numbers.arithmetic(np.round),
        arguments=("number",),
        meaning="The nearest whole number; halves go to the even one.",
    ),
    Operator(
        "floor",
        ("number",),
        "number",
        numbers.arithmetic(np.floor),
        arguments=("number",),
        meaning="The greatest whole number that is not greater.",
    ),
    Operator(
        "ceil",
        ("number",),
        "number",
        numbers.arithmetic(np.ceil),
        arguments=("number",),
        meaning="The least whole number that is not less.",
    ),
    Operator(
        "year",
        ("instant",),
        "number",
        numbers.part_of_date(pc.year),
        arguments=("when",),
        meaning="The year of a date or of a timestamp in UTC.",
    ),
    Operator(
        "month",
        ("instant",),
        "number",
        numbers.part_of_date(pc.month),
        arguments=("when",),
        meaning="The month, 1 to 12, of a date or of a timestamp in UTC.",
    ),
    Operator(
        "day_of",
        ("instant",),
        "date",
        times.day_of,
        arguments=("when",),
        meaning="The UTC day of a timestamp; a date stays as it is.",
    ),
    Operator(
        "distance_km",
        ("geometry", "geometry"),
        "number",
        shapes.distance_km,
        arguments=("from", "to"),
        meaning="The geodesic distance on WGS 84 between the nearest points, in kilometres.",
    ),
    Operator(
        "area_km2",
        ("geometry",),
        "number",
        shapes.area_km2,
        arguments=("shape",),
        meaning="The area on WGS 84 in square kilometres; 0 for points and lines.",
    ),
)
"""Functions beyond the standard's own, as `/functions` lists them."""

OPERATORS: dict[str, Operator] = {
    row.name: row
    for row in (*_LOGIC, *_COMPARISONS, *_ARITHMETIC, *_STRINGS, *_RELATIONS, *FUNCTIONS)
}
