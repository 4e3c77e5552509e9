"""Do the words of a picture fit any sheet, in any language, whatever they say?"""

from dataclasses import replace

import pytest
from served import THEN
from test_picture import sheet_of, state_of

from geodata.store.embedded import EmbeddedStore
from service.pages.picture.lettering import width_of, wrapped
from service.pages.picture.scene import scene_of

SIZES = [(200, 200), (2000, 300), (300, 2000), (1200, 630), (2000, 2000), (200, 2000), (2000, 200)]
STATES: list[dict[str, str]] = [
    {},
    {
        "lang": "uk",
        "minerals": "lithium,titanium,rare-earths,graphite",
        "role": "any",
        "rank": "any",
    },
    {"lang": "uk", "with": "2022-04-01", "territory": "new-territories-claimed", "theme": "dark"},
    {"deposit": "shevchenkivske_li", "at": "9/47.9/36.7", "verdicts": "occupied"},
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("words", STATES)
def test_no_word_leaves_the_picture_or_lies_on_another(
    store: EmbeddedStore, words: dict[str, str], size: tuple[int, int]
) -> None:
    width, height = size
    sheet = sheet_of(scene_of(store, state_of(day=THEN, **words)), width, height)

    x, y, map_width, map_height = sheet.map_box
    assert map_width * map_height >= 0.1 * width * height
    assert x + map_width <= width + 0.1
    assert y + map_height <= height + 0.1
    for text in sheet.texts:
        assert text.size >= 5.4
        assert 0 <= text.x < text.right <= width, text
        assert 0.7 * text.size <= text.y <= height - 0.2 * text.size, text
        inside = text.right > x and text.y > y and text.y - 0.7 * text.size < y + map_height
        assert not inside, f"{text.text!r} lies on the map"
    boxes = [(t.x, t.y - 0.7 * t.size, t.right, t.y + 0.1 * t.size) for t in sheet.texts]
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            apart = (one[0] >= other[2] or other[0] >= one[2]
                     or one[1] >= other[3] or other[1] >= one[3])  # fmt: skip
            assert apart, (one, other)


@pytest.mark.parametrize("size", [(200, 200), (2000, 300), (300, 2000), (1200, 630)])
@pytest.mark.parametrize("words", STATES)
def test_the_sentence_day_source_and_release_are_there_at_any_size(
    store: EmbeddedStore, words: dict[str, str], size: tuple[int, int]
) -> None:
    scene = scene_of(store, state_of(day=THEN, **words))

    said = " ".join(text.text for text in sheet_of(scene, *size).texts)

    assert scene.title in said
    assert scene.lead in said
    assert store.manifest.id in said
    assert "CC BY 4.0" in said
    assert "Natural Earth" in said


def test_a_sentence_that_fits_nowhere_is_cut_and_says_so(store: EmbeddedStore) -> None:
    minerals = ",".join(sorted(set(store.facts.deposits["commodity"])))
    scene = scene_of(store, state_of(day=THEN, with_="2022-04-01", minerals=minerals, lang="uk"))
    longer = replace(scene, title=scene.title * 3)

    for size in ((200, 200), (2000, 200), (200, 2000)):
        texts = sheet_of(longer, *size).texts
        assert all(text.right <= size[0] and text.y < size[1] for text in texts)
        said = " ".join(text.text for text in texts)
        assert longer.title in said or "…" in said
        assert store.manifest.id in said
        assert longer.lead in said


def test_lines_are_no_wider_than_asked_and_lose_no_letter() -> None:
    for text in ("", "a", "Дніпропетровська область", "x" * 300, "a  b", "one " * 80):
        for width in (8.0, 50.0, 333.0):
            lines = wrapped(text, 12, width)
            assert all(width_of(line, 12) <= max(width, 12) for line in lines)
            assert "".join(lines).replace(" ", "") == text.replace(" ", "")
