"""Who draws pictures, and how many at a time: a few, and soon no more are taken on?"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from geodata.errors import Refused, Unavailable
from geodata.ingest.sandbox import Sandbox, SandboxLimits
from geodata.store.base import Store
from service.pages.picture.layout import svg_of
from service.pages.picture.lettering import font_files
from service.pages.picture.scene import scene_of
from service.params.map_state import WordedState

AT_ONCE, WAITING = 2, 6
"""Pictures a worker draws at a time, and how many requests may wait: each keeps a thread, of which
there are 40 for all requests."""
LIMITS = SandboxLimits(seconds=30, cpu_s=30, memory_bytes=1 << 30, file_bytes=64 << 20)
"""For the largest picture, 2000 by 2000, which takes 1.5 s of CPU and 80 MB."""
_SCRIPT = Path(__file__).parent / "rasterise.py"
_taken_on = threading.BoundedSemaphore(AT_ONCE + WAITING)
_drawing = threading.BoundedSemaphore(AT_ONCE)


def picture(store: Store, state: WordedState, width: int, height: int) -> bytes:
    """The picture of a state as PNG, the same bytes for the same release, state and size.

    Raises InvalidInput for what the release does not have, Unavailable while too many are drawn.
    """
    state.checked(store)
    with _place():
        return png_of(svg_of(scene_of(store, state), width, height))


def png_of(svg: str) -> bytes:
    """SVG as PNG of its own size. Raises Unavailable where it takes more than LIMITS."""
    with TemporaryDirectory(prefix="lodeline-picture-") as folder:
        scratch = Path(folder)
        source, target = scratch / "picture.svg", scratch / "picture.png"
        source.write_text(svg, "utf-8")
        request = {"svg": str(source), "png": str(target), "fonts": [*map(str, font_files())]}
        try:
            Sandbox(_SCRIPT, {}, LIMITS, scratch, "the picture").run(request)
            return target.read_bytes()
        except (Refused, OSError) as error:
            raise Unavailable("the picture could not be drawn; ask for a smaller one") from error


@contextmanager
def _place() -> Iterator[None]:
    """A turn to draw. Raises Unavailable where too many wait for one."""
    if not _taken_on.acquire(blocking=False):
        raise Unavailable("too many pictures are being drawn; ask again in a few seconds")
    try:
        with _drawing:
            yield
    finally:
        _taken_on.release()
