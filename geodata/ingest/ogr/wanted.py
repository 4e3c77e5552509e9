"""Which layers are taken from a file, and what each is called."""

from geodata.errors import InvalidInput
from geodata.ingest.ogr.drive import RawLayer
from geodata.ingest.ogr.layer import Naming
from geodata.ingest.ogr.naming import layer_id
from geodata.ingest.ogr.wishes import Wishes
from geodata.ingest.register import Register
from geodata.ingest.rules import layer_issue
from geodata.ingest.stored_input import Kept
from schemas import Issue


def namings(
    raws: list[RawLayer], kept: Kept, wishes: Wishes, batch_id: str, register: Register
) -> tuple[list[Naming], list[Issue]]:
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


def check_layers(raws: list[RawLayer], others: set[str], wishes: Wishes) -> None:
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


def _naming(raw: RawLayer, free: str, kept: Kept, wishes: Wishes, batch_id: str) -> Naming:
    return Naming(
        id=free,
        name=raw.name,
        title=wishes.title or raw.name,
        description=f"Layer {raw.name} of {kept.name}, {raw.format.name}.",
        batch=batch_id,
        licence=wishes.licence,
        attribution=wishes.attribution,
    )
