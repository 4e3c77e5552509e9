"""The pages of a collection's features: a page of them with map and filter, and one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from geodata.answers.figures import count
from geodata.answers.names import commodity, name_column, place, title_of
from geodata.answers.rows import json_rows
from geodata.crs import CRS84_AXES
from geodata.features.collections import Collection, sortable_columns
from geodata.features.collections import names_of as names_of_columns
from geodata.language import gettext
from schemas.record import Column
from service.http.context import RequestContext
from service.http.downloads import terms
from service.pages import deposit, svg_map
from service.pages.rendering import Document, deposit_name, here_link, page
from service.pages.template_filters import first_capital, number
from service.pages.vocabulary import ANY_SOURCE, column_head
from service.params.core import parse_cursor
from service.params.items import items_query, parse_sortby
from service.params.search import searched_columns

FORMS = (
    ("geojson", "GeoJSON"), ("csv", "CSV"), ("csv-bom", "CSV (Excel)"), ("xlsx", "XLSX"),
    ("gpkg", "GeoPackage"), ("parquet", "GeoParquet"), ("fgb", "FlatGeobuf"), ("arrow", "Arrow"),
    ("shp", "Shapefile"), ("kml", "KML"), ("jsonfg", "JSON-FG"), ("geojsonseq", "GeoJSON lines"),
)  # fmt: skip
TABLE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "deposits": ("name_en", "commodity", "control", "control_share", "control_since",
                 "line_distance_km", "position_uncertainty_m", "status", "oblast"),
    "estimates": ("deposit_id", "commodity", "measure", "amount", "unit", "kind",
                  "category", "asof"),
    "control": ("status", "source", "valid_from", "valid_to", "status_original"),
    "timelines": ("deposit_id", "source", "status", "share", "valid_from", "valid_to"),
    "changes": ("name_en", "commodity", "day", "before", "after", "source"),
    "claims": ("by", "statement", "about_day", "comparable", "url"),
    "settlements": ("name_en", "name_uk", "oblast", "status", "valid_from", "valid_to", "basis"),
    "admin-areas": ("name_en", "name_uk", "level", "parent", "approximate", "source"),
}  # fmt: skip
"""Columns of the table, by collection; all others stand in the table below it."""
FORM_PARAMS: Mapping[str, tuple[str, ...]] = {
    "deposits": ("commodity", "control", "status", "oblast"),
    "estimates": ("commodity", "kind", "measure", "deposit_id"),
    "control": ("status",),
    "timelines": ("deposit_id", "status"),
    "changes": ("commodity", "after", "deposit_id"),
    "settlements": ("name_en", "oblast", "status"),
    "admin-areas": ("level", "name_en"),
    "claims": ("by", "comparable"),
}
"""Parameters in the form, by collection."""
FEW_COLUMNS = 7
ROWS_IN_FULL = 200
"""Up to so many rows are shown with all their values."""
MOST_DRAWN = 2000
"""Rows drawn on the map of a page of items; drawing more takes longer than reading the page."""
DRAWN_COLUMNS = ("id", "name_en", "name_uk", "deposit_id", "country", "control", "tested", "status")
LIMITS = (10, 50, 200, 1000)
VERDICTS = frozenset({"control", "status", "before", "after"})
_KINDS = {"date": "date", "integer": "number", "number": "number"}


@dataclass(frozen=True)
class Field:
    """A control of the filter form. choices: empty for a free text. kind: its input type."""

    name: str
    label: str
    value: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    empty: str = ""

    def label_of(self, choice: str) -> str:
        """A choice as a reader knows it."""
        if self.name == "commodity":
            return first_capital(commodity(choice))
        return place(choice) if self.name == "oblast" else gettext(choice)


def view(ask: RequestContext, document: Document) -> str:
    """A page of features."""
    collection = ask.store.collection(ask.path_params["collection"])
    features = document["features"]
    columns = {column.name: column for column in collection.properties}
    present = _present(features, collection)
    return page(
        ask,
        "items.html",
        title=title_of(collection),
        collection=collection,
        document=document,
        features=features,
        table_columns=[columns[name] for name in table_columns(collection) if name in present],
        columns=[columns[name] for name in collection.column_names if name in present],
        in_full=len(features) <= ROWS_IN_FULL,
        chart=_chart(ask, collection, document),
        fields=fields(ask, collection),
        carried_params=carried_params(ask, collection),
        count_text=count_text(document, first_row(ask)),
        pages={x["rel"]: x["href"] for x in document["links"] if x["rel"] in {"prev", "next"}},
        sorts=sorts(ask, collection),
        forms=FORMS,
        licence=terms(ask.store, collection)[0],
    )  # fmt: skip


def item(ask: RequestContext, document: Document) -> str:
    """One feature; a deposit has a page of its own, unless only a part of it was asked for."""
    collection = ask.store.collection(ask.path_params["collection"])
    properties = document.get("properties") or {}
    if collection.id == "deposits" and set(collection.column_names) <= properties.keys():
        return deposit.view(ask, document)
    name = deposit_name(ask, properties) if properties.get("name_en") else document["id"]
    return page(
        ask,
        "item.html",
        title=str(name),
        collection=collection,
        document=document,
        properties=properties,
        columns={c.name: c for c in collection.properties},
        chart=svg_map.locator(
            ask.store,
            [document],
            gettext("Map: %(name)s", name=name),
            gettext("Where it lies: %(name)s.", name=name),
        )
        if _placed([document])
        else None,
        points=_size(document.get("geometry")),
        forms=FORMS[:1],
    )


def table_columns(collection: Collection) -> tuple[str, ...]:
    """Columns of the table: those chosen, or the first few of a user's layer."""
    names = tuple(n for n in collection.column_names if n != "id")
    return TABLE_COLUMNS.get(collection.id, names[:FEW_COLUMNS])


def fields(ask: RequestContext, collection: Collection) -> list[Field]:
    """Controls of the form: a day, a source where it matters, and a few properties."""
    params = ask.query
    columns = {column.name: column for column in collection.properties}
    controls = []
    if searched_columns(collection):
        controls.append(Field("q", gettext("Search"), params.get("q", ""), "search"))
    if collection.begins or collection.by_source:
        day = params.get("datetime", "")
        kind = "date" if "/" not in day and "T" not in day else "text"
        controls.append(Field("datetime", gettext("Date"), day, kind))
    if collection.by_source:
        source = params.get("source", "")
        sources = tuple(ask.store.sources.ordered)
        controls.append(
            Field("source", gettext("Source"), source, choices=sources, empty=gettext(ANY_SOURCE))
        )
    names = FORM_PARAMS.get(collection.id, _layer_fields(collection.properties))
    controls += [
        _field(collection, columns[name], params.get(name, ""), _on_record(ask, collection, name))
        for name in names
        if name in columns
    ]
    limits = tuple(str(n) for n in LIMITS)
    limit = params.get("limit", limits[0])
    choices = limits if limit in limits else (*limits, limit)
    return [*controls, Field("limit", gettext("Rows per page"), limit, choices=choices)]


def carried_params(ask: RequestContext, collection: Collection) -> list[tuple[str, str]]:
    """Parameters the form has no control for, carried along as hidden fields."""
    controls = {field.name for field in fields(ask, collection)} | {"cursor", "f"}
    return [(name, text) for name, text in ask.query.items() if name not in controls]


def _field(collection: Collection, column: Column, value: str, on_record: tuple[str, ...]) -> Field:
    """A control for one property; a value not among its choices becomes one of them."""
    fixed = ("true", "false") if column.type == "boolean" else column.choices
    choices = fixed or on_record
    if choices and value and value not in choices:
        choices = (*choices, value)
    label = column_head(column.name, collection)
    return Field(column.name, label, value, _KINDS.get(column.type, "text"), choices)


def _on_record(ask: RequestContext, collection: Collection, name: str) -> tuple[str, ...]:
    """Values that deposits have, for the properties whose values a reader cannot guess."""
    if name not in {"commodity", "oblast"} or collection.id not in {"deposits", "changes"}:
        return ()
    return tuple(sorted(ask.store.facts.deposits[name].dropna().unique()))


def _layer_fields(columns: Sequence[Column]) -> tuple[str, ...]:
    fit = (c.name for c in columns if c.type in {"string", "integer", "date"} and c.name != "id")
    return tuple(fit)[:4]


def _present(features: Sequence[Document], collection: Collection) -> set[str]:
    """Properties that the features of the page have: all, unless only some were requested."""
    if not features:
        return set(collection.column_names)
    return set(features[0].get("properties") or {})


def _chart(ask: RequestContext, collection: Collection, document: Document) -> svg_map.Map | None:
    """A map of all rows that match, up to `MOST_DRAWN`; None where the page has no geometry."""
    if not _placed(document["features"]):
        return None
    query = replace(items_query(ask.query, collection), start=0, limit=MOST_DRAWN, sortby=(),
                    properties=None, crs=CRS84_AXES)  # fmt: skip
    table = ask.store.select(query).rows.read().to_geopandas()
    shapes = table.geometry
    names = [name for name in DRAWN_COLUMNS if name in table.columns]
    rows = json_rows(table, names)
    features = [
        {"id": row.get("id"), "properties": _named(ask, row), "geometry": shape}
        for row, shape in zip(rows, shapes, strict=True)
    ]
    title = gettext("Map: %(name)s", name=title_of(collection))
    return svg_map.locator(ask.store, features, title, drawn_text(document, len(features)))


def _named(ask: RequestContext, row: Document) -> Document:
    """A row with the name of its deposit in the language of the page, where it has one."""
    return {**row, "name_uk": deposit_name(ask, row)} if row.get("name_en") else row


def drawn_text(document: Document, drawn: int) -> str:
    """How many of the rows that match are on the map."""
    whole = document.get("numberMatched", drawn)
    if whole > drawn:
        return gettext("The map shows the first %(number)s of %(whole)s rows.",
                       number=number(drawn), whole=number(whole))  # fmt: skip
    return gettext("The map shows every row that matches: %(number)s.", number=number(drawn))


def _placed(features: Sequence[Document]) -> bool:
    return any(svg_map.geometry(feature) is not None for feature in features)


def first_row(ask: RequestContext) -> int:
    """The number of the first row of the page, from 1."""
    return parse_cursor(ask.query["cursor"])[1] + 1 if "cursor" in ask.query else 1


def count_text(document: Document, first: int = 1) -> str:
    """Which of how many rows the page shows."""
    here, whole = document["numberReturned"], document.get("numberMatched")
    if whole is None or here == whole:
        return gettext("%(rows)s on this page.", rows=count(here, "feature"))
    return gettext(
        "%(first)s to %(last)s of %(rows)s",
        first=number(first),
        last=number(first + here - 1),
        rows=count(whole, "feature"),
        whole=number(whole),
    )


@dataclass(frozen=True)
class Sort:
    """How a column can be sorted by. order: how it is now, as ARIA says. href: the other way."""

    order: str
    href: str


def sorts(ask: RequestContext, collection: Collection) -> dict[str, Sort]:
    """By column: the order it is in, and the link that sorts by it, the second time downward."""
    keys = dict(parse_sortby(ask.query["sortby"], collection) if ask.query.get("sortby") else ())
    has_both = "name_uk" in collection.column_names
    found = {}
    for name in names_of_columns(sortable_columns(collection)):
        shown = name_column() if name == "name_en" and has_both else name
        down = keys.get(shown)
        order = "none" if down is None else "descending" if down else "ascending"
        wanted = f"{'-' if order == 'ascending' else ''}{shown}"
        found[name] = Sort(order, here_link(ask)(sortby=wanted, cursor=None))
    return found


def _size(geometry: Document | None) -> int:
    """Number of points of a geometry as given."""
    return 0 if geometry is None else _points(geometry.get("coordinates", []))


def _points(coordinates: Any) -> int:  # noqa: ANN401 - nested lists of any depth
    if coordinates and isinstance(coordinates[0], list):
        return sum(_points(part) for part in coordinates)
    return 1 if coordinates else 0
