// What do the maps show for the state: whose day, in which colours, one map or two?
import { ask } from "./ask.js";
import { plainStyle } from "./base.js";
import { otherOf, sourceOf } from "./choice.js";
import { dress, themeOf } from "./colours.js";
import { inWords, toText } from "./days.js";
import { byId, framed } from "./dom.js";
import { createScale, offset, padding, wayClear } from "./frame.js";
import { compose } from "./look.js";
import { dropNotice, notice } from "./notices.js";
import { createView, showCountry } from "./view.js";
import { t } from "./words.js";

const FORGIVEN = 4000;

/** The maps of a page. Raises Error where the browser cannot draw one. */
export async function createScreen(about, state, still) {
  const { values } = state;
  const styles = { ...about.inline_styles };
  let differing = [];
  let disputed = null;
  let second = null;
  let ahead = null;
  const listeners = [];

  const theme = () => themeOf(values.theme);
  const source = (day) => sourceOf(about, values, day);
  const other = () => otherOf(about, values);

  function styleOf(day, main = true) {
    const paint = about.paints[theme()];
    const base = styles[`${theme()}-${values.lang}`] ?? plainStyle(about, paint);
    const pair = main && day === values.day ? other() : null;
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
    first.apply(styleOf(ahead ?? values.day));
    if (second && values.compare !== null) second.apply(styleOf(values.compare, false));
  });
  const paint = () => {
    for (const id of ["map", "map-b"]) byId(id).dataset.drawn = "false";
    draw();
  };

  function pair() {
    byId("map-b").hidden = values.compare === null;
    if (values.compare !== null && second === null) {
      const label = t("map_label_b", { date: inWords(values.compare, values.lang) });
      second = createView(byId("map-b"), about, { ...given, style: styleOf(values.compare, false), camera: null, label });
      globalThis.mapB = second.map;
      together(map, second.map);
      listeners.forEach((listener) => listener(second.map));
      watch(second.map);
    }
    paint();
  }

  state.on(["day", "source", "commodities", "role", "rank", "verdicts", "deposit", "spot", "differ", "compare"], paint);
  state.on(["compare"], pair);
  state.on(["lang", "theme"], () => dressed().then(paint));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => dressed().then(paint));
  createScale(map, state);
  watch(map);
  const ease = { duration: still ? 0 : 600 };
  return {
    map,
    drawn: "idle",
    first: new Promise((done) => map.once("idle", done)),
    theme,
    source,
    other,
    paint,
    pair,
    /** Draw a day before the page shows it, so that its date never comes before its picture; null: the page's day. */
    lead(day) {
      ahead = day;
      paint();
    },
    /** Whether the maps show a day, whole. */
    shows(day) {
      const one = byId("map").dataset;
      return one.day === toText(day) && one.drawn === "true" && (values.compare === null || byId("map-b").dataset.drawn === "true");
    },
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
    camera: () => ({ zoom: map.getZoom(), lat: map.getCenter().lat, lon: map.getCenter().lng }),
    jump: ({ lon, lat, zoom }) => map.jumpTo({ center: [lon, lat], zoom }),
    go: (at, zoom) => map.easeTo({ center: at, zoom: Math.max(map.getZoom(), zoom), duration: still ? 0 : 900, offset: offset() }),
    /** Move the map as little as needed for a place to be clear of the cards. */
    reveal(at) {
      if (map.isMoving()) return void map.once("moveend", () => this.reveal(at));
      const way = wayClear(map.project(at));
      if (way) map.panBy(way, ease);
    },
  };
}

/** Begin what the map will want in any case: its worker, and the letters of the language. */
function warm(about, lang) {
  globalThis.maplibregl?.prewarm();
  const ranges = lang === "uk" ? ["0-255", "1024-1279"] : ["0-255", "256-511"];
  const letters = ["Regular", "Bold"].flatMap((weight) => ranges.map((range) => `Lodeline ${weight}/${range}`));
  for (const name of letters) fetch(encodeURI(`${about.base}/fonts/${name}.pbf`)).catch(() => undefined);
}

/** Say it when tiles cannot be had, or the browser takes the graphics away, and offer to try again. */
function watch(map) {
  let broken = new Set();
  map.on("error", ({ sourceId }) => {
    if (!sourceId) return;
    broken.add(sourceId);
    notice("tiles", () => t("tiles_failed"), { label: "again", press: again });
  });
  function again() {
    dropNotice("tiles");
    const names = broken;
    broken = new Set();
    // Errors are not asked for again by themselves: given its addresses anew, a source begins afresh.
    for (const name of names) map.getSource(name)?.setTiles?.([...map.getSource(name).tiles]);
  }
  addEventListener("online", () => broken.size && again());
  map.on("webglcontextlost", () => {
    const waiting = setTimeout(() => notice("graphics", () => t("graphics_lost"), { label: "reload", press: () => location.reload() }), FORGIVEN);
    map.once("webglcontextrestored", () => (clearTimeout(waiting), dropNotice("graphics")));
  });
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
