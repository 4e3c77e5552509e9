"""How does the map page say a thing: its own words, English or Ukrainian, for a picture of it?

`service/static/map/words-en.js` and `words-uk.js` are read as they are, so that a picture cannot
say other than the page: each is one object of texts, which YAML reads without `export default`.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from geodata.answers.names import title_of
from geodata.language import worded_in

_FOLDER = Path(__file__).parents[2] / "static" / "map"
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_PLACE = re.compile(r"\{(\w+)\}")
MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December"),
    "uk": ("січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня",
           "вересня", "жовтня", "листопада", "грудня"),
}  # fmt: skip
NO_BREAK = "\u00a0"


class Words:
    """The texts of one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._texts = _texts(lang)

    def __call__(self, key: str, n: int = 0, **values: object) -> str:
        """A text by its key; {name} stands for a value, and `n` picks the form and is one too."""
        text = self._texts[key]
        if not isinstance(text, str):
            text = text[plural(n, self.lang)] if plural(n, self.lang) in text else text["other"]
        shown = {"n": self.number(n), **values}
        return _PLACE.sub(lambda match: str(shown.get(match[1], "")), text)

    def number(self, value: int) -> str:
        """A whole number, grouped as the language does."""
        return f"{value:,}".replace(",", NO_BREAK if self.lang == "uk" else ",")

    def day(self, day: date) -> str:
        """`25 February 2025`."""
        return f"{day.day} {MONTHS[self.lang][day.month - 1]} {day.year}"

    def title(self, thing: object) -> str:
        """The title of a source or a territory."""
        with worded_in(self.lang):
            return title_of(thing)

    def of(self, thing: object, name: str) -> str | None:
        """A field of a record that has one for each language, as `name_en` and `name_uk`."""
        text = getattr(thing, f"{name}_{self.lang}", None) or getattr(thing, f"{name}_en", None)
        return None if text is None else str(text)


def plural(n: int, lang: str) -> str:
    """The form of a text that goes with a whole number (CLDR's rules)."""
    if lang != "uk":
        return "one" if n == 1 else "other"
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    return "few" if n % 10 in {2, 3, 4} and n % 100 not in {12, 13, 14} else "many"


@cache
def words(lang: str) -> Words:
    """The words of a language."""
    return Words(lang)


@cache
def _texts(lang: str) -> Mapping[str, str | Mapping[str, str]]:
    source = (_FOLDER / f"words-{lang}.js").read_text("utf-8")
    body = _COMMENT.sub("", source).replace("export default", "", 1).strip().rstrip(";")
    texts: dict[str, str | dict[str, str]] = yaml.load(body, yaml.CSafeLoader)
    # YAML 1.1 takes the key `on` for a truth.
    return {{True: "on", False: "off"}.get(key, key): text for key, text in texts.items()}  # type: ignore[call-overload]
