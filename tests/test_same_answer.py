"""Is an answer given to those alone who asked for it? ETags and what is kept by them.

Texts joined by `&` or a line end were once a key: `?commodity=titanium%26f%3Dhtml` was answered,
and the next client to ask for `?commodity=titanium&f=html` was given that answer.
"""

import random
from collections.abc import Iterator, Mapping
from itertools import permutations
from urllib.parse import quote

import pytest
from served import THEN, Answer, Client, client_of
from starlette.responses import Response
from test_errors import answered_target

from geodata.workspace import Workspace
from service.http.negotiation import etag
from service.http.response_cache import ResponseCache
from service.params.core import digest
from service.routes import ROUTES

ITEMS = "/collections/deposits/items"
HEADER_MOST = 4096
"""Bytes of a header that every proxy takes."""
PIECES = ("a", "b", "=", "&", ",", "%", "%26", "\n", "\0", '"', "\\", "]", ":", "/", "?", " ", "é",
          "None", "f", "html")  # fmt: skip
Request = tuple[str, str, tuple[tuple[str, str], ...], str, str | None, tuple[str, ...], str, str]


def text_of(dice: random.Random, most: int = 3) -> str:
    return "".join(dice.choices(PIECES, k=dice.randint(0, most)))


def request_of(dice: random.Random) -> Request:
    """Release, path, words by name, format, encoding, state, base and day: all of odd texts."""
    words = {text_of(dice, 2): text_of(dice) for _ in range(dice.randint(0, 3))}
    encoding = dice.choice((None, "None", "gzip", ""))
    state = tuple(text_of(dice, 1) for _ in range(dice.randint(0, 2)))
    return (
        dice.choice(("r1", "r2")), f"/{text_of(dice)}", tuple(sorted(words.items())),
        dice.choice(("json", "html", "json gzip")), encoding, state, text_of(dice, 2),
        text_of(dice, 1),
    )  # fmt: skip


def moved(request: Request, dice: random.Random) -> Request:
    """The same texts cut elsewhere: one word with another inside it, or a path with a word."""
    release, path, words, *rest = request
    joined = dice.choice(("&", "\n", ",", "\0", '","')).join(f"{n}={v}" for n, v in words)
    name, _, text = joined.partition("=")
    if dice.random() < 0.3:
        return (release, f"{path}\n{joined}", (), *rest)  # type: ignore[return-value]
    return (release, path, ((name, text),), *rest)  # type: ignore[return-value]


def tag_of(request: Request) -> str:
    release, path, words, *around = request
    return etag(release, path, dict(words), *around)


def test_no_two_requests_share_a_tag() -> None:
    dice = random.Random(20250225)
    of_tag: dict[str, Request] = {}
    for _ in range(10_000):
        one = request_of(dice)
        for request in (one, moved(one, dice), request_of(dice)):
            assert of_tag.setdefault(tag_of(request), request) == request
    assert len(of_tag) > 20_000


def test_a_tag_is_of_128_bits_and_the_same_in_any_order_of_words() -> None:
    one = etag("r1", "/x", {"a": "1", "b": "2"}, "json", None)
    assert one == etag("r1", "/x", {"b": "2", "a": "1"}, "json", None)
    assert len(one) == len('"r1."') + 32
    assert digest("a", "b") != digest("ab") != digest(["a", "b"])
    assert digest("a", None) != digest("a", "None") != digest("a", "null")


def same(one: Answer, other: Answer) -> bool:
    return (one.status, one.headers, one.body) == (other.status, other.headers, other.body)


# Over HTTP


@pytest.fixture(scope="module")
def forgetful(workspace: Workspace) -> Client:
    """A client of an application that keeps no answers: each is what its own request makes."""

    class Forgetful(ResponseCache):
        def keep(self, tag: str, response: Response) -> None:
            """Keep nothing."""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.app.ResponseCache", Forgetful)
        return client_of(workspace)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("?commodity=nickel%26f%3Dhtml", "?commodity=nickel&f=html"),
        ("?commodity=nickel%26datetime%3D2024-01-01&sortby=name_en",
         "?commodity=nickel&datetime=2024-01-01&sortby=name_en"),
        ("?name_en=x%26oblast%3Dy&sortby=id", "?name_en=x&oblast=y&sortby=id"),
        ("?name_en=x%0Ajson&sortby=id", "?name_en=x&sortby=id%0Ajson"),
        ("?name_en=&oblast=x&sortby=id", "?name_en=%26oblast%3Dx&sortby=id"),
        ("?filter=name_en%3D'a%26limit%3D1'&limit=2", "?filter=name_en%3D'a&limit=1'"),
    ],
)  # fmt: skip
def test_an_answer_is_not_given_to_another_request(
    workspace: Workspace, forgetful: Client, first: str, second: str
) -> None:
    for one, other in ((first, second), (second, first)):
        client = client_of(workspace)
        for accept in ("*/*", "text/html"):
            client.get(ITEMS + one, accept=accept)
            answer = client.get(ITEMS + other, accept=accept)
            assert same(answer, forgetful.get(ITEMS + other, accept=accept))


def test_a_path_is_not_taken_for_a_parameter(client: Client) -> None:
    item = f"{ITEMS}/shevchenkivske_li"
    tag = client.get(f"{item}?f=json").headers["etag"]
    for target in (f"{item}%0Af%3Djson", f"{item}%3Ff%3Djson", f"{item}%26f%3Djson", item):
        assert client.get(target, if_none_match=tag).status in {200, 404}


def random_targets(dice: random.Random, count: int) -> Iterator[str]:
    """Questions with few different words, spelt in many ways."""
    names, texts = ("name_en", "oblast", "raion"), ("x", "x&oblast=y", "x\noblast=y", "", "x,y")
    for _ in range(count):
        chosen = dice.sample(names, dice.randint(0, 3))
        pairs = [f"{n}={quote(dice.choice(texts), safe=dice.choice(('', ',/=')))}" for n in chosen]
        more = dice.choice(([], ["f=html"], ["f=json"], ["sortby=id"]))
        yield f"{ITEMS}?{'&'.join([*pairs, *more])}{dice.choice(('', '&', '&&'))}"


def test_whatever_shares_a_tag_is_the_same_to_the_byte(forgetful: Client) -> None:
    answers: dict[str, Answer] = {}
    shared = 0
    for target in random_targets(random.Random(7), 600):
        answer = forgetful.get(target)
        assert answer.status == 200, target
        known = answers.setdefault(answer.headers["etag"], answer)
        shared += known is not answer
        assert same(known, answer), target
    assert shared > 100


@pytest.mark.parametrize("form", ["json", "html", "jsonfg", "csv"])
def test_a_question_spelt_otherwise_has_the_same_answer(forgetful: Client, form: str) -> None:
    words = ("commodity=titanium", "limit=3", "datetime=2025-02-25", f"f={form}")
    expected = forgetful.get(f"{ITEMS}?{'&'.join(words)}")
    spelt = ["&".join(order) for order in permutations(words)]
    plain = "&".join(words)
    escaped = plain.replace("titanium", "%74itanium").replace("-", "%2D")
    for query in (*spelt, f"{plain}&&&", f"&{plain}", escaped):
        assert same(forgetful.get(f"{ITEMS}?{query}"), expected), query
    path = ITEMS.replace("items", "%69tems")
    assert same(forgetful.get(f"{path}?{'&'.join(words)}"), expected)


def test_spaces_and_empty_fields_are_no_other_question(forgetful: Client) -> None:
    plus = forgetful.get(f"{ITEMS}?name_en=Dobra+deposit&f=html")
    assert same(plus, forgetful.get(f"{ITEMS}?name_en=Dobra%20deposit&f=html"))
    form = forgetful.get(f"{ITEMS}?datetime=&source=&name_en=Dobra+deposit&oblast=&f=html")
    assert same(plus, form)


@pytest.mark.parametrize("path", [route.path for route in ROUTES])
def test_what_was_written_around_the_parameters_is_in_no_answer(
    forgetful: Client, workspace: Workspace, path: str
) -> None:
    target = answered_target(path, workspace)
    joint = "&" if "?" in target else "?"
    for form in ("", "f=html&"):
        plain = forgetful.get(f"{target}{joint}{form}", accept="*/*")
        odd = forgetful.get(f"{target}{joint}{form}{'&' * 65_000}", accept="*/*")
        assert same(plain, odd) or plain.status == 400, target


def assert_headers_short(answer: Answer, target: str) -> None:
    longest = {name: len(text) for name, text in answer.headers.items() if len(text) > HEADER_MOST}
    assert longest == {}, target[:80]
    assert sum(len(n) + len(t) for n, t in answer.headers.items()) < 2 * HEADER_MOST, target[:80]


FILTER = quote(f"name_en='{'é' * 15_000}'")
LONG: Mapping[str, str] = {
    "amps": f"{ITEMS}?sortby=name_uk&limit=7{'&' * 65_000}",
    "filter": f"{ITEMS}?limit=1&filter={FILTER}",
    "download": f"{ITEMS}?f=csv&filter={FILTER}",
    "value": f"{ITEMS}?name_en={quote('é' * 4000)}&name_uk={quote('&' * 4000)}",
    "feature": f"{ITEMS}/shevchenkivske_li?properties={'name_en,' * 400}name_en",
    "table": f"/reserves?date={THEN}&f=csv&{'commodity=lithium&' * 300}",
    "unknown": f"{ITEMS}?{'x' * 60_000}=1",
    "path": f"/collections/{'x' * 60_000}",
    "item": f"{ITEMS}/{'x' * 60_000}",
    "docs": f"/docs?release={'x' * 4000}&f=html",
    "openapi": f"/openapi.json?{'&' * 65_000}",
}


@pytest.mark.parametrize("name", LONG)
def test_no_header_is_longer_than_a_proxy_takes(client: Client, name: str) -> None:
    for target in (LONG[name], f"{LONG[name]}{'&' if '?' in LONG[name] else '?'}f=html"):
        answer = client.get(target)
        assert_headers_short(answer, target)
        if "etag" in answer.headers:
            again = client.get(target, if_none_match=answer.headers["etag"])
            assert_headers_short(again, target)


def test_a_link_too_long_for_the_header_is_in_the_body(client: Client) -> None:
    answer = client.get(LONG["filter"])
    assert answer.status == 200
    (own,) = [link["href"] for link in answer.json()["links"] if link["rel"] == "self"]
    assert len(own) > 50_000
    assert 'rel="self"' not in answer.headers["link"]
    assert 'rel="collection"' in answer.headers["link"]
