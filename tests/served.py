"""What do the tests of answers and service share: a client without a socket, releases to serve."""

import asyncio
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from starlette.types import ASGIApp, Message

from geodata import interval
from geodata.cache import Cache
from geodata.data import packaged
from geodata.release.build import build
from geodata.release.publish import publish
from geodata.store.embedded import StoreCaches
from geodata.workspace import Workspace
from service.app import create_app
from service.settings import Settings

THEN, LATER = "2025-02-25", "2025-07-15"
EVERYTHING = "/reserves?territory=ukraine&include=all&date="
HOST = "lodeline.test"
PROBLEM = "application/problem+json"
DEPOSITS = 180
"""Deposits of the packaged facts, those of Russia among them."""
GONE = "osykivske_p"
"""A deposit without estimates and components, which the second release does not have."""


@dataclass(frozen=True)
class Answer:
    """A response: header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> Any:
        """The body as JSON, which has neither NaN nor Infinity."""
        return json.loads(self.body, parse_constant=_refuse)

    def problem(self) -> Any:
        """The body as a problem document, checked for what each must have."""
        assert self.headers["content-type"] == PROBLEM
        assert self.headers["cache-control"] == "no-store"
        found = self.json()
        assert found["status"] == self.status
        assert found["type"] == f"urn:lodeline:problem:{found['kind']}"
        assert {"title", "detail", "instance"} <= set(found)
        return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


class Client:
    """Asks the application over ASGI: no socket, and the target goes through as it is written."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def get(self, target: str, **headers: str) -> Answer:
        """GET with headers as keywords, `_` for `-`."""
        return self.ask("GET", target, {k.replace("_", "-"): v for k, v in headers.items()})

    def json(self, target: str) -> Any:
        """The JSON of an answer that must be 200."""
        answer = self.get(target)
        assert answer.status == 200, answer.text
        return answer.json()

    def ask(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """One request; an exception past a finished answer is the server's log line."""
        whole: Message = {"type": "http.request", "body": body, "more_body": False}
        return asyncio.run(self._ask(method, target, headers or {}, [whole]))

    def send(
        self, target: str, headers: Mapping[str, str], parts: Sequence[bytes | None]
    ) -> Answer:
        """POST of a body piece by piece; None: there the client leaves, else it ends."""
        incoming: list[Message] = [
            {"type": "http.disconnect"}
            if part is None
            else {"type": "http.request", "body": part, "more_body": True}
            for part in parts
        ]
        end: Message = {"type": "http.request", "body": b"", "more_body": False}
        return asyncio.run(self._ask("POST", target, headers, [*incoming, end]))

    async def _ask(
        self, method: str, target: str, headers: Mapping[str, str], incoming: list[Message]
    ) -> Answer:
        path, _, query = target.partition("?")
        given = {"host": HOST, **{name.lower(): value for name, value in headers.items()}}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(k.encode(), v.encode("latin-1")) for k, v in given.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
        }
        sent: list[Message] = []

        async def receive() -> Message:
            if not incoming:
                await asyncio.Event().wait()  # this client stays until it has its answer
            return incoming.pop(0)

        async def send(message: Message) -> None:
            sent.append(dict(message))

        try:
            await self.app(scope, receive, send)
        except Exception:
            if not sent or sent[-1].get("more_body", False):
                raise
        return _answer(sent)


def _answer(sent: list[Message]) -> Answer:
    start, *rest = sent
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], headers, b"".join(part.get("body", b"") for part in rest))


DAYS: Cache[Any] = Cache(300e6)
"""What holds on the days of a release, by its id, for all applications of a test process."""


def client_of(workspace: Workspace, **settings: Any) -> Client:
    """A client of the application over a workspace.

    Applications have DAYS in common unless settings say how much they keep or which source is
    asked first: laying deposits over control is half of what a new application does.
    """
    given = {"public_url": None, **settings}
    with pytest.MonkeyPatch.context() as patch:
        if not {"cache_mb", "source_priority", "fresh_days"} & settings.keys():
            own = StoreCaches.of
            patch.setattr(StoreCaches, "of", lambda size: replace(own(size), days=DAYS))
        return Client(create_app(Settings(workspace=workspace.root, **given)))


def local(href: str) -> str:
    """A link as a target on this very application."""
    parts = urlsplit(href)
    assert parts.netloc in {"", HOST}, href
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def properties(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Properties of the features of a collection, by id, in their order."""
    return {found["id"]: found["properties"] for found in document["features"]}


def summary_of(document: Mapping[str, Any], commodity: str) -> dict[str, Any]:
    """The summary of one commodity in an answer."""
    (found,) = [row for row in document["summary"] if row["commodity"] == commodity]
    return dict(found)


@contextmanager
def present_day(day: date) -> Iterator[None]:
    """Let it be noon, UTC, of a day for the whole program."""

    class Noon(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Noon":
            return cls(day.year, day.month, day.day, 12, tzinfo=UTC).astimezone(tz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interval, "datetime", Noon)
        yield


# Releases


def first_release(root: Path) -> Workspace:
    """A workspace with a release of the packaged facts, published."""
    workspace = Workspace(root)
    publish(workspace, build(workspace).id)
    return workspace


def second_release(workspace: Workspace) -> str:
    """Build one more release, which lacks the deposit GONE; it is not published."""
    rows = packaged.deposits()
    left = rows[rows["id"] != GONE].reset_index(drop=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packaged, "deposits", lambda: left)
        return build(workspace).id


def copied(workspace: Workspace, root: Path) -> Workspace:
    """A copy of a workspace to do as one likes with."""
    shutil.copytree(workspace.root, root, symlinks=True)
    return Workspace(root)


def made_once(folder: Path, name: str, make: Callable[[Path], object]) -> Path:
    """What `make` makes in folder/name, made by the first of the test processes to come."""
    with _locked(folder / f"{name}.lock"):
        if not (folder / name).exists():
            scratch = folder / f"{name}.scratch"
            make(scratch)
            scratch.rename(folder / name)
    return folder / name


def common_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder all test processes of this run have in common."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
