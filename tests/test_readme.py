"""Do the commands of README and docs work as they are written?"""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_house import ROOT
from typer.main import get_command

from service.cli import app

PAGES = ("README.md", "docs/behind-a-proxy.md", "docs/settings.md")
BINARY = ".venv/bin/lodeline"


def commands() -> Iterator[tuple[str, str]]:
    """Page and line of each command in a block of the shell, joined where it goes on."""
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            if "pip install" not in block:  # there the program is on the path
                for line in block.replace("\\\n", " ").splitlines():
                    yield page, line


OURS = [(page, line) for page, line in commands() if "lodeline " in line and "curl" not in line]


def test_there_are_commands_to_try() -> None:
    assert len(OURS) > 8


@pytest.mark.parametrize(("page", "line"), OURS)
def test_a_command_is_called_as_it_can_be_after_make(page: str, line: str) -> None:
    words = [word for word in shlex.split(line) if not re.match(r"[A-Z_]+=", word)]
    assert words[0] == BINARY, f"{page}: {line}"


@pytest.mark.parametrize(("page", "line"), OURS)
def test_a_command_has_only_words_that_are_understood(page: str, line: str) -> None:
    words = [word for word in shlex.split(line) if not re.match(r"[A-Z_]+=", word)]
    command = get_command(app)
    arguments = words[1:]
    while hasattr(command, "commands"):
        command = command.commands[arguments.pop(0)]
    known = {name for param in command.params for name in param.opts}
    options = [word for word in arguments if word.startswith("--")]
    assert set(options) <= known, f"{page}: {line}"


@pytest.mark.parametrize("words", [("--help",), ("ask", "--help"), ("release", "list", "--help")])
def test_the_program_make_installs_runs(words: tuple[str, ...]) -> None:
    program = ROOT / BINARY
    if not program.is_file():
        pytest.skip("the project is not installed into .venv; run make install-test")
    done = subprocess.run([str(program), *words], capture_output=True, check=False, timeout=60)  # noqa: S603
    assert done.returncode == 0
    assert b"Usage: lodeline" in done.stdout


def test_in_the_text_too_a_command_is_named_as_it_is_called() -> None:
    """`lodeline …` alone is a command of the installed wheel, which the README says."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    named = re.findall(r"`(?:\.venv/bin/)?lodeline ([a-z]+)", prose)
    assert set(named) <= set(get_command(app).commands)  # type: ignore[attr-defined]
    assert "pip install" in text
    assert Path(BINARY).name in text
