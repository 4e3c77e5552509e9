"""What is a layer's collection called: by its own name where a URL can hold it."""

import re
import unicodedata

from geodata.errors import InvalidInput
from geodata.release.layers import RESERVED
from schemas.layer import LAYER_ID

LONGEST = 64


def layer_id(name: str) -> str:
    """The name itself where it is fit for URLs, else its ASCII letters and digits, hyphenated.

    A name that has none of these gives 'layer'.
    """
    if re.fullmatch(LAYER_ID, name):
        return name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST].strip("-")
    return slug or "layer"


def checked_id(name: str) -> str:
    """An id fit for a layer. Raises InvalidInput where it is not, or is taken by a collection."""
    if not re.fullmatch(LAYER_ID, name):
        raise InvalidInput(
            f"--id {name[:80]!r} cannot name a collection; give 1 to 64 letters, digits, _ . - "
            "and no dot first",
            parameter="id",
        )
    if name.lower() in RESERVED:
        raise InvalidInput(
            f"{name!r} is a collection of Lodeline; name the layer otherwise: --id my-{name}",
            parameter="id",
        )
    return name


def numbered(name: str, taken: set[str]) -> str:
    """The name, with a number where another layer of the batch has it, whatever its case."""
    free, number = name, 1
    while free.lower() in taken:
        number += 1
        free = f"{name[: LONGEST - 4]}-{number}"
    return free
