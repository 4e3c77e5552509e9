"""Which words do pages have for verdicts, columns, units and what a position rests on?"""

from collections.abc import Mapping

from geodata.features.collections import Collection
from geodata.language import gettext
from geodata.language import gettext_noop as N_

VERDICT_MEANINGS: Mapping[str, str] = {
    "occupied": N_("At least 95 % of the area where the deposit may lie is occupied."),
    "uncertain": N_(
        "No firm verdict: part of the area where the deposit may lie is occupied or contested and "
        "part is not."
    ),
    "not_tested": N_(
        "No verdict: where the deposit is is not known well enough to compare it with a map of "
        "control."
    ),
    "contested": N_(
        "At least 95 % of the area where the deposit may lie is contested: claimed by both sides, "
        "or firmly held by neither."
    ),
    "government": N_(
        "At most 5 % of the area where the deposit may lie is occupied, and none of it is "
        "contested."
    ),
    "unknown": N_("Not known: the source has no data for this place on the date requested."),
}
BASES: Mapping[str, str] = {
    "published_coordinates": N_("published coordinates"),
    "settlement": N_("the settlement where it lies"),
    "settlement_offset": N_("a published distance from a settlement"),
    "district": N_("a description of the district"),
}
UNITS: Mapping[str, str] = {"1": N_("share, 0 to 1"), "d": N_("days"), "har": N_("ha"),
                            "By": N_("bytes"), "deg": N_("degrees"), "km2": N_("km²")}  # fmt: skip
ANY_SOURCE = N_("first in priority with a recent map")
"""Which source answers where none is chosen, as forms say it."""
VERDICT_NAMES: Mapping[str, str] = {
    "occupied": N_("occupied"),
    "uncertain": N_("uncertain"),
    "contested": N_("contested"),
    "government": N_("government-held"),
    "unknown": N_("not known"),
    "not_tested": N_("not tested"),
}
VERDICT_HEADS: Mapping[str, str] = {
    "occupied": N_("In occupied land"),
    "uncertain": N_("Uncertain"),
    "contested": N_("In contested land"),
    "government": N_("In government-held land"),
    "unknown": N_("Not known"),
    "not_tested": N_("Not tested"),
}
COLUMN_HEADS: Mapping[str, str] = {
    "name_en": N_("Name"),
    "name_uk": N_("Name in Ukrainian"),
    "deposit_id": N_("Deposit"),
    "asof": N_("As of"),
    "control": N_("Verdict"),
    "control_share": N_("Occupied share"),
    "control_since": N_("Verdict since"),
    "line_distance_km": N_("Distance to contact line"),
    "position_uncertainty_m": N_("Position uncertainty"),
    "valid_from": N_("First day"),
    "valid_to": N_("Last day"),
    "before": N_("Verdict before"),
    "after": N_("Verdict after"),
}
"""Heads of columns whose names say too little. `valid_to` is shown as the last day it holds."""
LANGUAGE_NAMES: Mapping[str, str] = {"en": "English", "uk": "Українська"}
"""Languages of pages by their own names."""


def verdict_name(kind: str) -> str:
    """A verdict or status in a word or two."""
    return gettext(VERDICT_NAMES.get(kind, kind))


def verdict_meaning(kind: str) -> str:
    """What a verdict means, a sentence."""
    return gettext(VERDICT_MEANINGS[kind])


def basis_name(basis: str) -> str:
    """What a position rests on."""
    return gettext(BASES.get(basis, basis))


def column_head(name: str, collection: Collection) -> str:
    """The head of a column; a user's own are as the user named them."""
    if collection.layer is not None:
        return spaced(name).capitalize()
    return gettext(COLUMN_HEADS.get(name) or spaced(name).capitalize())


def unit(name: str) -> str:
    """A unit of a column or an amount, in words where its code is none."""
    return gettext(UNITS.get(name, name)) if name else ""


def spaced(name: str) -> str:
    """A column's name with blanks, to read."""
    return name.replace("_", " ")
