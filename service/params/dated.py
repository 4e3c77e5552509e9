"""Which collection on which day does a name as control-on-2025-02-25 stand for?

Some clients open a collection by its name and cannot send `datetime`: QGIS, ArcGIS, GDAL. To them
every collection whose rows have days is there once more for each day. The name is taken apart
before anything else reads it: rows, tiles and filters are those of `datetime`, and no store knows.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from geodata.errors import InvalidInput, NotFound
from geodata.features.collections import Collection
from geodata.interval import not_after_today, parse_day
from geodata.store.base import Store
from service.params.core import Words

ON = "on"
"""The day among the words of a path that names one."""
NAMES_A_DAY = "-on-"
"""What is in the path of a collection on a day, so that others need not be looked at."""
_NAME = re.compile(r"(?P<of>[^/]{1,200})-on-(?P<day>\d{4}-\d{2}-\d{2})", re.ASCII)


def with_day_apart(store: Store, path_words: Words) -> dict[str, str]:
    """The words of a path, a collection on a day as the collection and ON.

    A layer that has such a name itself is that layer. Raises NotFound for a day the calendar has
    not, or a collection without days, DayInTheFuture where control would have to be foretold.
    """
    words = dict(path_words)
    for key in ("collection", "layer"):
        match = _NAME.fullmatch(words.get(key, ""))
        if match is not None and match[0] not in {each.id for each in store.collections()}:
            collection = store.collection(match["of"])
            words |= {key: match["of"], ON: _day(match["day"], collection)}
    return words


def _day(text: str, collection: Collection) -> str:
    if not (collection.begins or collection.by_source):
        raise NotFound(f"{collection.id} has no days; see /collections/{collection.id}")
    try:
        day = parse_day(text)
    except InvalidInput as error:
        raise NotFound(
            f"there is no day {text}; {collection.id}-on-YYYY-MM-DD is {collection.id} on a day"
        ) from error
    if collection.by_source:
        not_after_today(day, "collection")
    return text


def with_day(words: Words, path_words: Words) -> dict[str, str]:
    """The words of a request with the day of its path as `datetime`.

    Raises InvalidInput where `datetime` says something else.
    """
    day = path_words.get(ON)
    if day is None:
        return dict(words)
    if words.get("datetime", day) != day:
        of = path_words.get("collection") or path_words["layer"]
        raise InvalidInput(
            f"datetime is {words['datetime'][:40]!r}, but this is {of} on {day}; leave datetime "
            f"out, or ask {of}",
            parameter="datetime",
        )
    return dict(sorted({**words, "datetime": day}.items()))


def dated_name(name: str, day: str) -> str:
    """The name of a collection on a day."""
    return f"{name}-on-{day}"


def described(store: Store, path_words: Mapping[str, str]) -> Collection:
    """The collection a path names, as it is told of: on a day it has a name of its own."""
    collection = store.collection(path_words["collection"])
    day = path_words.get(ON)
    if day is None:
        return collection
    return replace(
        collection,
        id=dated_name(collection.id, day),
        title=f"{collection.title} on {day}",
        description=f"{collection.description} Here {day} alone, for clients that cannot send "
        "datetime.",
    )
