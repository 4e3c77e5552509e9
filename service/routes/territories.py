"""Territories: their definitions, and one of them as a feature on a day."""

import numpy as np
from starlette.responses import Response

from geodata.crs import areas_km2
from geodata.formats.geojson import dumps, feature
from schemas import Territory
from service.http.context import Ask
from service.http.links import GEOJSON
from service.params.core import Param, parse_date
from service.routes.reserves import DAY, SOURCE

ON_DATE = (Param("date", DAY, "Day; today where none is given."), SOURCE)


def territories(ask: Ask) -> Response:
    """All territories with definition and citation."""
    known = ask.store.tables.territories.values()
    return ask.answer({"territories": [_words(territory) for territory in known]})


def territory(ask: Ask) -> Response:
    """One territory on a day: definition, citation, area and geometry."""
    found = ask.store.overlaid.territory(ask.path_words["territory"])
    day, source = parse_date(ask.words), ask.words.get("source")
    choice = ask.store.book.choose(day, source)
    shape = ask.store.overlaid.territory_on(found.id, day, source)
    properties = {
        **_words(found),
        "date": str(day),
        "area_km2": round(float(areas_km2(np.array([shape], dtype=object))[0]), 1),
        "source": choice.source if found.held else None,
        "control_asof": str(choice.asof) if found.held and choice.asof else None,
        "release": ask.release,
    }
    return ask.body(dumps(feature(properties, shape)), GEOJSON)


def _words(territory: Territory) -> dict[str, object]:
    return {
        "id": territory.id,
        "title": territory.title,
        "title_uk": territory.title_uk,
        "definition": territory.definition,
        "citation": list(territory.citation),
    }
