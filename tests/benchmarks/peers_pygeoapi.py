"""How pygeoapi is told to serve the layer out of the database."""

from tests.benchmarks.peers_data import LAYER
from tests.benchmarks.peers_postgis import DATABASE, USER, Database
from tests.benchmarks.peers_watch import HOST


def pygeoapi_config(database: Database, port: int) -> dict[str, object]:
    """Its configuration; YAML, of which JSON is a part."""
    world = {"bbox": [-180, -90, 180, 90], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
    place = {"host": HOST, "port": database.port, "dbname": DATABASE, "user": USER}
    provider = {
        "type": "feature",
        "name": "PostgreSQL",
        "data": {**place, "password": "none", "search_path": ["public"]},
        "id_field": "id",
        "table": LAYER,
        "geom_field": "geom",
    }
    collection = {
        "type": "collection",
        "title": LAYER,
        "description": LAYER,
        "keywords": [LAYER],
        "links": [],
        "extents": {"spatial": world},
        "providers": [provider],
    }
    return {
        "server": {
            "bind": {"host": HOST, "port": port},
            "url": f"http://{HOST}:{port}",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "gzip": False,
            "languages": ["en-US"],
            "pretty_print": False,
            "limits": {"default_items": 10, "max_items": 10_000},
            "map": {"url": "https://example.org/{z}/{x}/{y}.png", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": _metadata(),
        "resources": {LAYER: collection},
    }


def _metadata() -> dict[str, object]:
    """What its configuration must say about the publisher."""
    url = "https://example.org"
    identification = {"title": LAYER, "description": LAYER, "keywords": [LAYER]}
    terms = {"keywords_type": "theme", "terms_of_service": url, "url": url}
    return {
        "identification": {**identification, **terms},
        "license": {"name": "none", "url": url},
        "provider": {"name": "benchmark", "url": url},
        "contact": {"name": "benchmark", "url": url},
    }
