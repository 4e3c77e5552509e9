"""How does SVG become PNG: by resvg, in a process of its own?

Run as a script in the sandbox of `geodata.ingest`: the binding holds the interpreter's lock while
it draws, a second for a large picture, in which a server would answer nobody. The request
(JSON, first argument) names the file to read, the file to write, and the fonts.
"""

import json
import sys
from pathlib import Path


def main(request: dict[str, object]) -> None:
    """Draw one picture."""
    import resvg_py  # noqa: PLC0415 - the limits are set before anything is loaded

    svg = Path(str(request["svg"])).read_text("utf-8")
    fonts = [str(path) for path in list(request["fonts"])]  # type: ignore[call-overload]
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=fonts)
    Path(str(request["png"])).write_bytes(bytes(png))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
