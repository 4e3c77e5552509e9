"""How is each layer of the QGIS project described: whose features, which symbols, which names?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote

from geodata.control.sources import SourceSelection
from geodata.store.drawings import TilesetAbout
from service.styles.expressions import day_number
from service.styles.palette import Colours, Palette

PAGE_SIZE = 1000
_GEOMETRY = {"marker": "0", "line": "1", "fill": "2"}
"""QGIS's number of the geometry a kind of symbol draws."""
_CLASS = {"marker": "SimpleMarker", "line": "SimpleLine", "fill": "SimpleFill"}
_LINE, _POINT = "geometry_type(@geometry) = 'Line'", "geometry_type(@geometry) = 'Point'"
_SHARE = """CASE WHEN "share" >= 0.95 THEN "status" WHEN "share" > 0.05 THEN 'uncertain' END"""
_STATUS = {
    "government": "government-held (at least 95 % of the area where it may lie)",
    "unknown": "not known (not covered by the source)",
    "occupied": "occupied (at least 95 %)",
    "contested": "contested (at least 95 %)",
    "uncertain": "one status in part (5 to 95 %)",
}
_VERDICT = {
    "government": "government-held",
    "unknown": "not known",
    "occupied": "occupied",
    "contested": "contested",
    "uncertain": "uncertain",
}


@dataclass(frozen=True)
class Symbol:
    """A symbol of one layer. kind: marker, line or fill. options: QGIS's own, by name."""

    kind: str
    options: Mapping[str, str]

    @property
    def geometry(self) -> str:
        """QGIS's number of what it draws."""
        return _GEOMETRY[self.kind]

    @property
    def symbol_class(self) -> str:
        """QGIS's class of its one layer."""
        return _CLASS[self.kind]


@dataclass(frozen=True)
class Letters:
    """How names are written: colour, its halo, size, weight."""

    colour: str
    halo: str
    size_pt: float
    bold: bool = False


@dataclass(frozen=True)
class Category:
    """The symbol of one value."""

    value: str
    label: str
    symbol: Symbol


@dataclass(frozen=True)
class Rule:
    """How a source-layer is drawn or named: which features, from which level on (-1: all)."""

    source_layer: str
    symbol: Symbol | None = None
    letters: Letters | None = None
    where: str = ""
    zoom: int = -1


@dataclass(frozen=True)
class Layer:
    """What all layers have. source: the address as QGIS keeps it. shown: at first."""

    id: str
    title: str
    source: str
    shown: bool = True
    opacity: float = 1.0
    name_field: str = ""


@dataclass(frozen=True, kw_only=True)
class ItemsLayer(Layer):
    """Items of a collection, a symbol for each value of an attribute or expression.

    through_time: it follows the temporal controller. letters: of the names, None without.
    """

    geometry: str
    attribute: str
    categories: tuple[Category, ...]
    through_time: bool = False
    letters: Letters | None = None
    type: str = "vector"
    provider: str = "OAPIF"
    crs: str = "EPSG:4326"


@dataclass(frozen=True, kw_only=True)
class TilesLayer(Layer):
    """Vector tiles."""

    drawn: tuple[Rule, ...]
    named: tuple[Rule, ...] = ()
    type: str = "vector-tile"
    provider: str = "vectortile"
    crs: str = "EPSG:3857"


@dataclass(frozen=True)
class Collections:
    """Where items are: QGIS sends what stands behind the base with every request.

    base: of the service. day: that is shown. source: whose map it is. chosen: whether the source is
    another than the one that answers for the day, and so has to be asked for by name. release: the
    one to keep to, None for the current.
    """

    base: str
    day: date
    source: str
    chosen: bool
    release: str | None = None

    def address(self, collection: str, *, of_source: bool = False) -> str:
        """Items as QGIS keeps their address; what is not in view is not asked for."""
        only = f" filter='\"source\" = \\'{self.source}\\''" if of_source else ""
        pinned = f"/?release={self.release}" if self.release else ""
        return (
            f" url='{self.base}{pinned}' typename='{collection}' pagingEnabled='true' "
            f"pageSize='{PAGE_SIZE}' restrictToRequestBBOX='1'{only}"
        )

    def on_day(self, collection: str) -> str:
        """The collection on the day: QGIS has no other way to ask for one."""
        return f"{collection}-on-{self.day}"


def tiles_address(url: str, about: TilesetAbout) -> str:
    """Tiles as QGIS keeps their address: what its own parser would take apart is escaped, no more.

    QGIS 3.40 draws nothing, without a word, where slashes and colons are escaped; 3.22 takes both.
    """
    return f"type=xyz&url={quote(url, safe=':/{}?')}&zmin={about.minzoom}&zmax={about.maxzoom}"


def name_in(lang: str) -> str:
    """The name of a feature; the English one where there is none in the language."""
    return '"name_en"' if lang == "en" else f'coalesce("name_{lang}", "name_en")'


# Collections


def deposits(at: Collections, palette: Palette, lang: str) -> ItemsLayer:
    """Deposits by their verdict on the day, with names; by spans where the source was chosen.

    A verdict by a source that is named has no collection QGIS could open.
    """
    title = f"Deposits by verdict on {at.day}"
    if at.chosen:
        address = at.address(at.on_day("timelines"), of_source=True)
        return replace(spans(at, palette), id="lodeline_deposits", title=title, source=address,
                       shown=True, through_time=False)  # fmt: skip
    return ItemsLayer(
        "lodeline_deposits",
        title,
        at.address(at.on_day("deposits")),
        name_field=name_in(lang),
        geometry="Point",
        attribute="control",
        categories=_verdicts(_VERDICT, palette),
        letters=Letters(palette.basemap["label"], palette.basemap["halo"], 8, bold=True),
    )


def spans(at: Collections, palette: Palette) -> ItemsLayer:
    """Deposits through time, coloured by the status of the area where they may lie."""
    return ItemsLayer(
        "lodeline_timelines",
        f"Deposits through time ({at.source})",
        at.address("timelines", of_source=True),
        shown=False,
        geometry="Point",
        attribute=_SHARE,
        categories=_verdicts(_STATUS, palette),
        through_time=True,
    )


def land(at: Collections, palette: Palette) -> ItemsLayer:
    """Land under a status, through time."""
    return ItemsLayer(
        "lodeline_control",
        f"Territorial control through time ({at.source})",
        at.address("control", of_source=True),
        shown=False,
        opacity=palette.opacity,
        geometry="Polygon",
        attribute="status",
        categories=tuple(Category(n, n, _fill(colour)) for n, colour in palette.control.items()),
        through_time=True,
    )


def land_on_day(at: Collections, palette: Palette, *, shown: bool) -> ItemsLayer:
    """The same on the day alone, as features to select and measure."""
    return replace(
        land(at, palette),
        id="lodeline_control_day",
        title=f"Territorial control on {at.day} ({at.source}), features",
        source=at.address(at.on_day("control")),
        shown=shown,
        through_time=False,
    )


def _verdicts(labels: Mapping[str, str], palette: Palette) -> tuple[Category, ...]:
    halo = palette.basemap["halo"]
    return tuple(
        Category(name, label, _marker(palette.verdict[name], halo, 2.6))
        for name, label in labels.items()
    )


# Tiles


def _behind(choice: SourceSelection) -> str:
    """The day of the data behind a map, where that is another than the map's own."""
    return f", data up to {choice.asof}" if choice.stale_days else ""


def land_tiles(address: str, palette: Palette, choice: SourceSelection) -> TilesLayer:
    """Land by its status on one day, by one source."""
    day = day_number(choice.day)
    valid = f'"source" = \'{choice.source}\' and "valid_from" <= {day} and "valid_to" > {day}'
    return TilesLayer(
        "lodeline_control_tiles",
        f"Territorial control on {choice.day} ({choice.source}{_behind(choice)}), vector tiles",
        address,
        opacity=palette.opacity,
        drawn=tuple(
            Rule("control", _fill(colour), where=f"{valid} and \"status\" = '{name}'")
            for name, colour in palette.control.items()
        ),
    )


def base_map(address: str, colours: Colours, lang: str) -> TilesLayer:
    """The ground with its names."""
    return TilesLayer(
        "lodeline_basemap",
        "Base map",
        address,
        name_field=name_in(lang),
        drawn=_ground(colours),
        named=_names(colours),
    )


def _ground(colours: Colours) -> tuple[Rule, ...]:
    """From land up to borders."""
    disputed = '"disputed" = true'
    return (
        Rule("land", _fill(colours["land"])),
        Rule("water", _fill(colours["lake"])),
        Rule("rivers", _line(colours["river"], 0.25)),
        Rule("oblasts", _line(colours["oblast"], 0.25), where=_LINE, zoom=4),
        Rule("borders", _line(colours["border"], 0.4), where=f"not ({disputed})"),
        Rule("borders", _line(colours["border"], 0.4, dashed=True), where=disputed),
        Rule("places", _marker(colours["label"], colours["halo"], 1.2), zoom=5),
    )


def _names(colours: Colours) -> tuple[Rule, ...]:
    halo = colours["halo"]
    faint = Letters(colours["faint_label"], halo, 9)
    return (
        Rule("seas", letters=Letters(colours["sea_label"], colours["sea"], 9)),
        Rule("countries", letters=faint),
        Rule("oblasts", letters=faint, where=_POINT, zoom=6),
        Rule("places", letters=Letters(colours["label"], halo, 8), zoom=4),
    )


# Symbols


def rgba(colour: str) -> str:
    """`#rrggbb` as QGIS writes it: red,green,blue,alpha of 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return f"{red},{green},{blue},255"


def _fill(colour: str) -> Symbol:
    """An area; its edge has its colour, so that none shows where two areas meet."""
    options = {
        "color": rgba(colour),
        "style": "solid",
        "outline_style": "solid",
        "outline_color": rgba(colour),
        "outline_width": "0.1",
    }
    return Symbol("fill", options)


def _line(colour: str, width_mm: float, *, dashed: bool = False) -> Symbol:
    options = {
        "line_color": rgba(colour),
        "line_width": str(width_mm),
        "line_style": "dash" if dashed else "solid",
        "joinstyle": "round",
    }
    return Symbol("line", options)


def _marker(colour: str, outline: str, size_mm: float) -> Symbol:
    """A round mark with a rim."""
    options = {
        "name": "circle",
        "color": rgba(colour),
        "outline_color": rgba(outline),
        "outline_width": "0.3",
        "size": str(size_mm),
    }
    return Symbol("marker", options)
