// What do the maps show for the state: whose day, in which colours, one map or two?
import { ask } from "./ask.js";
import { plainStyle } from "./base.js";
import { choose } from "./choice.js";
import { dress, themeOf } from "./colours.js";
import { inWords } from "./days.js";
import { byId, framed } from "./dom.js";
import { compose } from "./look.js";
import { createView, showCountry } from "./view.js";
import { t } from "./words.js";

/** The maps of a page; `ready` is resolved once the first stands. */
export async function createScreen(about, state, still) {
  const { values } = state;
  const styles = { ...about.inline_styles };
  let differing = [];
  let disputed = null;
  let second = null;
  const listeners = [];

  const theme = () => themeOf(values.theme);
  const source = (day = values.day) => choose(about, day, values.source);
  const other = () => (values.differ === null ? null : about.sources.find((entry) => entry.id === values.differ));

  function styleOf(day) {
    const paint = about.paints[theme()];
    const base = styles[`${theme()}-${values.lang}`] ?? plainStyle(about, paint);
    const pair = day === values.day ? other() : null;
    return compose(base, paint, about, values, { day, source: source(day), other: pair, differing, differ: disputed });
  }

  async function dressed() {
    dress(about.palette, theme());
    styles[`${theme()}-${values.lang}`] ??= await ask(`${about.styles[theme()]}?lang=${values.lang}`).catch(() => null);
  }

  warm(about, values.lang);
  await dressed();
  const given = { padding: padding(), still };
  const first = createView(byId("map"), about, { ...given, style: styleOf(values.day), camera: values.camera, label: t("map_label") });
  const { map } = first;

  const draw = framed(() => {
    first.apply(styleOf(values.day));
    if (second && values.compare !== null) second.apply(styleOf(values.compare));
  });
  const paint = () => {
    for (const id of ["map", "map-b"]) byId(id).dataset.drawn = "false";
    draw();
  };

  function pair() {
    byId("map-b").hidden = values.compare === null;
    if (values.compare !== null && second === null) {
      const label = t("map_label_b", { date: inWords(values.compare, values.lang) });
      second = createView(byId("map-b"), about, { ...given, style: styleOf(values.compare), camera: null, label });
      globalThis.mapB = second.map;
      together(map, second.map);
      listeners.forEach((listener) => listener(second.map));
    }
    paint();
  }

  state.on(["day", "source", "commodities", "role", "rank", "verdicts", "deposit", "differ", "compare"], paint);
  state.on(["compare"], pair);
  state.on(["lang", "theme"], () => dressed().then(paint));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => dressed().then(paint));
  return {
    map,
    still,
    theme,
    source,
    other,
    paint,
    pair,
    ready: () => first.ready && (values.compare === null || !second || second.ready),
    whole: () => showCountry(map, padding()),
    /** Hear of every map there is, now and later. */
    each: (listener) => (listeners.push(listener), listener(map)),
    differ(ids) {
      differing = ids;
      paint();
    },
    /** Land on which sources differ, as the server gives it; null for none. */
    dispute(land) {
      disputed = land;
      paint();
    },
    go: (at, zoom) => map.easeTo({ center: at, zoom: Math.max(map.getZoom(), zoom), duration: still ? 0 : 900, offset: offset() }),
  };
}

/** Begin what the map will want in any case: its worker, and the letters of the language. */
function warm(about, lang) {
  globalThis.maplibregl?.prewarm();
  const ranges = lang === "uk" ? ["0-255", "1024-1279"] : ["0-255", "256-511"];
  const letters = ["Regular", "Bold"].flatMap((weight) => ranges.map((range) => `Lodeline ${weight}/${range}`));
  for (const name of letters) fetch(encodeURI(`${about.base}/fonts/${name}.pbf`)).catch(() => undefined);
}

/** Room around the country that cards leave free, in pixels. */
function padding() {
  const [panel, dock] = ["panel", "dock"].map((id) => byId(id).getBoundingClientRect());
  const stage = byId("stage").getBoundingClientRect();
  const wide = innerWidth >= 900;
  const low = Math.min(byId("legend").getBoundingClientRect().top, dock.top);
  if (wide) return { left: panel.right + 20, top: 16, right: 56, bottom: stage.bottom - low + 8 };
  return { left: 8, right: 8, top: 48, bottom: stage.bottom - panel.top + 8 };
}

/** From the middle of the map to the middle of what is free of cards. */
function offset() {
  const { left, right: edge, top, bottom } = padding();
  const card = byId("detail").getBoundingClientRect();
  const right = innerWidth >= 900 && card.width ? innerWidth - card.left : edge;
  return [(left - right) / 2, (top - bottom) / 2];
}

/** Keep two maps on the same place. */
function together(one, other) {
  let leading = null;
  for (const [from, to] of [[one, other], [other, one]]) {
    from.on("move", () => {
      if (leading !== null && leading !== from) return;
      leading = from;
      to.jumpTo({ center: from.getCenter(), zoom: from.getZoom() });
      leading = null;
    });
  }
  other.jumpTo({ center: one.getCenter(), zoom: one.getZoom() });
}
