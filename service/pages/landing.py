"""The first page: what this is, how things stand today, and the question to begin with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from geodata.answers.matching import of_rank, selected_deposits
from geodata.answers.names import country_name
from geodata.answers.question import (
    DEFAULT_COMMODITIES,
    DEFAULT_CONTROL,
    RANKS,
    VERDICTS,
    Question,
)
from geodata.answers.rows import json_rows
from geodata.answers.wording import country_text
from geodata.data import packaged
from geodata.interval import today
from geodata.language import day_text, gettext, ngettext
from geodata.language import gettext_noop as N_
from service.http.context import RequestContext
from service.pages import svg_map
from service.pages.rendering import Document, page
from service.pages.template_filters import standing
from service.pages.vocabulary import VERDICT_NAMES

COLUMNS = ("id", "name_en", "name_uk", "country", "commodity", "recalled", "tested", "control",
         "control_since", "control_share", "contested_share", "line_distance_km")  # fmt: skip
HEADS: Mapping[str, str] = {
    "answers": N_("Answers"),
    "data": N_("Data"),
    "releases": N_("Releases"),
    "tiles": N_("Tiles and maps"),
    "processes": N_("Processes"),
}


def view(ask: RequestContext, document: Document) -> str:
    """The answer to `/`."""
    store, day = ask.store, today()
    choice = store.sources.select(day)
    table = store.control.deposits_on(day, None)
    country = packaged.theatre()
    at_home = (table["country"] == country.country).to_numpy()
    whole = table[table["part_of"].isna().to_numpy() & at_home]
    is_deposit = of_rank(whole, RANKS[0])
    rows = json_rows(whole[is_deposit], COLUMNS)
    features = [
        {"id": row["id"], "properties": row, "geometry": shape}
        for row, shape in zip(rows, whole.geometry[is_deposit], strict=True)
    ]
    counts = {verdict: sum(standing(row) == verdict for row in rows) for verdict in VERDICT_NAMES}
    default = selected_deposits(whole[is_deposit], Question(DEFAULT_COMMODITIES, day))
    listed = [r for r, is_default in zip(rows, default, strict=True)
              if is_default and r["control"] in DEFAULT_CONTROL]  # fmt: skip
    source = store.sources.by_id[choice.source]
    asked = {"date": str(day), "control_asof": choice.asof, "stale_days": choice.stale_days}
    return page(
        ask,
        "landing.html",
        title=document["title"],
        document=document,
        day=str(day),
        choice=choice,
        counts=counts,
        answer=country_text(counts, asked, source),
        other_ranks=len(whole) - len(rows),
        abroad=int((table["country"] != country.country).sum()),
        rows=sorted(listed, key=lambda r: VERDICTS.index(r["control"])),
        chart=svg_map.of_day(
            store, "today",
            gettext("Deposits of critical minerals in %(country)s, %(day)s",
                    country=country_name(country.country), day=day_text(day)),
            f"{counted_once(len(rows))} "
            f"{svg_map.control_text(source, choice.asof, choice.stale_days)}",
            day, choice.source, features,
        ),
        collections=store.collections(),
        territories=list(store.control.territories.values()),
    )  # fmt: skip


def counted_once(n: int) -> str:
    """How many deposits the map of the first page shows."""
    return ngettext(
        "%(n)s deposit of critical minerals by verdict.",
        "%(n)s deposits of critical minerals by verdict.",
        n,
        n=n,
    )


def conformance(ask: RequestContext, document: Document) -> str:
    """Conformance classes, by standard."""
    classes = sorted(document["conformsTo"])
    groups = [(name, list(uris)) for name, uris in groupby(classes, key=_standard)]
    return page(
        ask, "conformance.html", title=gettext("Conformance"), document=document, groups=groups
    )


def functions(ask: RequestContext, document: Document) -> str:
    """Functions that filters may use."""
    return page(ask, "functions.html", title=gettext("Filter functions"), document=document)


def _standard(uri: str) -> str:
    """The standard a class belongs to: its address up to the class."""
    return uri.partition("/conf/")[0]


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    id: str
    method: str
    path: str
    summary: str
    parameters: tuple[Mapping[str, Any], ...]
    answers: tuple[tuple[str, str, tuple[str, ...]], ...]

    @property
    def link(self) -> str | None:
        """The path itself where it can be followed as it stands."""
        complete = "{" not in self.path and not any(p["required"] for p in self.parameters)
        return self.path if self.method == "GET" and complete else None


def api_page(ask: RequestContext, document: Document) -> str:
    """The page of an OpenAPI document; what that says of each operation stays in English."""
    return page(
        ask,
        "api.html",
        title=gettext("The API"),
        path="/api.html",
        document=document,
        about=gettext(document["info"]["description"]),
        groups=groups(document),
    )


def docs_page(ask: RequestContext, assets: Mapping[str, str | None]) -> str:
    """The page around Swagger UI, which speaks English. assets: versions of its files."""
    return page(ask, "docs.html", title=gettext("The API, to try"), path="/docs", assets=assets)


def groups(document: Document) -> list[tuple[str, str, list[Operation]]]:
    """Operations by tag: its id, its head, and the operations in the order of the document."""
    by_tag: dict[str, list[Operation]] = {}
    for path, entry in document["paths"].items():
        for method, operation in entry.items():
            tag = (operation.get("tags") or ["other"])[0]
            by_tag.setdefault(tag, []).append(_operation(document, path, method, operation))
    order = [tag for tag in HEADS if tag in by_tag]
    rest = [tag for tag in by_tag if tag not in HEADS]
    return [
        (tag, gettext(HEADS.get(tag, tag.capitalize())), by_tag[tag]) for tag in (*order, *rest)
    ]


def _operation(document: Document, path: str, method: str, operation: Document) -> Operation:
    return Operation(
        id=str(operation.get("operationId", f"{method}-{path}")),
        method=method.upper(),
        path=path,
        summary=str(operation.get("summary", "")),
        parameters=tuple(_parameters(document, operation.get("parameters", ()))),
        answers=tuple(
            (str(status), str(answer.get("description", "")), tuple(answer.get("content", ())))
            for status, answer in operation.get("responses", {}).items()
        ),
    )


def _parameters(document: Document, entries: Iterable[Document]) -> Iterable[dict[str, Any]]:
    """Parameters with references followed and their schema in words."""
    shared = document.get("components", {}).get("parameters", {})
    for entry in entries:
        name = str(entry.get("$ref", "")).rpartition("/")[2]
        parameter = shared.get(name, {}) if name else entry
        if parameter:
            yield {
                "name": str(parameter["name"]),
                "place": str(parameter.get("in", "query")),
                "required": bool(parameter.get("required")),
                "meaning": str(parameter.get("description", "")),
                "kind": _kind(parameter.get("schema", {})),
            }


def _kind(schema: Document) -> str:
    """A parameter's schema in a few words."""
    if "enum" in schema:
        return f"one of {', '.join(str(choice) for choice in schema['enum'])}"
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"comma-separated list of {_kind(schema.get('items', {}))}"
    ends = [f"{schema[k]}" for k in ("minimum", "maximum") if k in schema]
    details = [str(schema.get("format", "")), f"{' to '.join(ends)}" if len(ends) == 2 else ""]
    details.append(f"default {schema['default']}" if "default" in schema else "")
    text = ", ".join(detail for detail in details if detail)
    return f"{kind} ({text})" if text else kind
