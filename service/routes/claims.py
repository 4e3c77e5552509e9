"""Public claims, and beside each what the release says of the same on the day it speaks of."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from geodata.answers.claims import claims_compared
from schemas import Claim
from schemas.record import column_names
from service.http.context import HTML, JSON, Context, RequestContext, link, self_link
from service.http.downloads import CSV_FORMS, csv_answer, download_name
from service.http.offer import answers
from service.http.routing import release_router
from service.ogc.claims import Claims

FLAT = ("date", "value", "value_low", "value_high", "of", "unit", "agrees", "difference",
        "premature_days", "reached_on", "reason", "source", "control_asof", "stale_days",
        "permalink")  # fmt: skip
"""Members of `ours` that a table has, as `ours_…`."""
CSV_COLUMNS = (*column_names(Claim), *(f"ours_{name}" for name in FLAT))
router = release_router("answers")


def claims_headers(ask: RequestContext) -> dict[str, str]:
    """The name of the file it is as CSV."""
    return download_name("lodeline-claims.csv") if ask.format in CSV_FORMS else {}


@router.get("/claims", name="claims", summary="Public claims beside our count")
@answers("json", "html", *CSV_FORMS, headers=claims_headers, model=Claims)
def claims(ask: Context) -> Response:
    """Every claim of the release, as it was made, with ours beside it."""
    entries = claims_compared(ask.store, ask.url_for)
    if ask.format in CSV_FORMS:
        return csv_answer(ask, CSV_COLUMNS, map(_flat, entries))
    links = [
        self_link(ask.base, ask.path, ask.query, JSON),
        link(ask.url_for(ask.path, {**ask.query, "f": "html"}), "alternate", HTML, "HTML page"),
        link(ask.url_for("/collections/claims"), "collection", JSON, "The claims alone"),
    ]
    return ask.answer({"claims": entries, "release": ask.release, "links": links})


def _flat(entry: Mapping[str, Any]) -> dict[str, object]:
    stated = {name: entry[name] for name in column_names(Claim)}
    return stated | {f"ours_{name}": entry["ours"][name] for name in FLAT}
