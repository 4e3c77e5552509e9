"""How are the words of an items request read: boxes, days, filters, order, columns, CRS."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from geodata.answers.question import RANKS, ROLES
from geodata.cql2 import Filter, FilterCrs, both, compile_filter
from geodata.crs import CRS84_AXES, OFFERED, Axes, parse_crs
from geodata.data.commodities import parse_commodities
from geodata.errors import InvalidInput
from geodata.features.collections import (
    Collection,
    names_of,
    sortable_columns,
)
from geodata.features.query import Query, SortKey
from geodata.interval import FIRST_DAY, Interval, not_after_today, one_day, parse_datetime, today
from geodata.store.base import Store
from schemas.record import LISTS, Column
from service.params.boxes import PROJECTED, area_of, check_degrees, parse_bbox
from service.params.core import (
    LIMIT,
    TYPES,
    Param,
    ParamsByName,
    Words,
    digest,
    params_by_name,
    parse_choice,
    parse_cursor,
    parse_limit,
)
from service.params.search import Q, parse_search, searched_columns

BY_COMMODITY = frozenset({"deposits", "estimates", "changes"})
"""Collections whose commodity is an id of the list; claims have it in words of their own."""
_KNOWN: WeakKeyDictionary[Collection, ParamsByName] = WeakKeyDictionary()
LANGUAGES = ("cql2-text", "cql2-json")
_CRS_SCHEMA: Mapping[str, Any] = {"type": "string", "format": "uri", "enum": list(OFFERED)}
DATETIME = Param("datetime", {"type": "string"}, "A day, or an interval start/end, .. for open.")
SOURCE = Param(
    "source",
    {"type": "string"},
    "Control source; default the first in priority whose map is recent enough for the date, else "
    "the one with the most recent map.",
)
CRS = Param("crs", _CRS_SCHEMA, "CRS of the answer, axes in the authority's order.")
ROLE = Param(
    "role",
    {"type": "string", "enum": list(ROLES), "default": ROLES[0]},
    "Whether commodity is the main one, or any the deposit has.",
)
CURSOR = Param("cursor", {"type": "string"}, "Where the next page begins; from a next link.")
PROPERTIES = Param(
    "properties",
    {"type": "array", "items": {"type": "string"}},
    "Properties wanted; id and geometry come always.",
)
VERSIONS = (SOURCE,)
SKIP_GEOMETRY = Param(
    "skipGeometry", {"type": "boolean", "default": False}, "Leave the geometry out."
)
SELECTION = (
    Param(
        "bbox",
        {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
        "Box west, south, east, north in CRS84, or in bbox-crs.",
    ),
    Param("bbox-crs", _CRS_SCHEMA, "CRS of bbox."),
    DATETIME,
    Param("filter", {"type": "string"}, "A condition in CQL2.", longest=32768),
    Param(
        "filter-lang",
        {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]},
        "Language of filter.",
    ),
    Param("filter-crs", _CRS_SCHEMA, "CRS of geometry in filter."),
    Param(
        "sortby",
        {"type": "array", "items": {"type": "string"}},
        "Properties to sort by, each with + or - before it.",
    ),
)


def items_params(store: Store, path_words: Mapping[str, str]) -> ParamsByName:
    """Parameters of a collection's items: selection, presentation, and every property by name."""
    collection = store.collection(path_words["collection"])
    if collection not in _KNOWN:
        _KNOWN[collection] = params_by_name(_items_params(collection))
    return _KNOWN[collection]


def _items_params(collection: Collection) -> tuple[Param, ...]:
    own = property_params(collection)
    return (*_page_params(collection), *selection_params(collection), *own)


def _page_params(collection: Collection) -> tuple[Param, ...]:
    """Parameters that are no properties, those of control sources and roles left out."""
    search = (Q,) if searched_columns(collection) else ()
    shown = (*SELECTION, LIMIT, CURSOR, CRS, PROPERTIES, SKIP_GEOMETRY, *search)
    return tuple(p for p in shown if p is not DATETIME or takes_datetime(collection))


def takes_datetime(collection: Collection) -> bool:
    """Whether `datetime` is a parameter: not of a user's layer whose days are not known.

    It would be read and change nothing. Our own collections all have it, as OGC API Features 1.0.1
    wants (/req/core/fc-time-definition): rows that are of no day match any.
    """
    return collection.dated or collection.layer is None


def selection_params(collection: Collection) -> tuple[Param, ...]:
    """Parameters of collections whose rows depend on a source, or are deposits."""
    return (
        *((SOURCE,) if collection.by_source else ()),
        *((ROLE,) if "roles" in collection.column_names else ()),
    )


def property_params(collection: Collection) -> tuple[Param, ...]:
    """Properties as parameters that a row's value must equal."""
    columns = {column.name: column for column in collection.properties}
    return tuple(_property_param(columns[name]) for name in queryable_names(collection))


def item_params(store: Store, path_words: Mapping[str, str]) -> ParamsByName:
    """Parameters of one item."""
    collection = store.collection(path_words["collection"])
    dated = (DATETIME,) if takes_datetime(collection) else ()
    shown = (*dated, CRS, PROPERTIES, SKIP_GEOMETRY)
    return params_by_name((*shown, SOURCE) if collection.by_source else shown)


@lru_cache(maxsize=256)
def queryable_names(collection: Collection) -> tuple[str, ...]:
    """Properties that may be given as parameters; one that a parameter hides may not."""
    hidden = {param.name for param in _page_params(collection)}
    hidden |= {"f", "release"} | ({"source"} if collection.by_source else set())
    return tuple(c.name for c in collection.queryables if c.name not in hidden)


def _property_param(column: Column) -> Param:
    schema = TYPES[LISTS.get(column.type, column.type)]
    # Of ranks there is a word for all of them.
    words = (*column.choices, *(RANKS[1:] if column.name == "rank" else ()))
    choices = {"enum": list(words)} if column.choices else {}
    return Param(column.name, {**schema, **choices}, column.meaning)


def items_query(words: Words, collection: Collection) -> Query:
    """The query of a page of items. Raises InvalidInput naming the parameter."""
    parse_choice(words, "role", ROLES, ROLES[0])
    named = set(queryable_names(collection))
    named -= {"rank"} if words.get("rank") == RANKS[1] else set()
    query = Query(
        collection=collection.id,
        when=_when(words, collection),
        equals=tuple(_equal_to(collection, n, words) for n in sorted(named & words.keys())),
        filter=parse_filter(words, collection),
        source=words.get("source") if collection.by_source else None,
        sortby=parse_sortby(words["sortby"], collection) if words.get("sortby") else (),
        limit=parse_limit(words["limit"]) if "limit" in words else Query.limit,
        start=_start(words, collection.id),
        properties=parse_properties(words, collection),
        skip_geometry=parse_choice(words, "skipGeometry", ("true", "false"), "false") == "true",
        crs=parse_crs(words["crs"], "crs") if "crs" in words else CRS84_AXES,
    )
    return _placed(query, words)


def _when(words: Words, collection: Collection) -> Interval | None:
    """The days asked; of the contact line today, where none is: lines of all days are no line.

    Raises DayInTheFuture where control would have to be foretold.
    """
    if "datetime" not in words or not takes_datetime(collection):
        return one_day(today()) if collection.id == "contact-line" else None
    when = parse_datetime(words["datetime"])
    if collection.by_source and when.start > FIRST_DAY:
        not_after_today(when.start, "datetime")
    return when


def _equal_to(collection: Collection, name: str, words: Words) -> tuple[str, str]:
    """A property and its text; a commodity in any role is looked for among all of a deposit's.

    Raises InvalidInput for a word the property never has: a slip would find nothing without a word.
    """
    (column,) = (c for c in collection.queryables if c.name == name)
    if column.type == "string" and (choices := column.choices):
        parse_choice(words, name, choices, "")
    if name == "commodity" and collection.id in BY_COMMODITY:
        _check_one(words[name])
    in_any_role = name == "commodity" and words.get("role") == ROLES[1]
    return ("commodities" if in_any_role else name), words[name]


def _check_one(text: str) -> None:
    """Raises InvalidInput for a word that is no commodity, and for several, which none equals."""
    if len(parse_commodities(text)) != 1 or text.strip() == "all":
        raise InvalidInput(
            f"commodity is {text[:60]!r}; give one here, and several as "
            "filter=commodity IN ('lithium','titanium')",
            parameter="commodity",
        )


def _placed(query: Query, words: Words) -> Query:
    """The query with its box: plain where it is CRS84, else the area it is there."""
    axes = parse_crs(words["bbox-crs"], "bbox-crs") if "bbox-crs" in words else CRS84_AXES
    if "bbox" not in words:
        return query
    if axes == CRS84_AXES:
        return replace(query, bbox=parse_bbox(words["bbox"]))
    if axes.degrees:
        south, west, north, east = parse_bbox(words["bbox"], axes)
        return replace(query, bbox=check_degrees((west, south, east, north), words["bbox"]))
    return replace(query, area=area_of(parse_bbox(words["bbox"], axes), axes))


def parse_filter(words: Words, collection: Collection) -> Filter | None:
    """The compiled filter, None where none is given."""
    language = parse_choice(words, "filter-lang", LANGUAGES, LANGUAGES[0])
    axes = parse_crs(words["filter-crs"], "filter-crs") if "filter-crs" in words else CRS84_AXES
    searched = parse_search(words, collection)
    if "filter" not in words:
        return searched
    aliases = dict.fromkeys(collection.aliases, "geometry")
    given = compile_filter(
        words["filter"],
        "cql2-json" if language == "cql2-json" else "cql2-text",
        collection.columns,
        aliases=aliases,
        crs=_filter_crs(axes),
    )
    return given if searched is None else both(given, searched)


def _filter_crs(axes: Axes) -> FilterCrs:
    """Coordinates of a filter, in the authority's order; projected ones have no narrow bounds."""
    if not axes.degrees:
        return FilterCrs(
            axes.code, (-PROJECTED, -PROJECTED, PROJECTED, PROJECTED), None, axes.to_crs84
        )
    whole = (-90.0, -180.0, 90.0, 180.0) if axes.swapped else (-180.0, -90.0, 180.0, 90.0)
    return FilterCrs(axes.code, whole, 1 if axes.swapped else 0, axes.to_crs84)


def parse_sortby(text: str, collection: Collection) -> tuple[SortKey, ...]:
    """`+a,-b` as keys. Raises InvalidInput for what is no sortable property."""
    sortable = names_of(sortable_columns(collection))
    keys = []
    for part in text.split(","):
        name = part.strip().removeprefix("+").removeprefix("-")
        if name not in sortable:
            raise InvalidInput(
                f"sortby has {part[:40]!r}; sortable are {', '.join(sortable)}", parameter="sortby"
            )
        keys.append((name, part.strip().startswith("-")))
    return tuple(dict(reversed(keys)).items())[::-1]


def parse_properties(words: Words, collection: Collection) -> tuple[str, ...] | None:
    """A comma list of properties, None for all. Raises InvalidInput for an unknown one."""
    if "properties" not in words:
        return None
    wanted = tuple(part.strip() for part in words["properties"].split(",") if part.strip())
    for name in wanted:
        if name not in collection.column_names:
            raise InvalidInput(
                f"properties has {name[:40]!r}; {collection.id} has "
                f"{', '.join(collection.column_names)}",
                parameter="properties",
            )
    return wanted


def cursor_for(words: Words, collection: str, release: str, start: int) -> str:
    """A cursor that pins release and question and says which row is next; collection: its id."""
    return f"{release}.{start}.{_asked(words, collection)}"


def _start(words: Words, collection: str) -> int:
    """Ordinal of the first row wanted. Raises InvalidInput for a cursor of another question."""
    if "cursor" not in words:
        return 0
    _, start, asked = parse_cursor(words["cursor"])
    if asked != _asked(words, collection):
        raise InvalidInput(
            "cursor belongs to another question; change only limit, or begin again without cursor",
            parameter="cursor",
        )
    return start


def _asked(words: Words, collection: str) -> str:
    """Hash of the words that decide which rows of a collection match and in which order."""
    free = {"cursor", "limit", "release", "f", "crs", "properties", "skipGeometry"}
    return digest(collection, {name: words[name] for name in words.keys() - free})
