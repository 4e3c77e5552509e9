"""Archives of tiles in ranges, and what is no tile, no layer and no format over HTTP."""

from typing import Any

import mapbox_vector_tile
import pytest
from served import Answer, Client
from tile_checks import DNIPRO, LAYERS, path_of

TILE = path_of("control", DNIPRO)


def test_the_archive_comes_whole_or_in_ranges(client: Client, store: Any) -> None:
    content = store.tilesets.archive("control").read_bytes()
    whole = client.get("/tiles/control.pmtiles")
    assert whole.body == content
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["content-type"] == "application/vnd.pmtiles"
    part = client.get("/tiles/control.pmtiles", range="bytes=0-126")
    assert (part.status, part.body) == (206, content[:127])
    assert part.headers["content-range"] == f"bytes 0-126/{len(content)}"
    assert part.headers["etag"] == whole.headers["etag"]
    assert client.get("/tiles/control.pmtiles", range="bytes=-10").body == content[-10:]


def test_a_range_beyond_the_end_is_416(client: Client) -> None:
    answer = client.get("/tiles/control.pmtiles", range="bytes=999999999-")
    assert answer.status == 416
    assert answer.headers["content-range"].startswith("bytes */")
    assert answer.problem()["kind"] == "range"


def test_a_range_of_another_version_gives_the_whole(client: Client) -> None:
    target, tag = "/tiles/control.pmtiles", client.get("/tiles/control.pmtiles").headers["etag"]
    assert client.get(target, range="bytes=0-9", if_range=tag).status == 206
    assert client.get(target, range="bytes=0-9", if_range='"x"').status == 200
    assert client.get(target, range="bytes=0-9", if_none_match=tag).status == 304


def test_head_tells_the_size_of_the_archive(client: Client) -> None:
    head = client.ask("HEAD", "/tiles/control.pmtiles")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) == len(client.get("/tiles/control.pmtiles").body)


@pytest.mark.parametrize("ranges", [",".join(["0-0,1-1"] * 5000), ",".join(["0-"] * 10000),
                                    ",".join(f"{n}-{n}" for n in range(0, 20000, 2))])  # fmt: skip
def test_a_flood_of_ranges_gives_no_more_than_the_archive(client: Client, ranges: str) -> None:
    whole = client.get("/tiles/control.pmtiles")
    answer = client.get("/tiles/control.pmtiles", range=f"bytes={ranges}")
    assert answer.status in {200, 206, 400, 416}
    assert len(answer.body) <= len(whole.body)


# What is refused


@pytest.mark.parametrize("number", ["abc", "-1", "1.5", "99", "1e3", "9223372036854775808", "NaN",
                                    "%00", "%2e%2e", "\uff11", "+1", "05", "5%20", "0x5",
                                    "9" * 5000, "..%2f..%2fetc", "%252e%252e", ""])  # fmt: skip
@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_is_no_tile_is_refused(client: Client, number: str, place: int) -> None:
    words = [str(n) for n in DNIPRO]
    words[place] = number
    for suffix in ("", ".mvt", ".mlt"):
        answer = client.get(f"/tiles/control/{'/'.join(words)}{suffix}")
        assert answer.problem()["status"] in {400, 404}


@pytest.mark.parametrize("layer", ["nowhere", "WebMercatorQuad", "..", "%2e%2e", "..%5c..%5cetc",
                                   "....%2f%2f", "%00", "%2fetc%2fpasswd", "vsicurl", "x" * 5000,
                                   "control%00", "%252e%252e%252f", "DERIVED_SUBDATASET:a:b",
                                   "estimates", "manifest", "<svg onload=1>"])  # fmt: skip
@pytest.mark.parametrize("rest", ["/5/18/11", "/5/18/11.mvt", ".json", ".pmtiles"])
def test_what_is_no_layer_is_refused(client: Client, layer: str, rest: str) -> None:
    if layer == "WebMercatorQuad" and rest == "/5/18/11":
        rest = "/5/18/11.mvt"
    assert client.get(f"/tiles/{layer}{rest}").problem()["status"] in {400, 404}


@pytest.mark.parametrize("suffix", [".png", ".mvt.gz", ".mvt.mvt", "@2x.mvt", ".MVT", "/1"])
def test_an_unknown_suffix_is_refused(client: Client, suffix: str) -> None:
    assert client.get(TILE + suffix).problem()["status"] in {400, 404}


def test_a_tile_stays_within_its_budget(client: Client) -> None:
    for name in LAYERS:
        answer: Answer = client.get(path_of(name, (0, 0, 0)))
        assert 0 < len(answer.body) <= 500_000
        assert mapbox_vector_tile.decode(answer.body)
