"""Which layers are taken from a file, and what each is called."""

from geodata.errors import InvalidInput
from geodata.ingest.fetch import Kept
from geodata.ingest.ogr.drive import RawLayer
from geodata.ingest.ogr.layer import Naming
from geodata.ingest.ogr.naming import checked_id, layer_id, numbered
from geodata.ingest.ogr.rules import layer_issue
from geodata.ingest.ogr.wishes import Wishes
from schemas import Issue


def namings(
    raws: list[RawLayer], kept: Kept, wishes: Wishes, batch_id: str, issues: list[Issue]
) -> list[Naming]:
    """What each layer is called. Raises InvalidInput where a name is a collection's already."""
    taken: set[str] = set()
    found = []
    for raw in raws:
        wanted = checked_id(wishes.id or layer_id(raw.name))
        free = numbered(wanted, taken)
        if free != raw.name and wishes.id is None:
            rule = "layer_name_is_free" if free != wanted else "layer_name_fits_urls"
            issues.append(layer_issue(rule, "note", raw.name, f"{raw.name!r}, now {free!r}"))
        taken.add(free.lower())
        found.append(_naming(raw, free, kept, wishes, batch_id))
    return found


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
        title=wishes.title or raw.name,
        description=f"Layer {raw.name} of {kept.name}, {raw.format.name}.",
        batch=batch_id,
        licence=wishes.licence,
        attribution=wishes.attribution,
    )
