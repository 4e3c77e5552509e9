"""Does the house keep its own rules: sizes, doors, locks, and nothing of one machine in it?"""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import geodata
import schemas
from tests.mutants import MUTANTS, Mutant, place
from tools.json_schemas import write_json_schemas

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("service", "geodata", "schemas")
SCRIPTS = "tools"
"""What maintainers run; not installed."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("build", "runtime", "test")
GROUPS = PROJECT["dependency-groups"]
TESTS = [r for r in GROUPS["test"] if isinstance(r, str)]
"""What tests ask for."""

MOST_MODULE_LINES = 350
MOST_FUNCTION_LINES = 60

# Written as patterns, so that this file does not hold what it forbids.
REGISTRY_HOSTS = (
    rb"pypi[.]org",
    rb"python[h]osted",
    rb"(?:deb|security)[.]debian[.]org",
    rb"(?:archive|security|ports)[.]ubuntu[.]com",
    rb"registry[.]npm",
    rb"registry[.]yarn",
    rb"(?:index|static)[.]crates[.]io",
    rb"proxy[.]golang",
    rb"repo1?[.]maven",
    rb"conda[.]anaconda",
)
MACHINE_PATHS = rb"(?<![\w.$})/*-])/(?:home|root|Users|work|tmp|private|scratch)/[\w.$-]"
FORBIDDEN = re.compile(rb"|".join((*REGISTRY_HOSTS, MACHINE_PATHS)), re.IGNORECASE)


def committed_files() -> list[Path]:
    """Files that are or would be committed; outside a git checkout, the packages' own files."""
    git = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if git.returncode == 0:
        names = git.stdout.decode().split("\0")
        return [path for name in names if name and (path := ROOT / name).is_file()]
    folders = (*PACKAGES, SCRIPTS, "tests", "requirements", ".ci")
    nested = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    return [p for p in (*ROOT.iterdir(), *nested) if p.is_file() and "__pycache__" not in p.parts]


def modules(*folders: str) -> list[Path]:
    """Every Python file under the folders; by default under packages, tools and tests."""
    names = folders or (*PACKAGES, SCRIPTS, "tests")
    return sorted(path for name in names for path in (ROOT / name).rglob("*.py"))


def is_public(module: Path) -> bool:
    return not re.match(r"_(?!_(?:init|main)__)", module.stem)


def functions(module: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_without_docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return lines
    docstring = function.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def locked(lock: str) -> list[str]:
    """The entries of a lock, each on one line with its hashes; comments and blanks left out."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def project_name(requirement: str) -> str:
    """The normalised name at the head of a requirement."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def test_each_room_imports_only_from_lower_floors() -> None:
    # In a process of its own: it switches the loggers of the one it runs in off.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    done = subprocess.run(  # noqa: S603 - a program of our own tools
        command, cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_no_registry_address_and_no_path_of_one_machine_is_committed() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]!r}"
        for path in committed_files()
        if (match := FORBIDDEN.search(path.read_bytes()))
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "https://files.python!hosted.org/x.whl",
        "--index-url https://pypi!.org/simple",
        "path: /home!/someone/data",
        '"/tmp!/x"',
    ],
)
def test_the_search_for_addresses_and_paths_finds_them(text: str) -> None:
    assert FORBIDDEN.search(text.replace("!", "").encode())


@pytest.mark.parametrize("text", [b"tmpfs: [/tmp]", b"https://example.org/root/1", b"$HOME/tmp/x"])
def test_the_search_for_addresses_and_paths_leaves_the_rest(text: bytes) -> None:
    assert not FORBIDDEN.search(text)


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules()
    }

    assert {name: n for name, n in lengths.items() if n > MOST_MODULE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}": lines
        for path in modules()
        for function in functions(path)
        if (lines := lines_without_docstring(function)) > MOST_FUNCTION_LINES
    }

    assert lengths == {}


def test_the_length_of_a_function_leaves_out_its_docstring() -> None:
    source = 'def f() -> int:\n    """One.\n\n    Two.\n    """\n    return 1\n'
    (function,) = ast.parse(source).body

    assert isinstance(function, ast.FunctionDef)
    assert lines_without_docstring(function) == 2


def test_every_public_module_says_which_question_it_answers() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules(*PACKAGES, SCRIPTS)
        if is_public(path) and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert silent == []


def test_there_are_three_packages_and_no_fourth() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {SCRIPTS, "tests"}

    assert found == set(PACKAGES)


def test_the_project_and_the_package_tell_one_version() -> None:
    assert PROJECT["project"]["version"] == geodata.__version__


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_requirement_is_pinned_and_hashed(lock: str) -> None:
    entry = re.compile(r"[a-z0-9.-]+==[^ ;]+( ; [^\\]+?)?( +--hash=sha256:[0-9a-f]{64})+")

    assert locked(lock), f"{lock}.txt is empty"
    assert [line for line in locked(lock) if not entry.fullmatch(line.rstrip())] == []


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        ("build", PROJECT["build-system"]["requires"]),
        ("runtime", PROJECT["project"]["dependencies"]),
        ("test", PROJECT["project"]["dependencies"] + TESTS),
    ],
)
def test_a_lock_holds_all_that_the_project_asks_for(lock: str, asked: list[str]) -> None:
    missing = {project_name(r) for r in asked} - {project_name(line) for line in locked(lock)}

    assert missing == set(), "run `make lock`"


def test_the_tests_run_on_the_versions_that_are_served() -> None:
    def pins(lock: str) -> set[str]:
        """Versions and hashes; on which platforms may differ."""
        return {re.sub(" ;.*?(?= +--hash)", "", line) for line in locked(lock)}

    assert pins("runtime") <= pins("test"), "run `make lock`"


def test_json_schemas_are_in_step_with_the_records(tmp_path: Path) -> None:
    write_json_schemas(tmp_path)
    fresh = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    kept = {
        path.name: path.read_text(encoding="utf-8")
        for path in (ROOT / "schemas" / "json").glob("*.json")
    }

    assert len(fresh) == len(schemas.__all__)
    assert kept == fresh, "run `python -m tools.json_schemas`"


def test_json_schemas_are_json_with_a_title() -> None:
    for path in (ROOT / "schemas" / "json").glob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["title"]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_still_has_its_line(mutant: Mutant) -> None:
    """So that `python -m tests.mutants` keeps meaning something when code moves."""
    place(mutant)
    assert all((ROOT / test.partition("::")[0]).is_file() for test in mutant.tests)
