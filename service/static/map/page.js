// How do the parts around the map come together?
import { ask } from "./ask.js";
import { createChanges, learnNames } from "./changes.js";
import { choose } from "./choice.js";
import { createChoices } from "./choices.js";
import { createCite } from "./cite.js";
import { createDivider, drawTurned, turned } from "./compare.js";
import { createDetail } from "./detail.js";
import { createDispute, differing, drawDiffering } from "./differ.js";
import { counts } from "./filters.js";
import { discs } from "./discs.js";
import { createDock } from "./dock.js";
import { byId, settled } from "./dom.js";
import { createDownload } from "./download.js";
import { createKeys } from "./keys.js";
import { drawLegend } from "./legend.js";
import { createPanel } from "./panel.js";
import { captionOf } from "./picture.js";
import { read, shared, write } from "./permalink.js";
import { createPlayer } from "./play.js";
import { indexPath } from "./question.js";
import { createSearch } from "./search.js";
import { createTimeline } from "./timeline.js";
import { createTip } from "./tip.js";
import { createTools } from "./tools.js";

const NEAR = 8.5;

/** Puts the page together around the map; load(): ask the server for the rest. */
export function startPage(about, state, usual, screen) {
  const { values } = state;
  const { map, source } = screen;
  const deposits = [];

  function show(id, { go = false } = {}) {
    const at = deposits.find((entry) => entry.id === id)?.at;
    state.set({ deposit: id });
    if (go && at) screen.go(at, NEAR);
    if (go) detail.focus();
  }
  const view = () => shared(values, about, usual);
  const visit = (id) => show(id, { go: true });

  const panel = createPanel(about, state, { source, choose: visit, answered: () => (compareSources(), compareDays()) });
  const detail = createDetail(about, state, () => deposits, () => show(null));
  const changes = createChanges(about, state, () => timeline.redraw());
  const timeline = createTimeline(about, state, changes.marks);
  const dock = createDock(about, state, changes.days);
  const player = createPlayer(about, state, screen.ready);
  createChoices(about, state, (wanted, day) => choose(about, day, wanted));
  createDivider(about, state);
  createTools(about, state, map, source, screen.whole);
  createSearch(about, () => deposits, (entry) => (entry.found === "deposit" ? visit(entry.id) : screen.go(entry.at, 9)));
  createDownload(about, state, map, source, () => captionOf(about, screen, panel.answer, view()));
  createCite(() => panel.answer, view);
  createKeys({ " ": player.toggle, n: dock.next, p: dock.previous, "/": () => byId("search").focus() });
  screen.each((one) => createTip(one, about, state, (found) => show(found?.deposit_id ?? null)));

  function compareSources() {
    const pair = screen.other();
    const all = panel.answer?.features.map((feature) => feature.properties) ?? [];
    const counted = all.filter((entry) => !entry.part_of && counts(entry, values, about.commodities));
    const ids = pair ? differing(counted, source().id, pair.id) : [];
    drawDiffering(about, values, ids, counted.length);
    screen.differ(ids);
  }

  async function compareDays() {
    drawTurned(state, null, visit);
    if (values.compare === null || !panel.answer) return;
    const days = [values.compare, values.day];
    const [before, after] = await Promise.all(days.map(panel.other)).catch(() => []);
    if (before && after && days[0] === values.compare && days[1] === values.day) drawTurned(state, turned(before, after), visit);
  }

  async function loadDeposits() {
    const { features } = await ask(indexPath(about));
    const entries = features.map(({ properties, geometry }) => ({ ...properties, at: geometry?.type === "Point" ? geometry.coordinates : null }));
    deposits.splice(0, Infinity, ...entries);
    learnNames(deposits);
    about.index = new Map(deposits.map((entry) => [entry.id, entry]));
    about.discs = discs(features);
    timeline.redraw();
    screen.paint();
    if (values.deposit) detail.show();
  }

  state.on(["differ"], compareSources);
  createDispute(about, state, screen);
  state.on(["compare"], settled(compareDays, 300));
  state.on(["differ", "lang", "source", "day"], () => drawLegend(about, values));
  remember(about, state, usual, map);
  panel.show();
  return {
    async load() {
      if (values.compare !== null) screen.pair();
      await Promise.allSettled([panel.start(), changes.load(), loadDeposits()]);
    },
  };
}

/** Keeps the address in step with the state, and the state with the address. */
function remember(about, state, usual, map) {
  const keep = settled(() => history.replaceState(null, "", location.pathname + location.search + write(state.values, about, usual)), 150);
  state.on(Object.keys(usual), keep);
  map.on("moveend", () => {
    const { lng, lat } = map.getCenter();
    state.set({ camera: { zoom: map.getZoom(), lat, lon: lng } });
  });
  addEventListener("hashchange", () => {
    const wanted = read(location.hash, about, usual);
    state.set(wanted);
    if (wanted.camera) map.jumpTo({ center: [wanted.camera.lon, wanted.camera.lat], zoom: wanted.camera.zoom });
  });
}
