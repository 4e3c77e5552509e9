"""The first page: what this is, how things stand today, and the question to begin with."""

from collections.abc import Mapping
from typing import Any

from geodata.answers.question import DEFAULT_COMMODITIES, VERDICTS
from geodata.answers.reserves import any_commodity
from geodata.answers.rows import json_rows
from geodata.interval import today
from service.http.context import Ask
from service.pages import maps
from service.pages.rendering import page

Document = Mapping[str, Any]
SHOWN = ("id", "name_en", "name_uk", "commodity", "control", "control_since", "control_share",
         "contested_share",          "line_distance_km")  # fmt: skip


def view(ask: Ask, document: Document) -> str:
    """The answer to `/`."""
    store, day = ask.store, today()
    choice = store.book.choose(day)
    table = store.overlaid.on(day, None)
    whole = table[table["part_of"].isna().to_numpy()]
    rows = json_rows(whole, SHOWN)
    features = [
        {"id": row["id"], "properties": row, "geometry": shape}
        for row, shape in zip(rows, whole.geometry, strict=True)
    ]
    counts = {verdict: sum(row["control"] == verdict for row in rows) for verdict in VERDICTS}
    asked = any_commodity(whole, DEFAULT_COMMODITIES)
    listed = [r for r, wanted in zip(rows, asked, strict=True)
              if wanted and r["control"] in {"occupied", "contested", "uncertain"}]  # fmt: skip
    return page(
        ask,
        "landing.html",
        title=document["title"],
        document=document,
        day=str(day),
        choice=choice,
        counts=counts,
        whole=len(rows),
        rows=sorted(listed, key=lambda r: VERDICTS.index(r["control"])),
        chart=maps.of_day(
            store, "today", f"Deposits of critical minerals in Ukraine, {day}",
            f"{len(rows)} deposits of critical minerals by who holds the ground they lie in.",
            day, choice.source, features,
        ),
        collections=store.collections(),
        territories=list(store.tables.territories.values()),
    )  # fmt: skip
