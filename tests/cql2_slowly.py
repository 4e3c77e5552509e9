"""Random filters, each as it is written and as it is read, slowly, on one row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import fmod, isfinite, trunc
from typing import Any

import shapely
from hypothesis import strategies as st

Record = Mapping[str, Any]
Truth = bool | None
Reading = Callable[[Record], Any]


@dataclass(frozen=True)
class Said:
    """A piece of a filter: as it is written, and as it is read on one row."""

    text: str
    read: Reading

    def __repr__(self) -> str:
        return self.text


FIRST = date(2022, 1, 1)
WORDS = ["", "a", "A", "ä", "ab", "b%", "_", "Straße", "STRASSE", "Україна", "україна", "\\", "ø"]
NUMBERS = [-3, -1, 0, 1, 2, 3, 2.5]
days = st.integers(0, 6).map(lambda n: FIRST + timedelta(days=n))
moments = st.integers(0, 12).map(
    lambda n: datetime(2022, 1, 1, tzinfo=UTC) + timedelta(hours=12 * n)
)
shapes = st.sampled_from(
    [
        shapely.Point(1, 1),
        shapely.Point(2, 2),
        shapely.box(0, 0, 2, 2),
        shapely.box(2, 0, 3, 2),
        shapely.box(1, 1, 4, 4),
        shapely.LineString([(0, 0), (3, 3)]),
        shapely.LineString([(0, 2), (2, 2)]),
        shapely.MultiPoint([(1, 1), (9, 9)]),
    ]
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(WORDS),
    "word": st.sampled_from(WORDS),
    "amount": st.sampled_from(NUMBERS).map(float),
    "count": st.integers(-3, 3),
    "ok": st.booleans(),
    "day": days,
    "until": days,
    "seen": moments,
    "tags": st.lists(st.sampled_from(["a", "b", "c"]), max_size=4),
    "geometry": shapes,
}
records = st.fixed_dictionaries({name: st.none() | value for name, value in VALUES.items()})
frames = st.lists(records, min_size=1, max_size=12)


def column(name: str) -> Said:
    return Said(name, lambda record: record[name])


def spelled(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
    if isinstance(value, datetime):
        return f"TIMESTAMP('{value.strftime('%Y-%m-%dT%H:%M:%SZ')}')"
    if isinstance(value, date):
        return f"DATE('{value}')"
    if isinstance(value, shapely.Geometry):
        return str(value.wkt)
    return str(value).lower()


def literal(value: Any) -> Said:
    return Said(spelled(value), lambda _: value)


def strict(work: Callable[..., Any]) -> Callable[..., Any]:
    """Null in, null out."""
    return lambda *args: None if any(arg is None for arg in args) else work(*args)


def called(form: str, work: Callable[..., Any], *parts: Said) -> Said:
    text = form.format(*(part.text for part in parts))
    return Said(text, lambda record: work(*(part.read(record) for part in parts)))


def operands(*names: str) -> st.SearchStrategy[Said]:
    """Columns of these names, or literals such as they hold."""
    columns = st.sampled_from(names).map(column)
    return columns | st.one_of(*(VALUES[name] for name in names)).map(literal)


def finite(work: Callable[..., float]) -> Callable[..., float | None]:
    """Of integers by Python's own, which have no end; of anything else as doubles."""

    def computed(*args: float) -> float | None:
        whole = all(float(arg).is_integer() and abs(arg) < 2**63 for arg in args)
        try:
            result = work(*map(int if whole else float, args))
        except (ZeroDivisionError, OverflowError):
            return None
        return result if isinstance(result, int | float) and isfinite(result) else None

    return strict(computed)


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": lambda a, b: (
        fmod(a, b) if b and isinstance(a, float) else abs(a) % abs(b) * (1 if a > 0 else -1)
    ),
    "div": lambda a, b: (
        trunc(a / b) if isinstance(a, float) else abs(a) // abs(b) * (1 if a * b > 0 else -1)
    ),
    "^": lambda a, b: float(a) ** b,
}
numbers = st.recursive(
    operands("amount", "count"),
    lambda inner: st.tuples(st.sampled_from([*ARITHMETIC]), inner, inner).map(
        lambda t: called(f"({{}} {t[0]} {{}})", finite(ARITHMETIC[t[0]]), t[1], t[2])
    ),
    max_leaves=4,
)
BARE = str.maketrans({"ä": "a", "ø": "o", "ї": "\u0456", "Ї": "\u0406"})
texts = st.recursive(
    operands("name", "word"),
    lambda inner: (
        inner.map(lambda s: called("CASEI({})", strict(str.casefold), s))
        | inner.map(
            lambda s: called(
                "ACCENTI({})", strict(lambda v: v.translate(BARE).replace("ß", "ss")), s
            )
        )
    ),
    max_leaves=3,
)
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
pairs = st.one_of(
    *(
        st.tuples(kind, kind)
        for kind in (numbers, texts, operands("day", "until"), operands("seen"), operands("ok"))
    )
)
comparisons = st.tuples(st.sampled_from([*COMPARE]), pairs).map(
    lambda t: called(f"{{}} {t[0]} {{}}", strict(COMPARE[t[0]]), *t[1])
)
nulls = st.one_of(*(operands(name) for name in VALUES if name != "tags"), numbers, texts).map(
    lambda s: called("{} IS NULL", lambda v: v is None, s)
)
ranges = st.tuples(numbers, numbers, numbers).map(
    lambda t: called("{} BETWEEN {} AND {}", between_slowly, *t)
)


def between_slowly(value: Any, low: Any, high: Any) -> bool | None:
    return both(strict(COMPARE[">="])(value, low), strict(COMPARE["<="])(value, high))


def both(one: Truth, other: Truth) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def opposite(one: Truth) -> bool | None:
    return None if one is None else not one


def either(one: Truth, other: Truth) -> bool | None:
    return opposite(both(opposite(one), opposite(other)))


def in_slowly(value: Any, *members: Any) -> bool | None:
    result: bool | None = False
    for member in members:
        result = either(result, strict(COMPARE["="])(value, member))
    return result


def listed(t: tuple[Said, list[Said]]) -> Said:
    slots = ", ".join("{}" for _ in t[1])
    return called(f"{{}} IN ({slots})", in_slowly, t[0], *t[1])


members = st.one_of(
    *(
        st.tuples(kind, st.lists(kind, min_size=1, max_size=4))
        for kind in (numbers, texts, operands("day"))
    )
).map(listed)


def like_slowly(text: str, pattern: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(like_slowly(text[start:], pattern[1:]) for start in range(len(text) + 1))
    if pattern[0] == "\\" and pattern[1:2] in {"%", "_", "\\"} and len(pattern) > 1:
        return text[:1] == pattern[1] and like_slowly(text[1:], pattern[2:])
    return bool(text) and pattern[0] in {"_", text[0]} and like_slowly(text[1:], pattern[1:])


def _as_pattern(word: str, changes: list[str]) -> str:
    """A word with some of its characters replaced, so that a pattern often matches."""
    return "".join(new or old for old, new in zip(word, changes, strict=False)) + "%"


patterns = st.text(alphabet="%_aAbä\\Стß", max_size=6) | st.builds(
    _as_pattern, st.sampled_from(WORDS), st.lists(st.sampled_from(["", "", "_", "%"]), min_size=9)
)
likes = st.tuples(texts, patterns).map(
    lambda t: called(f"{{}} LIKE {spelled(t[1])}", strict(lambda v: like_slowly(v, t[1])), t[0])
)

LISTS: dict[str, Callable[[set[str], set[str]], bool]] = {
    "A_CONTAINS": lambda a, b: a >= b,
    "A_CONTAINEDBY": lambda a, b: a <= b,
    "A_EQUALS": lambda a, b: a == b,
    "A_OVERLAPS": lambda a, b: bool(a & b),
}
word_lists = st.lists(st.sampled_from("abcd"), max_size=4).map(
    lambda words: Said(f"({','.join(map(spelled, words))})", lambda _: words)
) | st.just(column("tags"))
arrays = st.tuples(st.sampled_from([*LISTS]), word_lists, word_lists).map(
    lambda t: called(
        f"{t[0]}({{}}, {{}})", strict(lambda a, b: LISTS[t[0]]({*a}, {*b})), t[1], t[2]
    )
)

TIMES: dict[str, Callable[[Any, Any], bool]] = {
    "T_AFTER": lambda a, b: a[0] > b[1],
    "T_BEFORE": lambda a, b: a[1] < b[0],
    "T_CONTAINS": lambda a, b: a[0] < b[0] and a[1] > b[1],
    "T_DISJOINT": lambda a, b: a[0] > b[1] or a[1] < b[0],
    "T_DURING": lambda a, b: b[0] < a[0] and a[1] < b[1],
    "T_EQUALS": lambda a, b: a == b,
    "T_FINISHEDBY": lambda a, b: a[0] < b[0] and a[1] == b[1],
    "T_FINISHES": lambda a, b: a[0] > b[0] and a[1] == b[1],
    "T_INTERSECTS": lambda a, b: a[0] <= b[1] and b[0] <= a[1],
    "T_MEETS": lambda a, b: a[1] == b[0],
    "T_METBY": lambda a, b: a[0] == b[1],
    "T_OVERLAPPEDBY": lambda a, b: b[0] < a[0] < b[1] < a[1],
    "T_OVERLAPS": lambda a, b: a[0] < b[0] < a[1] < b[1],
    "T_STARTEDBY": lambda a, b: a[0] == b[0] and a[1] > b[1],
    "T_STARTS": lambda a, b: a[0] == b[0] and a[1] < b[1],
}
instants = operands("day", "until").map(
    lambda s: Said(s.text, lambda r: s.read(r) and (s.read(r),) * 2)
)
dates_open = st.just(Said("'..'", lambda _: "..")) | operands("day", "until").map(
    lambda s: Said(s.text.removeprefix("DATE(").removesuffix(")"), s.read)
)


def span_slowly(start: Any, end: Any) -> tuple[date, date] | None:
    known = [bound for bound in (start, end) if isinstance(bound, date)]
    if not known and (start, end) != ("..", ".."):
        return None
    first = start if isinstance(start, date) else date.min
    last = end if isinstance(end, date) else date.max
    return first, last


def forward(t: tuple[Said, Said]) -> bool:
    """Two literals in order; anything where a column is."""
    quoted = all(part.text.startswith("'2") for part in t)
    return not quoted or bool(t[0].read({}) <= t[1].read({}))


spans = (
    st.tuples(dates_open, dates_open)
    .filter(forward)
    .map(lambda t: called("INTERVAL({}, {})", span_slowly, *t))
)
times = st.tuples(st.sampled_from([*TIMES]), instants | spans, instants | spans).map(
    lambda t: called(f"{t[0]}({{}}, {{}})", strict(TIMES[t[0]]), t[1], t[2])
)

SHAPES: dict[str, Callable[[Any, Any], bool]] = {
    f"S_{name.upper()}": getattr(shapely, name)
    for name in (
        "contains",
        "crosses",
        "disjoint",
        "equals",
        "intersects",
        "overlaps",
        "touches",
        "within",
    )
}
spatials = st.tuples(st.sampled_from([*SHAPES]), operands("geometry"), operands("geometry")).map(
    lambda t: called(
        f"{t[0]}({{}}, {{}})", strict(lambda a, b: bool(SHAPES[t[0]](a, b))), t[1], t[2]
    )
)

predicates = st.one_of(
    comparisons, nulls, ranges, members, likes, arrays, times, spatials, operands("ok")
)
conditions = st.recursive(
    predicates,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda t: called("({} AND {})", both, *t)),
        st.tuples(inner, inner).map(lambda t: called("({} OR {})", either, *t)),
        inner.map(lambda s: called("(NOT {})", opposite, s)),
    ),
    max_leaves=5,
)
