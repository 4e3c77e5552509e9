"""Does any text a request may bring take more than its length in time, from 1 to 64 kB?

Each way in is asked, within this process, with texts made to be the worst for it. Doubling a text
doubles the work or less; where it takes four times as long the run fails.
"""

import gc
import json
import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import quote

import numpy as np

from service.routes import ROUTES
from tests.benchmarks.lines import Line
from tests.benchmarks.place import Place
from tests.served import Client, client_of, first_release

SIZES = tuple(1024 << n for n in range(7))
MOST = 3.0
"""Between the 2 of linear and the 4 of quadratic growth."""
NOTICEABLE_S = 0.004
"""Processor time below which a request is too short to tell how it grows."""
SHOWN_S = 0.02
TIMES = 3
AGAIN = 3
"""How often a way that seems to grow too fast is measured anew, as others use the machine too."""
ITEMS = "/collections/deposits/items"
STATISTICS = "/rasters/occupation-since/statistics"


def _parts(text: str) -> tuple[str, ...]:
    """Parts written with a bar between them."""
    return tuple(text.split("|"))


TEXT_PARTS = _parts(
    "\\'|'|''|\"|\\\"|\"\"|\\|(|)|((a=1|(a=1) AND |NOT |NOT (|-|=|,|.|1|1.|1e|.1| |a|:|a |a OR "
    "|a AND |a+|a^|f(|POINT(1 |POINT(|1 2,|GEOMETRYCOLLECTION(|BBOX(|INTERVAL(|DATE('|CASEI("
    "|a IN (|a IS NULL |a BETWEEN 1 AND |x LIKE '|('x',|é|\u0327\u0345|\0"
)
"""Repeated as a filter in text: what begins and does not end, what may be read in two ways."""
JSON_PARTS = _parts(r'\"|\|\u0041|[|{"a":|[1,|{"op":"not","args":[|"a",|1|}| ')
JSON_HEADS = ("", '"', '["', '{"op":"')
WHOLE = {
    "or": ("", "name_en = 'z' OR ", "name_en = 'y'"),
    "in": ("name_en IN ('x'", ",'abc'", ")"),
    "a long literal": ("name_en = '", "é''", "'"),
    "accents": ("ACCENTI(name_en) = ACCENTI('", "e\u0301", "')"),
    "like": ("name_en LIKE '", "a_", "'"),
    "points": ("S_INTERSECTS(geometry, MULTIPOINT(1 2", ",3 4", "))"),
    "not": ("", "NOT ", "name_en IS NULL"),
    "sum": ("area_ha = 1", "+1", ""),
}
"""Filters that can be read to their end: the beginning, what is repeated, and the end."""
PARTS = _parts(
    ",|a|1|-|/|.| |;|'|%|+|a,|1,|2024-01-01/|P1|é|..|lithium,|name_en,|-name_en,|=|http://|_"
    "|deposits,|\u0327\u0345|\n|T"
)
PATH_PARTS = _parts("-|1-|a|1|.|/|a.|.pbf|%2F|/versions|@2x|-0-|%0A|..%2F")
ITEM_WORDS = _parts(
    "bbox|datetime|sortby|properties|crs|bbox-crs|filter-crs|limit|cursor|f|release|source|name_en"
    "|skipGeometry|filter-lang"
)
HEADERS = {
    "Accept": ("text/html;q=0.1,", ";q=", ",", "a/b,", " ", "*/*;"),
    "Accept-Encoding": ("gzip;q=0.1,", ",", ";", "q=", " "),
    "If-None-Match": ('"a",', "W/", ",", '"', " "),
    "If-Range": ('"a",', " "),
    "Range": ("bytes=0-1,", "0-1,", "bytes=", "1", "-", " "),
    "Host": ("a.", ":1", "[:", "1"),
    "Content-Type": (";", "a/", " "),
}


@dataclass(frozen=True)
class Way:
    """A way into the service: from a number of bytes to a request."""

    name: str
    made: Callable[[int], tuple[str, bytes]]
    headers: Callable[[int], dict[str, str]] = field(default=lambda _: {})


def run(place: Place) -> Iterator[Line]:
    """A release of the packaged facts; one line for each way in that takes noticeable time."""
    client = client_of(first_release(place.scratch / "growth"))
    ways = [*_filters(), *_words(), *_paths(), *_headers(), *_areas()]
    print(f"{'milliseconds':<58}{''.join(f'{size // 1024:>8} kB' for size in SIZES)}")
    steepest, worst = 0.0, ""
    for way in ways:
        ratio, seconds = min(_measured(client, way), key=lambda pair: pair[0])
        steepest, worst = max((steepest, worst), (ratio, way.name))
        if max(seconds) > SHOWN_S:
            print(f"{way.name:<58}{''.join(f'{s * 1000:>11.2f}' for s in seconds)}", flush=True)
        if ratio >= MOST:
            yield Line(f"{way.name}: growth at a doubling", ratio, "times", MOST, "<")
    yield Line("ways in", len(ways))
    yield Line(f"steepest: {worst}", steepest, "times", MOST, "<")


def _measured(client: Client, way: Way) -> Iterator[tuple[float, list[float]]]:
    """The steepest growth and the seconds it is from, measured until it is small enough."""
    for _ in range(AGAIN):
        seconds = [_seconds(client, way, size) for size in SIZES]
        ratio = _steepest(seconds)
        yield ratio, seconds
        if ratio < MOST:
            return


def _seconds(client: Client, way: Way, size: int) -> float:
    """Least processor time of a few runs, fewer where one takes long."""
    (target, body), headers = way.made(size), way.headers(size)
    least = math.inf
    gc.disable()
    try:
        for _ in range(TIMES):
            began = time.process_time()
            client.ask("POST" if body else "GET", target, headers, body)
            least = min(least, time.process_time() - began)
            if least > 1:
                break
    finally:
        gc.enable()
    return least


def _steepest(seconds: list[float]) -> float:
    """The most the time grew by at a doubling, over any two doublings that end in notice."""
    pairs = zip(seconds[:-2], seconds[2:], strict=True)
    return max((math.sqrt(b / a) for a, b in pairs if b > NOTICEABLE_S), default=0.0)


def _filled(part: str, size: int) -> str:
    return part * max(1, size // len(part.encode()))


def _filters() -> Iterator[Way]:
    def text(head: str, part: str, tail: str, size: int) -> tuple[str, bytes]:
        return f"{ITEMS}?filter={quote(head + _filled(part, size - 64) + tail)}", b""

    def in_json(head: str, part: str, size: int) -> tuple[str, bytes]:
        filled = quote(head + _filled(part, size - 64))
        return f"{ITEMS}?filter-lang=cql2-json&filter={filled}", b""

    for part in TEXT_PARTS:
        for head in ("", "name_en = '", "S_INTERSECTS(geometry, "):
            yield Way(f"filter {head!r}{part!r}…", partial(text, head, part, ""))
    for head in JSON_HEADS:
        for part in JSON_PARTS:
            yield Way(f"JSON filter {head!r}{part!r}…", partial(in_json, head, part))
    for name, (head, part, tail) in WHOLE.items():
        yield Way(f"filter that can be read: {name}", partial(text, head, part, tail))
    for name, ring in (("circle", _circle), ("comb", _comb), ("fan", _fan)):
        yield Way(f"filter within a {name}", partial(_within, ring))


def _within(shape: Callable[[int], list[list[list[float]]]], size: int) -> tuple[str, bytes]:
    rings = shape(size)
    wkt = ",".join(f"({','.join(f'{x:.5f} {y:.5f}' for x, y in ring)})" for ring in rings)
    return f"{ITEMS}?filter={quote(f'S_WITHIN(geometry,POLYGON({wkt}))')}", b""


def _words() -> Iterator[Way]:
    """Every parameter of every path, filled; unknown ones, and many of one."""
    asked = [(ITEMS, name) for name in ITEM_WORDS]
    asked += [("/reserves", name) for name in ("commodity", "date", "territory", "control")]
    asked += [("/tiles", "collections"), ("/control/at", "lon"), ("/changes", "from")]
    asked += [("/rasters/occupation-since/point", "lat"), ("/map/lodeline.qgs", "date")]
    for path, name in asked:
        for part in PARTS:
            yield Way(f"{path}?{name}={part!r}…", partial(_word, path, name, part))
    for part in ("&", "a&", "limit=1&", "=", "%", "%C3", "+", ";"):
        yield Way(
            f"{ITEMS}?{part!r}…", lambda size, part=part: (f"{ITEMS}?{_filled(part, size)}", b"")
        )
    many = "collections=deposits&"
    yield Way(f"/tiles?{many}…", lambda size: (f"/tiles?{_filled(many, size)}", b""))


def _word(path: str, name: str, part: str, size: int) -> tuple[str, bytes]:
    return f"{path}?{name}={quote(_filled(part, size))}", b""


def _paths() -> Iterator[Way]:
    """Every word of every path, filled; the words before it are short."""
    for path in dict.fromkeys(route.path for route in ROUTES):
        for word in re.findall(r"\{[^}]*\}", path):
            head = re.sub(r"\{[^}]*\}", "a", path[: path.index(word)])
            for part in PATH_PARTS:
                yield Way(f"{head}{part!r}…", partial(_path, head, part))


def _path(head: str, part: str, size: int) -> tuple[str, bytes]:
    return head + _filled(part, size), b""


def _headers() -> Iterator[Way]:
    tile, file = "/tiles/deposits/0/0/0", "/rasters/occupation-since.tif"
    for name, parts in HEADERS.items():
        for part in parts:
            for target in (tile, file, "/collections"):
                yield Way(
                    f"{target} {name}: {part!r}…",
                    lambda _, target=target: (target, b""),
                    lambda size, name=name, part=part: {name: _filled(part, size)},
                )


def _areas() -> Iterator[Way]:
    """What is sent as an area: shapes that hold, and documents that do not."""
    head = {"Content-Type": "application/geo+json"}
    for shape in (_circle, _comb, _fan, _frames):
        yield Way(f"area: {shape.__name__.strip('_')}", partial(_sent, shape), lambda _: head)
    for part in (
        '"',
        '\\"',
        "[",
        '{"a":',
        "1",
        "[[1,2],",
        " ",
        '{"type":"Polygon","coordinates":[',
    ):
        yield Way(f"area: {part!r}…", partial(_sent_text, part), lambda _: head)


def _sent_text(part: str, size: int) -> tuple[str, bytes]:
    return STATISTICS, _filled(part, size).encode()


def _sent(shape: Callable[[int], list[list[list[float]]]], size: int) -> tuple[str, bytes]:
    return STATISTICS, json.dumps({"type": "Polygon", "coordinates": shape(size)}).encode()


def _circle(size: int) -> list[list[list[float]]]:
    angles = np.linspace(0, 2 * np.pi, max(8, size // 40))
    ring = np.column_stack([36 + np.cos(angles), 48 + np.sin(angles)])
    return [[*ring[:-1].tolist(), ring[0].tolist()]]


def _comb(size: int) -> list[list[list[float]]]:
    teeth = max(2, size // 60)
    places = [[34 + i / teeth, 48.0 + i % 2] for i in range(2 * teeth)]
    return [[*places, [36, 47], [34, 47], places[0]]]


def _fan(size: int) -> list[list[list[float]]]:
    holes = max(1, size // 100)
    shell = [[30.0, 44.0], [40.0, 44.0], [40.0, 52.0], [30.0, 52.0], [30.0, 44.0]]
    at = [31 + i / holes for i in range(holes)]
    return [shell, *([[32, 45], [x + 0.5 / holes, 51], [x, 51], [32, 45]] for x in at)]


def _frames(size: int) -> list[list[list[float]]]:
    """A spiral: each turn goes around the one before."""
    turns = max(2, size // 160)
    ends = [(i + 1) / turns for i in range(turns)]
    out = [[36 + x * r, 48 + y * r] for r in ends for x, y in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
    back = [
        [36 + (x - 36) * (1 - 0.3 / turns), 48 + (y - 48) * (1 - 0.3 / turns)] for x, y in out[::-1]
    ]
    return [[*out, *back, out[0]]]
