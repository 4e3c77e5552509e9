"""What do the colours, lines and signs of a picture mean: its legend, in words and as SVG?"""

from dataclasses import dataclass

from service.pages.picture.colours import Paint
from service.pages.picture.map_svg import sign_svg
from service.pages.picture.scene import STATES, Scene


@dataclass(frozen=True)
class Key:
    """One entry of the legend: what it shows, and its words. kind: a verdict or kind of land."""

    kind: str
    text: str


def legend_of(scene: Scene) -> list[Key]:
    """What of land and lines is drawn, and each verdict shown with how many have it.

    Where the map is of a part of the country, that the numbers are not of that part alone.
    """
    say, now = scene.words, scene.now
    land = [
        ("held", "land_occupied", any(not m.occupied.is_empty for m in scene.moments)),
        ("fought", "land_contested", any(not m.contested.is_empty for m in scene.moments)),
        ("line", "contact_line", any(not m.line.is_empty for m in scene.moments)),
    ]
    keys = [Key(kind, say(word)) for kind, word, is_drawn in land if is_drawn]
    if scene.differ is not None:
        keys.append(Key("other", say("differ_only", source=say.title(scene.differ))))
    shown = {sign.verdict for moment in scene.moments for sign in moment.signs}
    for verdict in (state for state in STATES if state in shown):
        n = now.counts.get(verdict, 0)
        alone = scene.then is None and n
        keys.append(Key(verdict, say(f"place_{verdict}", n) if alone else say(verdict)))
    if scene.state.at is not None and shown:
        keys.append(Key("note", say("picture_beyond")))
    return keys


def key_svg(key: Key, x: float, y: float, body: float, paint: Paint) -> str:
    """The sign of an entry, left of its words."""
    size = body * 0.92
    top, width, height = y - 0.78 * size, 1.45 * size, 0.95 * size
    box = f'x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
    edge = f'stroke="{paint.soft}" stroke-width="{size / 22:.2f}"'
    if key.kind == "note":
        return ""
    if key.kind == "line":
        middle = top + height / 2
        return (
            f'<path d="M{x:.1f} {middle:.1f}h{width:.1f}" stroke="{paint.line}" '
            f'stroke-width="{size / 6:.2f}"/>'
        )
    fills = {
        "held": [paint.held],
        "fought": [paint.fought, "url(#hatch-fought)"],
        "other": [paint.land, "url(#hatch-other)"],
    }
    if key.kind in fills:
        return "".join(f'<rect {box} fill="{fill}" {edge}/>' for fill in fills[key.kind])
    return sign_svg(key.kind, x + (width - height) / 2, top, height, paint)


def patterns(paint: Paint, unit: float) -> str:
    """Hatches: of contested land, and of land that is occupied after another source alone."""
    size, line = 6 * unit, 1.5 * unit
    return "".join(
        f'<pattern id="hatch-{name}" width="{size:.2f}" height="{size:.2f}" '
        f'patternUnits="userSpaceOnUse" patternTransform="rotate({turn})">'
        f'<rect width="{line:.2f}" height="{size:.2f}" fill="{colour}"/></pattern>'
        for name, colour, turn in (
            ("fought", paint.fought_line, 45), ("other", paint.other, -45)
        )
    )  # fmt: skip
