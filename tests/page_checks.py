"""Is a page sound: elements closed and nested as HTML 5 asks, all of it named and described?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "link", "input", "br", "hr", "img"}
PHRASING = {"p", "h1", "h2", "h3", "h4", "summary", "label", "span", "button", "code", "legend",
            "dt", "time", "small", "b"}  # fmt: skip
"""Elements in which only words and inline elements may stand."""
BLOCKS = {"p", "h1", "h2", "h3", "h4", "div", "section", "table", "ul", "ol", "dl", "form",
          "pre", "figure", "nav", "header", "footer", "main", "details",
          "fieldset", "blockquote"}  # fmt: skip
PARENTS = {
    "li": {"ul", "ol"}, "dt": {"dl", "div"}, "dd": {"dl", "div"}, "tr": {"thead", "tbody"},
    "td": {"tr"}, "th": {"tr"}, "thead": {"table"}, "tbody": {"table"}, "caption": {"table"},
    "option": {"select"}, "summary": {"details"}, "legend": {"fieldset"},
    "figcaption": {"figure"},
}  # fmt: skip
CHILDREN = {"ul": {"li"}, "ol": {"li"}, "tr": {"td", "th"}, "table": {"caption", "thead", "tbody"},
            "dl": {"div", "dt", "dd"}, "select": {"option"}}  # fmt: skip
ALONE = {"a", "form", "button", "label", "main"}
"""Elements that may not stand inside one of their own kind."""


@dataclass
class Element:
    """One element of a page, its text, and the names of those around it, innermost last."""

    name: str
    given: dict[str, str]
    around: tuple[str, ...]
    words: str = field(default="")

    @property
    def in_drawing(self) -> bool:
        """Whether it is part of a drawing."""
        return "svg" in self.around


class Page(HTMLParser):
    """A page as its elements, in their order. faults: what is not sound about their nesting."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.elements: list[Element] = []
        self.faults: list[str] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{left.name}> is never closed" for left in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice: {names}")
        around = tuple(parent.name for parent in self._open)
        found = Element(tag, {name: value or "" for name, value in attrs}, around)
        self.faults += _misplaced(found)
        self.elements.append(found)
        if tag not in VOID:
            self._open.append(found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of a drawing that closes itself."""
        if "svg" not in (parent.name for parent in self._open):
            self.faults.append(f"<{tag}/> closes itself outside a drawing")
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if not self._open or self._open[-1].name != tag:
            self.faults.append(f"</{tag}> closes {[e.name for e in self._open][-3:]}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        """Its text, also that of all elements around it."""
        for element in self._open:
            element.words += data

    def all(self, *names: str) -> list[Element]:
        """Elements by name, drawings left out."""
        return [e for e in self.elements if e.name in names and not e.in_drawing]

    def drawings(self) -> list[Element]:
        """Outermost drawings."""
        return [e for e in self.elements if e.name == "svg" and not e.in_drawing]

    def values(self, attribute: str) -> list[str]:
        """An attribute of all elements that have it."""
        return [e.given[attribute] for e in self.elements if attribute in e.given]


def _misplaced(found: Element) -> Iterator[str]:
    """What is wrong with where an element stands."""
    if found.in_drawing:
        return
    parent = found.around[-1] if found.around else ""
    if found.name in PARENTS and parent not in PARENTS[found.name]:
        yield f"<{found.name}> in <{parent}>"
    if parent in CHILDREN and found.name not in CHILDREN[parent]:
        yield f"<{found.name}> in <{parent}>"
    if found.name in BLOCKS and PHRASING & set(found.around):
        yield f"<{found.name}> within {found.around[-3:]}"
    if found.name in ALONE and found.name in found.around:
        yield f"<{found.name}> within its own kind"


def heading_faults(page: Page) -> list[str]:
    """One first heading, no level skipped, none empty."""
    heads = page.all("h1", "h2", "h3", "h4")
    levels = [int(head.name[1]) for head in heads]
    faults = [f"empty {head.name}" for head in heads if not head.words.strip()]
    faults += [] if levels.count(1) == 1 and levels[0] == 1 else [f"first headings: {levels}"]
    return faults + [f"h{a} is followed by h{b}" for a, b in pairwise(levels) if b - a > 1]


def unlabelled(page: Page) -> list[str]:
    """Controls of forms without a label around them."""
    shown = (e for e in page.all("input", "select") if e.given.get("type") != "hidden")
    return [str(e.given) for e in shown if "label" not in e.around]


def table_faults(page: Page) -> list[str]:
    """Header cells without scope, tables without header cells."""
    faults = [f"th without scope: {e.words}" for e in page.all("th") if "scope" not in e.given]
    return faults if not page.all("table") or page.all("th") else [*faults, "no header cells"]


def reference_faults(page: Page) -> list[str]:
    """Ids given twice, and references to ids that are not there."""
    ids = page.values("id")
    faults = [f"id {name} is given twice" for name in set(ids) if ids.count(name) > 1]
    named = [*page.values("aria-labelledby"), *page.values("aria-describedby")]
    wanted = {name for text in named for name in text.split()}
    wanted |= {href[1:] for href in page.values("href") if href.startswith("#")}
    return faults + [f"{name} is not on the page" for name in sorted(wanted - set(ids))]


def unnamed_drawings(page: Page) -> list[str]:
    """Drawings that are neither described nor marked as ornament."""
    return [
        str(e.given)
        for e in page.drawings()
        if e.given.get("aria-hidden") != "true" and "aria-labelledby" not in e.given
    ]


def inline_code(page: Page) -> list[str]:
    """What the content security policy forbids: styles and scripts within the page."""
    faults = [str(e.given) for e in page.elements if {"style"} & set(e.given)]
    faults += [n for e in page.elements for n in e.given if n.startswith("on")]
    faults += ["<style>" for e in page.elements if e.name == "style"]
    return faults + ["<script>" for e in page.elements if e.name == "script" and e.words.strip()]


def faults_of(page: Page) -> list[str]:
    """All that is wrong with a page."""
    return [*page.faults, *heading_faults(page), *unlabelled(page), *table_faults(page),
            *reference_faults(page), *unnamed_drawings(page), *inline_code(page)]  # fmt: skip
