"""What does a user say of a file, and which layer gets which id?"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass

from geodata.errors import InvalidInput
from geodata.features.user_layers import RESERVED
from geodata.ingest.register import Register
from geodata.ingest.romanisation import ascii_name
from geodata.ingest.rules import layer_issue
from geodata.ingest.stored_input import StoredInput
from geodata.ingest.vector.geometry import moved_from
from geodata.ingest.vector.layer import LayerIdentity
from geodata.ingest.vector.reader import RawLayer
from schemas import Issue
from schemas.layers import LAYER_ID

LONGEST = 64


@dataclass(frozen=True)
class VectorOptions:
    """What the user says of the file.

    id, title: for its one layer. layers: those to take, all where none is named. crs: what its
    coordinates are, where the file does not say or says wrong. replace: take the place of the
    layer that has the id.
    """

    id: str | None = None
    title: str | None = None
    licence: str = "not stated"
    attribution: str = ""
    layers: tuple[str, ...] = ()
    crs: str | None = None
    replace: bool = False

    @property
    def hash(self) -> str:
        """Six characters by which other wishes make another batch."""
        said = {name: value for name, value in asdict(self).items() if name != "replace"}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:6]

    def check(self) -> None:
        """Raises InvalidInput where the CRS is no code of an authority, or the id fits no URL."""
        if self.id is not None:
            checked_id(self.id)
        elif self.replace:
            raise InvalidInput(
                "--replace takes the place of the collection named by --id; name it", parameter="id"
            )
        if self.crs is None:
            return
        if not re.fullmatch(r"[A-Za-z]{2,10}:[A-Za-z0-9]{1,12}", self.crs):
            raise InvalidInput(f"--crs {self.crs[:60]!r}: give a code, EPSG:32636", parameter="crs")
        moved_from(self.crs)


def layer_ids(
    raws: list[RawLayer],
    kept: StoredInput,
    wishes: VectorOptions,
    batch_id: str,
    register: Register,
) -> tuple[list[LayerIdentity], list[Issue]]:
    """What each layer is called, and why where it is not by its own name.

    Raises Conflict where the id a user names is held by a layer of another input.
    """
    if wishes.id is not None:
        ids = [register.given(wishes.id, raw.name, replace=wishes.replace) for raw in raws]
        return [_naming(raws[0], ids[0], kept, wishes, batch_id)] if raws else [], []
    names, issues = [], []
    for raw in raws:
        id_ = register.derived(layer_id(raw.name), raw.name)
        names.append(_naming(raw, id_, kept, wishes, batch_id))
        issues += _renamed(raw.name, id_, register)
    return names, issues


def _renamed(name: str, id_: str, register: Register) -> list[Issue]:
    """A note where a layer is not called by its own name; none where it is."""
    wanted = layer_id(name)
    if id_ == name:
        return []
    if id_ == wanted:
        return [layer_issue("layer_name_fits_urls", "note", name, f"{name!r}, now {id_!r}")]
    text = f"{name!r}, now {id_!r}; {wanted!r} is of {register.held_by(wanted)}"
    return [layer_issue("layer_name_is_free", "note", name, text)]


def check_layers(raws: list[RawLayer], others: set[str], wishes: VectorOptions) -> None:
    """Raises InvalidInput where the wishes do not fit the layers. others: those not taken."""
    names = [raw.name for raw in raws]
    lost = sorted(set(wishes.layers) - set(names))
    if lost:
        known = ", ".join(sorted(others | set(names))[:20]) or "none"
        raise InvalidInput(f"there is no layer {lost[0]!r}; there are: {known}", parameter="layer")
    if len(raws) > 1 and (wishes.id or wishes.title):
        raise InvalidInput(
            f"--id and --title name one layer, the file has {len(raws)} ({', '.join(names[:20])}); "
            "pick one with --layer",
            parameter="id",
        )


def _naming(
    raw: RawLayer, free: str, kept: StoredInput, wishes: VectorOptions, batch_id: str
) -> LayerIdentity:
    return LayerIdentity(
        id=free,
        name=raw.name,
        title=wishes.title or raw.name,
        description=f"Layer {raw.name} of {kept.name}, {raw.format.name}.",
        batch=batch_id,
        licence=wishes.licence,
        attribution=wishes.attribution,
    )


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
