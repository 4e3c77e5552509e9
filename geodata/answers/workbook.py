"""How is an answer a workbook: its counts, deposits, amounts, estimates, sources and caveats?"""

from collections.abc import Iterator, Mapping
from typing import Any

from geodata.answers.question import VERDICTS
from geodata.features.collections import Collection
from geodata.formats.rows import Provenance, Rows
from geodata.formats.workbook import Sheet, sheet_of, write_workbook
from geodata.formats.xlsx import about_sheet, data_sheet

AMOUNT_COLUMNS = ("commodity", "measure", "unit", "category_scheme", "kind", "occupied_low",
                  "occupied_high", "total", "total_low", "total_bound", "deposits_with_figure",
                  "deposits_without", "figures_in_doubt")  # fmt: skip
BESIDE = {"deposits": "", "by_products": "as a by-product", "other_ranks": "of other ranks"}
"""What is counted beside the deposits the question is about, as the sheet words it."""


def write_answer_workbook(
    document: Mapping[str, Any], rows: Rows, estimates: Collection, about: Provenance
) -> Iterator[bytes]:
    """The answer to a question as a workbook, byte for byte the same for a pinned release.

    document: the answer. rows: its deposits. estimates: the collection whose columns they have.
    """
    return write_workbook(lambda: _sheets(document, rows, estimates, about), about)


def _sheets(
    document: Mapping[str, Any], rows: Rows, estimates: Collection, about: Provenance
) -> Iterator[Sheet]:
    amounts = [amount for entry in document["summary"] for amount in entry["amounts"]]
    yield sheet_of("summary", [row for entry in document["summary"] for row in _counts(entry)])
    yield data_sheet("deposits", rows)
    yield sheet_of("amounts", amounts, AMOUNT_COLUMNS)
    names = [column.name for column in estimates.properties]
    yield sheet_of("estimates", _estimates(document, names), names)
    yield sheet_of("sources", list(_sources(document)))
    yield sheet_of("caveats", [{"caveat": text} for text in document["caveats"]], ("caveat",))
    yield about_sheet(about, rows)


def _counts(entry: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    """One row for what is counted, and one for each kind of record left out of it."""
    for kind, words in BESIDE.items():
        verdicts = entry["deposits"] if kind == "deposits" else entry["also"][kind]
        yield {
            "commodity": entry["commodity"],
            "counted": words or f"role {entry['role']}, rank {entry['rank']}",
            **{verdict: verdicts[verdict] for verdict in VERDICTS},
            "unconfirmed": None if words else entry["unconfirmed"],
            "occupied in part": None if words else entry["occupied_in_part"],
            "not tested": None if words else entry["not_tested"],
            "components left aside": None if words else entry["components_left_aside"],
        }


def _estimates(document: Mapping[str, Any], names: list[str]) -> list[dict[str, object]]:
    """The published figures of the deposits listed, a row each."""
    return [
        {**{n: estimate.get(n) for n in names}, "deposit_id": feature["properties"]["id"]}
        for feature in document["features"]
        for estimate in feature["properties"]["estimates"]
    ]


def _sources(document: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    """Who says who holds the land, whose data these are, and who is cited for each deposit."""
    question = document["question"]
    for entry in document["citation"]["licences"]:
        answers = entry["source"] == question["source"]
        yield {
            "of": "control" if answers else "data",
            "source": entry["source"],
            "licence": entry["licence"],
            "attribution": entry["attribution"],
            "map of": question["control_asof"] if answers else None,
            "map older than the day asked by, days": question["stale_days"] if answers else None,
            "why this source": question["source_reason"] if answers else None,
        }
    for feature in document["features"]:
        for source in feature["properties"]["sources"] or ():
            empty = ("licence", "attribution", "map of")
            yield {
                "of": feature["properties"]["id"],
                "source": source,
                **dict.fromkeys(empty),
                "map older than the day asked by, days": None,
                "why this source": None,
            }
