"""What does the page of a deposit say of it in sentences: its verdict, its kind, its place?"""

import math
from collections.abc import Mapping, Sequence

from shapely.geometry.base import BaseGeometry

from geodata.answers.names import commodity, country_name, listing, title_of
from geodata.answers.wording import map_text, unmapped_text
from geodata.crs import areas_km2
from geodata.geometry import as_array
from geodata.interval import today
from geodata.language import day_text, gettext, ngettext
from geodata.language import gettext_noop as N_
from geodata.store.base import Store
from service.pages import svg_map
from service.pages.rendering import Document
from service.pages.template_filters import first_capital, metres, percent, to_the_line


def verdict_text(store: Store, deposit: Document, day: str) -> str:
    """The verdict as a sentence, with the day of the map behind it where that is another."""
    source, stale = store.sources.by_id[deposit["control_source"]], deposit["stale_days"]
    behind = map_text(source, deposit["control_asof"], stale)
    if reason := unmapped_text(deposit["country"]):
        return gettext("Not known: %(reason)s.", reason=reason)
    if deposit["overlay_basis"] == "none":
        return gettext(
            "Not tested: this is a region rather than one place, or its position is too uncertain "
            "to be compared with a map of control."
        )
    if deposit["control"] == "unknown":
        return gettext(
            "Not known for %(day)s, according to %(source)s: %(map)s.",
            day=day_text(day),
            source=title_of(source),
            map=behind,
        )
    words = _VERDICTS_WERE if stale or day < str(today()) else _VERDICTS_ARE
    on = day_text(day)
    return gettext(
        words[deposit["control"]],
        day=f"{on} ({behind})" if stale else on,
        shares=_shares_text(deposit, is_past=words is _VERDICTS_WERE),
    )


def _shares_text(deposit: Document, *, is_past: bool) -> str:
    """How much of the area where it may lie is occupied, and how much contested."""
    message = N_("%(share)s of the area where it may lie is occupied")
    if is_past:
        message = N_("%(share)s of the area where it may lie was occupied")
    shares = gettext(message, share=percent(deposit["control_share"]))
    if not deposit["contested_share"]:
        return shares
    return gettext("%(occupied)s and %(share)s contested", occupied=shares,
                   share=percent(deposit["contested_share"]))  # fmt: skip


_VERDICTS_WERE: Mapping[str, str] = {
    "occupied": N_("On %(day)s it was in occupied land: %(shares)s."),
    "contested": N_("On %(day)s it was in contested land: %(shares)s."),
    "government": N_("On %(day)s it was in government-held land."),
    "uncertain": N_("On %(day)s its status was uncertain: %(shares)s."),
}


_VERDICTS_ARE: Mapping[str, str] = {
    "occupied": N_("On %(day)s it is in occupied land: %(shares)s."),
    "contested": N_("On %(day)s it is in contested land: %(shares)s."),
    "government": N_("On %(day)s it is in government-held land."),
    "uncertain": N_("On %(day)s its status is uncertain: %(shares)s."),
}


BASIS_TEXTS: Mapping[str, str] = {
    "published": N_("published"),
    "recalled": N_("not confirmed: entered from memory, and no source here names it"),
}
"""What a pairing of a deposit and a commodity rests on."""


def roles_of(deposit: Document) -> list[dict[str, str | None]]:
    """The commodities of a deposit: name, role, what it rests on, and URI."""
    return [
        {
            "name": commodity(entry["commodity"]),
            "role": gettext("main") if entry["role"] == "main" else gettext(entry["role"]),
            "basis": gettext(BASIS_TEXTS.get(entry["basis"], entry["basis"])),
            "uri": entry["uri"],
        }
        for entry in deposit["roles"]
    ]


def record_text(deposit: Document) -> str:
    """What kind of record, of what, in which country."""
    text = gettext(
        "%(rank)s in %(country)s; main commodity %(commodity)s",
        rank=first_capital(gettext(deposit["rank"])),
        country=country_name(deposit["country"]),
        commodity=_with_doubt(deposit, deposit["commodity"]),
    )
    others = [c for c in deposit["commodities"] if c != deposit["commodity"]]
    if not others:
        return text
    by_products = ngettext("by-product %(names)s", "by-products %(names)s", len(others),
                           names=listing(_with_doubt(deposit, c) for c in others))  # fmt: skip
    return f"{text}; {by_products}"


def _with_doubt(deposit: Document, name: str) -> str:
    """A commodity of a deposit, with a note where no source here confirms it."""
    doubt = f" {gettext('(not confirmed)')}" if name in deposit["recalled"] else ""
    return f"{commodity(name)}{doubt}"


def area_text(store: Store, deposit: Document, footprint: BaseGeometry | None) -> str:
    """What the map shows, for those who do not see it."""
    source = store.sources.by_id[deposit["control_source"]]
    control = svg_map.control_text(source, deposit["control_asof"], deposit["stale_days"])
    size = metres(deposit["position_uncertainty_m"])
    if reason := unmapped_text(deposit["country"]):
        return gettext(
            "The deposit lies within %(radius)s of the mark; %(reason)s.",
            radius=size,
            reason=reason,
        )
    if deposit["overlay_basis"] == "none":
        return gettext(
            "The circle of %(radius)s shows how far it may extend; it is not tested. %(control)s",
            radius=size,
            control=control,
        )
    line = deposit["line_distance_km"]
    away = "" if line is None else _away_text(line, source.record)
    if deposit["extent"]:
        drawn = gettext("The outline is that of the deposit, drawn by hand from descriptions.")
        return f"{drawn}{away} {control}"
    disc = math.pi * (deposit["position_uncertainty_m"] / 1000) ** 2
    share = 1.0 if footprint is None else float(areas_km2(as_array(footprint))[0]) / disc
    message = N_("The deposit lies within %(radius)s of the mark.")
    if share < 0.99:
        message = N_(
            "The deposit lies within %(radius)s of the mark; water and land beyond the border are "
            "left out."
        )
    return f"{gettext(message, radius=size)}{away} {control}"


def _away_text(line_km: float, record: str) -> str:
    distance = to_the_line(abs(line_km), record)
    away = gettext("The contact line is %(distance)s away.", distance=distance)
    return f" {away}"


def missing_text(deposit: Document, estimates: Sequence[Document]) -> list[str]:
    """What has not been published, a sentence each."""
    published = {row["commodity"] for row in estimates}
    without = [commodity(c) for c in deposit["commodities"] if c not in published]
    texts = (
        [
            gettext(
                "No estimate for %(commodities)s is on record here.",
                commodities=listing(without, N_("or")),
            )
        ]
        if without
        else []
    )
    if estimates and not any(row["measure"] == "contained" for row in estimates):
        texts.append(gettext("Only ore tonnage is on record here, not the metal contained in it."))
    if any(row["grade"] is None for row in estimates):
        texts.append(gettext("At least one estimate is published without a grade."))
    if any(row["asof"] is None for row in estimates):
        texts.append(gettext("At least one estimate is published without a date."))
    return texts
