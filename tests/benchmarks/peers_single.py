"""What only Lodeline is asked: whole collections, a filter over all rows, start-up and memory."""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode, urlsplit

from tests.benchmarks.lines import Line
from tests.benchmarks.peers_servers import Server
from tests.benchmarks.peers_watch import get
from tests.benchmarks.place import AbsentError

PAGE = 10_000
PARQUET_MARK = b"PAR1"
FILTERS = 20


def lodeline_lines(server: Server, rows: int) -> Iterator[Line]:
    """Each with its target; what is not there yet is said and left out."""
    yield Line("start-up to /readyz", server.start_s, "s", 6, "<")
    measures = (_geojson_pages, _geojson_sequence, _geoparquet, _filter)
    for measure in measures:
        yield from _unless_absent(measure, server, rows)
    yield Line("resident memory after all this", server.resident_mb, "MB", 900, "<")


def _unless_absent(
    measure: Callable[[Server, int], Line], server: Server, rows: int
) -> Iterator[Line]:
    try:
        yield measure(server, rows)
    except AbsentError as absent:
        print(f"left out: {measure.__doc__} {absent}")


def _geojson_pages(server: Server, rows: int) -> Line:
    """The whole collection as GeoJSON, page after page."""
    path, size, seconds, features = f"{server.items}?limit={PAGE}", 0, 0.0, 0
    while path:
        begun = time.perf_counter()
        body = _body(server, path)
        seconds += time.perf_counter() - begun
        page = json.loads(body)
        size, features = size + len(body), features + len(page["features"])
        path = _next(page)
    _expect(features == rows, f"{features} features of {rows}")
    what = f"GeoJSON of {rows} features in pages of {PAGE}"
    return Line(what, size / seconds / 1e6, "MB/s", 150, ">=")


def _geojson_sequence(server: Server, rows: int) -> Line:
    """The whole collection as one stream of GeoJSON features."""
    path = f"{server.items}?f=geojsonseq"
    _body(server, path)
    begun = time.perf_counter()
    body = _body(server, path)
    seconds = time.perf_counter() - begun
    found = body.count(b'"Feature"')
    _expect(found == rows, f"{found} features of {rows}")
    what = f"GeoJSON of {rows} features as one stream"
    return Line(what, len(body) / seconds / 1e6, "MB/s", 150, ">=")


def _geoparquet(server: Server, rows: int) -> Line:
    """The whole collection as GeoParquet."""
    begun = time.perf_counter()
    body = _body(server, f"{server.items}?f=parquet")
    seconds = time.perf_counter() - begun
    _expect(body[:4] == body[-4:] == PARQUET_MARK, "no Parquet file")
    return Line(f"GeoParquet of {rows} rows", seconds, "s", 3, "<")


def _filter(server: Server, rows: int) -> Line:
    """A CQL2 filter over all rows."""
    took = [_filtered_ms(server, amount) for amount in range(50_000, 50_000 + FILTERS)]
    return Line(f"CQL2 filter over {rows} rows", statistics.median(took), "ms", 30, "<")


def _filtered_ms(server: Server, amount: int) -> float:
    """Never the same filter twice, so that no kept answer serves."""
    words = f"amount > {amount} AND commodity IN ('lithium','titanium') AND name LIKE '%7%'"
    path = f"{server.items}?{urlencode({'filter': words, 'limit': 1})}"
    begun = time.perf_counter()
    body = _body(server, path)
    took = time.perf_counter() - begun
    _expect(json.loads(body)["numberMatched"] > 1, "a filter that matches nothing")
    return 1000 * took


def _body(server: Server, path: str) -> bytes:
    status, body = get(server.port, path)
    _expect(status == http.client.OK, f"{status}: {body[:200].decode(errors='replace')}")
    return body


def _next(page: dict[str, list[dict[str, str]]]) -> str:
    """Path of the next page; empty on the last one."""
    urls = [link["href"] for link in page["links"] if link["rel"] == "next"]
    return urlsplit(urls[0])._replace(scheme="", netloc="").geturl() if urls else ""


def _expect(holds: bool, found: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise AbsentError(f"found {found}")
