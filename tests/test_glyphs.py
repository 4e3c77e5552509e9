"""Do the glyph ranges hold letters a map can draw, and are hostile names refused?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pytest

from geodata.data import packaged as facts
from geodata.errors import NotFound
from geodata.rasters.lettering import STRIP
from service.routes.styles import FOLDER, FONTS, LAST_RANGE, RANGE, glyph_range, range_file
from tests.served import Client
from tools import basemap, glyphs
from tools.glyphs import BORDER_PX, EM_PX, RANGES

REGULAR, BOLD = FONTS
ALPHABET = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
OUTLINE = 191
"""The value on the outline: 255 less the quarter that lies outside."""


@dataclass(frozen=True)
class Read:
    """A glyph as a map reads it; field: (rows, columns) with borders, or None."""

    field: npt.NDArray[np.uint8] | None
    width: int
    height: int
    left: int
    top: int
    advance: int


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _fields(content: bytes) -> list[tuple[int, int | bytes]]:
    """A protobuf message as pairs of field number and value, in order."""
    at, found = 0, []
    while at < len(content):
        key, at = _varint(content, at)
        value, at = _varint(content, at)
        if key & 7 == 2:
            found.append((key >> 3, content[at : at + value]))
            at += value
        else:
            assert key & 7 == 0
            found.append((key >> 3, value))
    assert at == len(content)
    return found


def _signed(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _read_glyph(content: bytes) -> tuple[int, Read]:
    fields = dict(_fields(content))
    width, height = int(fields[3]), int(fields[4])
    picture = fields.get(2)
    field = None
    if picture is not None:
        shape = (height + 2 * BORDER_PX, width + 2 * BORDER_PX)
        field = np.frombuffer(bytes(picture), np.uint8).reshape(shape)
    left, top = _signed(int(fields[5])), _signed(int(fields[6]))
    return int(fields[1]), Read(field, width, height, left, top, int(fields[7]))


def _read_stack(content: bytes) -> tuple[str, str, dict[str, Read]]:
    """Name, range and glyphs by letter."""
    ((number, stack),) = _fields(content)
    assert number == 1
    fields = _fields(bytes(stack))
    texts = {number: bytes(value).decode() for number, value in fields if number in {1, 2}}
    letters = dict(_read_glyph(bytes(value)) for number, value in fields if number == 3)
    return texts[1], texts[2], {chr(code): glyph for code, glyph in letters.items()}


@cache
def _letters(stack: str = REGULAR) -> dict[str, Read]:
    ranges = [glyph_range(stack, start) for start in RANGES]
    return {letter: glyph for one in ranges for letter, glyph in _read_stack(one)[2].items()}


def test_a_range_tells_its_font_and_its_numbers() -> None:
    name, numbers, letters = _read_stack(glyph_range(REGULAR, 1024))
    assert (name, numbers) == (REGULAR, "1024-1279")
    assert {ord(letter) // 256 for letter in letters} == {4}


@pytest.mark.parametrize("stack", FONTS)
def test_all_letters_of_ukrainian_are_there_and_distinct(stack: str) -> None:
    letters = _letters(stack)
    wanted = ALPHABET + ALPHABET.upper() + "'\u2019\u02bc\u2013\u2116"
    pictures = [letters[letter].field for letter in wanted]
    assert all(picture is not None for picture in pictures)
    cyrillic = {(p.shape, p.tobytes()) for p in pictures[: 2 * len(ALPHABET)]}  # type: ignore[union-attr]
    assert len(cyrillic) == 2 * len(ALPHABET)


@pytest.mark.parametrize("stack", FONTS)
def test_letters_of_the_neighbours_are_there(stack: str) -> None:
    assert set("AZaz09.,-()ŁłóńśźżčšžęąőűșțăâîĐñß°²") <= set(_letters(stack))


def test_a_bar_is_inside_where_its_ink_is_and_a_ring_is_hollow() -> None:
    bar = _letters()["I"].field
    assert bar is not None
    middle = bar[bar.shape[0] // 2]
    assert middle.max() > OUTLINE
    assert middle[0] < OUTLINE > middle[-1]
    ring = _letters()["O"].field
    assert ring is not None
    row = ring[ring.shape[0] // 2] > OUTLINE
    runs = np.flatnonzero(np.diff(row.astype(int)) == 1)
    assert len(runs) == 2, "ink, a hole, ink"


def test_distances_are_exact_along_a_straight_edge() -> None:
    dash = _letters()["\u2014"].field
    assert dash is not None
    column = dash[:, dash.shape[1] // 2].astype(float)
    rising = column[: column.argmax() + 1]
    inner = rising[(rising > 0) & (rising < OUTLINE)]
    assert len(inner) >= 3
    assert np.diff(inner) == pytest.approx(256 / 8, abs=1.01), "a pixel is an eighth of the range"


def test_ink_is_heavier_in_bold() -> None:
    def ink(stack: str) -> float:
        fields = (_letters(stack)[letter].field for letter in ALPHABET)
        return float(np.mean([(field > OUTLINE).sum() for field in fields if field is not None]))

    assert ink(BOLD) > 1.3 * ink(REGULAR)


@pytest.mark.parametrize("stack", FONTS)
def test_letters_advance_as_far_as_letters_do(stack: str) -> None:
    letters = _letters(stack)
    assert letters["i"].advance < letters["n"].advance < letters["m"].advance <= EM_PX
    for letter in ALPHABET:
        glyph = letters[letter]
        assert 3 <= glyph.advance <= EM_PX * 1.2
        assert abs(glyph.left + glyph.width / 2 - glyph.advance / 2) < 3, "it stands in its box"


def test_letters_stand_on_one_line() -> None:
    letters = _letters()
    bases = {letters[letter].top - letters[letter].height for letter in "HIНПТЛx"}
    assert len(bases) == 1, "all end on the baseline"
    assert letters["Ї"].top > letters["І"].top == letters["H"].top
    below = letters["щ"].top - letters["щ"].height
    assert below < bases.pop()


def test_a_blank_has_an_advance_and_no_picture() -> None:
    blank = _letters()[" "]
    assert blank.field is None
    assert (blank.width, blank.height) == (0, 0)
    assert blank.advance > 2


@pytest.mark.parametrize("start", [768, 12_288, LAST_RANGE])
def test_a_range_without_a_file_is_a_stack_without_glyphs(start: int) -> None:
    numbers = f"{start}-{start + RANGE - 1}"
    assert _read_stack(glyph_range(REGULAR, start)) == (REGULAR, numbers, {})


def test_of_a_composite_stack_the_first_known_font_is_taken() -> None:
    assert glyph_range(f"Open Sans Regular,{BOLD}, {REGULAR}", 0) == glyph_range(BOLD, 0)


@pytest.mark.parametrize("start", [-256, 1, 255, 65_536, 1_000_000])
def test_what_begins_no_range_is_not_found(start: int) -> None:
    with pytest.raises(NotFound, match="no range"):
        glyph_range(REGULAR, start)


def test_the_inside_follows_the_winding_of_overlapping_parts() -> None:
    square = np.array([[0, 0], [8, 0], [8, 8], [0, 8], [0, 0]], dtype=float)
    both = [np.stack([ring[:-1], ring[1:]], axis=1) for ring in (square, square + 4)]
    points = np.array([2.0, 6, 10, 14])
    field = glyphs._field(np.concatenate(both), points, points)
    assert (field > OUTLINE).diagonal().tolist() == [True, True, True, False]


# Packaged


@pytest.mark.parametrize("start", RANGES)
@pytest.mark.parametrize("stack", FONTS)
def test_a_packaged_range_is_the_one_drawn_of_the_font(stack: str, start: int) -> None:
    name, numbers, packaged = _read_stack(glyph_range(stack, start))
    *words, drawn = _read_stack(glyphs.glyph_range(stack, start))
    assert [name, numbers] == words
    assert packaged.keys() == drawn.keys()
    for letter, glyph in packaged.items():
        _looks_alike(glyph, drawn[letter])


def _looks_alike(one: Read, other: Read) -> None:
    """Equal but for a step of the distances, which the arithmetic of another machine may round."""
    assert replace(one, field=None) == replace(other, field=None)
    if one.field is None or other.field is None:
        assert one.field is other.field
    else:
        np.testing.assert_allclose(one.field.astype(int), other.field.astype(int), rtol=0, atol=1)


def test_the_letters_of_legends_are_those_drawn_of_the_font() -> None:
    drawn = glyphs.strip()
    with np.load(STRIP) as packaged:
        assert set(packaged) == set(drawn)
        for name in ("codes", "advances"):
            assert (packaged[name] == drawn[name]).all()
        inks = packaged["ink"].astype(int) - drawn["ink"].astype(int)
    assert np.abs(inks).max() <= 1, "but for a step that another machine may round"
    assert STRIP.stat().st_size < 40_000


def test_no_range_is_packaged_but_those_that_are_drawn() -> None:
    drawn = {range_file(stack, start) for stack in FONTS for start in RANGES}
    assert set(FOLDER.glob("*.gz")) == drawn
    assert sum(path.stat().st_size for path in drawn) < 350_000


def test_every_letter_of_a_packaged_name_is_in_both_fonts() -> None:
    letters = {letter for name in _packaged_names() for letter in name}
    assert len(letters) > 120
    for stack in FONTS:
        assert letters <= set(_letters(stack))


def _packaged_names() -> Iterator[str]:
    """What the map writes: names of the base map, of deposits, settlements and areas."""
    tables: list[gpd.GeoDataFrame] = [
        *basemap.source_layers().values(),
        facts.deposits(),
        facts.settlements(),
        facts.admin_areas(),
    ]
    for table in tables:
        for column in {"name_en", "name_uk"} & set(table.columns):
            yield from table[column].dropna()


def test_the_font_carries_its_licence_and_its_reserved_name_is_left_alone() -> None:
    licence = (FOLDER / "OFL.txt").read_text("utf-8")
    assert "Reserved Font Name 'Source'" in licence
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert not any("source" in name.lower() for name in (*FONTS, *FONTS.values()))
    notice = (Path(__file__).parent.parent / "NOTICE").read_text("utf-8")
    assert "geodata/fonts/OFL.txt" in notice


# Served


def test_a_range_is_served_for_a_week(client: Client) -> None:
    answer = client.get("/fonts/Lodeline%20Regular/1024-1279.pbf")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/x-protobuf"
    assert "max-age=604800" in answer.headers["cache-control"]
    assert answer.body == glyph_range(REGULAR, 1024)
    again = client.get(
        "/fonts/Lodeline%20Regular/1024-1279.pbf", If_None_Match=answer.headers["etag"]
    )
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Arial/0-255", 404),
        ("..%2F..%2Fetc/0-255", 404),
        ("Lodeline%20Regular/256-300", 400),
        ("Lodeline%20Regular/0-256", 400),
        ("Lodeline%20Regular/1-256", 404),
        ("Lodeline%20Regular/65536-65791", 404),
        ("Lodeline%20Regular/-0-255", 400),
        ("Lodeline%20Regular/a-b", 400),
        ("Lodeline%20Regular/%D9%A0-255", 400),
        ("Lodeline%20Regular/" + "9" * 5000 + "-255", 400),
        ("Lodeline%20Regular/0-255%00", 400),
        (",,,,/0-255", 404),
        ("%00/0-255", 404),
        ("lodeline%20regular/0-255", 404),
        ("x" * 5000 + "/0-255", 404),
    ],
)
def test_hostile_names_and_ranges_are_refused(client: Client, path: str, status: int) -> None:
    answer = client.get(f"/fonts/{path}.pbf")
    assert answer.status == status
    assert len(answer.body) < 2_000
    assert answer.problem()["status"] == answer.status
