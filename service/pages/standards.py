"""The pages of what a machine asks first: standards met, and functions in filters."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from service.http.context import Ask
from service.pages.rendering import page

Document = Mapping[str, Any]


def conformance(ask: Ask, document: Document) -> str:
    """Conformance classes met, by standard."""
    classes = sorted(document["conformsTo"])
    groups = [(name, list(own)) for name, own in groupby(classes, key=_standard)]
    return page(ask, "conformance.html", title="Standards met", document=document, groups=groups)


def functions(ask: Ask, document: Document) -> str:
    """Functions that filters may use."""
    return page(ask, "functions.html", title="Functions in filters", document=document)


def _standard(uri: str) -> str:
    """The standard a class belongs to: its address up to the class."""
    return uri.partition("/conf/")[0]
