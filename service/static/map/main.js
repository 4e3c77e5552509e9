// How do the parts of the map page come together?
import { ask } from "./ask.js";
import { plainStyle } from "./base.js";
import { createChanges, learnNames } from "./changes.js";
import { choose } from "./choice.js";
import { createChoices } from "./choices.js";
import { createCite } from "./cite.js";
import { dress, paints, themeOf } from "./colours.js";
import { createDivider, drawTurned, together, turned } from "./compare.js";
import { inWords, toDay } from "./days.js";
import { createDetail } from "./detail.js";
import { differing, drawDiffering } from "./differ.js";
import { discs } from "./discs.js";
import { byId, framed, settled } from "./dom.js";
import { createDock } from "./dock.js";
import { createDownload } from "./download.js";
import { createKeys } from "./keys.js";
import { drawLegend } from "./legend.js";
import { createPanel } from "./panel.js";
import { read, write } from "./permalink.js";
import { createPlayer } from "./play.js";
import { indexPath } from "./question.js";
import { createSearch } from "./search.js";
import { createState } from "./state.js";
import { createTimeline } from "./timeline.js";
import { createTip } from "./tip.js";
import { createTools } from "./tools.js";
import { compose, createView, showCountry } from "./view.js";
import { fill, speak, t } from "./words.js";

const about = JSON.parse(byId("about").textContent);
about.sources = about.sources.map((entry) => ({ ...entry, firstDay: toDay(entry.first_day), lastDay: toDay(entry.last_day) }));
Object.assign(about, { firstDay: toDay(about.first), lastDay: toDay(about.today) });
about.paints = { light: paints(about.palette, "light"), dark: paints(about.palette, "dark") };

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const usual = {
  day: about.lastDay, compare: null, split: 50, source: null, differ: null, territory: "ukraine", deposit: null,
  commodities: [], verdicts: [...about.verdicts], lang: "en", theme: null, range: "all", camera: null,
};
const preferred = navigator.languages?.some((tag) => tag.startsWith("uk")) ? "uk" : "en";
const state = createState(read(location.hash, about, { ...usual, lang: preferred }));
const values = state.values;
speak(values.lang);
fill();

const source = () => choose(about.sources, values.day, values.source);
const other = () => (values.differ === null ? null : about.sources.find((entry) => entry.id === values.differ));
const styles = { light: null, dark: null };
let differs = [];
let deposits = [];
let second = null;

const theme = () => themeOf(values.theme);
const base = () => styles[theme()] ?? plainStyle(about, about.paints[theme()]);
const styleOf = (day) =>
  compose(base(), about.paints[theme()], about, values, {
    day, source: choose(about.sources, day, values.source), other: day === values.day ? other() : null, differing: differs,
  });

async function loadStyle(name) {
  styles[name] ??= await ask(`${about.styles[name]}?lang=${values.lang}`).catch(() => null);
}

const padding = () => {
  const box = byId("panel").getBoundingClientRect();
  const wide = innerWidth >= 900;
  return wide ? { left: box.right + 24, top: 40, right: 40, bottom: 30 } : { left: 10, right: 10, top: 10, bottom: 60 };
};

dress(about.palette, theme());
await loadStyle(theme());
const view = createView(byId("map"), about, { style: styleOf(values.day), camera: values.camera, padding: padding(), still, label: t("map_label") });
globalThis.map = view.map;
view.map.once("idle", () => {
  performance.mark("map-idle");
  document.documentElement.dataset.map = "idle";
});

function choose_deposit(id, { fly = false, focus = false } = {}) {
  state.set({ deposit: id });
  const found = deposits.find((entry) => entry.id === id);
  if (fly && found?.at) view.map.easeTo({ center: found.at, zoom: Math.max(view.map.getZoom(), 8.5), duration: still ? 0 : 900 });
  if (focus && id !== null) detail.focus();
}

const panel = createPanel(about, state, {
  source,
  choose: (id) => choose_deposit(id, { fly: true, focus: true }),
  answered(answer) {
    find_differing(answer);
    compare_days();
  },
});
const detail = createDetail(about, state, () => deposits, () => choose_deposit(null));
createChoices(about, state, (wanted, day) => choose(about.sources, day, wanted));
const changes = createChanges(about, state, () => timeline.redraw());
const timeline = createTimeline(about, state, changes.marks);
const dock = createDock(about, state, changes.days);
const player = createPlayer(about, state, () => view.ready && (!second || second.ready));
createTip(view.map, about, state, (found) => choose_deposit(found?.deposit_id ?? null));
createDivider(state);
createTools(about, state, view.map, source, () => showCountry(view.map, padding()));
createSearch(about, () => deposits, (entry) => {
  if (entry.at_kind === "deposit") return choose_deposit(entry.id, { fly: true, focus: true });
  view.map.easeTo({ center: entry.at, zoom: 9, duration: still ? 0 : 900 });
});
createDownload(about, state, view.map, source, caption);
createCite(() => panel.answer, () => location.href);
createKeys({ " ": player.toggle, n: dock.next, p: dock.previous, "/": () => byId("search").focus() });
byId("thumb-day").addEventListener("keydown", (event) => event.key !== " " && player.running && player.stop());

function caption() {
  const paint = about.paints[theme()];
  return {
    title: `Lodeline: ${byId("headline").textContent}`,
    subtitle: `${byId("when").textContent} ${byId("who").textContent}`,
    lines: [panel.answer?.citation.text ?? location.href, ...new Set(about.sources.filter((entry) => entry.id === source().id).map((entry) => entry.attribution)), "Natural Earth."],
    legend: [[paint.held, t("land_occupied")], [paint.fresh, t("land_fresh", { n: 30 })], ...about.verdicts.map((name) => [paint.verdict[name], t(name)])],
    ink: paint.ink,
    ground: theme() === "dark" ? "#14181c" : "#fcfbf8",
  };
}

function find_differing(answer) {
  const pair = other();
  differs = pair ? differing(answer, source().id, pair.id) : [];
  drawDiffering(about, values, differs, answer.features.length);
  paint();
}

async function compare_days() {
  drawTurned(state, null, choose_deposit);
  if (values.compare === null || !panel.answer) return;
  const [before, after] = await Promise.all([panel.other(values.compare), panel.other(values.day)]).catch(() => [null, null]);
  if (before && after && values.compare !== null) drawTurned(state, turned(before, after), (id) => choose_deposit(id, { fly: true, focus: true }));
}

const paint = framed(() => {
  view.apply(styleOf(values.day));
  if (second && values.compare !== null) second.apply(styleOf(values.compare));
});

function show_second() {
  byId("map-b").hidden = values.compare === null;
  if (values.compare === null || second) return paint();
  second = createView(byId("map-b"), about, { style: styleOf(values.compare), camera: null, padding: padding(), still, label: t("map_label_b", { date: inWords(values.compare, values.lang) }) });
  globalThis.mapB = second.map;
  together(view.map, second.map);
  createTip(second.map, about, state, (found) => choose_deposit(found?.deposit_id ?? null));
}

const remember = settled(() => history.replaceState(null, "", location.pathname + location.search + write(values, about, { ...usual, lang: preferred })), 150);
state.on(["day", "source", "commodities", "verdicts", "deposit", "differ", "compare"], paint);
state.on(["compare"], show_second);
state.on(["compare"], settled(compare_days, 300));
state.on(["differ"], () => panel.answer && find_differing(panel.answer));
state.on(["differ", "lang", "source", "day"], () => drawLegend(about, values));
state.on(["lang"], () => {
  speak(values.lang);
  fill();
  styles.light = styles.dark = null;
});
state.on(["lang", "theme"], async () => {
  dress(about.palette, theme());
  await loadStyle(theme());
  paint();
});
state.on(Object.keys(usual), remember);
view.map.on("moveend", () => {
  const { lng, lat } = view.map.getCenter();
  state.set({ camera: { zoom: view.map.getZoom(), lat, lon: lng } });
});
addEventListener("hashchange", () => {
  state.set(read(location.hash, about, { ...usual, lang: preferred }));
  if (values.camera) view.map.jumpTo({ center: [values.camera.lon, values.camera.lat], zoom: values.camera.zoom });
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => values.theme === null && (dress(about.palette, theme()), loadStyle(theme()).then(paint)));

async function load_index() {
  const { features } = await ask(indexPath(about));
  deposits = features.map(({ properties, geometry }) => ({ ...properties, at: geometry?.type === "Point" ? geometry.coordinates : null }));
  learnNames(deposits);
  about.discs = discs(features);
  timeline.redraw();
  paint();
  if (values.deposit) detail.show();
}

drawLegend(about, values);
panel.show();
view.map.once("idle", () => {
  if (values.compare !== null) show_second();
  Promise.all([panel.start(), changes.load(), load_index()]).catch(() => undefined).then(() => (document.documentElement.dataset.page = "ready"));
});
