"""Whose word counts for the base of links: the setting, trusted proxies, else the Host header?"""

from collections.abc import Mapping
from itertools import product

import pytest
from served import HOST, THEN, Answer, Client, client_of
from test_errors import answered_target

from geodata.errors import InvalidInput
from geodata.workspace import Workspace
from service.http.proxy import READ, _elements, forwarded_base
from service.routes import ROUTES
from service.settings import Settings

TRUSTED = Settings(trusted_proxies="127.0.0.1, 10.0.0.0/8, fd00::/8").trusted_proxies  # type: ignore[arg-type]
PLAIN = {"x-forwarded-proto": "https", "x-forwarded-host": "maps.example:8443",
         "x-forwarded-prefix": "/geo"}  # fmt: skip
STANDARD = {"forwarded": 'for=192.0.2.1;host="maps.example:8443";proto=https',
            "x-forwarded-prefix": "/geo"}  # fmt: skip
OUTSIDE = "https://maps.example:8443/geo"


def base(headers: Mapping[str, str], peer: str = "127.0.0.1") -> str:
    """The base of links, for a request of a peer; its own is http://inner:8000."""
    given = {"host": "inner:8000", **headers}
    raw = [(name.encode(), text.encode("latin-1")) for name, text in given.items()]
    scope = {"type": "http", "scheme": "http", "headers": raw, "client": (peer, 5000)}
    return forwarded_base(scope, TRUSTED)


@pytest.mark.parametrize("headers", [PLAIN, STANDARD, {**PLAIN, **STANDARD}])
@pytest.mark.parametrize("peer", ["127.0.0.1", "10.9.8.7", "::ffff:10.1.1.1", "fd00::7"])
def test_a_trusted_proxy_is_believed(headers: dict[str, str], peer: str) -> None:
    assert base(headers, peer) == OUTSIDE


@pytest.mark.parametrize("headers", [PLAIN, STANDARD, {**PLAIN, "forwarded": "host=evil.example"}])
@pytest.mark.parametrize("peer", ["127.0.0.2", "11.0.0.1", "::1", "unix", "", "fe00::1"])
def test_nobody_else_is(headers: dict[str, str], peer: str) -> None:
    assert base(headers, peer) == "http://inner:8000"


@pytest.mark.parametrize(
    "host",
    ["evil.example/x", "a b", '"><script>', "evil.example\\x", "user@evil.example", "a%0d%0ab",
     "evil.example?", "[::1", "x" * 300, "evil.example:port", "ex\xe4mple", "a_b:80#"],
)  # fmt: skip
def test_what_can_be_no_host_is_passed_over(host: str) -> None:
    assert base({**PLAIN, "x-forwarded-host": host}) == "https://inner:8000/geo"
    quoted = host.replace("\\", "\\\\").replace('"', '\\"')
    standard = {"forwarded": f'for=192.0.2.1;proto=https;host="{quoted}"'}
    assert base(standard) == "https://inner:8000"


@pytest.mark.parametrize(
    "prefix",
    ["//evil.example", "geo", "/geo/../x", "/geo/%2e%2e/x", "/a%2fb", "/a%5cb", "/a b", "/a?b",
     "/a#b", '/"><script>', "/a%0d%0aSet-Cookie:x", "/%00", "/\\evil", "https://evil.example",
     "/a//b", "/" + "x" * 3000],
)  # fmt: skip
def test_what_can_be_no_path_is_passed_over(prefix: str) -> None:
    assert base({**PLAIN, "x-forwarded-prefix": prefix}) == "https://maps.example:8443"


@pytest.mark.parametrize(
    ("prefix", "path"),
    [("/geo", "/geo"), ("/geo/", "/geo"), ("/", ""), ("", ""), ("/a/b-c/~d.e", "/a/b-c/~d.e"),
     ("/de%20eper", "/de%20eper"), ("/%D1%82%D1%83", "/%D1%82%D1%83")],
)  # fmt: skip
def test_a_plain_path_counts(prefix: str, path: str) -> None:
    assert base({**PLAIN, "x-forwarded-prefix": prefix}) == f"https://maps.example:8443{path}"


@pytest.mark.parametrize("proto", ["javascript", "ftp", "https:", "https\t", "wss", "", "HTTPS x"])
def test_what_is_no_scheme_is_passed_over(proto: str) -> None:
    told = base({**PLAIN, "x-forwarded-proto": proto}).partition("://")[0]
    assert told == ("https" if proto == "https\t" else "http")


def test_of_a_list_the_last_is_the_proxys_and_the_rest_the_clients() -> None:
    chain = {
        "x-forwarded-proto": "http, https",
        "x-forwarded-host": "evil.example, maps.example",
        "x-forwarded-prefix": "/evil, /geo",
        "x-forwarded-for": "10.0.0.1, 192.0.2.1",
    }
    assert base(chain) == "https://maps.example/geo"


def test_further_left_is_believed_as_far_as_proxies_are() -> None:
    chain = {"x-forwarded-for": "10.9.9.9, 192.0.2.1, 10.0.0.1:4000",
             "x-forwarded-proto": "ftp, https, http",
             "x-forwarded-host": "evil.example, maps.example, inner-2",
             "x-forwarded-prefix": "/evil, /outer, /geo"}  # fmt: skip
    assert base(chain) == "https://maps.example/outer/geo"
    standard = (
        "for=10.9.9.9;host=evil.example;proto=ftp, for=192.0.2.1;host=maps.example;proto=https,"
        'for="[fd00::1]:4711";host=inner-2;proto=http'
    )
    assert base({"forwarded": standard}) == "https://maps.example"


def test_one_value_written_over_by_the_outer_proxy_counts_for_all() -> None:
    chain = {**PLAIN, "x-forwarded-for": "192.0.2.1, 10.0.0.1"}
    assert base(chain) == OUTSIDE


@pytest.mark.parametrize(
    "text",
    ['host="evil.example', "host=evil.example junk", "=x", "host = x", ";;=", 'a="b"c=d',
     "host=a;" * 2000, "\x00"],
)  # fmt: skip
def test_a_malformed_forwarded_tells_nothing(text: str) -> None:
    assert base({"forwarded": text}) == "http://inner:8000"


def test_forwarded_is_read_as_its_rfc_has_it() -> None:
    text = 'For="[2001:db8:cafe::17]:4711" ; PROTO=https;by=_x, for=_hidden;ext="a,b;\\"c";host=h'
    assert _elements(text) == [
        {"for": "[2001:db8:cafe::17]:4711", "proto": "https", "by": "_x"},
        {"for": "_hidden", "ext": 'a,b;"c', "host": "h"},
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [("x-forwarded-host", "other.example"), ("x-forwarded-proto", "http")],
)
def test_headers_that_contradict_each_other_are_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidInput, match="clear the other"):
        base({**PLAIN, **STANDARD, name: text})


# The service


class Outside(Client):
    """A client that asks at OUTSIDE, through a proxy that takes the path off, or leaves it on."""

    def __init__(self, client: Client, headers: Mapping[str, str], prefix: str) -> None:
        super().__init__(client.app)
        self._headers = dict(headers)
        self._prefix = prefix

    def ask(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """One request, as the proxy passes it on."""
        return super().ask(
            method, self._prefix + target, {**self._headers, **(headers or {})}, body
        )


@pytest.fixture(scope="module")
def told(workspace: Workspace) -> Client:
    """A client of a service that is told its address."""
    return client_of(workspace, public_url=OUTSIDE)


@pytest.fixture(scope="module")
def trusting(workspace: Workspace) -> Client:
    """A client of a service that believes proxies on this machine."""
    return client_of(workspace, trusted_proxies="loopback")


@pytest.fixture(scope="module")
def ways(told: Client, trusting: Client) -> list[Client]:
    """All ways to say where it stands, and to pass the path on."""
    evil = {"x-forwarded-host": "evil.example", "forwarded": "host=other.example"}
    told_of: list[tuple[Client, Mapping[str, str]]] = [(told, evil)]
    told_of += [(trusting, headers) for headers in (PLAIN, STANDARD)]
    return [Outside(*way, prefix) for way, prefix in product(told_of, ("", "/geo"))]


@pytest.mark.parametrize("path", [route.path for route in ROUTES])
def test_every_answer_is_the_same_however_its_base_is_known(
    told: Client, ways: list[Client], workspace: Workspace, path: str
) -> None:
    target = answered_target(path, workspace)
    for accept in ("*/*", "text/html"):
        expected = told.get(target, accept=accept)
        assert expected.status == 200
        for way in ways:
            answer = way.get(target, accept=accept)
            assert (answer.status, answer.body) == (200, expected.body)
            assert answer.headers["etag"] == expected.headers["etag"]
            assert answer.headers.get("link") == expected.headers.get("link")
            assert b"evil.example" not in answer.body


@pytest.mark.parametrize("target", ["/nope", "/reserves?bogus=1", "/static/nope"])
def test_every_error_names_the_path_as_its_reader_has_it(ways: list[Client], target: str) -> None:
    for way in ways:
        answer = way.get(target)
        assert answer.problem()["instance"] == f"/geo{target.partition('?')[0]}"
        page = way.get(target, accept="text/html").text
        assert 'href="/geo/collections"' in page
        assert "/geo/geo/" not in page


def test_the_service_is_there_without_a_slash_behind_its_path(ways: list[Client]) -> None:
    for way in ways[1::2]:
        assert way.get("").body == way.get("/").body
        assert way.get("/livez").status == 200
        assert way.get("/static/lodeline.css").status == 200


@pytest.mark.parametrize("target", ["/geology", "/geo-x/map", "/ge", "/GEO/map"])
def test_a_path_that_only_begins_alike_is_not_taken_off(told: Client, target: str) -> None:
    assert told.get(target).status == 404


@pytest.mark.parametrize("path", ["map", "tiles", "collections", "static", "livez"])
def test_under_one_of_its_own_paths_it_leaves_every_path_as_it_is(
    workspace: Workspace, path: str
) -> None:
    client = client_of(workspace, public_url=f"https://maps.example/{path}")
    assert client.json("/collections")["links"][0]["href"].endswith(f"/{path}/collections")
    assert client.get("/map").status == 200
    assert client.get("/tiles/control/5/18/11").status == 200


def test_an_escaped_path_is_taken_off_as_it_is_written(workspace: Workspace) -> None:
    client = client_of(workspace, public_url="https://maps.example/%D1%82%D1%83/de%20eper")
    wanted = client.get("/collections").body
    assert client.get("/%D1%82%D1%83/de%20eper/collections").body == wanted


def test_untrusted_headers_change_no_answer_and_no_answer_kept(client: Client) -> None:
    for target in (f"/reserves?date={THEN}", "/collections", "/map", "/changes.atom"):
        evil = client.get(target, **{**PLAIN, **STANDARD})
        usual = client.get(target)
        assert (evil.status, evil.body, evil.headers) == (200, usual.body, usual.headers)
        assert b"maps.example" not in usual.body
        assert HOST.encode() in usual.body or target == "/map"


def test_an_answer_kept_for_one_base_is_never_given_for_another(trusting: Client) -> None:
    target = f"/reserves?date={THEN}"
    tags = set()
    for host, prefix in product(("a.example", "b.example", "a.example"), ("", "/x", "/y")):
        told = {"x-forwarded-host": host, "x-forwarded-prefix": prefix}
        answer = trusting.get(target, **told)
        assert f"//{host}{prefix}/" in answer.text
        assert answer.headers["vary"] == READ or READ in answer.headers["vary"]
        again = trusting.get(target, **{**told, "if-none-match": answer.headers["etag"]})
        assert again.status == 304
        tags.add(answer.headers["etag"])
    assert len(tags) == 6


def test_a_contradiction_is_an_answer_nobody_keeps(trusting: Client) -> None:
    answer = trusting.get("/collections", **{**PLAIN, "forwarded": "host=evil.example"})
    assert answer.status == 400
    assert "LODELINE_PUBLIC_URL" in answer.problem()["detail"]
    assert "evil" not in answer.text
    assert trusting.get("/readyz", **{**PLAIN, "forwarded": "host=evil.example"}).status == 200


@pytest.mark.parametrize("host", ["[ff]", "[:::]", "[1.2]", "[.:]", "[::ffff:1.2.3.4.5]", "[]"])
def test_a_bracket_that_holds_no_address_is_no_host(client: Client, host: str) -> None:
    for path in ("/nosuch", "/map", "/embed", "/reserves?f=html", "/map/"):
        answer = client.get(path, host=host)
        assert answer.status in {200, 307, 404}
        assert host not in answer.text
    assert (
        client.get("/collections", host="[::1]:8000")
        .json()["links"][0]["href"]
        .startswith("http://[::1]:8000/")
    )
