"""Which requests are recorded of what is there: every route and format, in a fixed order.

`{release}` and `{older}` in a target stand for the release served and the one before it. What is
asked next may depend on what was answered, as where a cursor is followed.
"""

import json
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.served import Answer, local

THEN = "2025-02-25"
COLLECTIONS = (
    "deposits", "estimates", "control", "contact-line", "disagreements", "timelines", "changes",
    "settlements", "admin-areas",
    "claims", "places",
)  # fmt: skip
DOWNLOADS = (
    "json", "html", "jsonfg", "geojsonseq", "csv", "fgb", "gpkg", "parquet", "arrow", "kml", "xlsx",
    "shp", "geojson", "csv-bom", "csvw",
)  # fmt: skip
CRS = "http://www.opengis.net/def/crs/EPSG/0/"
ITEMS = "/collections/deposits/items"


@dataclass(frozen=True)
class Ask:
    """One request. app: which of the applications is asked. name: where the target is not one."""

    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes = b""
    app: str = "served"
    named: str = ""

    @property
    def name(self) -> str:
        """What it is called in the record."""
        given = " ".join(f"[{k}: {v}]" for k, v in self.headers.items() if k != "if-none-match")
        held = " [if-none-match]" if "if-none-match" in self.headers else ""
        parts = (self.method, self.named or self.target, given + held, self.body[:60].decode())
        app = "" if self.app == "served" else f" ({self.app})"
        return " ".join(part for part in parts if part) + app


Script = Generator[Ask, Answer, None]


def documents_and_data() -> Script:
    """All that is there, one after the other."""
    yield from documents()
    yield from collections()
    yield from answers()
    yield from filters()
    yield from orders()
    yield from pages()
    yield from tiles()
    yield from rasters()
    yield from files()


def documents() -> Iterator[Ask]:
    """What describes the service, as data and as pages."""
    both = (
        "/", "/conformance", "/functions", "/collections", "/territories", "/releases",
        "/releases/{release}", "/releases/{older}", "/releases/diff?from={older}&to={release}",
        f"/articles/{THEN}", "/claims", "/rasters", "/styles", "/tiles", "/tiles/WebMercatorQuad",
        "/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad",
    )  # fmt: skip
    for path in both:
        mark = "&" if "?" in path else "?"
        yield Ask(path)
        yield Ask(f"{path}{mark}f=html")
        yield Ask(f"{path}{mark}release={{older}}")
    for path in ("/api", "/api?f=html", "/api.html", "/map", "/embed", "/picture.png?w=300&h=300",
                 "/livez", "/readyz", "/map?release={older}"):  # fmt: skip
        yield Ask(path)
    for style in ("lodeline", "lodeline-dark"):
        for words in ("", "?lang=uk", f"?date={THEN}&source=settlements", "?release={older}"):
            yield Ask(f"/styles/{style}{words}")
    for project in ("/map/lodeline.qgs", "/map/lodeline.qgz"):
        for words in ("", "?theme=dark", f"?date={THEN}&release={{older}}"):
            yield Ask(f"{project}{words}")
    for font in ("Lodeline%20Regular", "Lodeline%20Bold"):
        for start in (0, 256, 1024, 8192):
            yield Ask(f"/fonts/{font}/{start}-{start + 255}.pbf")
    for name in ("lodeline.css", "map.css", "pages.js", "lodeline.svg"):
        yield Ask(f"/static/{name}")


def collections() -> Script:
    """Every collection: its documents, all its formats, one feature and its versions."""
    for name in COLLECTIONS:
        path = f"/collections/{name}"
        for part in ("", "/queryables", "/sortables", "/schema"):
            yield Ask(f"{path}{part}")
            yield Ask(f"{path}{part}?f=html")
        for form in DOWNLOADS:
            yield Ask(f"{path}/items?limit=40&f={form}")
        page = (yield Ask(f"{path}/items?limit=2")).json()
        item = f"{path}/items/{quote(page['features'][0]['id'], safe='')}"
        for words in ("", "?f=html", f"?crs={CRS}3035", "?properties=id&skipGeometry=true"):
            yield Ask(f"{item}{words}")
        yield Ask(f"{item}/versions")
        yield Ask(f"{item}/versions?f=html")
    for form in DOWNLOADS:
        yield Ask(f"{ITEMS}?datetime={THEN}&control=occupied&f={form}")
        yield Ask(f"{ITEMS}?crs={CRS}32636&limit=5&f={form}")
    for day in ("2013-01-01", "2022-03-30", THEN, "2025-07-02", "2027-01-01"):
        yield Ask(f"{ITEMS}/shevchenkivske_li?datetime={day}")
        yield Ask(f"{ITEMS}/shevchenkivske_li?datetime={day}&source=settlements&f=html")


def answers() -> Iterator[Ask]:
    """Reserves, series, changes, spots, territories and histories."""
    for form in ("json", "html", "csv", "csv-bom", "xlsx", "parquet"):
        yield Ask(f"/reserves?f={form}")
        yield Ask(f"/reserves?date={THEN}&commodity=all&territory=ukraine&include=all&f={form}")
        yield Ask(f"/reserves?date={THEN}&release={{older}}&f={form}")
    for territory in (
        "occupied", "occupied-since-2022", "new-territories-claimed", "new-territories-held",
        "east-south", "crimea", "donbas-2014", "ukraine", "russia",
    ):  # fmt: skip
        yield Ask(f"/reserves?territory={territory}&commodity=rare-earths,lithium&date={THEN}")
        yield Ask(f"/territories/{territory}?date={THEN}")
        yield Ask(f"/territories/{territory}?f=html")
    for source in ("deepstate", "settlements"):
        yield Ask(f"/reserves?source={source}&date=2024-07-09&control=occupied&control=contested")
        yield Ask(f"/deposits/shevchenkivske_li/timeline?source={source}")
        yield Ask(f"/changes?source={source}&from=2022-01-01")
    for form in ("json", "html", "csv", "csv-bom"):
        words = "from=2025-06-01&to=2025-07-15&step=week&commodity=lithium"
        yield Ask(f"/reserves/series?{words}&f={form}")
        yield Ask(f"/reserves/series?step=year&from=2014-01-01&territory=donbas-2014&f={form}")
        yield Ask(f"/claims?f={form}")
        yield Ask(f"/control/series?from=2025-01-01&to=2025-06-01&by=oblast&f={form}")
    for words in ("", "&f=html", "&commodity=lithium", "&commodity=all"):
        yield Ask(f"/changes?from=2024-01-01&to=2025-12-31{words}")
    for path in ("/changes.atom", "/changes.atom?commodity=all", "/changes?f=html"):
        yield Ask(path)
    for spot in ("lon=37.8&lat=48", "lon=36.72&lat=47.9", "lon=30.5&lat=50.4", "lon=0&lat=0"):
        yield Ask(f"/control/at?{spot}&date={THEN}")
        yield Ask(f"/control/at?{spot}&f=html")
    for deposit in ("shevchenkivske_li", "kerch_fe_v", "kalynivske_u"):
        yield Ask(f"/deposits/{deposit}/timeline")
        yield Ask(f"/deposits/{deposit}/timeline?f=html")


def filters() -> Iterator[Ask]:
    """Conditions of every kind, in text and JSON, and boxes."""
    for text in (
        "control = 'occupied'", "commodity IN ('lithium','tantalum') AND NOT control = 'occupied'",
        "name_en LIKE 'Sh%'", "CASEI(name_en) = CASEI('SHEVCHENKIVSKE LITHIUM DEPOSIT')",
        "control_share BETWEEN 0.05 AND 0.95", "part_of IS NOT NULL",
        "S_INTERSECTS(geometry, BBOX(36,47,38,49))",
        "S_WITHIN(geometry, POLYGON((30 45,40 45,40 49,30 49,30 45)))",
        "A_CONTAINS(commodities, ('lithium'))", "distance_km(geometry, POINT(37.8 48)) < 60",
        "T_AFTER(control_since, DATE('2022-02-24'))", "position_uncertainty_m / 1000 + 1 > 5",
        "lower(oblast) = 'donetsk' OR length(name_en) > 40",
    ):  # fmt: skip
        yield Ask(f"{ITEMS}?datetime={THEN}&limit=20&filter={quote(text, safe='')}")
    document = json.dumps({"op": "=", "args": [{"property": "control"}, "occupied"]})
    yield Ask(f"{ITEMS}?filter-lang=cql2-json&filter={quote(document, safe='')}&f=csv")
    span = quote("T_INTERSECTS(INTERVAL(valid_from,valid_to), DATE('2024-07-09'))", safe="")
    yield Ask(f"/collections/control/items?filter={span}&limit=3")
    yield Ask(f"/collections/places/items?filter={quote('count > 1 AND open = true', safe='')}")
    for words in (
        "bbox=36,47,38,49", "bbox=36,47,0,38,49,100", "bbox=170,-10,40,60",
        f"bbox=47,36,49,38&bbox-crs={CRS}4326",
        f"bbox=4000000,5900000,4300000,6300000&bbox-crs={CRS}3857",
        f"filter-crs={CRS}4326&filter=S_INTERSECTS(geometry,BBOX(47,36,49,38))",
        "commodity=lithium", "commodity=rare%20earths&confidence=high", "part_of=dobra_li",
        "datetime=../2022-03-01", "datetime=2022-03-01/2024-07-08", "datetime=2024-07-09T10:00:00Z",
        "source=deepstate&datetime=2024-07-09", "limit=3&f=jsonfg&datetime=2024-07-09",
    ):  # fmt: skip
        yield Ask(f"{ITEMS}?{words}")
    for words in ("datetime=2024-07-09", "datetime=2024-07-08/2025-02-20&source=deepstate"):
        yield Ask(f"/collections/control/items?{words}&limit=3")
        yield Ask(f"/collections/timelines/items?{words}&limit=5&deposit_id=shevchenkivske_li")


def orders() -> Iterator[Ask]:
    """Order, choice of properties, and coordinates in every CRS."""
    for words in (
        "sortby=name_en", "sortby=-line_distance_km,name_en", "sortby=-control_since&limit=20",
        "properties=name_en,control", "properties=control&skipGeometry=true", "skipGeometry=true",
    ):  # fmt: skip
        yield Ask(f"{ITEMS}?{words}")
        yield Ask(f"{ITEMS}?{words}&f=csv")
    for code in (4326, 3857, 4258, 3035, 32634, 32635, 32636, 32637):
        yield Ask(f"/collections/admin-areas/items?limit=2&crs={CRS}{code}")
        yield Ask(f"{ITEMS}?limit=2&crs={CRS}{code}&f=geojsonseq")


def pages() -> Script:
    """Next links followed to the end or for some pages."""
    for words in ("limit=40", f"limit=9&datetime={THEN}&control=occupied", "limit=60&sortby=-id"):
        answer = yield Ask(f"{ITEMS}?{words}")
        for number in range(2, 6):
            following = [k["href"] for k in answer.json()["links"] if k["rel"] == "next"]
            if not following:
                break
            target = local(following[0])
            answer = yield Ask(target, named=f"{ITEMS}?{words} page {number}")
    page = (yield Ask(f"{ITEMS}?limit=1&f=json")).json()
    cursor = next(k["href"] for k in page["links"] if k["rel"] == "next").partition("cursor=")[2]
    for words in ("control=occupied", "release={older}", "sortby=id", "limit=3", "f=html"):
        yield Ask(f"{ITEMS}?cursor={cursor}&{words}", named=f"{ITEMS}?cursor=of-all&{words}")


def tiles() -> Iterator[Ask]:
    """Vector tiles: as they were built and as they are made, in both encodings."""
    for layer in ("basemap", "control", "timelines", "deposits", "places"):
        yield Ask(f"/tiles/{layer}.json")
        yield Ask(f"/tiles/{layer}/5/18/11")
        yield Ask(f"/tiles/{layer}/5/18/11", {"accept-encoding": "gzip"})
        yield Ask(f"/tiles/{layer}/5/18/11.mvt")
        yield Ask(f"/tiles/{layer}/0/0/0.pbf?release={{release}}")
        yield Ask(f"/tiles/{layer}/5/18/11.mlt")
        yield Ask(f"/tiles/{layer}/5/18/11?f=mlt")
        yield Ask(f"/tiles/{layer}/3/0/0")
    for words in (
        f"datetime={THEN}", "datetime=2024-07-09&source=deepstate", "source=settlements",
        f"datetime={THEN}&properties=id", "datetime=1990-01-01", "datetime=2022-03-01/2022-04-01",
    ):  # fmt: skip
        yield Ask(f"/tiles/control/5/18/11?{words}")
        yield Ask(f"/tiles/timelines/4/9/5?{words}")
    filtered = f"filter={quote(chr(32).join(('control', '=', chr(39) + 'occupied' + chr(39))))}"
    yield Ask(f"/tiles/deposits/4/9/5?datetime={THEN}&{filtered}")
    yield Ask("/tiles/deposits/4/9/5?commodity=lithium&f=mlt")
    for name in ("deposits", "control", "timelines", "places"):
        path = f"/collections/{name}/tiles"
        for part in ("", "/WebMercatorQuad"):
            yield Ask(f"{path}{part}")
            yield Ask(f"{path}{part}?f=html")
        yield Ask(f"{path}/WebMercatorQuad/5/11/18")
        yield Ask(f"{path}/WebMercatorQuad/5/11/18?f=mlt")
    for words in ("", "?collections=control,deposits", f"?datetime={THEN}", "?release={older}"):
        yield Ask(f"/tiles/WebMercatorQuad/5/11/18{words}")
        yield Ask(f"/tiles/WebMercatorQuad{words}")


def rasters() -> Iterator[Ask]:
    """Rasters: what they are, tiles, spots, areas, legends and files."""
    area = {"type": "Polygon", "coordinates": [[[37, 48], [38, 48], [38, 49], [37, 49], [37, 48]]]}
    sent = json.dumps(area).encode()
    feature = json.dumps({"type": "Feature", "properties": {}, "geometry": area}).encode()
    for name in ("occupation-since", "deposit-density", "slope"):
        path = f"/rasters/{name}"
        yield Ask(path)
        yield Ask(f"{path}?f=html")
        for place in ("0/0/0", "5/18/11", "7/77/44", "7/77/44@2x", "5/0/0"):
            yield Ask(f"{path}/tiles/{place}.png")
        yield Ask(f"{path}/tiles/5/18/11.webp")
        yield Ask(f"{path}/tiles/5/18/11.tif")
        yield Ask(f"{path}/tiles/5/18/11.png?colormap=ash&rescale=full")
        for part in ("legend.png", "legend.json", "legend.json?colormap=ash", "legend.png?f=png"):
            yield Ask(f"{path}/{part}")
        for spot in ("lon=37.8&lat=48", "lon=30.5&lat=49.5", "lon=0&lat=0&f=html"):
            yield Ask(f"{path}/point?{spot}")
        yield Ask(f"{path}/statistics?territory=occupied&date={THEN}")
        yield Ask(f"{path}/statistics?territory=crimea&f=html")
        for body in (sent, feature):
            yield Ask(f"{path}/statistics", {"content-type": "application/geo+json"}, "POST", body)
        yield Ask(f"{path}.tif")
        yield Ask(f"{path}.tif", {"range": "bytes=0-15"})
        yield Ask(f"{path}.tif", {"range": "bytes=-16"})
    path = "/rasters/slope/statistics"
    yield Ask(path, {"content-type": "text/plain"}, "POST", sent)
    yield Ask(path, {"content-type": "application/geo+json"}, "POST", b"[" * 5000)
    yield Ask(path, {"content-type": "application/geo+json"}, "POST", b'{"type":"Point"}')
    yield Ask(f"{path}?territory=crimea", {"content-type": "application/json"}, "POST", sent)


def files() -> Iterator[Ask]:
    """Files of releases and archives of tiles, whole and in part."""
    for name in ("deposits.parquet", "standings.parquet", "territories.json", "sources.json"):
        yield Ask(f"/releases/{{release}}/files/{name}")
        yield Ask(f"/releases/{{older}}/files/{name}")
    archive = "/tiles/deposits.pmtiles"
    for held in ("bytes=0-126", "bytes=-10", "bytes=5-", "bytes=0-3,8-11", "bytes=99999999-", "x"):
        yield Ask(archive, {"range": held})
        yield Ask("/releases/{release}/files/deposits.parquet", {"range": held})
    yield Ask(archive)
    yield Ask("/tiles/control.pmtiles", method="HEAD")
    yield Ask("/releases/{release}/files/manifest.json")
    yield Ask("/releases/{release}/files/..%2f..%2fcurrent")
