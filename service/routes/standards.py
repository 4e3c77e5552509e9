"""What a machine asks first: conformance, the API's description, queryables, schema, functions."""

from starlette.responses import Response

from geodata.cql2 import function_descriptions
from service.http.context import Ask
from service.http.links import SCHEMA_JSON
from service.ogc import schemas
from service.ogc.conformance import CONFORMS_TO
from service.ogc.openapi import OPENAPI_JSON, document
from service.pages import api_page


def conformance(ask: Ask) -> Response:
    """The conformance classes met."""
    return ask.answer({"conformsTo": list(CONFORMS_TO)})


def api(ask: Ask) -> Response:
    """The OpenAPI 3.0 document."""
    return ask.json(_document(ask), OPENAPI_JSON)


def api_html(ask: Ask) -> Response:
    """The same to read."""
    return ask.html(api_page(_document(ask)))


def _document(ask: Ask) -> dict[str, object]:
    from service.routes import TABLE  # noqa: PLC0415 - the table of routes holds this one too

    return document(TABLE, ask.store, ask.base)


def queryables(ask: Ask) -> Response:
    """Properties filters may name, as JSON Schema."""
    return _schema_json(ask, schemas.queryables)


def sortables(ask: Ask) -> Response:
    """Properties that may be sorted by, as JSON Schema."""
    return _schema_json(ask, schemas.sortables)


def schema(ask: Ask) -> Response:
    """The schema of a feature, as JSON Schema."""
    return _schema_json(ask, schemas.schema)


def _schema_json(ask: Ask, make: schemas.Maker) -> Response:
    collection = ask.store.collection(ask.path_words["collection"])
    return ask.answer(make(collection, ask.href(ask.path)), SCHEMA_JSON)


def functions(ask: Ask) -> Response:
    """Functions filters may use."""
    return ask.answer({"functions": function_descriptions()})
