"""Where the peers are installed: one virtual environment each, kept for the next run."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.place import AbsentError

CACHE = "LODELINE_BENCH_CACHE"


@dataclass(frozen=True)
class Venv:
    """An environment of its own with the newest releases of some projects."""

    name: str
    projects: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """In LODELINE_BENCH_CACHE, or below the system's folder for temporary files."""
        cache = os.environ.get(CACHE) or Path(tempfile.gettempdir()) / "lodeline-bench"
        return Path(cache).resolve() / self.name

    def program(self, name: str) -> str:
        """Full path of an installed program."""
        return str(self.folder / "bin" / name)

    def install(self) -> None:
        """Make it unless a complete one is kept. Raises AbsentError with pip's last words."""
        complete = self.folder / "complete.json"
        if complete.is_file() and json.loads(complete.read_text()) == list(self.projects):
            return
        _run(sys.executable, "-m", "venv", "--clear", str(self.folder))
        _run(self.program("python"), "-m", "pip", "install", "--quiet", *self.projects)
        complete.write_text(json.dumps(self.projects))

    def versions(self) -> str:
        """Names and versions of the projects asked for."""
        names = [project.partition("[")[0] for project in self.projects]
        question = (
            "import sys; from importlib.metadata import version;"
            "print(', '.join(f'{n} {version(n)}' for n in sys.argv[1:]))"
        )
        return _run(self.program("python"), "-c", question, *names)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AbsentError(f"{' '.join(command[1:4])}: {done.stderr.strip()[-300:]}")
    return done.stdout.strip()
