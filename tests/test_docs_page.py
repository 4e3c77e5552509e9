"""Does /docs show Swagger UI from an installed package, asking no other host?"""

import re

import brotli
import pytest
from served import HOST, Client

from geodata.workspace import Workspace
from service.http.files import version

NAMES = ("swagger-ui-bundle.js", "swagger-ui.css")


@pytest.fixture(autouse=True)
def _installed() -> None:
    if version(NAMES[0]) is None:
        pytest.skip("Swagger UI is not installed (fastapi-offline)")


def test_the_page_names_its_files_with_their_versions(client: Client) -> None:
    page = client.get("/docs").text
    for name in NAMES:
        assert f'/static/swagger-ui/{name}?v={version(name)}"' in page
    assert 'data-url="/api"' in page
    assert "<script>" not in page, "the policy lets no script in that stands in the page"


def test_the_page_may_load_and_ask_nothing_but_this_host(client: Client) -> None:
    policy = client.get("/docs").headers["content-security-policy"]
    assert "connect-src 'self'" in policy
    assert "http" not in policy
    absolute = set(re.findall(r'(?:src|href)="(https?:[^"]*)"', client.get("/docs").text))
    assert {href for href in absolute if not href.startswith(f"http://{HOST}/docs?")} == set()


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_sent_squeezed_and_may_be_kept(client: Client, name: str) -> None:
    target = f"/static/swagger-ui/{name}"
    answer = client.get(f"{target}?v={version(name)}", accept_encoding="br")
    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]
    assert b"swagger" in brotli.decompress(answer.body).lower()
    held = client.get(target, accept_encoding="br", if_none_match=answer.headers["etag"])
    assert (held.status, held.body) == (304, b"")


@pytest.mark.parametrize("name", ["redoc.standalone.js", "core.py", "..%2fcore.py", "%00"])
def test_no_other_file_of_the_package_is_sent(client: Client, name: str) -> None:
    assert client.get(f"/static/swagger-ui/{name}").status == 404


def test_without_the_package_the_api_is_there_to_read(
    client: Client, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.routes.landing.version", lambda _: None)
    release = f"?release={workspace.current_id()}"
    assert "/collections/deposits/items" in client.get(f"/docs{release}").text
