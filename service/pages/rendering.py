"""How does a page come out of a template: one environment, its filters, and links that hold.

Links are paths, not addresses: they follow the page to whatever host and scheme it is read from.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from service.http.context import RequestContext, url
from service.http.proxy import root_of
from service.pages import template_filters

Link = Callable[..., str]
Document = Mapping[str, Any]
HEADS: Mapping[int, str] = {
    400: "Invalid request",
    404: "Not found",
    405: "Method not allowed",
    406: "Format not available",
    410: "No longer available",
    413: "Request too large",
    415: "Unsupported content type",
    429: "Too many requests",
    500: "Server error",
    503: "Not available at the moment",
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
    """A page that answers a request: with its own links and the release that answers."""
    pinned = ask.query.get("release")
    shared = {
        "path": ask.path,
        "asked": ask.query,
        "manifest": ask.store.manifest,
        "sources": ask.store.sources.by_id,
        "begins": {s: str(ask.store.sources.first_day(s)) for s in ask.store.sources.present},
        "reported_to": {s: str(ask.store.sources.last_day(s)) for s in ask.store.sources.present},
        "here": _here(ask),
    }
    return render(template, base=ask.base, pinned=pinned, **{**shared, **values})


def _here(ask: RequestContext) -> Callable[..., str]:
    """A link to the same request with some parameters changed; None drops one."""

    def here(**changed: object) -> str:
        params = {k: str(v) for k, v in {**ask.query, **changed}.items() if v is not None}
        if "f" not in changed:
            params.pop("f", None)
        return url(root_of(ask.base), ask.path, params)

    return here


def _linker(root: str, pinned: str | None) -> Link:
    def to(path: str, params: Mapping[str, object] | None = None) -> str:
        """A link to a path of the service; it stays in the release that is being read."""
        query = {k: str(v) for k, v in (params or {}).items() if v is not None}
        if pinned is not None:
            query.setdefault("release", pinned)
        return url(root, quote(path), query)

    return to


def problem_page(status: int, problem: Mapping[str, Any], base: str = "") -> str:
    """A problem document to read. base: where the service stands."""
    instance = str(problem.get("instance") or "").removeprefix(root_of(base))
    return render(
        "problem.html",
        base=base,
        title=HEADS.get(status, "Something went wrong"),
        status=status,
        problem=problem,
        again="/" + instance.lstrip("/") if problem.get("parameter") and instance else None,
    )
