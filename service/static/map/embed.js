// The map in a frame of another site: what is on it, its days, and the way to the whole page.
import { readAbout, usualState } from "./about.js";
import { behindOf, sentence } from "./answer.js";
import { ask, lane } from "./ask.js";
import { plainStyle } from "./base.js";
import { choose } from "./choice.js";
import { dress, themeOf } from "./colours.js";
import { inWords, toDay } from "./days.js";
import { discs } from "./discs.js";
import { byId, el, framed, settled, sign } from "./dom.js";
import { compose } from "./look.js";
import { drawLegend } from "./legend.js";
import { read, write } from "./permalink.js";
import { indexPath, seriesPath } from "./question.js";
import { createState } from "./state.js";
import { createView } from "./view.js";
import { fill, named, speak, t } from "./words.js";

const PACE = 30;
/** Days a second while playing. */
const BEAT = 100;
const MARGIN = 12;

const about = readAbout(byId("about").textContent);
const usual = usualState(about);
const state = createState(read(location.hash, about, read(location.search.slice(1), about, usual)));
const { values } = state;
const root = document.documentElement;
const theme = () => themeOf(values.theme);
const paint = () => about.paints[theme()];
const source = (day = values.day) => choose(about, day, values.source);
const styles = {};
let series = null;

/** The words of the state as a query, for its picture. */
function pictureOf(place) {
  const box = place.getBoundingClientRect();
  const size = (length) => String(Math.round(Math.min(Math.max(length * 2, 400), 2000)));
  const words = new URLSearchParams(write(values, about, { ...usual, lang: null }).slice(1));
  for (const [name, text] of [["w", size(box.width)], ["h", size(box.height)], ["theme", theme()], ["release", about.release]]) words.set(name, text);
  return `${about.root}/picture.png?${words}`;
}

/** What stands where no map can be drawn: the server's picture of the same state. */
function still() {
  const place = byId("map");
  const show = () => place.replaceChildren(el("img", { src: pictureOf(place), alt: `${byId("headline").textContent} ${byId("lead").textContent}` }));
  const soon = settled(show, 300);
  state.on(["day"], soon);
  addEventListener("resize", soon);
  byId("legend-list").hidden = true;
  show();
  return "still";
}

async function baseStyle() {
  const key = `${theme()}-${values.lang}`;
  styles[key] ??= await ask(`${about.styles[theme()]}?lang=${values.lang}`).catch(() => null);
  return styles[key] ?? plainStyle(about, paint());
}

/** A map of a day in a container, and how it is drawn anew. */
function viewOf(id, base, dayOf) {
  const style = () => {
    const day = dayOf();
    const other = id === "map" ? (about.sources.find((entry) => entry.id === values.differ) ?? null) : null;
    return compose(base, paint(), about, values, { day, source: source(day), other, differing: [] });
  };
  const view = createView(byId(id), about, {
    style: style(),
    padding: MARGIN,
    still: matchMedia("(prefers-reduced-motion: reduce)").matches,
    camera: values.camera,
    label: t("map_label"),
    cooperative: true,
    locale: { "CooperativeGesturesHandler.WindowsHelpText": t("embed_wheel"), "CooperativeGesturesHandler.MacHelpText": t("embed_wheel_mac"), "CooperativeGesturesHandler.MobileHelpText": t("embed_touch") },
  });
  const draw = framed(() => view.apply(style()));
  return { map: view.map, draw };
}

async function drawn() {
  // In a frame with `sandbox` and no origin MapLibre takes its worker's messages for a stranger's, and waits for ever.
  if (!about.tiles.control || !globalThis.maplibregl || self.origin === "null") return still();
  try {
    const base = await baseStyle();
    const views = [viewOf("map", base, () => values.day)];
    if (values.compare !== null) views.push(second(base, views[0].map));
    const draw = () => views.forEach((view) => view.draw());
    state.on(["day"], draw);
    ask(indexPath(about)).then(({ features }) => {
      about.index = new Map(features.map(({ properties }) => [properties.id, properties]));
      about.discs = discs(features);
      draw();
    }).catch(() => undefined);
    const { map } = views[0];
    globalThis.map = map;
    map.on("moveend", () => {
      const { lng, lat } = map.getCenter();
      state.set({ camera: { zoom: map.getZoom(), lat, lon: lng } });
    });
    map.on("click", tell);
    map.on("mousemove", (event) => (map.getCanvas().style.cursor = under(event) ? "pointer" : ""));
    await new Promise((done) => map.once("idle", done));
    return "idle";
  } catch (error) {
    console.warn(error);
    byId("map").replaceChildren();
    return still();
  }
}

/** The second day on the left, kept on the same place. */
function second(base, map) {
  byId("map-b").hidden = false;
  byId("stage").style.setProperty("--split", `${values.split}%`);
  byId("stage").append(el("div", { id: "divide" }));
  const view = viewOf("map-b", base, () => values.compare);
  const follow = () => view.map.jumpTo({ center: map.getCenter(), zoom: map.getZoom() });
  map.on("move", follow);
  follow();
  return view;
}

const under = ({ target, point }) => target.queryRenderedFeatures(point, { layers: ["deposits"] })[0]?.properties;

/** Which deposit was clicked, and how it stands. */
function tell(event) {
  const found = under(event);
  byId("tip").hidden = !found;
  if (found) byId("tip").replaceChildren(el("b", {}, named(found)), el("br"), sign(found.verdict), t(found.verdict));
  state.set({ deposit: found?.deposit_id ?? null });
}

function countsOf(day) {
  return series?.findLast((entry) => entry.at <= day) ?? series?.[0] ?? null;
}

/** Title, day and source: those of the day, or of both where two are compared. */
function say() {
  const { day, compare, lang } = values;
  const days = compare === null ? [day] : [compare, day];
  if (series) byId("headline").textContent = days.map((each) => `${days.length > 1 ? `${inWords(each, lang)}: ` : ""}${sentence(about, values, countsOf(each))}`).join(" ");
  byId("lead").textContent = days.map(lead).join(" ");
  byId("when").textContent = inWords(day, lang, "short");
  byId("days").value = day;
  byId("days").setAttribute("aria-valuetext", inWords(day, lang));
  byId("open").href = `${about.root}/map${about.pinned ? `?release=${about.release}` : ""}${write(values, about, { ...usual, lang: null })}`;
  byId("open").textContent = t("embed_open");
  const sources = [...new Set(days.map((each) => source(each).title))].join(", ");
  byId("sources").textContent = t("picture_credit", { sources, licence: about.licence, release: about.release });
}

function lead(day) {
  const date = t("on", { date: inWords(day, values.lang) });
  const from = source(day);
  if (day < from.firstDay) return `${date}. ${t("not_reached", { source: from.title })}`;
  const behind = behindOf(from, day, values.lang);
  const age = behind ? ` (${behind}).` : from.record === "events" ? "." : `. ${t("map_of", { date: inWords(day, values.lang) })}.`;
  return `${date}, ${t("according", { source: from.title })}${age}`;
}

function legend() {
  drawLegend(about, values);
  const signs = about.verdicts.filter((name) => values.verdicts.includes(name));
  byId("legend-list").append(...signs.map((name) => el("li", {}, sign(name), t(name))));
}

/** Days by the slider and by themselves. */
function clock() {
  const play = byId("play");
  const slider = byId("days");
  let timer = 0;
  Object.assign(slider, { min: about.firstDay, max: about.lastDay });
  const show = () => {
    play.setAttribute("aria-pressed", String(timer !== 0));
    play.setAttribute("aria-label", t(timer ? "pause" : "play"));
  };
  const stop = () => (clearInterval(timer), (timer = 0), show());
  const step = (days) => {
    state.set({ day: Math.min(values.day + days, about.lastDay) });
    if (values.day >= about.lastDay) stop();
  };
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (values.day >= about.lastDay) state.set({ day: Math.max(about.firstDay, about.lastDay - 3 * 365) });
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return step(PACE);
    timer = setInterval(() => byId("map").dataset.drawn !== "false" && step((PACE * BEAT) / 1000), BEAT);
    show();
  });
  slider.addEventListener("input", () => (stop(), state.set({ day: Number(slider.value) })));
  show();
}

speak(values.lang);
fill();
dress(about.palette, theme());
clock();
legend();
say();
state.on(["day", "camera", "deposit"], say);
const counting = lane()(seriesPath(about, values)).then((found) => {
  series = found.series.map((entry) => ({ ...entry, not_tested: found.not_tested, at: toDay(entry.date) }));
  say();
}).catch(() => undefined);
root.dataset.map = await drawn();
await counting;
root.dataset.page = "ready";
