"""How is an answer cited, and what must a reader know before citing it."""

from collections.abc import Iterable, Mapping

import pandas as pd

from geodata.answers.matching import MatchingDeposits
from geodata.answers.names import commodity_word, country_name, listing, names_of, title_of
from geodata.answers.question import Question
from geodata.answers.wording import map_text
from geodata.control.sources import SourceSelection
from geodata.data import packaged
from geodata.data.commodities import members
from geodata.language import day_text, gettext, ngettext
from geodata.store.base import Store

OLD_DAYS = 31
"""Age of the map from which an answer says so, days."""


def citation(
    store: Store, title: str, permalink: str, choice: SourceSelection, *others: SourceSelection
) -> dict[str, object]:
    """Text, BibTeX, release, time of the release, licences and permalink.

    others: of the further days of an answer about several.
    Everything in it depends on the release and the question alone, so that the answer can be
    made again to the byte.
    """
    release = store.manifest
    year = release.created[:4]
    publishers = dict.fromkeys(_publisher(store, each) for each in (choice, *others))
    text = gettext(
        "Lodeline (%(year)s). %(title)s. Release %(release)s of %(created)s; control according to "
        "%(publishers)s. %(permalink)s",
        year=year,
        title=title,
        release=release.id,
        created=release.created,
        publishers=listing(publishers),
        permalink=permalink,
    )
    key = f"lodeline_{release.id.replace('-', '_')}_{choice.day:%Y%m%d}"
    bibtex = (
        f"@misc{{{key},\n  author = {{{{Lodeline}}}},\n  title = {{{title}}},\n"
        f"  year = {{{year}}},\n  version = {{{release.id}}},\n  url = {{{permalink}}}\n}}"
    )
    return {
        "text": text,
        "bibtex": bibtex,
        "release": release.id,
        "generated": release.created,
        "licences": _licences(store, dict.fromkeys(e.source for e in (choice, *others))),
        "permalink": permalink,
    }


def _publisher(store: Store, choice: SourceSelection) -> str:
    source = store.sources.by_id[choice.source]
    if choice.asof is None or (source.record == "events" and not choice.stale_days):
        return f"{title_of(source)} ({source.id})"
    return f"{title_of(source)} ({source.id}: {map_text(source, choice.asof, choice.stale_days)})"


def _licences(store: Store, sources: Iterable[str]) -> list[dict[str, str]]:
    """Licences of the control sources and of the packaged facts and boundaries."""
    described = [store.sources.by_id[source] for source in sources]
    return [
        *({"source": s.id, "licence": s.licence, "attribution": s.attribution} for s in described),
        {
            "source": "facts",
            "licence": packaged.FACTS_LICENCE,
            "attribution": packaged.FACTS_ATTRIBUTION,
        },
        {
            "source": "boundaries",
            "licence": "public domain",
            "attribution": "Made with Natural Earth (public domain).",
        },
    ]


def caveats(store: Store, question: Question, found: MatchingDeposits) -> list[str]:
    """What a reader should know, the most specific first."""
    choice, listed = found.choice, found.table[found.listed]
    texts = [
        *_coverage_caveats(store, choice),
        *_territory_caveats(store, question),
        *_role_caveats(question, listed),
        *_doubt_caveats(store, found),
        *_deposit_caveats(listed),
        *_since_caveats(store, choice, listed),
        *map(gettext, store.sources.by_id[choice.source].caveats),
    ]
    if store.control.territory(question.territory).except_on is not None:
        texts.append(
            gettext(
                "Land occupied earlier is taken from the source that covers that date; where its "
                "map and the one used here differ, slivers of land may be assigned to the wrong "
                "side."
            )
        )
    return list(dict.fromkeys(texts))


def _coverage_caveats(store: Store, choice: SourceSelection) -> Iterable[str]:
    if choice.asof is None:
        yield gettext(
            "Source %(source)s has no data for %(day)s, which is before its record begins: control "
            "is not known.",
            source=choice.source,
            day=day_text(choice.day),
        )
        return
    stale, events = choice.stale_days or 0, store.sources.by_id[choice.source].record == "events"
    if stale and (events or stale > OLD_DAYS):
        yield _stale_text(choice, stale, events=events)
    elif stale:
        yield gettext("There is no map of the date requested; the map of %(day)s was used.",
                      day=day_text(choice.asof))  # fmt: skip
    if not _shows_contested(store.sources.snapshot(choice)):
        yield gettext(
            "The map of %(day)s does not show contested land; all land it does not show as "
            "occupied counts as government-held.",
            day=day_text(choice.asof),
        )


def _stale_text(choice: SourceSelection, stale: int, *, events: bool) -> str:
    """That the data end well before the day asked."""
    values = {"source": choice.source, "day": day_text(str(choice.asof)), "n": stale}
    if events:
        return ngettext(
            "The record of %(source)s ends on %(day)s, %(n)s days before the date requested; later "
            "changes are not included.",
            "The record of %(source)s ends on %(day)s, %(n)s days before the date requested; later "
            "changes are not included.",
            stale,
            **values,
        )
    return ngettext(
        "The latest map of %(source)s is of %(day)s, %(n)s days before the date requested; later "
        "changes are not included.",
        "The latest map of %(source)s is of %(day)s, %(n)s days before the date requested; later "
        "changes are not included.",
        stale,
        **values,
    )


def _territory_caveats(store: Store, question: Question) -> Iterable[str]:
    territory = store.control.territory(question.territory)
    if territory.except_on is not None and question.day <= territory.except_on:
        yield gettext(
            "“%(territory)s” has no land on %(day)s: it is what was occupied after %(after)s. Land "
            "occupied before is not counted here.",
            territory=title_of(territory),
            day=day_text(question.day),
            after=day_text(territory.except_on),
        )


def _since_caveats(store: Store, choice: SourceSelection, listed: pd.DataFrame) -> Iterable[str]:
    """Verdicts that hold since a record begins may be older than it."""
    begins = {choice.source: store.sources.first_day(choice.source)}
    if choice.basis != "named":
        earliest = store.sources.stretches[0]
        begins[earliest.source] = earliest.first
    for source, first in begins.items():
        if (listed["control_since"] == pd.Timestamp(first)).any():
            yield gettext(
                "control_since %(day)s is the date on which the record of %(source)s begins; such "
                "a verdict may be older.",
                day=day_text(first),
                source=source,
            )
    is_known = (listed["control"] != "unknown").to_numpy()
    without = listed[listed["control_since"].isna().to_numpy() & is_known]
    if choice.asof is not None and len(without):
        yield gettext(
            "control_since is empty where the record of a source begins with the verdict while the "
            "source used before gives another: a change of source is no change of control. So it "
            "is for: %(names)s.",
            names="; ".join(names_of(without)),
        )


def _shows_contested(snapshot: Mapping[str, object] | None) -> bool:
    return snapshot is None or "contested" in list(snapshot["statuses"])  # type: ignore[call-overload]


def _role_caveats(question: Question, listed: pd.DataFrame) -> Iterable[str]:
    """Deposits that have a commodity asked by memory only."""
    wanted = frozenset[str]().union(*(members(word) for word in question.commodities))
    recalled = zip(names_of(listed), listed["recalled"], strict=True)
    names = [
        f"{name} ({', '.join(commodity_word(c) for c in commodities if c in wanted)})"
        for name, commodities in recalled
        if not wanted.isdisjoint(commodities)
    ]
    if names:
        yield gettext("Entered from memory and not confirmed by a source: %(names)s.",
                      names="; ".join(names))  # fmt: skip


def _doubt_caveats(store: Store, found: MatchingDeposits) -> Iterable[str]:
    """Figures in the sums that there is reason to doubt."""
    table = store.facts.estimates
    counted = set(found.table["id"][found.selected])
    doubted = table[table["doubt"].notna() & table["deposit_id"].isin(counted)]
    names = dict(zip(found.table["id"], names_of(found.table), strict=True))
    for deposit, doubts in doubted.groupby("deposit_id", sort=False):
        yield f"{names[deposit]}: {' '.join(map(gettext, dict.fromkeys(doubts['doubt'])))}"


def _shared_points(listed: pd.DataFrame) -> Iterable[str]:
    """Deposits that stand at one point, because nothing better is published of them."""
    whole = listed[listed["part_of"].isna().to_numpy()]
    for _, rows in whole.groupby(["lon", "lat"], sort=False):
        if len(rows) > 1:
            yield gettext("At one and the same point, for want of better ones, stand: %(names)s.",
                          names="; ".join(names_of(rows)))  # fmt: skip


def _deposit_caveats(listed: pd.DataFrame) -> Iterable[str]:
    untested = listed[(~listed["tested"]).to_numpy(dtype=bool)]
    if len(untested):
        yield gettext("Not tested, because where they are is not known well enough: %(names)s.",
                      names="; ".join(names_of(untested)))  # fmt: skip
    yield from _shared_points(listed)
    if listed["part_of"].notna().any():
        yield gettext("Components of larger deposits are listed but neither counted nor summed.")
    yield gettext(
        "Positions are known only to within position_uncertainty_m; a firm verdict holds for at "
        "least 95 %% of that circle, clipped to the land of %(country)s.",
        country=country_name(packaged.theatre().country),
    )
    yield gettext(
        "Amounts are published statements that differ in date and reliability; national "
        "categories are kept as published, and sums are taken only within one commodity, measure, "
        "unit and category scheme. Deposits without a published figure are counted as missing, "
        "not as zero."
    )
