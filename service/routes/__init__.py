"""Every path of the service on one screen."""

from service.ask import Route
from service.routes import (
    articles,
    collections,
    control,
    items,
    landing,
    releases,
    reserves,
    territories,
)

PAGE = ("json", "html")

TABLE = (
    Route("/", landing.landing, "landing", "What this is", formats=PAGE),
    Route("/collections", collections.collections, "collections", "All collections"),
    Route("/collections/{collection}", collections.collection, "collection", "One collection"),
    Route("/collections/{collection}/items", items.items, "items", "Features of a collection",
          items.items_params, days=("datetime",)),
    Route("/collections/{collection}/items/{item}", items.item, "item", "One feature",
          items.item_params, days=("datetime",)),
    Route("/reserves", reserves.reserves, "reserves", "Reserves in a territory on a day",
          reserves.QUESTION, days=("date",)),
    Route("/reserves/series", reserves.reserves_series, "series", "Counts through time",
          reserves.SERIES, ("json", "csv"), days=("from", "to")),
    Route("/changes", control.changes, "changes", "Deposits whose verdict changed",
          control.BETWEEN, days=("to",)),
    Route("/control/at", control.at, "at", "Status of a spot", control.AT, days=("date",)),
    Route("/deposits/{deposit}/timeline", control.timeline, "timeline", "A deposit's history",
          control.BY_SOURCE),
    Route("/territories", territories.territories, "territories", "Territories and definitions"),
    Route("/territories/{territory}", territories.territory, "territory", "A territory on a day",
          territories.ON_DATE, days=("date",)),
    Route("/articles/{day}", articles.articles, "article", "The article it began with",
          days=("never",)),
    Route("/releases", releases.releases, "releases", "Releases", days=("never",)),
    Route("/releases/diff", releases.release_diff, "diff", "What differs between two releases",
          releases.BETWEEN),
    Route("/releases/{release}", releases.release, "release", "Manifest of a release"),
    Route("/releases/{release}/files/{name}", releases.release_file, "file", "A file of a release"),
)  # fmt: skip
"""`days=("never",)`: the answer depends on the present day whatever the URL says."""
