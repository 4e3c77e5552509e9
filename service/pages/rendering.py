"""How does a page come out of a template: one environment, its filters, and links that hold.

Texts are message ids, worded in the language of the context (`geodata.language`). Links are paths,
not addresses: they follow the page to whatever host and scheme it is read from.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from geodata.answers.names import name_of, names_of
from geodata.language import LANGUAGES, gettext, ngettext
from geodata.language import gettext_noop as N_
from service.http.context import RequestContext, url
from service.http.proxy import root_of
from service.pages import template_filters

Link = Callable[..., str]
Document = Mapping[str, Any]
HEADS: Mapping[int, str] = {
    400: N_("Invalid request"),
    404: N_("Not found"),
    405: N_("Method not allowed"),
    406: N_("Format not available"),
    410: N_("No longer available"),
    413: N_("Request too large"),
    415: N_("Unsupported content type"),
    429: N_("Too many requests"),
    500: N_("Server error"),
    503: N_("Not available at the moment"),
}


@cache
def environment() -> Environment:
    """The templates of pages, with their filters and the texts of the language."""
    pages = Environment(
        loader=PackageLoader("service", "pages"),
        autoescape=select_autoescape(default=True),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # A text in the page is a message id, its line breaks and indents blanks.
    pages.policies["ext.i18n.trimmed"] = True
    pages.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    pages.filters.update(template_filters.FILTERS)
    pages.globals.update(template_filters.GLOBALS)
    return pages


def render(
    template: str,
    *,
    base: str = "",
    pinned: str | None = None,
    lang: str | None = None,
    **values: object,
) -> str:
    """A page from a template of this folder; every value is escaped.

    base: where the service stands. pinned: the release that links keep to, where one was asked.
    lang: the language they keep to, where one was asked; the page is worded in that of the context.
    """
    root = root_of(base)
    shared = {
        "to": _linker(root, {"release": pinned, "lang": lang}),
        "file": _linker(root, {"release": pinned}),
        "kept": _keeper(base, lang),
        "root": root,
        "static": f"{root}/static",
        "pinned": pinned,
        "lang": lang,
        "base": base,
        "path": "",
    }
    return environment().get_template(template).render({**shared, **values})


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
        "here": here_link(ask),
        "map_at": map_link(ask),
        "name_of": partial(deposit_name, ask),
        "languages": {each: here_link(ask)(lang=each) for each in LANGUAGES},
        "origin": ask.base.removesuffix(root_of(ask.base)),
    }
    return render(template, base=ask.base, pinned=pinned, lang=ask.lang, **{**shared, **values})


def deposit_name(ask: RequestContext, row: Document) -> str:
    """The name of a deposit in the language of the page; row: one that has its id and `name_en`."""
    names = ask.once(_names)
    return names.get(row.get("deposit_id") or row.get("id"), "") or name_of(row)


def _names(ask: RequestContext) -> dict[object, str]:
    deposits = ask.store.facts.deposits
    return dict(zip(deposits["id"], names_of(deposits), strict=True))


def map_link(ask: RequestContext) -> Callable[..., str]:
    """Links to the map at a state: the words its address knows (`static/map/permalink.js`)."""
    keep = {"release": ask.query.get("release"), "lang": ask.lang}
    page_of_map = _linker(root_of(ask.base), keep)("/map")

    def map_at(**state: object) -> str:
        words = {name: str(text) for name, text in state.items() if text not in {None, ""}}
        return (
            f"{page_of_map}#{urlencode(words, quote_via=quote, safe=',/')}"
            if words
            else page_of_map
        )

    return map_at


def here_link(ask: RequestContext) -> Callable[..., str]:
    """A link to the same request with some parameters changed; None drops one."""

    def here(**changed: object) -> str:
        params = {k: str(v) for k, v in {**ask.query, **changed}.items() if v is not None}
        if "f" not in changed:
            params.pop("f", None)
            if ask.lang is not None:
                params.setdefault("lang", ask.lang)
        return url(root_of(ask.base), ask.path, params)

    return here


def _linker(root: str, keep: Mapping[str, str | None]) -> Link:
    """Links to paths of the service; they keep the release and the language that were asked."""

    def to(path: str, params: Mapping[str, object] | None = None) -> str:
        query = {k: str(v) for k, v in (params or {}).items() if v is not None}
        for name, value in keep.items():
            if value is not None:
                query.setdefault(name, value)
        return url(root, quote(path), query)

    return to


def _keeper(base: str, lang: str | None) -> Callable[[str], str]:
    """Lets a link made elsewhere, to a page of the service, keep the language that was asked."""

    def kept(href: str) -> str:
        if lang is None or not href.startswith((f"{base}/", "/")):
            return href
        address, mark, place = href.partition("#")
        joint = "&" if "?" in address else "?"
        return f"{address}{joint}lang={lang}{mark}{place}"

    return kept


def problem_page(
    status: int, problem: Mapping[str, Any], base: str = "", lang: str | None = None
) -> str:
    """A problem document to read. base: where the service stands. lang: the language asked."""
    instance = str(problem.get("instance") or "").removeprefix(root_of(base))
    return render(
        "problem.html",
        base=base,
        lang=lang,
        title=gettext(HEADS.get(status, N_("Something went wrong"))),
        status=status,
        problem=problem,
        again="/" + instance.lstrip("/") if problem.get("parameter") and instance else None,
    )
