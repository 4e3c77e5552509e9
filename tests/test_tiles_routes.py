"""Tiles of a layer over HTTP: what is selected, which bytes, for how long, what is refused."""

import gzip
from typing import Any

import brotli
import jsonschema
import pytest
import zstandard
from served import Client, client_of, copied, local
from tile_checks import DNIPRO, GRID, LAYERS, MLT, MVT, decoded, ogc_path, path_of

from geodata.workspace import Workspace

TILE = path_of("control", DNIPRO)
IMMUTABLE = "public, max-age=31536000, immutable"
TILEJSON = {
    "type": "object",
    "required": ["tilejson", "tiles", "vector_layers"],
    "properties": {
        "tilejson": {"const": "3.0.0"},
        "tiles": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "string",
                "format": "uri-template",
                "pattern": r"^https?://[^{]+\{z\}/\{x\}/\{y\}",
            },
        },
        "vector_layers": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "fields"],
                "properties": {
                    "id": {"type": "string", "minLength": 1},
                    "fields": {"type": "object", "additionalProperties": {"type": "string"}},
                    "description": {"type": "string"},
                    "minzoom": {"type": "integer", "minimum": 0, "maximum": 30},
                    "maxzoom": {"type": "integer", "minimum": 0, "maximum": 30},
                },
            },
        },
        "bounds": {
            "type": "array",
            "minItems": 4,
            "maxItems": 4,
            "items": {"type": "number", "minimum": -180, "maximum": 180},
        },
        "center": {"type": "array", "minItems": 3, "maxItems": 3, "items": {"type": "number"}},
        "minzoom": {"type": "integer", "minimum": 0, "maximum": 30},
        "maxzoom": {"type": "integer", "minimum": 0, "maximum": 30},
        "attribution": {"type": "string", "minLength": 1},
        "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        "scheme": {"const": "xyz"},
    },
}
"""TileJSON 3.0.0, the parts of its text that a map client goes by."""


def rows(client: Client, words: str, layer: str = "control") -> list[dict[str, Any]]:
    answer = client.get(f"{path_of(layer, DNIPRO)}?{words}")
    return [] if answer.status == 204 else decoded(answer)[layer]


# What is selected


def test_a_filter_selects_rows(client: Client) -> None:
    everything = decoded(client.get(TILE))["control"]
    found = rows(client, "filter=status%3D'contested'")
    expected = [row["id"] for row in everything if row["status"] == "contested"]
    assert sorted(row["id"] for row in found) == sorted(expected)
    assert 0 < len(found) < len(everything)
    assert rows(client, "status=contested") == found
    asked = '{"op":"=","args":[{"property":"status"},"contested"]}'
    assert rows(client, f"filter-lang=cql2-json&filter={asked}") == found


def test_deposits_carry_the_control_of_the_day_asked(client: Client) -> None:
    words = "datetime=2025-02-25&source=settlements"
    found = {row["id"]: row for row in rows(client, words, "deposits")}
    items = client.json(f"/collections/deposits/items?{words}&limit=1000")
    told = {f["id"]: f["properties"] for f in items["features"]}
    assert len(found) > 10
    for name, row in found.items():
        assert row["control"] == told[name]["control"]
        assert row.get("control_share") == told[name]["control_share"]
    assert "control" not in decoded(client.get(path_of("deposits", DNIPRO)))["deposits"][0]


def test_properties_narrow_a_tile(client: Client) -> None:
    found = rows(client, "properties=status")
    assert found
    assert all(set(row) <= {"id", "status", "omitted"} for row in found)
    assert {"id", "status"} <= set(found[0])


@pytest.mark.parametrize(
    ("words", "parameter"),
    [
        ("properties=nothing", "properties"),
        ("properties=" + ",".join(["x"] * 800), "properties"),
        ("filter=nothing%3D1", "filter"),
        ("filter=status%3D", "filter"),
        ("filter-lang=sql&filter=1", "filter-lang"),
        ("datetime=yesterday", "datetime"),
        ("bbox=1,2,3,4", "bbox"),
        ("limit=10", "limit"),
        ("sortby=id", "sortby"),
        ("expression=__import__('os')", "expression"),
        ("f=png", "f"),
        ("f=html", "f"),
        ("f=mvt&f=mlt", "f"),
    ],
)
@pytest.mark.parametrize("target", [TILE, ogc_path(f"/collections/control{GRID}", DNIPRO)])
def test_a_wrong_word_is_refused(client: Client, target: str, words: str, parameter: str) -> None:
    answer = client.get(f"{target}?{words}")
    assert answer.status == 400
    assert answer.problem()["parameter"] == parameter


def test_an_unknown_source_is_refused(client: Client) -> None:
    answer = client.get(f"{TILE}?source=nobody&datetime=2025-02-25")
    assert answer.problem()["status"] in {400, 404}


def test_the_base_map_has_nothing_to_select(client: Client) -> None:
    assert client.get(f"{path_of('basemap', DNIPRO)}?datetime=2025-02-25").status == 400
    assert set(decoded(client.get(path_of("basemap", DNIPRO)))) >= {"land", "places"}


# Which bytes


@pytest.mark.parametrize("suffix", ["", ".mvt", ".pbf"])
@pytest.mark.parametrize("accept", ["", "*/*", MVT, "text/html,*/*;q=0.8", "image/*", "nonsense",
                                    f"{MLT};q=0.1,{MVT}"])  # fmt: skip
def test_a_tile_is_mvt_unless_asked_otherwise(client: Client, suffix: str, accept: str) -> None:
    answer = client.get(path_of("control", DNIPRO, suffix), accept=accept)
    assert answer.headers["content-type"] == MVT
    assert decoded(answer) == decoded(client.get(TILE))


@pytest.mark.parametrize(("target", "accept"), [(f"{TILE}.mlt", ""), (f"{TILE}?f=mlt", ""),
                                                (TILE, MLT)])  # fmt: skip
def test_a_maplibre_tile_is_given_on_an_explicit_word(
    client: Client, target: str, accept: str
) -> None:
    answer = client.get(target, accept=accept)
    assert (answer.status, answer.headers["content-type"]) == (200, MLT)
    assert answer.body == client.get(f"{TILE}.mlt").body != client.get(TILE).body
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("suffix", [".mlt?f=mvt", ".mvt?f=mlt", ".pbf?f=mlt"])
def test_a_suffix_and_a_word_must_agree(client: Client, suffix: str) -> None:
    assert client.get(TILE + suffix).problem()["parameter"] == "f"


@pytest.mark.parametrize("target", [TILE, f"{TILE}.mlt", f"{TILE}?status=occupied",
                                    ogc_path(GRID, DNIPRO)])  # fmt: skip
def test_a_tile_leaves_in_gzip_where_the_client_takes_it(client: Client, target: str) -> None:
    plain = client.get(target)
    for accepted in ("gzip", "gzip, deflate, br, zstd", "br, gzip", "*"):
        packed = client.get(target, accept_encoding=accepted)
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["content-length"] == str(len(packed.body))
        assert gzip.decompress(packed.body) == plain.body
        assert packed.headers["etag"] != plain.headers["etag"]
    for accepted in ("", "identity", "br;q=0", "gzip;q=0", "deflate"):
        again = client.get(target, accept_encoding=accepted)
        assert "content-encoding" not in again.headers
        assert again.body == plain.body


@pytest.mark.parametrize("target", [TILE, f"{TILE}.mlt", f"{TILE}?status=occupied",
                                    ogc_path(GRID, DNIPRO)])  # fmt: skip
def test_a_tile_leaves_in_what_else_the_client_takes(client: Client, target: str) -> None:
    plain = client.get(target)
    wanted = {"br": "br", "zstd": "zstd", "br;q=1.0, gzip;q=0.1": "br", "zstd, gzip;q=0": "zstd"}
    unpack = {"br": brotli.decompress, "zstd": zstd_body}
    tags = {plain.headers["etag"]}
    for accepted, encoding in 2 * [*wanted.items()]:  # the second time as it is kept
        packed = client.get(target, accept_encoding=accepted)
        assert packed.headers["content-encoding"] == encoding
        assert unpack[encoding](packed.body) == plain.body
        tags.add(packed.headers["etag"])
    assert len(tags) == 3, "each encoding has a tag of its own"


def zstd_body(packed: bytes) -> bytes:
    """Bytes that were written as a stream, whose size is not in their head."""
    return zstandard.ZstdDecompressor().decompressobj().decompress(packed)


def test_what_is_built_is_sent_as_it_lies_in_the_archive(client: Client, store: Any) -> None:
    z, x, y = DNIPRO
    for name in LAYERS:
        answer = client.get(path_of(name, DNIPRO), accept_encoding="gzip")
        assert answer.body == store.tilesets.tile(name, z, x, y)


# How long it holds


def test_a_tile_that_names_its_release_holds_for_ever(client: Client) -> None:
    release = client.get(TILE).headers["lodeline-release"]
    pinned = client.get(f"{TILE}?release={release}")
    assert pinned.headers["cache-control"] == IMMUTABLE
    assert pinned.body == client.get(TILE).body
    assert "max-age=60," in client.get(TILE).headers["cache-control"]
    day = f"{path_of('deposits', DNIPRO)}?release={release}"
    assert client.get(f"{day}&datetime=2025-02-25").headers["cache-control"] == IMMUTABLE
    assert "max-age=60," in client.get(f"{day}&commodity=lithium").headers["cache-control"]


def test_a_tile_of_an_older_release_is_what_it_was(two_releases: Workspace, tmp_path: Any) -> None:
    first, second = two_releases.release_ids()
    mine = copied(two_releases, tmp_path / "ws")
    client = client_of(mine)
    tile = path_of("deposits", (0, 0, 0))
    assert client.get(tile).headers["lodeline-release"] == first
    other = client.get(f"{tile}?release={second}")
    assert other.headers["lodeline-release"] == second
    assert other.headers["cache-control"] == IMMUTABLE
    assert other.body != client.get(tile).body
    assert client.get(f"{tile}?release=r9999-00000000").problem()["status"] == 404


@pytest.mark.parametrize("target", [TILE, f"{TILE}?status=occupied", f"{TILE}.mlt",
                                    ogc_path(GRID, DNIPRO), f"{TILE}.pbf"])  # fmt: skip
def test_a_tile_held_is_not_sent_again(client: Client, target: str) -> None:
    first = client.get(target)
    for held in (first.headers["etag"], f'"x", W/{first.headers["etag"]}'):
        again = client.get(target, if_none_match=held)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["access-control-allow-origin"] == "*"
    assert client.get(target, if_none_match='"x"').status == 200


def test_the_etag_of_a_built_tile_does_not_follow_the_host(client: Client) -> None:
    assert client.get(TILE, host="a.example").headers == client.get(TILE).headers


def test_a_page_of_another_site_may_read_a_tile(client: Client) -> None:
    for target in (TILE, "/tiles/control/99/0/0", path_of("control", DNIPRO, ".mlt")):
        answer = client.get(target, origin="https://map.example")
        assert answer.headers["access-control-allow-origin"] == "*"
    asked = client.ask("OPTIONS", TILE, {"Origin": "https://map.example"})
    assert "Range" in asked.headers["access-control-allow-headers"]


# TileJSON


@pytest.mark.parametrize("layer", LAYERS)
def test_tilejson_is_what_map_clients_read(client: Client, layer: str) -> None:
    document = client.json(f"/tiles/{layer}.json")
    jsonschema.validate(document, TILEJSON)
    west, south, east, north = document["bounds"]
    lon, lat, zoom = document["center"]
    assert west <= lon <= east
    assert south <= lat <= north
    assert document["minzoom"] <= zoom <= document["maxzoom"]
    (template,) = document["tiles"]
    assert template.endswith(f"?release={document['release']}")
    tile = client.get(at(template, DNIPRO))
    assert tile.headers["cache-control"] == IMMUTABLE
    named = {k["id"]: set(k["fields"]) for k in document["vector_layers"]}
    for name, found in decoded(tile).items():
        assert set().union(*found) <= named[name]


def test_tilejson_takes_over_what_was_selected(client: Client) -> None:
    words = "datetime=2025-02-25&source=settlements&filter=status%3D'occupied'&properties=status"
    document = client.json(f"/tiles/control.json?{words}")
    (template,) = document["tiles"]
    found = decoded(client.get(at(template, DNIPRO)))["control"]
    assert found == rows(client, words)
    assert set(document["vector_layers"][0]["fields"]) <= {"id", "status", "omitted"}
    assert client.get("/tiles/control.json?filter=x%3D1").status == 400
    fields = client.json("/tiles/deposits.json?datetime=2025-02-25")["vector_layers"][0]["fields"]
    records = {"roles", "linked_records", "uris"}  # of their own, which tiles do not hold
    assert set(rows(client, "datetime=2025-02-25", "deposits")[0]) - records <= set(fields)


def test_the_makers_are_named_with_their_licences(client: Client) -> None:
    attribution = client.json("/tiles/control.json")["attribution"]
    assert "GeoNames" in attribution
    assert "CC BY 4.0" in attribution
    assert "Natural Earth" in client.json("/tiles/basemap.json")["attribution"]


def at(template: str, tile: tuple[int, int, int]) -> str:
    for name, value in zip("zxy", tile, strict=True):
        template = template.replace(f"{{{name}}}", str(value))
    return local(template)


# The archive
