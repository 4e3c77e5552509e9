"""How does the text of a filter become something that selects rows?"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from geodata.cql2.arrays import mask_of
from geodata.cql2.check import Scope, checked
from geodata.cql2.frame import Frame
from geodata.cql2.literals import CRS84_FILTER, FilterCrs
from geodata.cql2.parser import Language, parsed
from geodata.cql2.tree import Node, canonical, properties_of
from geodata.types import Mask
from schemas.record import Column


@dataclass(frozen=True)
class Filter:
    """A checked filter.

    properties: names of the columns it reads, in order of appearance. canonical: a text that is
    the same for all spellings of the filter, text or JSON, and differs for different filters.
    """

    tree: Node = field(repr=False)
    properties: tuple[str, ...]
    canonical: str

    def mask(self, frame: Frame) -> Mask:
        """(n,) True for the rows the filter selects; false and unknown are left out.

        Raises InvalidInput where evaluation meets a value it cannot work with.
        """
        return mask_of(self.tree, frame)


def compile_filter(
    text: str,
    lang: Language,
    columns: tuple[Column, ...],
    *,
    aliases: Mapping[str, str] | None = None,
    crs: FilterCrs | None = None,
) -> Filter:
    """A filter read, bounded and checked against the columns of a collection.

    aliases: further names of columns, like `geom` for `geometry`, which is always known. crs: of
    coordinates in the filter; CRS84 where None. Raises InvalidInput with parameter `filter`.
    """
    scope = Scope.of(columns, aliases or {}, crs or CRS84_FILTER)
    tree = checked(parsed(text, lang), scope)
    return Filter(tree, tuple(dict.fromkeys(properties_of(tree))), canonical(tree))
