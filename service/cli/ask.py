"""The question on the command line: the same answer as `/reserves`."""

import csv
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from geodata.answers.question import (
    DEFAULT_CONTROL,
    DEFAULT_TERRITORY,
    VERDICTS,
    Question,
    parse_control,
)
from geodata.answers.reserves import reserves
from geodata.data.commodities import parse_commodities
from geodata.formats.geojson import dumps
from geodata.interval import parse_day, today
from geodata.store.base import Store
from service.cli.output import Json, say, show_table, workspace
from service.cli.server import ensure_release
from service.releases import opener
from service.settings import settings_of_environment

COLUMNS = (
    "id", "name_en", "commodity", "control", "control_share", "control_since", "control_source",
    "control_asof", "agreement", "line_distance_km", "flips_if_line_moves_km",
)  # fmt: skip


class Form(StrEnum):
    """How the answer is written."""

    table = "table"
    json = "json"
    csv = "csv"


def ask(
    commodity: Annotated[
        list[str], typer.Argument(help="Commodities, e.g. lithium titanium; or all.")
    ],
    date: Annotated[str | None, typer.Option(help="Day, e.g. 2025-02-25; today if none.")] = None,
    territory: Annotated[str, typer.Option(help="Territory by id.")] = DEFAULT_TERRITORY,
    source: Annotated[str | None, typer.Option(help="Control source by id.")] = None,
    control: Annotated[str, typer.Option(help="Verdicts to list.")] = ",".join(DEFAULT_CONTROL),
    release: Annotated[str | None, typer.Option(help="Release to ask.")] = None,
    form: Annotated[Form, typer.Option("--format", help="How the answer is written.")] = Form.table,
    include_all: Annotated[bool, typer.Option("--all", help="List every deposit.")] = False,
    as_json: Json = False,
) -> None:
    """Which reserves lie in a territory on a day."""
    asked = Question(
        commodities=parse_commodities(commodity),
        day=parse_day(date) if date else today(),
        territory=territory,
        control=parse_control(control),
        source=source,
        include_components=include_all,
    )
    store = opened(release)
    base = str(settings_of_environment().public_url or "").rstrip("/")
    permalink = f"{base}/reserves?{urlencode(asked.parameters(store.manifest.id), safe=',')}"
    document = reserves(store, asked, permalink)
    if as_json or form is Form.json:
        sys.stdout.buffer.write(dumps(document))
    elif form is Form.csv:
        _write_csv(document)
    else:
        _show(document)


def opened(release: str | None) -> Store:
    """The store of a release; of the published one, built first where there is none."""
    if release is None:
        ensure_release()
    place = workspace()
    folder = place.release_path(release or place.current_id() or "")
    return opener(settings_of_environment())(folder)


def _rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [found["properties"] for found in document["features"]]


def _write_csv(document: Mapping[str, Any]) -> None:
    writer = csv.DictWriter(sys.stdout, COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_rows(document))


def _show(document: Mapping[str, Any]) -> None:
    """Deposits, counts, amounts, then what to know and how to cite."""
    asked = document["question"]
    title = f"{', '.join(asked['commodities'])} · {asked['territory']} · {asked['date']}"
    rows = [_deposit_row(row) for row in _rows(document)]
    heads = ["deposit", "commodity", "control", "share", "since", "km to line", "flips at km"]
    show_table(title, heads, rows)
    counts = [[s["commodity"], *(s["deposits"][v] for v in VERDICTS)] for s in document["summary"]]
    say("")
    show_table("deposits by verdict (components left aside)", ["commodity", *VERDICTS], counts)
    _show_amounts(document)
    say("")
    for caveat in document["caveats"]:
        say(f"- {caveat}")
    say(f"\n{document['citation']['text']}")


def _deposit_row(row: Mapping[str, Any]) -> list[object]:
    share = _percent(row["control_share"])
    words = [row["name_en"], row["commodity"], row["control"], share, row["control_since"]]
    return [*words, row["line_distance_km"], row["flips_if_line_moves_km"]]


def _show_amounts(document: Mapping[str, Any]) -> None:
    rows = [_amount_row(s["commodity"], a) for s in document["summary"] for a in s["amounts"]]
    if rows:
        heads = ["commodity", "kind", "measure", "unit", "scheme", "occupied from", "to", "total"]
        say("")
        show_table("published amounts (only like is added to like)", [*heads, "figures"], rows)


def _amount_row(commodity: str, amount: Mapping[str, Any]) -> list[object]:
    words = [commodity, *(amount[name] for name in ("kind", "measure", "unit", "category_scheme"))]
    sums = [_figure(amount[name]) for name in ("occupied_low", "occupied_high", "total")]
    whole = amount["deposits_with_figure"] + amount["deposits_without"]
    return [*words, *sums, f"{amount['deposits_with_figure']} of {whole}"]


def _percent(share: float | None) -> str:
    return "not tested" if share is None else f"{share:.0%}"


def _figure(amount: float | None) -> str:
    return "missing" if amount is None else f"{amount:,.0f}"
