"""The question on the command line: the same answer as `/reserves`."""

import csv
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from geodata.answers.claims import claims_near
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
from geodata.interval import known_day, today
from geodata.store.base import Store
from service.cli.output import Json, say, show_table, workspace
from service.cli.server import ensure_release
from service.releases import opener
from service.settings import settings_of_environment

COLUMNS = (
    "id", "name_en", "commodity", "control", "control_share", "control_since", "control_source",
    "control_asof", "stale_days", "source_reason", "agreement", "line_distance_km",
    "flips_if_line_moves_km",
)  # fmt: skip


DEPOSIT_HEADS = (
    "deposit", "commodity", "verdict", "occupied", "verdict since",
    "km to contact line (-: inside)", "changes if line moves, km",
)  # fmt: skip
AMOUNT_HEADS = (
    "commodity", "kind", "measure", "unit", "scheme", "occupied, low", "occupied, high", "total",
    "deposits with figure",
)  # fmt: skip


class Form(StrEnum):
    """Output format of an answer."""

    table = "table"
    json = "json"
    csv = "csv"


class Role(StrEnum):
    """Whose deposits count."""

    main = "main"
    any = "any"


class Rank(StrEnum):
    """Which records count."""

    deposit = "deposit"
    any = "any"


def ask(
    commodity: Annotated[
        list[str], typer.Argument(help="Commodities, e.g. lithium titanium; or all.")
    ],
    date: Annotated[str | None, typer.Option(help="Date, e.g. 2025-02-25; default today.")] = None,
    territory: Annotated[
        str, typer.Option(help="Territory id, e.g. occupied.")
    ] = DEFAULT_TERRITORY,
    source: Annotated[
        str | None, typer.Option(help="Control source id; default as for serve.")
    ] = None,
    control: Annotated[str, typer.Option(help="Verdicts to list.")] = ",".join(DEFAULT_CONTROL),
    role: Annotated[
        Role, typer.Option(help="Deposits whose main commodity it is, or any that have it.")
    ] = Role.main,
    rank: Annotated[
        Rank, typer.Option(help="Deposits, or any record: occurrences, fields, basins too.")
    ] = Rank.deposit,
    release: Annotated[str | None, typer.Option(help="Release id; default current.")] = None,
    form: Annotated[Form, typer.Option("--format", help="Output format.")] = Form.table,
    include_all: Annotated[bool, typer.Option("--all", help="List all deposits.")] = False,
    as_json: Json = False,
) -> None:
    """Show which reserves lie in a territory on a date."""
    question = Question(
        commodities=parse_commodities(commodity),
        day=known_day(date) if date else today(),
        territory=territory,
        control=parse_control(control),
        source=source,
        include_components=include_all,
        role=role,
        rank=rank,
    )
    store = opened(release)
    base = str(settings_of_environment().public_url or "").rstrip("/")

    def link(path: str, words: Mapping[str, str]) -> str:
        return f"{base}{path}?{urlencode(words, safe=',')}"

    permalink = link("/reserves", question.parameters(store.manifest.id))
    claims = claims_near(store, question, link)
    document = {**reserves(store, question, permalink), "claims": claims}
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
    return [feature["properties"] for feature in document["features"]]


def _write_csv(document: Mapping[str, Any]) -> None:
    writer = csv.DictWriter(sys.stdout, COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_rows(document))


def _show(document: Mapping[str, Any]) -> None:
    """Deposits, counts, amounts, then caveats and citation."""
    question = document["question"]
    names = ", ".join(question["commodities"])
    title = f"{names} · {question['territory']} · {question['date']}"
    rows = [_deposit_row(row) for row in _rows(document)]
    show_table(f"{title}\n{_source_text(question)}", DEPOSIT_HEADS, rows)
    counts = [[s["commodity"], *(s["deposits"][v] for v in VERDICTS)] for s in document["summary"]]
    say("")
    show_table(
        "deposits by verdict, components not counted",
        ["commodity", *VERDICTS],
        counts,
    )
    _show_amounts(document)
    say("")
    for caveat in document["caveats"]:
        say(f"- {caveat}")
    say(f"\n{document['citation']['text']}")


def _source_text(question: Mapping[str, Any]) -> str:
    """Whose control of which day."""
    if question["control_asof"] is None:
        return f"according to {question['source']}, which has no data for this date"
    text = f"according to {question['source']}, as of {question['control_asof']}"
    return f"{text} ({question['source_reason']})"


def _deposit_row(row: Mapping[str, Any]) -> list[object]:
    share = _percent(row["control_share"])
    values = [row["name_en"], row["commodity"], row["control"], share, row["control_since"]]
    return [*values, row["line_distance_km"], row["flips_if_line_moves_km"]]


def _show_amounts(document: Mapping[str, Any]) -> None:
    rows = [_amount_row(s["commodity"], a) for s in document["summary"] for a in s["amounts"]]
    if rows:
        say("")
        show_table("published amounts", AMOUNT_HEADS, rows)


def _amount_row(commodity: str, amount: Mapping[str, Any]) -> list[object]:
    texts = [commodity, *(amount[name] for name in ("kind", "measure", "unit", "category_scheme"))]
    sums = [_figure(amount[name]) for name in ("occupied_low", "occupied_high", "total")]
    whole = amount["deposits_with_figure"] + amount["deposits_without"]
    return [*texts, *sums, f"{amount['deposits_with_figure']} of {whole}"]


def _percent(share: float | None) -> str:
    """A share in per cent; what is not quite none or all is never rounded to it."""
    if share is None:
        return "not tested"
    if 0 < share < 0.001:
        return "<0.1%"
    if 0.999 < share < 1:
        return ">99.9%"
    return f"{share:.1%}"


def _figure(amount: float | None) -> str:
    return "not published" if amount is None else f"{amount:,.0f}"
