"""Is a setting that makes no sense refused at the start, before anything answers by another?"""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from test_cli import Run, runner

from geodata.errors import InvalidInput
from geodata.workspace import Workspace
from service.app import from_environment
from service.settings import Settings, settings_of_environment

COMPOSE = Path(__file__).resolve().parent.parent / "docker-compose.yml"


@pytest.fixture
def run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """A command over the published release."""
    return runner(workspace, monkeypatch, capfd)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LODELINE_STORE", "postgresql://lode:hush@db/lode", "no store postgresql://…"),
        ("LODELINE_STORE", "sqlite:///hush.db", "no store sqlite://…"),
        ("LODELINE_STORE", "Embedded", "no store 'Embedded'"),
        ("LODELINE_STORE", "embedded ", "no store 'embedded '"),
        ("LODELINE_STORE", "", "no store ''"),
        ("LODELINE_MAX_AGE_S", "soon", "integer"),
        ("LODELINE_MAX_AGE_S", "-1", "greater than or equal to 0"),
        ("LODELINE_PUBLIC_URL", "localhost/map", "valid URL"),
        ("LODELINE_PUBLIC_URL", "https://lodeline.example/map?of=hush", "nothing behind"),
        ("LODELINE_PUBLIC_URL", "https://lodeline.example/#hush", "nothing behind"),
    ],
)
@pytest.mark.parametrize("words", [("serve",), ("ask", "lithium")])
def test_a_setting_that_would_be_ignored_stops_every_command(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], name: str, value: str,
    said: str,
) -> None:  # fmt: skip
    monkeypatch.setenv(name, value)
    monkeypatch.setattr("os.execv", lambda *_: pytest.fail("the server was started"))
    done = run(*words)
    assert (done.status, done.out) == (2, "")
    assert name in done.err
    assert said in done.err
    assert "hush" not in done.err
    assert "Traceback" not in done.err


def test_the_application_is_not_made_with_a_store_there_is_not(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LODELINE_WORKSPACE", str(workspace.root))
    monkeypatch.setenv("LODELINE_STORE", "postgresql://lode:hush@db/lode")
    with pytest.raises(InvalidInput, match="LODELINE_STORE: there is no store postgresql") as error:
        from_environment()
    assert "embedded" in str(error.value)
    with pytest.raises(ValidationError) as refused:
        Settings(workspace=workspace.root)
    assert "hush" not in str(refused.value)


def test_the_store_of_the_compose_file_is_one_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    given = re.search(r"LODELINE_STORE: \$\{LODELINE_STORE:-(.*)\}", COMPOSE.read_text())
    assert given is not None
    monkeypatch.setenv("LODELINE_STORE", given[1])
    assert settings_of_environment().store == "embedded"
