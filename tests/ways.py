"""Which files does a request or a command enter, and in which order? ARCHITECTURE.md's table.

`python -m tests.ways` prints the table, `python -m tests.ways --write` puts it into the page. It
needs a process of its own: a file whose results are kept in memory is not entered again.
"""

import argparse
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from geodata.workspace import Workspace
from tests.record.world import command, write_inputs
from tests.releases import SmallFacts
from tests.served import Client, client_of

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- made by `python -m tests.ways --write` -->", "<!-- end -->"
PACKAGES = tuple(f"{ROOT / name}/" for name in ("service", "geodata", "schemas"))
CO_OPTIMIZED = 0x1
"""Set in the code of functions, not of modules and class bodies, which run on import."""

ITEMS = "/collections/deposits/items"
REQUESTS: Mapping[str, str] = {
    "deposits in a box": f"{ITEMS}?bbox=30,45,40,50&limit=7",
    "the same with a filter": f"{ITEMS}?bbox=30,45,40,50&limit=7&filter=commodity='lithium'",
    "`/reserves`": "/reserves?commodity=lithium&date=2025-02-25",
    "a vector tile": "/tiles/control/5/18/11",
    "the tile again": "/tiles/control/5/18/11",
    "the tile for a day": "/tiles/control/5/18/11?datetime=2025-02-25",
    "a deposit as HTML": f"{ITEMS}/{{deposit}}?f=html",
}
"""Targets by the words of the table, asked one after the other."""
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "`ingest deepstate`": ("ingest", "deepstate", "{inputs}/daily"),
    "`ingest ogr`": ("ingest", "ogr", "{inputs}/places.geojson"),
    "`ingest geotiff`": ("ingest", "geotiff", "{inputs}/slope.tif", "--unit", "degrees"),
    "`release build`": ("release", "build"),
    "`release publish`": ("release", "publish"),
}
"""Commands of `lodeline` likewise, run on a new workspace one after the other."""


def ways() -> dict[str, list[str]]:
    """The files entered by each of REQUESTS and COMMANDS, paths from the checkout.

    The facts are a few deposits in a small country, read before: the files are the same, and
    building takes a quarter of the time.
    """
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        SmallFacts(patch)
        inputs, workspace = write_inputs(Path(folder)), Path(folder) / "workspace"
        commands = {
            words: _run(workspace, [word.format(inputs=inputs) for word in line])
            for words, line in COMMANDS.items()
        }
        client = client_of(Workspace(workspace))
        (deposit,) = client.json(f"{ITEMS}?limit=1&properties=id")["features"]
        return {
            w: _ask(client, t.format(deposit=deposit["id"])) for w, t in REQUESTS.items()
        } | commands


def _run(workspace: Path, line: list[str]) -> list[str]:
    with entered() as files:
        status, output = command(workspace, *line)
    assert status == 0, output
    return files


def _ask(client: Client, target: str) -> list[str]:
    with entered() as files:
        answer = client.get(target)
    assert answer.status == 200, answer.text
    return files


@contextmanager
def entered() -> Iterator[list[str]]:
    """Files of PACKAGES whose functions are called within the block, by their first calls.

    Calls in threads begun within the block count, calls in child processes do not. The list is full
    when the block has ended.
    """
    files: list[str] = []
    names: dict[str, None] = {}

    def note(frame: FrameType, _event: str, _arg: object) -> None:
        # Called at the start of each function only, as it returns no function for its lines.
        if frame.f_code.co_flags & CO_OPTIMIZED:
            names.setdefault(frame.f_code.co_filename)

    threading.settrace(note)
    sys.settrace(note)
    try:
        yield files
    finally:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type] - None takes the function away
        files += [str(Path(n).relative_to(ROOT)) for n in names if n.startswith(PACKAGES)]


def table(files: Mapping[str, list[str]]) -> str:
    """A Markdown table of the ways: how many files, and which, by room."""
    rows = [f"| {words} | {len(names)} | {_by_room(names)} |" for words, names in files.items()]
    return "\n".join(
        ["| way | files | in the order they are first entered |", "|---|--:|---|", *rows]
    )


def _by_room(names: list[str]) -> str:
    rooms: dict[str, list[str]] = {}
    for name in names:
        room, _, file = name.removesuffix(".py").rpartition("/")
        rooms.setdefault(room, []).append(f"`{file}`" if file.startswith("_") else file)
    return "; ".join(f"**{room}** {', '.join(files)}" for room, files in rooms.items())


def written(page: str) -> str:
    """The table a page has between BEGIN and END. Raises ValueError where it has none."""
    return page[page.index(BEGIN) + len(BEGIN) : page.index(END)].strip()


def _with(page: str, lines: str) -> str:
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    return f"{page[:begin]}\n{lines}\n{page[end:]}"


def main() -> None:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.ways", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write it into {PAGE.name}")
    to_page = parser.parse_args().write
    traced = table(ways())
    if to_page:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(_with(page, traced), encoding="utf-8")
    else:
        sys.stdout.write(f"{traced}\n")


if __name__ == "__main__":
    main()
