"""Which texts does the program put into the reader's language, and has the catalogue each of them?

`python -m tools.messages` brings geodata/locale/uk.po in step with the code: new texts come in
without a translation, those nobody uses any more go out.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
import polib

from geodata.answers.claim_parts import RANKED
from geodata.answers.series import STEPS
from geodata.data import packaged
from geodata.data.commodities import commodities
from geodata.features.collections import COLLECTIONS
from geodata.language import CATALOGUES
from service.pages.items import FORM_PARAMS, TABLE_COLUMNS
from service.pages.rendering import environment
from service.pages.vocabulary import COLUMN_HEADS, UNITS, spaced

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = CATALOGUES / "uk.po"
Message = tuple[str, str | None]
"""A message id, and its plural where its form follows a number."""
CALLS = frozenset({"gettext", "ngettext", "N_", "_", "count", "link"})
"""Functions whose literal texts are message ids; the fourth of a `link` is its title."""
FACTS = {
    "deposits": ("deposit_type",),
    "estimates": ("measure", "unit", "category", "category_scheme", "kind", "grade_unit", "doubt"),
    "claims": ("by", "via", "quantity", "unit", "denominator", "statement", "why"),
}
"""Columns of the packaged facts whose texts pages show."""


def messages() -> Mapping[Message, set[str]]:
    """Every message id, and the files it stands in."""
    places: dict[Message, set[str]] = defaultdict(set)
    for folder in ("geodata", "service"):
        for path in (ROOT / folder).rglob("*.py"):
            for message in messages_of_python(path.read_text("utf-8")):
                places[message].add(path.relative_to(ROOT).as_posix())
    for path in (ROOT / "service" / "pages").glob("*.html"):
        for message in messages_of_template(path.read_text("utf-8")):
            places[message].add(path.relative_to(ROOT).as_posix())
    known = {one for one, _ in places}
    for text in messages_of_data():
        if text not in known:
            places[text, None].add("data")
    return places


def messages_of_python(text: str) -> Iterator[Message]:
    """Message ids in calls that name them literally."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            given = node.args[3:] if node.func.id == "link" else node.args
            texts = [each.value for each in given if isinstance(each, ast.Constant)]
            yield from _messages(node.func.id, texts)


def messages_of_template(text: str) -> Iterator[Message]:
    """Message ids of a template of pages."""
    found = environment().extract_translations(text, tuple(CALLS))  # type: ignore[attr-defined]
    for _, function, texts in found:
        yield from _messages(function, texts if isinstance(texts, tuple) else (texts,))


def _messages(function: str, given: Sequence[object]) -> Iterator[Message]:
    texts = [text for text in given if isinstance(text, str)]
    if not texts:
        return
    if function == "count":
        yield texts[0], texts[1] if len(texts) > 1 else f"{texts[0]}s"
    else:
        yield texts[0], texts[1] if function == "ngettext" else None


def messages_of_data() -> set[str]:
    """Texts of the packaged data, of collections and of forms, which are looked up as they are."""
    texts = (*_texts_of_descriptions(), *_texts_of_collections(), *_texts_of_facts())
    return {text for text in texts if text and any(map(str.isalpha, text))}


def _texts_of_descriptions() -> Iterator[str | None]:
    for territory in packaged.territories().values():
        yield from (territory.definition, *territory.citation)
    for source in packaged.sources().values():
        yield from (source.title, source.day_rule, source.attribution, *source.caveats)
    yield from (entry.name_en for entry in commodities() if not entry.name_uk)
    yield from (*STEPS, "array", "by-product", *(rank.capitalize() for rank in RANKED))


def _texts_of_collections() -> Iterator[str | None]:
    for collection in COLLECTIONS:
        yield from (collection.title, collection.description)
        for column in collection.columns:
            yield from (column.meaning, column.type, *column.choices)
            yield column.unit if column.unit not in UNITS else None
        for name in (*TABLE_COLUMNS.get(collection.id, ()), *FORM_PARAMS.get(collection.id, ())):
            yield COLUMN_HEADS.get(name) or spaced(name).capitalize()


def _texts_of_facts() -> Iterator[str]:
    tables = {
        name: pd.read_csv(ROOT / "geodata" / "data" / f"{name}.csv", keep_default_na=False)
        for name in FACTS
    }
    for name, columns in FACTS.items():
        for column in columns:
            yield from tables[name][column]
    deposits = tables["deposits"]
    yield from deposits["name_en"][deposits["name_uk"] == ""]
    for level in ("oblast", "raion"):
        yield from (f"{p}, {level}" for text in deposits[level] if text for p in text.split(" / "))


def in_step(catalogue: polib.POFile) -> polib.POFile:
    """The catalogue with the message ids there are, by alphabet, translated where it has them."""
    known = {(entry.msgid, entry.msgid_plural or None): entry for entry in catalogue}
    fresh = polib.POFile(wrapwidth=98)
    fresh.metadata = catalogue.metadata
    for (one, many), places in sorted(messages().items(), key=lambda item: item[0][0].casefold()):
        old = known.get((one, many))
        fresh.append(
            polib.POEntry(
                msgid=one,
                msgid_plural=many or "",
                msgstr=old.msgstr if old else "",
                msgstr_plural=old.msgstr_plural
                if old
                else dict.fromkeys(range(3), "")
                if many
                else {},
                occurrences=[(place, "") for place in sorted(places)],
            )
        )
    return fresh


def main() -> None:
    """Write the catalogue in step with the code."""
    in_step(polib.pofile(str(CATALOGUE))).save(str(CATALOGUE))


if __name__ == "__main__":
    main()
