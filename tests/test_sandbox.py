"""Is foreign code held to its limits, and does it see nothing of ours?"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from ogr_inputs import a_collection, a_feature, a_file

from geodata.errors import Refused
from geodata.ingest.sandbox import Sandbox, SandboxLimits
from service.cli import main

ROOMY = SandboxLimits(seconds=60, cpu_s=30, memory_bytes=1 << 30, file_bytes=1 << 20)


def run(tmp_path: Path, script: str, limits: SandboxLimits = ROOMY, **request: object) -> None:
    path = tmp_path / "script.py"  # by another name than the workers the tests fork
    path.write_text(f"import json, os, resource, sys\nanswers = sys.argv[1]\n{script}\n")
    Sandbox(path, {"KEY": "value"}, limits, tmp_path, "x.gpkg").run(request)


def answer(tmp_path: Path, expression: str, **request: object) -> object:
    """What an expression gives inside."""
    target = tmp_path / "answer.json"
    run(tmp_path, f"json.dump({expression}, open({str(target)!r}, 'w'))", **request)
    return json.loads(target.read_bytes())


def test_the_request_arrives_as_it_was(tmp_path: Path) -> None:
    assert answer(tmp_path, "json.loads(sys.argv[1])", a="Шар '1'", b=[1, None]) == {
        "a": "Шар '1'", "b": [1, None],
    }  # fmt: skip
    assert answer(tmp_path, "__name__") == "__main__"


def test_limits_are_set_before_the_first_line(tmp_path: Path) -> None:
    for name, most in (("AS", 1 << 30), ("CPU", 30), ("FSIZE", 1 << 20), ("CORE", 0)):
        wanted = most
        hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[1]
        if hard != resource.RLIM_INFINITY:
            wanted = min(most, hard)
        expression = f"resource.getrlimit(resource.RLIMIT_{name})"
        assert answer(tmp_path, expression) == [wanted, wanted]


@pytest.mark.parametrize("script", [
    "bytearray(2 << 30)", "open('/dev/null').read(); os._exit(3)", "os.abort()",
    "raise ValueError", "exit('no')",
    "open(os.environ['TMPDIR'] + '/big', 'wb').write(bytes(2 << 20))",
])  # fmt: skip
def test_code_that_breaks_or_takes_too_much_is_the_files_fault(tmp_path: Path, script: str) -> None:
    with pytest.raises(
        Refused, match=r"x\.gpkg broke its reader, or passed 1 GB of memory or 30 s"
    ):
        run(tmp_path, script)


def test_code_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    brief = SandboxLimits(seconds=1, cpu_s=30, memory_bytes=1 << 30, file_bytes=1)
    with pytest.raises(Refused, match=r"x\.gpkg took longer than 1 s"):
        run(tmp_path, "import time; time.sleep(60)", brief)
    busy = SandboxLimits(seconds=60, cpu_s=1, memory_bytes=1 << 30, file_bytes=1)
    with pytest.raises(Refused, match="or 1 s of CPU"):
        run(tmp_path, "while True: pass", busy)


def test_nothing_of_our_environment_and_no_module_of_a_folder_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "string.py").write_text("raise SystemExit('ours')")
    seen = answer(tmp_path, "dict(os.environ)")
    assert isinstance(seen, dict)
    assert set(seen) - {"LD_LIBRARY_PATH", "LANG", "LC_CTYPE"} == {"KEY", "TMPDIR", "HOME"}
    assert seen["HOME"] == str(tmp_path)
    run(tmp_path, "import string; string.ascii_letters")


def test_what_a_worker_writes_is_not_held_in_memory(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for stream in ("stdout", "stderr"):
        run(tmp_path, f"for _ in range(300): sys.{stream}.write('x' * (1 << 20))")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10  # KB


@pytest.mark.parametrize(("size", "shown"), [
    (64 << 20, "64 MB"), (1023 << 20, "1023 MB"), (1 << 30, "1 GB"), (3 << 29, "1.5 GB"),
    (8 << 30, "8 GB"),
])  # fmt: skip
def test_limits_are_shown_in_a_unit_that_fits(size: int, shown: str) -> None:
    assert str(replace(ROOMY, memory_bytes=size)) == f"{shown} of memory or 30 s of CPU"


def ends(pid: int) -> bool:
    """Whether a process is gone, or a zombie nobody has asked for, within ten seconds."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def pid_in(path: Path) -> int:
    """The number another process writes to a file, within ten seconds or so."""
    for _ in range(400):
        if path.is_file() and (text := path.read_text()).endswith("."):
            return int(text[:-1])
        time.sleep(0.05)
    raise AssertionError("no process has begun")


GRANDCHILD = (
    "import subprocess\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
    "open(json.loads(answers)['pid'], 'w').write(f'{child.pid}.')\n"
)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
@pytest.mark.parametrize("then", ["import time; time.sleep(300)", "exit(3)"])
def test_what_a_worker_has_started_ends_with_it(tmp_path: Path, then: str) -> None:
    pid = tmp_path / "pid"
    with pytest.raises(Refused, match=r"longer than 2 s|exit status 3"):
        run(tmp_path, GRANDCHILD + then, replace(ROOMY, seconds=2), pid=str(pid))
    assert ends(pid_in(pid))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal is Linux's own")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_worker_ends_with_the_process_that_started_it(tmp_path: Path, number: int) -> None:
    pid, script = tmp_path / "pid", tmp_path / "script.py"
    script.write_text(
        f"import os, time\nopen({str(pid)!r}, 'w').write(f'{{os.getpid()}}.')\ntime.sleep(300)"
    )
    parent = (
        "from pathlib import Path\n"
        "from geodata.ingest.sandbox import Sandbox, SandboxLimits\n"
        "limits = SandboxLimits(300, 30, 1 << 30, 1 << 20)\n"
        f"Sandbox(Path({str(script)!r}), {{}}, limits, Path({str(tmp_path)!r}), 'x').run({{}})\n"
    )
    with subprocess.Popen([sys.executable, "-c", parent]) as process:  # noqa: S603 - our own words
        worker = pid_in(pid)
        os.kill(process.pid, number)
    assert ends(worker)


def test_an_ingest_that_is_stopped_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path / "mines.geojson", a_collection(a_feature(n=1)))
    monkeypatch.setenv("LODELINE_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.setattr("sys.argv", ["lodeline", "ingest", "ogr", str(path)])
    stopped: list[object] = []

    def stop(*_: object) -> int:
        stopped.append(list((tmp_path / "ws").rglob(".scratch-*")))
        os.kill(os.getpid(), signal.SIGTERM)
        return 0

    monkeypatch.setattr("geodata.ingest.sandbox.run_command", stop)
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert ended.value.code == 143
    assert stopped[0], "there was a scratch folder to be left"
    assert list((tmp_path / "ws").rglob(".scratch-*")) == []
    assert list((tmp_path / "ws" / "batches").rglob("batch.json")) == []
