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
        ("LODELINE_TRUSTED_PROXIES", "*", "'*' is no network"),
        ("LODELINE_TRUSTED_PROXIES", "10.0.0.1/8", "has host bits set"),
        ("LODELINE_TRUSTED_PROXIES", "10.0.0.0/33", "'10.0.0.0/33' is no network"),
        ("LODELINE_TRUSTED_PROXIES", "127.0.0.1 ::1", "'127.0.0.1 ::1' is no network"),
        ("LODELINE_TRUSTED_PROXIES", "localhost", "'localhost' is no network"),
        ("LODELINE_TRUSTED_PROXIES", "10.0.0.0/8,proxy", "'proxy' is no network"),
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


def test_the_settings_of_the_compose_file_are_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    given = re.findall(r"(LODELINE_\w+): \$\{\1:-(.*)\}", COMPOSE.read_text())
    assert {name for name, _ in given} >= {"LODELINE_STORE", "LODELINE_PUBLIC_URL"}
    monkeypatch.delenv("LODELINE_WORKSPACE", raising=False)
    default = settings_of_environment()
    for name, value in given:
        monkeypatch.setenv(name, value)
    assert settings_of_environment() == default


SETTINGS = COMPOSE.parent / "docs" / "settings.md"


def test_the_page_of_settings_has_each_with_its_default_and_meaning() -> None:
    rows = [
        f"| `LODELINE_{name.upper()}` | {shown(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    table = SETTINGS.read_text(encoding="utf-8").partition("|---|---|---|\n")[2]
    assert table.splitlines() == rows, "\n".join(rows)


def shown(default: object) -> str:
    """A default as one would write it."""
    text = ",".join(default) if isinstance(default, tuple) else str(default or "")
    return f"`{text}`" if text or default == 0 else ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("LODELINE_FRESH_DAY", "did you mean LODELINE_FRESH_DAYS?"),
        ("LODELINE_PUBLICURL", "did you mean LODELINE_PUBLIC_URL?"),
        ("LODELINE_TRUSTED_PROXY", "did you mean LODELINE_TRUSTED_PROXIES?"),
        ("lodeline_cachemb", "did you mean LODELINE_CACHE_MB?"),
        ("LODELINE_PORT", "it is called PORT"),
        ("LODELINE_HOST", "it is called HOST"),
        ("LODELINE_WORKERS", "it is called WORKERS"),
        ("LODELINE_QQ", "there are LODELINE_CACHE_MB, "),
        ("LODELINE_", "there are LODELINE_CACHE_MB, "),
        ("LODELINE_REQUIRE_ALLL", "there are LODELINE_CACHE_MB, "),
    ],
)
def test_a_setting_there_is_not_is_refused_with_the_one_that_was_meant(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.setenv(name, "hush")
    for words in (("ask", "lithium"), ("doctor",), ("release", "list")):
        done = run(*words)
        assert (done.status, done.out) == (2, "")
        assert f"{name} is no setting; {said}" in done.err
        assert "hush" not in done.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LODELINE_REQUIRE_ALL", "1"),
        ("LODELINE_SHARED", "/somewhere"),
        ("LODELINE_BENCH_ROWS", "3"),
        ("LODELINE_PORT", "tcp://10.0.0.1:8000"),
        ("LODELINE_PORT_8000_TCP_ADDR", "10.0.0.1"),
        ("LODELINE_SERVICE_HOST", "10.0.0.1"),
        ("LODELINE_SERVICE_PORT_HTTP", "8000"),
        ("NOT_LODELINE_AT_ALL", "1"),
        ("LODELINES", "1"),
        ("lodeline_fresh_days", "14"),
    ],
)
def test_what_others_put_beside_the_settings_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert settings_of_environment().fresh_days == 14


@pytest.mark.parametrize(
    ("value", "networks"),
    [
        ("", []),
        ("10.0.0.7", ["10.0.0.7/32"]),
        (" 10.0.0.0/8 , fd00::/8,", ["10.0.0.0/8", "fd00::/8"]),
        ("loopback", ["127.0.0.0/8", "::1/128"]),
        ("loopback,192.168.0.0/16", ["127.0.0.0/8", "::1/128", "192.168.0.0/16"]),
    ],
)
def test_trusted_proxies_are_networks(
    monkeypatch: pytest.MonkeyPatch, value: str, networks: list[str]
) -> None:
    monkeypatch.setenv("LODELINE_TRUSTED_PROXIES", value)
    assert [str(each) for each in settings_of_environment().trusted_proxies] == networks
