"""How is a record made: each request asked of the application, its answer written down.

A record is a folder with `index.json`, one entry a request in their order, and `bodies/`.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from geodata.workspace import Workspace
from tests.record.manners import everything
from tests.record.requests import Ask
from tests.record.world import command, made, still_clock
from tests.served import Answer, Client, client_of

PUBLIC = "https://lodeline.example/geo/"
BOUNDARY = "boundary"
COMMANDS = (
    ("ask", "lithium", "--date", "2025-02-25", "--json"),
    ("ask", "all", "--territory", "ukraine", "--date", "2025-07-15"),
    ("ask", "lithium", "--territory", "atlantis"),
    ("release", "list"),
    ("release", "list", "--json"),
    ("release", "diff", "{older}", "{release}"),
    ("quarantine", "list"),
    ("quarantine", "list", "--json"),
    ("ingest", "nobody", "nothing.zip"),
)


def record(folder: Path, scratch: Path) -> int:
    """Ask everything and write it into a folder that is not there yet; how many answers."""
    (folder / "bodies").mkdir(parents=True)
    with still_clock():
        workspace = Workspace(made(scratch))
        older, release = workspace.release_ids()
        ids = {"release": release, "older": older}
        entries = [*_asked(folder, workspace, ids), *_commanded(folder, workspace, ids)]
    document = {"ids": ids, "answers": entries}
    (folder / "index.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return len(entries)


def _asked(
    folder: Path, workspace: Workspace, ids: Mapping[str, str]
) -> Iterator[Mapping[str, Any]]:
    empty = Workspace(workspace.root.parent / "empty")
    empty.root.mkdir()
    clients = {
        "served": client_of(workspace),
        "public": client_of(workspace, public_url=PUBLIC),
        "empty": client_of(empty),
    }
    script, answer, number = everything(), None, 0
    while True:
        try:
            ask = next(script) if answer is None else script.send(answer)
        except StopIteration:
            return
        answer = _answer(clients[ask.app], ask, ids)
        yield _entry(folder, number, ask.name, _told(ask, answer), answer.body)
        number += 1


def _answer(client: Client, ask: Ask, ids: Mapping[str, str]) -> Answer:
    target = re.sub(r"\{(release|older)\}", lambda found: ids[found[1]], ask.target)
    answer = client.ask(ask.method, target, ask.headers, ask.body)
    boundary = re.search("boundary=(.+)", answer.headers.get("content-type", ""))
    return answer if boundary is None else _with_boundary(answer, boundary[1])


def _with_boundary(answer: Answer, drawn: str) -> Answer:
    """An answer in several parts, between which stands a word in place of the one drawn for it."""
    headers = {name: value.replace(drawn, BOUNDARY) for name, value in answer.headers.items()}
    return Answer(answer.status, headers, answer.body.replace(drawn.encode(), BOUNDARY.encode()))


def _told(ask: Ask, answer: Answer) -> Mapping[str, Any]:
    headers = dict(sorted(answer.headers.items()))
    if "last-modified" in headers:
        headers["last-modified"] = "when the file was written"
    if "allow" in headers:  # a set, in the order of a process's hashes
        headers["allow"] = ", ".join(sorted(headers["allow"].split(", ")))
    if "etag" in headers and ask.target.startswith("/static/"):
        headers["etag"] = "of the time of the checkout"
    return {"status": answer.status, "headers": headers}


def _commanded(
    folder: Path, workspace: Workspace, ids: Mapping[str, str]
) -> Iterator[Mapping[str, Any]]:
    """What commands write, from the same release."""
    for number, words in enumerate(COMMANDS):
        status, out = command(workspace.root, *(word.format(**ids) for word in words))
        name = f"$ lodeline {' '.join(words)}"
        yield _entry(folder, 9000 + number, name, {"status": status, "headers": {}}, out.encode())


def _entry(
    folder: Path, number: int, name: str, told: Mapping[str, Any], body: bytes
) -> Mapping[str, Any]:
    path = f"bodies/{number:04d}-{re.sub('[^A-Za-z0-9]+', '-', name)[:60].strip('-')}"
    (folder / path).write_bytes(body)
    return {"request": name, **told, "sha256": hashlib.sha256(body).hexdigest(), "body": path}
