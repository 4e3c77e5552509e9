"""What does a user say of a file, and which layer gets which id?"""

import re
from dataclasses import dataclass

from geodata.errors import InvalidInput
from geodata.features.user_layers import RESERVED
from geodata.ingest.options import LayerOptions
from geodata.ingest.outcome import BatchDraft
from geodata.ingest.register import LONGEST, Register
from geodata.ingest.romanisation import ascii_name
from geodata.ingest.rules import layer_issue
from geodata.ingest.stored_input import StoredInput
from geodata.ingest.vector.days import DayOptions
from geodata.ingest.vector.geometry import moved_from
from geodata.ingest.vector.layer import LayerIdentity
from geodata.ingest.vector.reader import RawLayer
from schemas import Issue
from schemas.layers import LAYER_ID


@dataclass(frozen=True)
class VectorOptions(LayerOptions):
    """What the user says of the file. layers: those to take, all where none is named.

    begin, end, closed: see DayOptions.
    """

    layers: tuple[str, ...] = ()
    begin: str | None = None
    end: str | None = None
    closed: bool | None = None

    @property
    def days(self) -> DayOptions:
        """What the user says of the days of its features."""
        return DayOptions(self.begin, self.end, self.closed)

    def check(self) -> None:
        """Raises InvalidInput where options cannot be met: a CRS or an id that is none, a lone end.

        They are those that cannot be met whatever the file holds.
        """
        super().check()
        self.days.check()
        if self.crs is not None:
            moved_from(self.crs)
        if self.id is not None:
            check_id(self.id)
        elif self.replace:
            raise InvalidInput(
                "--replace takes the place of the collection named by --id; name it", parameter="id"
            )


def layer_ids(
    raws: list[RawLayer], stored: StoredInput, options: VectorOptions, draft: BatchDraft
) -> tuple[list[LayerIdentity], list[Issue]]:
    """What each layer is called, and why where it is not by its own name.

    Raises Conflict where the id a user names is held by a layer of another input.
    """
    register, identities, issues = draft.register, [], []
    for raw in raws:
        if options.id is not None:
            id_ = register.given(options.id, raw.name, replace=options.replace)
        else:
            id_ = register.derived(layer_id(raw.name), raw.name)
            issues += _renamed(raw.name, id_, register)
        identities.append(_identity(raw, id_, stored, options, draft.id))
    return identities, issues


def _renamed(name: str, id_: str, register: Register) -> list[Issue]:
    """A note where a layer is not called by its own name; none where it is."""
    wanted = layer_id(name)
    if id_ == name:
        return []
    if id_ == wanted:
        return [layer_issue("layer_name_fits_urls", "note", name, f"{name!r}, now {id_!r}")]
    text = f"{name!r}, now {id_!r}; {wanted!r} is of {register.held_by(wanted)}"
    return [layer_issue("layer_name_is_free", "note", name, text)]


def check_layers(raws: list[RawLayer], others: set[str], options: VectorOptions) -> None:
    """Raises InvalidInput where the options do not fit the layers. others: those not taken."""
    names = [raw.name for raw in raws]
    lost = sorted(set(options.layers) - set(names))
    if lost:
        known = ", ".join(sorted(others | set(names))[:20]) or "none"
        raise InvalidInput(f"there is no layer {lost[0]!r}; there are: {known}", parameter="layer")
    if len(raws) > 1 and (options.id or options.title):
        raise InvalidInput(
            f"--id and --title name one layer, the file has {len(raws)} ({', '.join(names[:20])}); "
            "pick one with --layer",
            parameter="id",
        )


def _identity(
    raw: RawLayer, id_: str, stored: StoredInput, options: VectorOptions, batch_id: str
) -> LayerIdentity:
    return LayerIdentity(
        id=id_,
        name=raw.name,
        title=options.title or raw.name,
        description=f"Layer {raw.name} of {stored.name}, {raw.format.name}.",
        batch=batch_id,
        licence=options.licence,
        attribution=options.attribution,
    )


def layer_id(name: str) -> str:
    """The name itself where it is fit for URLs, else its letters in ASCII and digits, hyphenated.

    Родовища gives 'rodovyshcha'; a name that has no letter or digit of any script gives 'layer'.
    """
    if re.fullmatch(LAYER_ID, name):
        return name
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name(name).lower()).strip("-")
    return slug[:LONGEST].strip("-") or "layer"


def check_id(name: str) -> None:
    """Raises InvalidInput where an id cannot name a layer, or names a collection of ours."""
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
