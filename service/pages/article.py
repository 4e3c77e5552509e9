"""The page of an article: its phrases, answered for its day and a later one, with maps."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from geodata.answers.amounts import GROUP
from geodata.answers.figures import count, grouped
from geodata.answers.matching import find
from geodata.answers.names import listing, names_of
from geodata.answers.question import Question
from geodata.data.commodities import members
from geodata.language import day_text, gettext, ngettext
from geodata.store.base import Store
from service.http.context import RequestContext
from service.pages import svg_map
from service.pages.claims import beside
from service.pages.rendering import Document, deposit_name, page
from service.pages.share import card

WIDTH = 420
"""Width of a map, of which there are two to a phrase."""
SIDES = ("then", "last")


def view(ask: RequestContext, document: Document) -> str:
    """The answer to `/articles/{day}`."""
    phrases = document["phrases"]
    return page(
        ask,
        "article.html",
        title=document["title"],
        document=document,
        card=card(
            ask,
            document["title"],
            phrases[0]["then"]["headline"],
            date.fromisoformat(phrases[0]["then"]["date"]),
            territory=phrases[0]["territory"]["id"],
            minerals=",".join(phrases[0]["commodities"]),
        ),
        changed=[changed(ask, phrase) for phrase in phrases],
        charts={side: charts(ask, phrases, side) for side in SIDES},
        claims=beside(document["claims"]),
        behind={(n, side): behind(ask.store, phrases[n], side)
                for n in range(len(phrases)) for side in SIDES},
        held=[ask.store.control.territory(p["territory"]["id"]).held for p in phrases],
    )  # fmt: skip


def behind(store: Store, phrase: Document, side: str) -> dict[tuple[str, str, int], str]:
    """Whose figures each amount of a phrase is of, by territory, commodity and place in a list."""
    answer, elsewhere = phrase[side], phrase[side]["elsewhere"]
    told = [(phrase["territory"]["id"], answer["summary"])]
    told += [] if elsewhere is None else [(elsewhere["territory"]["id"], elsewhere["summary"])]
    texts = {}
    for territory, summaries in told:
        for summary in (each for each in summaries if each["amounts"]):
            word = summary["commodity"]
            names = names_behind(store, word, date.fromisoformat(answer["date"]), territory)
            for place, row in enumerate(summary["amounts"]):
                texts[territory, word, place] = behind_text(row, names[place])
    return texts


def names_behind(store: Store, commodity: str, day: date, territory: str) -> list[list[str]]:
    """Names of the deposits each amount of a commodity is of, in the order of `amounts`.

    Of the deposits counted in a territory on a day, in the order of estimates, each once.
    """
    found = find(store, Question((commodity,), day, territory))
    whole = found.selected & found.table["part_of"].isna().to_numpy()
    counted = found.table[whole]
    names = dict(zip(counted["id"], names_of(counted), strict=True))
    rows = store.facts.estimates
    rows = rows[rows["commodity"].isin(list(members(commodity))) & rows["deposit_id"].isin(names)]
    return [
        [names[i] for i in dict.fromkeys(group["deposit_id"])]
        for _, group in rows.groupby(GROUP, sort=True)
    ]


def behind_text(row: Document, names: Sequence[str]) -> str:
    """`Lovozero alone; 6 of 7 deposits have no such figure`."""
    missing, whole = row["deposits_without"], row["deposits_without"] + row["deposits_with_figure"]
    if not missing:
        return listing(names)
    text = listing(names)
    if len(names) == 1:
        text = gettext("%(deposit)s alone", deposit=text)
    without = ngettext(
        "%(number)s of %(deposits)s has no such figure",
        "%(number)s of %(deposits)s have no such figure",
        missing,
        number=grouped(missing),
        deposits=count(whole, "deposit"),
        whole=grouped(whole),
    )
    return f"{text}; {without}"


def changed(ask: RequestContext, phrase: Document) -> list[tuple[str, str, str, str]]:
    """Deposits of a phrase whose verdict differs between the two days: id, name, then, last."""
    then, now = (_verdicts(ask.store, phrase[side]["date"]) for side in SIDES)
    names = {d["id"]: d["name_en"] for side in SIDES for d in phrase[side]["named"]}
    return [
        (i, deposit_name(ask, {"id": i, "name_en": name}), then[i], now[i])
        for i, name in names.items()
        if then[i] != now[i]
    ]


def _verdicts(store: Store, day: str) -> dict[str, str]:
    table = store.control.deposits_on(date.fromisoformat(day), None)
    return dict(zip(table["id"], table["control"], strict=True))


def charts(ask: RequestContext, phrases: Sequence[Document], side: str) -> list[svg_map.Map]:
    """Where the deposits of each phrase lie, over the control of a day, which is drawn once."""
    answer = phrases[0][side]
    about = svg_map.control_text(
        ask.store.sources.by_id[answer["source"]], answer["control_asof"], answer["stale_days"]
    )
    day = date.fromisoformat(answer["date"])
    first = svg_map.of_day(
        ask.store, f"map-1-{side}", "", about, day, answer["source"], width=WIDTH
    )
    grounds = [first, *(replace(first, ground=first.name) for _ in phrases[1:])]
    return [
        _marked(ask, replace(ground, name=f"map-{place}-{side}"), phrase, side)
        for place, (ground, phrase) in enumerate(zip(grounds, phrases, strict=True), start=1)
    ]


def listed_text(n: int) -> str:
    """`3 deposits listed`."""
    return ngettext("%(number)s deposit listed", "%(number)s deposits listed", n, number=grouped(n))


def _marked(ask: RequestContext, ground: svg_map.Map, phrase: Document, side: str) -> svg_map.Map:
    """The map of a day with the deposits of a phrase."""
    deposits, named = ask.store.facts.deposits, phrase[side]["named"]
    points = dict(zip(deposits["id"], deposits.geometry, strict=True))
    features = [
        {"id": d["id"], "properties": {**d, "name_uk": deposit_name(ask, d)},
         "geometry": points[d["id"]]}
        for d in named
    ]  # fmt: skip
    chart = replace(
        ground,
        title=f"{phrase['phrase']}, {day_text(phrase[side]['date'])}",
        about=f"{listed_text(len(named))}. {ground.about}",
    )
    return svg_map.marked(chart, features)
