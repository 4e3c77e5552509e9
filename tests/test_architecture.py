"""Do the pages for people who read the code name what is there, and the files a request enters?"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pkgutil import resolve_name

import pytest

from tests.ways import PAGE, ROOT, table, written

PAGES = (
    *("ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"),
    *("docs/behind-a-proxy.md", "docs/settings.md"),
)
FOLDERS = ("service", "geodata", "schemas", "tools", "tests", "requirements", ".ci", "docs")
SUFFIXES = (".py", ".js", ".css", ".html", ".md", ".toml", ".yml")
"""Of files people write; files of other kinds a page may name as what a user has."""
DOTTED = re.compile(rf"(?:{'|'.join(FOLDERS[:5])})(?:\.\w+)+")
"""A module, or something in it."""
FILES = frozenset(
    f"/{path.relative_to(ROOT)}"
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*")
    if "node_modules" not in path.parts
) | {f"/{path.name}" for path in ROOT.iterdir()}


def names_of(page: str) -> Iterator[str]:
    """What a page names: targets of links, and words in code."""
    yield from re.findall(r"\]\((?!https?:)([^)#]+)\)", page)
    fenced = re.findall(r"```.*?\n(.*?)```", page, re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", page, flags=re.DOTALL))
    for code in (*fenced, *inline):
        yield from code.split()


def is_missing(name: str) -> bool:
    """Whether a name is of a file, folder or module of the checkout, and there is none.

    A path is from the checkout's root, or the end of one; `<id>` in it is any word.
    """
    if DOTTED.fullmatch(name) and not name.endswith(SUFFIXES):
        return not _resolves(name)
    if not (name.endswith(SUFFIXES) or name.startswith(tuple(f"{f}/" for f in FOLDERS))):
        return False
    wanted = re.sub(r"<\w+>", "[^/]+", re.escape(name.rstrip("/")))
    return not any(re.search(f"/{wanted}$", file) for file in FILES)


def _resolves(name: str) -> bool:
    if f"/{name.replace('.', '/')}.py" in FILES:
        return True
    try:
        resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("page", PAGES)
def test_every_path_and_module_a_page_names_is_there(page: str) -> None:
    names = set(names_of((ROOT / page).read_text(encoding="utf-8")))

    assert sorted(name for name in names if is_missing(name)) == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("see `geodata/store/base.py`, `base.py` and `geodata/store/`", []),
        ("see `geodata/store/bass.py`", ["geodata/store/bass.py"]),
        ("see `bass.py`", ["bass.py"]),
        ("see `geodata/shop/`", ["geodata/shop/"]),
        ("`geodata/data/sources/<id>.yml`, `geodata/data/source/<id>.yml`",
         ["geodata/data/source/<id>.yml"]),
        ("`geodata.store.base.Store`, `geodata.store.base.Shop`", ["geodata.store.base.Shop"]),
        ("run `python -m tools.basemap`, `python -m tools.mapbase`", ["tools.mapbase"]),
        ("```sh\npython -m tools.mapbase\n```", ["tools.mapbase"]),
        ("[how](CONTRIBUTING.md), [who](CONTRIBUTORS.md)", ["CONTRIBUTORS.md"]),
        ("`tests/served.py` says `100 km`, `/map`, `FILE.gpkg`, `batch.json`, `uv.lock`", []),
    ],
)  # fmt: skip
def test_what_is_not_there_is_noticed(text: str, missing: list[str]) -> None:
    assert [name for name in names_of(text) if is_missing(name)] == missing


def test_the_page_tells_which_files_a_request_enters() -> None:
    done = subprocess.run(  # a process in which nothing is kept in memory yet
        [sys.executable, "-m", "tests.ways"], cwd=ROOT, check=True, capture_output=True, text=True
    )

    assert written(PAGE.read_text(encoding="utf-8")) == done.stdout.strip(), (
        "run `python -m tests.ways --write`"
    )


def test_the_table_counts_files_and_names_them_by_room() -> None:
    files = {"a tile": ["service/app.py", "geodata/tiles/mvt.py", "geodata/tiles/grid.py"]}

    assert table(files).splitlines()[-1] == (
        "| a tile | 3 | **service** app; **geodata/tiles** mvt, grid |"
    )
