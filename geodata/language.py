"""In which language are sentences and pages worded, and what is a text in it?

English texts stand where they are used and are the message ids of `locale/uk.po`, which is read as
it is: nothing is compiled, so nothing can be out of date. The language is that of the answer being
made, a context variable: a sentence built deep in an answer is worded as the page around it. It is
English unless a page is asked for in another, so answers in JSON never change with it.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

import polib

LANGUAGES = ("en", "uk")
"""Languages of pages, the default first."""
CATALOGUES = Path(__file__).parent / "locale"
_LANGUAGE: ContextVar[str] = ContextVar("language", default=LANGUAGES[0])


def language() -> str:
    """The language of the answer being made."""
    return _LANGUAGE.get()


@contextmanager
def worded_in(wanted: str) -> Iterator[None]:
    """Word what is made inside in a language of `LANGUAGES`."""
    token = _LANGUAGE.set(wanted)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def gettext(message: str, /, **values: object) -> str:
    """A text in the language; `%(name)s` stands for a value, and where there are any `%%` for %."""
    text = _translations(language()).gettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, n: float, /, **values: object) -> str:
    """A text whose form follows a number; `%(name)s` stands for a value.

    Of Ukrainian's forms one is for 1, 21 and 101, one for 2 to 4 and 22, one for 5 to 20 and 0.
    """
    text = _translations(language()).ngettext(one, many, int(n))
    return text % values if values else text


def gettext_noop(message: str) -> str:
    """The message id itself: marks a text that is put into the language where it is shown."""
    return message


def is_translated(message: str) -> bool:
    """Whether a text of the data is one in the language of the answer."""
    return language() == LANGUAGES[0] or message in _messages(language())


def day_text(day: date | str) -> str:
    """A day as readers of the language write it: 2025-02-25 in English, 25.02.2025 in Ukrainian.

    day: `YYYY-MM-DD`; anything else comes back as it is.
    """
    text = str(day)
    if language() == LANGUAGES[0]:
        return text
    year, month, last = text[:4], text[5:7], text[8:]
    return f"{last}.{month}.{year}" if len(text) == 10 and text[4] == text[7] == "-" else text


@cache
def _translations(wanted: str) -> NullTranslations:
    """The texts of a language, read once."""
    if wanted == LANGUAGES[0]:
        return NullTranslations()
    return GNUTranslations(io.BytesIO(_catalogue(wanted).to_binary()))


@cache
def _messages(wanted: str) -> frozenset[str]:
    return frozenset(entry.msgid for entry in _catalogue(wanted) if entry.translated())


@cache
def _catalogue(wanted: str) -> polib.POFile:
    return polib.pofile(str(CATALOGUES / f"{wanted}.po"))
