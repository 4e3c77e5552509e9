"""How long do filters take that are refused, against one as long that is answered?"""

from collections.abc import Iterator
from functools import partial

from geodata.cql2 import compile_filter
from geodata.errors import InvalidInput
from geodata.features.collections import COLLECTIONS
from tests.benchmarks.lines import Line, median_s
from tests.benchmarks.place import Place

COLUMNS = next(c for c in COLLECTIONS if c.id == "deposits").columns
ANSWERED = "position_uncertainty_m IN (" + "1," * 9_998 + "7)"
"""As long as a filter may well be: 20 kB of numbers."""
REFUSED = {
    "10,000 brackets": "(" * 10_000 + "true" + ")" * 10_000,
    "8,000 negations": "NOT " * 8_000 + "true",
    "10,000 signs": "-" * 10_000 + "position_uncertainty_m = 1",
    "6,000 comparisons": "=".join(["true"] * 6_000),
    "a list of 10,001": "position_uncertainty_m IN (" + "1," * 10_000 + "1)",
    "15,000 quotes": "'" * 30_001,
    "30,000 backslashes": "\\" * 30_000,
    "an endless text": "name_en = '" + "x" * 1_000_000 + "'",
}
MOST = 2
"""Times the answered filter a refused one may take."""


def run(_place: Place) -> Iterator[Line]:
    """Only the reading of the filter is timed; no row is looked at."""
    answered_s = median_s(partial(compile_filter, ANSWERED, "cql2-text", COLUMNS), 5)
    yield Line(f"read a filter of {len(ANSWERED)} characters", answered_s * 1000, "ms")
    for name, text in REFUSED.items():
        seconds = median_s(partial(_refused, text), 5)
        yield Line(f"refuse {name}, over that", seconds / answered_s, "times", MOST, "<=")


def _refused(text: str) -> None:
    try:
        compile_filter(text, "cql2-text", COLUMNS)
    except InvalidInput:
        return
    raise AssertionError(f"{text[:40]} is no longer refused")
