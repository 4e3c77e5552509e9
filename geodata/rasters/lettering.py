"""How are labels written into a small picture: with letters cut from one strip of them?

A bitmap font. `tools/glyphs.py` draws the strip, so that no library that draws text is needed for
one picture; it stands alone because that tool reads `STRIP` and `INKS` and no colours.
"""

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

import geodata

STRIP = Path(geodata.__file__).parent / "fonts" / "letters.npz"
INKS = 16
"""How dark a pixel may be: from 0, paper, to 15, ink."""
Letter = npt.NDArray[np.uint8]


def can_write(text: str) -> bool:
    """Whether every sign of a text is in the strip."""
    return set(text) <= _letters().keys()


def text_ink(text: str) -> Letter:
    """A text as ink of 0 to `INKS` - 1, (height, width); signs that are not there are left out."""
    known = _letters()
    blank = known[" "][:, :0]  # so that a text of no known sign has a height too
    return np.hstack([blank, *(known[sign] for sign in text if sign in known)])


@cache
def _letters() -> dict[str, Letter]:
    """Every letter as wide as it advances."""
    with np.load(STRIP) as strip:
        ends = np.cumsum(strip["advances"])[:-1]
        parts = np.split(strip["ink"], ends, axis=1)
        return dict(zip(map(chr, strip["codes"].tolist()), parts, strict=True))
