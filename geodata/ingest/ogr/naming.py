"""What is a layer's collection called: by its own name where a URL can hold it."""

import re

from geodata.errors import InvalidInput
from geodata.features.user_layers import RESERVED
from geodata.ingest.romanisation import ascii_name
from schemas.layers import LAYER_ID

LONGEST = 64


def layer_id(name: str) -> str:
    """The name itself where it is fit for URLs, else its letters in ASCII and digits, hyphenated.

    Родовища gives 'rodovyshcha'; a name that has no letter or digit of any script gives 'layer'.
    """
    if re.fullmatch(LAYER_ID, name):
        return name
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name(name).lower()).strip("-")
    return slug[:LONGEST].strip("-") or "layer"


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
