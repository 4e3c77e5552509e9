"""Is the map of use: two days over the front, play, names beside signs, scale, edges?"""

import pytest
from map_page import DESKS, PHONES, TURN, MapPage

BESIDE_DIVIDER = """() => {
  const x = document.getElementById('divider').getBoundingClientRect();
  const middle = x.left + x.width / 2 - document.getElementById('map').getBoundingClientRect().left;
  const height = map.getContainer().clientHeight;
  const kinds = new Set();
  for (let y = 0; y < height; y += 6) {
    const layers = map.queryRenderedFeatures([middle, y], {layers: ['control-fill', 'land']})
      .map(f => f.layer.id);
    kinds.add(layers.includes('control-fill') ? 'held' : layers.includes('land') ? 'free' : 'sea');
  }
  return [...kinds];
}"""


@pytest.mark.parametrize(
    "at", ["5.00/48.5000/31.5000", "7.00/48.3000/37.3000", "9.00/49.8400/24.0200", None]
)
def test_compare_opens_over_the_front(open_page: MapPage, at: str | None) -> None:
    open_page.show("#day=2025-07-05" + (f"&at={at}" if at else ""))
    for _ in range(2):
        open_page.tab.click("#toggle-compare")
        open_page.until("() => globalThis.mapB && !document.getElementById('divider').hidden")
        open_page.tab.wait_for_timeout(600)
        open_page.settle()
        assert {"held", "free"} <= set(open_page.run(BESIDE_DIVIDER))
        left = open_page.run("() => document.getElementById('panel').getBoundingClientRect().right")
        assert open_page.tab.locator("#divider").bounding_box()["x"] > left
        open_page.tab.click("#toggle-compare")
        open_page.tab.wait_for_selector("#divider", state="hidden")


@pytest.mark.parametrize("size", [*PHONES, *DESKS])
def test_both_dates_of_a_comparison_are_within_the_stage(
    open_page: MapPage, size: tuple[int, int]
) -> None:
    open_page.tab.set_viewport_size({"width": size[0], "height": size[1]})
    try:
        for split in (8, 50, 96):
            open_page.show(f"#day=2025-07-05&with=2022-09-20&lang=uk&split={split}")
            open_page.tab.wait_for_timeout(50)
            for name in ("day-left", "day-right"):
                box = open_page.tab.locator(f"#{name}").bounding_box()
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= size[0]
    finally:
        open_page.tab.set_viewport_size({"width": 920, "height": 600})


WATCH = """() => {
  window.ahead = [];
  const look = () => {
    const { day, drawn } = document.getElementById('map').dataset;
    const said = document.getElementById('day-input').value;
    if (document.body.classList.contains('playing') && said > day) window.ahead.push([said, day]);
    if (window.ahead !== null) requestAnimationFrame(look);
  };
  look();
}"""


@pytest.mark.parametrize("speed", ["7", "30", "90"])
def test_while_it_plays_the_date_never_runs_ahead_of_the_picture(
    open_page: MapPage, speed: str
) -> None:
    open_page.show("#day=2022-03-01&range=war&at=6.00/48.0000/35.0000")
    open_page.tab.select_option("#speed", speed)
    open_page.run(WATCH)
    open_page.tab.click("#play")
    open_page.until("() => document.getElementById('day-input').value > '2022-03-08'")
    open_page.tab.click("#play")

    assert open_page.run("() => window.ahead") == []
    open_page.settle()
    shown = open_page.run("() => document.getElementById('map').dataset.day")
    assert shown == open_page.tab.input_value("#day-input")
    assert open_page.run("() => { window.ahead = null; return null; }") is None


def test_the_speed_of_play_has_a_unit_in_both_languages(open_page: MapPage) -> None:
    open_page.show("#day=2025-07-05")
    options = "() => [...document.getElementById('speed').options].map(o => o.text)"
    assert open_page.run(options) == ["7 days/s", "30 days/s", "90 days/s"]
    open_page.tab.select_option("#speed", "7")
    open_page.tab.click("#toggle-lang")
    open_page.until("() => document.documentElement.lang === 'uk'")
    assert open_page.run(options) == ["7 днів/с", "30 днів/с", "90 днів/с"]
    assert open_page.tab.input_value("#speed") == "7"


def test_no_town_is_written_under_a_sign(open_page: MapPage) -> None:
    for at in ("6.00/48.2000/33.5000", "7.60/47.4000/37.6000", "6.50/47.9000/34.5000"):
        open_page.show(f"#day=2025-07-05&at={at}")
        hidden = open_page.run("""() => {
          const signs = map.queryRenderedFeatures({layers: ['deposits']})
            .map(f => map.project(f.geometry.coordinates));
          const named = f => f.properties.name_en;
          const layers = ['place-names', 'deposits-name'];
          return signs.flatMap(({x, y}) => map.queryRenderedFeatures(
            [[x - 3, y - 3], [x + 3, y + 3]], {layers})).map(named);
        }""")
        assert hidden == []
        towns = "() => map.queryRenderedFeatures({layers: ['place-names']}).length"
        assert open_page.run(towns) > 3


@pytest.mark.parametrize("at", ["4.00/48/31", "6.00/48/37", "9.30/50.2/30.5", "13.00/47/37.5"])
def test_the_scale_bar_is_as_long_as_it_says(open_page: MapPage, at: str) -> None:
    open_page.show(f"#at={at}")
    bar = open_page.tab.locator("#scale").bounding_box()
    stage = open_page.tab.locator("#map").bounding_box()
    length, unit = open_page.text("#scale").replace("\u00a0", " ").replace(",", "").split(" ")
    # At the height of the middle of the map, where it is true.
    ends = open_page.run(
        f"""() => {{ const y = map.getContainer().clientHeight / 2;
        const [a, b] = [[{bar["x"] - stage["x"]}, y], [{bar["x"] - stage["x"] + bar["width"]}, y]]
          .map(p => map.unproject(p)); return a.distanceTo(b); }}"""
    )
    metres = float(length) * {"km": 1000, "m": 1}[unit]
    assert abs(ends - metres) < 0.08 * metres
    open_page.tab.click("#toggle-lang")
    open_page.until("() => /к?м$/.test(document.getElementById('scale').textContent)")


CUT_OFF = """() => {
  document.querySelectorAll('#panel details, #detail details').forEach(one => one.open = true);
  const wide = ['panel-body', 'detail', 'dock', 'stage'].map(id => document.getElementById(id))
    .filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.id);
  if (document.documentElement.scrollWidth > innerWidth) wide.push('page');
  const out = ['panel', 'detail', 'dock'].flatMap(id => {
    const box = document.getElementById(id).getBoundingClientRect();
    return [...document.querySelectorAll(`#${id} *`)].filter(node => {
      const { left, right, bottom, width } = node.getBoundingClientRect();
      const scrolled = node.closest('.scroll, #track, .hidden') || node.closest('svg') !== null;
      const low = id === 'dock' && bottom > innerHeight + 1;
      return width && !scrolled && (left < box.left - 1 || right > box.right + 1 || low);
    }).map(node => `${id}: ${node.tagName} ${node.id || node.className}`);
  });
  return [...wide, ...out];
}"""


@pytest.mark.parametrize("lang", ["en", "uk"])
@pytest.mark.parametrize("size", [*PHONES, *DESKS, (768, 1024)])
def test_nothing_is_cut_off_at_an_edge(
    twofold_page: MapPage, size: tuple[int, int], lang: str
) -> None:
    twofold_page.tab.set_viewport_size({"width": size[0], "height": size[1]})
    try:
        twofold_page.show(
            f"#day=2024-07-20&with=2022-03-20&differ=settlements&deposit={TURN}&minerals=lithium"
            f"&role=any&rank=any&theme=dark&lang={lang}"
        )
        twofold_page.tab.wait_for_selector("#detail .says")
        assert twofold_page.run(CUT_OFF) == []
        twofold_page.show(f"#day=2024-07-20&spot=48.01590/37.80280&lang={lang}")
        twofold_page.tab.wait_for_selector("#detail .history")
        assert twofold_page.run(CUT_OFF) == []
    finally:
        twofold_page.tab.set_viewport_size({"width": 920, "height": 600})
