"""Does the record ask everything there is, and does a comparison say what differs?"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, unquote

import pytest
from served import Answer
from starlette.routing import compile_path

from service.http.routing import ReleaseRoute
from service.routes import ROUTES
from tests.record.differences import compared
from tests.record.manners import everything
from tests.record.requests import Ask

NEXT = {"rel": "next", "href": "/collections/deposits/items?cursor=1"}
ANY = Answer(
    200,
    {"etag": '"a"'},
    json.dumps({"features": [{"id": "one"}], "links": [NEXT]}).encode(),
)
"""An answer that lets every script go on."""


def asked() -> Iterator[Ask]:
    """All requests, without an application."""
    script = everything()
    ask = next(script)
    while True:
        yield ask
        try:
            ask = script.send(ANY)
        except StopIteration:
            return


def forms_asked(route: ReleaseRoute) -> set[str]:
    """The formats in which the record asks a route: by `f`, else the first."""
    path = compile_path(route.path)[0]
    targets = (ask.target.partition("?") for ask in asked() if ask.method == "GET")
    return {
        parse_qs(query).get("f", [route.formats[0]])[0]
        for target, _, query in targets
        if path.match(unquote(target.format(release="r1", older="r0")))
    }


def test_the_record_has_hundreds_of_requests() -> None:
    assert len({ask.name for ask in asked()}) > 800


DESCRIBED = [route for route in ROUTES if route.include_in_schema]


@pytest.mark.parametrize("route", DESCRIBED, ids=lambda route: route.name)
def test_every_route_is_recorded_in_every_format(route: ReleaseRoute) -> None:
    assert forms_asked(route) >= set(route.formats)


# Comparison


def a_record(folder: Path, release: str, **bodies: tuple[int, Mapping[str, str], bytes]) -> Path:
    """A record of some answers: status, headers and body by name."""
    (folder / "bodies").mkdir(parents=True)
    answers = []
    for name, (status, headers, body) in bodies.items():
        (folder / "bodies" / name).write_bytes(body)
        sha256 = hashlib.sha256(body).hexdigest()
        told = {"status": status, "headers": headers, "sha256": sha256}
        answers.append({"request": name, **told, "body": f"bodies/{name}"})
    (folder / "index.json").write_text(
        json.dumps({"ids": {"release": release}, "answers": answers})
    )
    return folder


def a_zip(year: int, text: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.txt", (year, 1, 1, 0, 0, 0)), text)
    return data.getvalue()


JSON, ZIP = {"content-type": "application/json"}, {"content-type": "application/zip"}


def test_records_that_are_alike_have_no_differences(tmp_path: Path) -> None:
    """Also where the release has another id, and an archive was packed at another time."""
    one = a_record(
        tmp_path / "one", "r1-a", a=(200, {"x": "r1-a"}, b"of r1-a"), b=(200, ZIP, a_zip(2024, "t"))
    )
    other = a_record(
        tmp_path / "other",
        "r1-b",
        a=(200, {"x": "r1-b"}, b"of r1-b"),
        b=(200, ZIP, a_zip(2026, "t")),
    )

    assert list(compared(one, one)) == ["0 of 2 answers differ"]
    assert list(compared(one, other))[-1] == "0 of 2 answers differ"


def test_what_differs_is_told_by_request_and_place(tmp_path: Path) -> None:
    one = a_record(
        tmp_path / "one",
        "r1",
        status=(200, JSON, b"{}"),
        header=(200, {**JSON, "etag": "a"}, b"{}"),
        value=(200, JSON, b'{"a": {"b": [1, 2]}}'),
        order=(200, JSON, b'{"a": 1, "b": 2}'),
        number=(200, JSON, b'{"a": 1}'),
        text=(200, {"content-type": "text/html"}, b"same\nold\n"),
        packed=(200, ZIP, a_zip(2024, "old")),
        gone=(200, JSON, b"{}"),
        spaced=(200, JSON, b'{"a": 1}'),
        data=(200, {"content-type": "image/png"}, b"\x89\xff\x01"),
    )
    other = a_record(
        tmp_path / "other",
        "r1",
        status=(404, JSON, b"{}"),
        header=(200, JSON, b"{}"),
        value=(200, JSON, b'{"a": {"b": [1, 3]}}'),
        order=(200, JSON, b'{"b": 2, "a": 1}'),
        number=(200, JSON, b'{"a": 1.0}'),
        text=(200, {"content-type": "text/html"}, b"same\nnew\n"),
        packed=(200, ZIP, a_zip(2024, "new")),
        spaced=(200, JSON, b'{"a":1}'),
        data=(200, {"content-type": "image/png"}, b"\x89\xff\x02"),
    )

    lines = "\n".join(compared(one, other))

    for told in (
        "status\n  status 200 -> 404",
        "header\n  etag: a -> None",
        "value\n  $.a.b[1]: '2' -> '3'",
        "order\n  $: the order of members",
        "number\n  $.a: '1' -> '1.0'",
        "text\n  -old\n  +new",
        "packed\n  $.a.txt: 'old' -> 'new'",
        "gone\n  only in the first record",
        "data\n  body: 3 -> 3 bytes, which differ from byte 2 on",
        "spaced\n  body: the same, in other bytes",
        "10 of 10 answers differ",
    ):
        assert told in lines
