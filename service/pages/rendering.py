"""How does a page come out of a template: one environment, its filters, and links that hold.

Links are paths, not addresses: they follow the page to whatever host and scheme it is read from.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from service.http.context import RequestContext
from service.http.links import url
from service.pages import template_filters

Link = Callable[..., str]
Document = Mapping[str, Any]
HEADS: Mapping[int, str] = {
    400: "That question cannot be read",
    404: "There is nothing here",
    405: "That cannot be done here",
    406: "Not in that form",
    410: "It is no longer there",
    413: "That is too much",
    415: "That cannot be taken in",
    429: "Too many questions at once",
    500: "Something failed on our side",
    503: "Not ready yet",
}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("service", "pages"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(template_filters.FILTERS)
    environment.globals.update(template_filters.GLOBALS)
    return environment


def render(template: str, *, base: str = "", pinned: str | None = None, **values: object) -> str:
    """A page from a template of this folder; every value is escaped.

    base: where the service stands. pinned: the release that links keep to, where one was asked.
    """
    root = root_of(base)
    shared = {
        "to": _linker(root, pinned),
        "root": root,
        "static": f"{root}/static",
        "pinned": pinned,
        "base": base,
        "path": "",
    }
    return _environment().get_template(template).render({**shared, **values})


def page(ask: RequestContext, template: str, **values: object) -> str:
    """A page that answers a request: with its own links and the release that spoke."""
    pinned = ask.query.get("release")
    own = {
        "path": ask.path,
        "asked": ask.query,
        "manifest": ask.store.manifest,
        "sources": ask.store.sources.by_id,
        "begins": {s: str(ask.store.sources.first_day(s)) for s in ask.store.sources.present},
        "here": _here(ask),
    }
    return render(template, base=ask.base, pinned=pinned, **{**own, **values})


def _here(ask: RequestContext) -> Callable[..., str]:
    """A link to the same question, with some words changed; None drops a word."""

    def here(**changed: object) -> str:
        given = {**ask.query, **changed}
        kept = {k: str(v) for k, v in given.items() if v is not None}
        if "f" not in changed:
            kept.pop("f", None)
        return url(root_of(ask.base), ask.path, kept)

    return here


def _linker(root: str, pinned: str | None) -> Link:
    def to(path: str, params: Mapping[str, object] | None = None) -> str:
        """A link to a path of the service; it stays in the release that is being read."""
        given = {k: str(v) for k, v in (params or {}).items() if v is not None}
        if pinned is not None:
            given.setdefault("release", pinned)
        return url(root, quote(path), given)

    return to


def root_of(base: str) -> str:
    """The path the service stands under, empty at the top of a host."""
    return urlsplit(base).path.rstrip("/")


def problem_page(status: int, problem: Mapping[str, Any], base: str = "") -> str:
    """A problem document to read. base: where the service stands."""
    instance = str(problem.get("instance") or "")
    return render(
        "problem.html",
        base=base,
        title=HEADS.get(status, "Something went wrong"),
        status=status,
        problem=problem,
        again=quote("/" + instance.lstrip("/")) if problem.get("parameter") and instance else None,
    )
