"""Programs of others that run in Node: installed once from the lock in tests/browser, then run."""

import fcntl
import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "browser"
MODULES = FOLDER / "node_modules"
STAMP = MODULES / ".lock-installed"


@dataclass(frozen=True)
class Node:
    """Node with the packages of tests/browser/package.json."""

    program: str

    def run(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run in tests/browser; two minutes at most."""
        return subprocess.run(  # noqa: S603 - a program of the tests' own
            [self.program, *arguments],
            cwd=FOLDER,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=120,
        )

    def output(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """What it writes; it must succeed."""
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        return done.stdout


def node_or_skip() -> Node:
    """Node with its packages; the test is skipped where there is no Node."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        pytest.skip("Node and npm are not installed (Debian: nodejs npm)")
    with (FOLDER / ".install.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
        if not STAMP.exists() or STAMP.read_text() != lock:
            _install(npm)
            STAMP.write_text(lock)
    return Node(program)


def _install(npm: str) -> None:
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(  # noqa: S603
        command, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode:
        pytest.skip(f"the packages of tests/browser cannot be installed: {done.stderr[-500:]}")
