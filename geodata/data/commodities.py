"""Which commodities are known, and how are the words people use for them understood?"""

import csv
import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from geodata.errors import InvalidInput

ALL = "all"
_FILE = Path(__file__).parent / "commodities.csv"
_MEMBERS = {
    "rare-earths": frozenset({"rare-earths", "yttrium"}),
    "titanium": frozenset({"titanium", "rutile"}),
}
_SHOWN = 40


@dataclass(frozen=True)
class Commodity:
    """One commodity: its id, names in two languages, its group and other words for it.

    uri: of its equal among CGI's commodity codes, None where there is none (nepheline, and rare
    metals not specified).
    """

    id: str
    name_en: str
    name_uk: str
    group: str
    aliases: tuple[str, ...]
    uri: str | None


@cache
def commodities() -> tuple[Commodity, ...]:
    """All known commodities in order of their ids."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return tuple(_commodity(row) for row in csv.DictReader(stream))


def commodity_ids() -> tuple[str, ...]:
    """Ids of all known commodities, in order."""
    return tuple(commodity.id for commodity in commodities())


def members(word: str) -> frozenset[str]:
    """The commodities an asked one stands for: `rare-earths` holds yttrium, `titanium` rutile.

    Scandium, though often counted among the rare earths, is asked by its own name: in Ukraine it
    is a by-product of titanium and uranium ores, and would turn those into rare-earth deposits.
    """
    return _MEMBERS.get(word, frozenset({word}))


def parse_commodities(names: str | Iterable[str]) -> tuple[str, ...]:
    """Ids of the commodities named, in the order asked, each once.

    names: a comma list, or several of them. Ids, names (English, Ukrainian), symbols and common
    words are understood in any case, with blanks, hyphens or underscores; `all` is every id.
    Raises InvalidInput (parameter `commodity`) for an unknown word or none at all.
    """
    lists = [names] if isinstance(names, str) else names
    words = [word.strip() for text in lists for word in text.split(",") if word.strip()]
    if not words:
        raise InvalidInput(
            "commodity is empty; give names like lithium,titanium or all", parameter="commodity"
        )
    ids = [id_ for word in words for id_ in _ids_of(word)]
    return tuple(dict.fromkeys(ids))


def _commodity(row: dict[str, str]) -> Commodity:
    aliases = tuple(alias for alias in row["aliases"].split("|") if alias)
    uri = row["uri"] or None
    return Commodity(row["id"], row["name_en"], row["name_uk"], row["group"], aliases, uri)


def _ids_of(word: str) -> tuple[str, ...]:
    key = _key(word)
    if key == ALL:
        return commodity_ids()
    if key in _words():
        return (_words()[key],)
    shown = word if len(word) <= _SHOWN else word[:_SHOWN] + "…"
    raise InvalidInput(
        f"commodity {shown!r} is not known{_near(key)}; give an id such as lithium, titanium or "
        "rare-earths, several separated by commas, or all",
        parameter="commodity",
    )


@cache
def _words() -> dict[str, str]:
    """Every word understood, as a key, with the id it stands for."""
    return {
        _key(word): commodity.id
        for commodity in commodities()
        for word in (*commodity.aliases, commodity.name_uk, commodity.name_en, commodity.id)
    }


def _key(word: str) -> str:
    """A word without regard to case and to what separates its parts."""
    return "-".join(word.casefold().replace("_", " ").replace("-", " ").split())


def _near(key: str) -> str:
    """Text naming the known words nearest to an unknown one, empty where none is near."""
    close = difflib.get_close_matches(key[:_SHOWN], _words(), n=3, cutoff=0.6)
    names = dict.fromkeys(_words()[word] for word in close)
    return f" (did you mean {' or '.join(names)}?)" if names else ""
