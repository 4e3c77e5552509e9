"""Record answers and compare records.

    python -m tests.record record FOLDER
    python -m tests.record compare FOLDER FOLDER

A record is made before a change that should change no answer, and after it. Everything is made
anew in a temporary folder: a release of the packaged facts, then one with two feeds of maps, a
layer and a raster besides. The clock stands still, so that two records of one version are alike.
`compare` ends with status 1 where anything differs.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.record.differences import compared
from tests.record.recorder import record


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.record",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("record", help="ask everything and write what is answered")
    making.add_argument("folder", type=Path, help="a folder that is not there yet")
    comparing = commands.add_parser("compare", help="say what differs between two records")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    asked = parser.parse_args()
    if asked.command == "record":
        with tempfile.TemporaryDirectory(prefix="lodeline-record-") as scratch:
            count = record(asked.folder, Path(scratch))
        print(f"{count} answers in {asked.folder}")
        return
    lines = list(compared(asked.before, asked.after))
    print("\n".join(lines))
    sys.exit(1 if len(lines) > 1 else 0)


if __name__ == "__main__":
    main()
