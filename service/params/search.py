"""How is `q` read: the words to search for, in which texts of a collection?"""

import re
from functools import lru_cache

from geodata.cql2 import Filter, compile_filter
from geodata.features.collections import Collection
from service.params.core import Param, Words

Q = Param(
    "q",
    {"type": "string"},
    "Words to search for: rows that have each of them in some text, whatever the case.",
    longest=200,
)


@lru_cache(maxsize=256)
def searched_columns(collection: Collection) -> tuple[str, ...]:
    """Columns whose texts `q` searches; none where a column of its own has that name."""
    if any(column.name == Q.name for column in collection.queryables):
        return ()
    return tuple(c.name for c in collection.queryables if c.type == "string" and not c.choices)


def parse_search(words: Words, collection: Collection) -> Filter | None:
    """The rows that have each word of `q` in some text, None where there is none."""
    columns = searched_columns(collection)
    wanted = words.get(Q.name, "").split() if columns else []
    if not wanted:
        return None
    return compile_filter(
        " AND ".join(_any_like(word, columns) for word in wanted), "cql2-text", collection.columns
    )


def _any_like(word: str, columns: tuple[str, ...]) -> str:
    """That any of some columns holds a word, as CQL2 text; its wildcards are letters here."""
    pattern = re.sub(r"([\\%_])", r"\\\1", word).replace("'", "''")
    likes = (f"CASEI(\"{name}\") LIKE CASEI('%{pattern}%')" for name in columns)
    return f"({' OR '.join(likes)})"
