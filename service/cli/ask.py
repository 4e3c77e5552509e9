"""The question on the command line: the same answer as `/reserves`."""

import csv
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from geodata.answers.claims import claims_near
from geodata.answers.figures import NO_FIGURE, occupied_text, total_text
from geodata.answers.names import commodity as commodity_name
from geodata.answers.question import (
    DEFAULT_CONTROL,
    DEFAULT_TERRITORY,
    RANKS,
    VERDICTS,
    Question,
    parse_control,
)
from geodata.answers.reserves import reserves
from geodata.answers.wording import (
    also_texts,
    answer_text,
    components_text,
    overview_text,
    together_text,
    unconfirmed_text,
    what_is_counted,
)
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
    "deposit", "main commodity", "verdict", "occupied", "verdict since",
    "km to contact line (-: inside)", "changes if line moves, km",
)  # fmt: skip
AMOUNT_HEADS = (
    "commodity", "kind", "measure", "unit", "scheme", "in occupied land", "all deposits counted",
    "deposits with figure",
)  # fmt: skip
FEW = 6
"""Up to so many commodities are answered by a sentence each."""


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
        _show(store, document)


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


def _show(store: Store, document: Mapping[str, Any]) -> None:
    """The answer in sentences, deposits, counts, amounts, then caveats and citation."""
    for text in _sentences(store, document):
        say(text)
    say("")
    question = document["question"]
    rows = [_deposit_row(row) for row in _rows(document)]
    show_table(f"deposits listed, {question['date']}", DEPOSIT_HEADS, rows)
    say("")
    counts = [row for s in document["summary"] for row in _count_rows(s)]
    show_table("by verdict, components not counted", ["", *VERDICTS], counts)
    _show_amounts(document)
    say("")
    for caveat in document["caveats"]:
        say(f"- {caveat}")
    say(f"\n{document['citation']['text']}")


def _sentences(store: Store, document: Mapping[str, Any]) -> Iterator[str]:
    """What a reader may print: what is counted, for which day, after whom."""
    question, summaries = document["question"], document["summary"]
    source = store.sources.by_id[question["source"]]
    territory = store.control.territories[question["territory"]]
    if len(summaries) > FEW:
        yield overview_text(document, source)
    for summary in summaries if len(summaries) <= FEW else ():
        yield answer_text(summary, question, territory, source)
        beside = "; ".join(text for text, _ in also_texts(summary))
        notes = (f"Not in this count: {beside}." if beside else None,
                 components_text(summary), unconfirmed_text(summary))  # fmt: skip
        yield from (f"  {note}" for note in notes if note)
    if len(summaries) > 1:
        yield together_text(document, territory, source)


def _count_rows(summary: Mapping[str, Any]) -> Iterator[list[object]]:
    """Counts of what was asked, and of what stands beside it."""
    _, many, aside = what_is_counted(summary["commodity"], summary["role"], summary["rank"])
    name = commodity_name(summary["commodity"])
    beside = {"by_products": f"not in it: {name} as a by-product",
              "other_ranks": f"not in it: {name}, other ranks"}  # fmt: skip
    yield [f"{many} ({aside})", *(summary["deposits"][v] for v in VERDICTS)]
    for key, text in beside.items():
        if any(summary["also"][key].values()):
            yield [text, *(summary["also"][key][v] for v in VERDICTS)]


def _deposit_row(row: Mapping[str, Any]) -> list[object]:
    """A deposit listed; what is not known or not tested is said to be."""
    is_known = row["control"] != "unknown"
    share = _percent(row["control_share"]) if is_known or not row["tested"] else "not known"
    main = row["commodity"] + (" (not confirmed)" if row["commodity"] in row["recalled"] else "")
    name = row["name_en"] + (f" ({row['rank']})" if row["rank"] != RANKS[0] else "")
    values = [name, main, _verdict(row), share, row["control_since"]]
    return [*values, row["line_distance_km"], row["flips_if_line_moves_km"]]


def _verdict(row: Mapping[str, Any]) -> str:
    """The verdict as far as the territory goes."""
    verdict = str(row["territory_control"])
    return verdict if verdict != "unknown" else "not known" if row["tested"] else "not tested"


def _show_amounts(document: Mapping[str, Any]) -> None:
    rows = [row for summary in document["summary"] for row in _amount_rows(summary)]
    say("")
    show_table("published amounts", AMOUNT_HEADS, rows)


def _amount_rows(summary: Mapping[str, Any]) -> Iterator[list[object]]:
    """Amounts of a commodity; a row that says so where no figure is on record."""
    whole = sum(summary["deposits"].values())
    if not summary["amounts"] and whole:
        yield [summary["commodity"], *[""] * 4, NO_FIGURE, NO_FIGURE, f"0 of {whole}"]
    for amount in summary["amounts"]:
        texts = [amount[name] for name in ("kind", "measure", "unit", "category_scheme")]
        sums = [occupied_text(amount, summary, _figure), total_text(amount, _figure)]
        yield [amount["commodity"], *texts, *sums, f"{amount['deposits_with_figure']} of {whole}"]


def _percent(share: float | None) -> str:
    """A share in per cent; what is not quite none or all is never rounded to it."""
    if share is None:
        return "not tested"
    if 0 < share < 0.001:
        return "<0.1%"
    if 0.999 < share < 1:
        return ">99.9%"
    return f"{share:.1%}"


def _figure(amount: float) -> str:
    return f"{amount:,.0f}"
