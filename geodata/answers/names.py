"""What is it called in the language of the answer: a commodity, a deposit, a place, a source?"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from geodata.data import packaged
from geodata.data.commodities import commodities
from geodata.language import LANGUAGES, gettext, is_translated, language
from geodata.language import gettext_noop as N_
from schemas import Territory

Document = Mapping[str, Any]
_NAMES = {entry.id: entry for entry in commodities()}


def commodity(name: str) -> str:
    """The name of a commodity, in lower case within a sentence."""
    entry = _NAMES.get(name)
    if entry is None:
        return gettext(name).lower()
    ukrainian = entry.name_uk if language() == "uk" else None
    return (ukrainian or gettext(entry.name_en)).lower()


def commodity_word(name: str) -> str:
    """A commodity by its id, as requests and data have it; in another language by its name."""
    return name if language() == LANGUAGES[0] else commodity(name)


def country_name(code: str) -> str:
    """The name of a state by its code."""
    theatre = packaged.theatre()
    names = theatre.names_uk if language() == "uk" else theatre.names
    return names.get(code, code)


def title_of(thing: Any) -> str:  # noqa: ANN401 - a territory, source or collection, or its document
    """The title of a territory, a source or a collection."""
    given = thing if isinstance(thing, Mapping) else vars(thing)
    ukrainian = given.get("title_uk") if language() == "uk" else None
    return str(ukrainian or gettext(given["title"]))


def name_column() -> str:
    """The column of names in the language."""
    return "name_uk" if language() == "uk" else "name_en"


def name_of(deposit: Document) -> str:
    """The name of a deposit, from its `name_en` and, where it is given, its `name_uk`."""
    name = deposit.get("name_uk") if language() == "uk" else None
    return name if isinstance(name, str) and name else gettext(str(deposit["name_en"]))


def names_of(deposits: pd.DataFrame) -> list[str]:
    """The names of deposits, in their order."""
    pairs = zip(deposits["name_en"], deposits["name_uk"], strict=True)
    return [name_of({"name_en": english, "name_uk": ukrainian}) for english, ukrainian in pairs]


def place(name: str, level: str = "oblast") -> str:
    """The name of an oblast or raion as the facts have it, several parted by ` / `."""
    if language() == LANGUAGES[0]:
        return name
    return " / ".join(_place(part, level) for part in name.split(" / "))


def _place(name: str, level: str) -> str:
    message = f"{name}, {level}"
    return gettext(message) if is_translated(message) else name


def where_text(territory: Territory) -> str:
    """Where a deposit counted in a territory is on record."""
    if language() == "uk" and territory.where_uk:
        return territory.where_uk
    if language() == LANGUAGES[0]:
        return territory.extent_words
    return gettext("that may lie in “%(territory)s”", territory=title_of(territory))


def listing(names: Iterable[str], last: str = N_("and")) -> str:
    """`a, b and c`."""
    *others, final = [*names] or [""]
    return f"{', '.join(others)} {gettext(last)} {final}" if others else final
