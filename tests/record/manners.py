"""Which requests are recorded of how is asked: headers, methods, refusals, other applications."""

from collections.abc import Iterator

from tests.record.requests import ITEMS, THEN, Ask, Script, documents_and_data


def everything() -> Script:
    """All requests of a record, one after the other."""
    yield from documents_and_data()
    yield from negotiated()
    yield from conditional()
    yield from refused()
    yield from elsewhere()


def negotiated() -> Iterator[Ask]:
    """The same resource by `Accept` and `Accept-Encoding`, and by other methods."""
    for accept in (
        "text/html", "application/json", "application/geo+json", "text/csv", "*/*", "image/png",
        "text/html;q=0.5, application/json;q=0.9", "application/xhtml+xml,text/html", "garbage;;q=",
        "application/vnd.ogc.fg+json", "application/geopackage+sqlite3;q=0.2, text/csv;q=0.1",
    ):  # fmt: skip
        yield Ask(f"{ITEMS}?limit=2", {"accept": accept})
        yield Ask("/", {"accept": accept})
    for encoding in (
        "br", "zstd", "gzip", "identity", "*", "gzip;q=0, *;q=0.1", "br;q=0.1, gzip", "*;q=0", "x",
    ):  # fmt: skip
        yield Ask(f"{ITEMS}?limit=100", {"accept-encoding": encoding})
        yield Ask(f"{ITEMS}?f=csv", {"accept-encoding": encoding})
        yield Ask("/tiles/control/5/18/11", {"accept-encoding": encoding})
        yield Ask("/", {"accept-encoding": encoding})
    for method in ("HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"):
        for path in ("/", ITEMS, "/livez", "/tiles/control/5/18/11", "/rasters/slope.tif", "/nope"):
            yield Ask(path, method=method)
    wanted = {"origin": "https://example.org", "access-control-request-method": "GET"}
    yield Ask("/reserves", wanted, "OPTIONS")
    yield Ask("/", {"origin": "https://example.org"})
    for host in ("evil.example/x?y=", "other.test:8443", ""):
        yield Ask("/collections", {"host": host})


def conditional() -> Script:
    """What is held already is not sent again, what is another is."""
    for target in (
        "/", "/collections", f"{ITEMS}?limit=3", f"{ITEMS}?datetime={THEN}&release={{release}}",
        f"{ITEMS}/dobra_li", f"/reserves?date={THEN}", "/tiles/control/5/18/11",
        f"/tiles/control/5/18/11?datetime={THEN}", "/tiles/deposits.pmtiles", "/rasters/slope.tif",
        "/rasters/slope/tiles/5/18/11.png", "/styles/lodeline", "/map", "/releases",
        "/releases/{release}/files/deposits.parquet", f"{ITEMS}?f=csv",
    ):  # fmt: skip
        tag = (yield Ask(target)).headers["etag"]
        yield Ask(target, {"if-none-match": tag}, named=f"{target} held")
        yield Ask(target, {"if-none-match": f'W/"x", W/{tag}'}, named=f"{target} held among others")
        yield Ask(target, {"if-none-match": '"other"'}, named=f"{target} another held")
        yield Ask(target, {"if-none-match": "*"}, named=f"{target} anything held")


def refused() -> Iterator[Ask]:
    """What is refused, as data and as a page."""
    for target in (
        "/nope", "/collections/nope", "/collections/nope/items", f"{ITEMS}/nope", f"{ITEMS}/",
        "/deposits/nope/timeline", "/territories/nope", "/articles/2024-01-01", "/releases/nope",
        "/rasters/nope", "/rasters/slope/tiles/99/0/0.png", "/rasters/slope/tiles/5/1/x.png",
        "/tiles/nope/0/0/0", "/tiles/control/11/0/0", "/tiles/control/5/0/0",
        "/tiles/control/x/0/0",
        "/tileMatrixSets/nope", "/styles/nope", "/fonts/Nope/0-255.pbf", "/static/nope.css",
        "/fonts/Lodeline%20Bold/7-9.pbf", "/collections/control/tiles/Nope/0/0/0", "//x/", "/Map",
        f"{ITEMS}?limit=0", f"{ITEMS}?limit=x", f"{ITEMS}?bogus=1", f"{ITEMS}?f=doc", "/?f=csv",
        f"{ITEMS}?bbox=1,2,3", f"{ITEMS}?bbox=200,0,210,1", f"{ITEMS}?bbox=a,b,c,d",
        f"{ITEMS}?bbox-crs=EPSG:9999&bbox=1,2,3,4", f"{ITEMS}?crs=EPSG:2154", f"{ITEMS}?crs=",
        f"{ITEMS}?datetime=yesterday", f"{ITEMS}?datetime=2025-02-30", f"{ITEMS}?datetime=/",
        f"{ITEMS}?filter=name_en", f"{ITEMS}?filter=nmae%20=%201", f"{ITEMS}?filter=((",
        f"{ITEMS}?filter-lang=sql&filter=true", f"{ITEMS}?sortby=geometry", f"{ITEMS}?sortby=nope",
        f"{ITEMS}?properties=nope", f"{ITEMS}?source=nobody", f"{ITEMS}?control_share=x",
        f"{ITEMS}?cursor=1", f"{ITEMS}?cursor=r9999-00000000.1.000000000000",
        f"{ITEMS}?limit=1&limit=2",
        f"{ITEMS}?release=r9999-00000000", f"{ITEMS}?skipGeometry=yes",
        f"{ITEMS}?name_en={'a' * 4001}",
        "/reserves?commodity=unobtainium", "/reserves?date=25.02.2025",
        "/reserves?territory=atlantis",
        "/reserves?control=mine", "/reserves?include=some", "/reserves?source=nobody",
        "/reserves/series?step=hour", "/reserves/series?from=2026-01-01&to=2025-01-01",
        "/reserves/series?from=1990-01-01&step=day", "/changes?from=2026-01-01&to=2025-01-01",
        "/control/at", "/control/at?lon=200&lat=0", "/releases/diff", "/releases/diff?from=a&to=b",
        "/tiles/control/5/18/11?filter=((", "/tiles/basemap/5/18/11?datetime=2025-02-25",
        "/tiles/WebMercatorQuad/5/11/18?collections=nope", "/rasters/slope/point?lon=x&lat=1",
        "/rasters/slope/tiles/5/18/11.png?colormap=viridis", "/rasters/slope/statistics",
        f"/rasters/slope/statistics?territory=occupied&date={'9' * 10}", "/styles/lodeline?lang=de",
        "/collections/settlements/items?datetime=2025-01-01/2024-01-01",
        "/collections/settlements/items/10144522.1991-08-24?datetime=2026-01-01",
    ):  # fmt: skip
        yield Ask(target)
    for target in ("/nope", f"{ITEMS}?limit=0", "/reserves?date=x", "/tiles/nope/0/0/0"):
        yield Ask(target, {"accept": "text/html"})


def elsewhere() -> Iterator[Ask]:
    """An application under a public address, and one that has no release yet."""
    for path in ("/", "/collections", f"{ITEMS}?limit=1", f"/reserves?date={THEN}", "/api", "/map",
                 "/styles/lodeline", "/map/lodeline.qgs", "/changes.atom", "/?f=html",
                 "/tiles/control.json", "/rasters/slope"):  # fmt: skip
        yield Ask(path, app="public")
    for path in ("/", "/livez", "/readyz", "/collections", "/map", "/static/lodeline.css",
                 "/tiles/control/0/0/0", "/nope"):  # fmt: skip
        yield Ask(path, app="empty")
