// How do the parts around the map come together?
import { ask } from "./ask.js";
import { createCard } from "./card.js";
import { createChanges, learnNames } from "./changes.js";
import { choose } from "./choice.js";
import { createChoices } from "./choices.js";
import { createCite } from "./cite.js";
import { createDivider, drawTurned, turned } from "./compare.js";
import { inWords } from "./days.js";
import { createDetail } from "./detail.js";
import { createDispute, differing, drawDiffering } from "./differ.js";
import { counts } from "./filters.js";
import { discs } from "./discs.js";
import { createDock } from "./dock.js";
import { byId, settled } from "./dom.js";
import { createDownload } from "./download.js";
import { followReleases } from "./follow.js";
import { dividerOverFront } from "./front.js";
import { createKeys } from "./keys.js";
import { drawLegend } from "./legend.js";
import { drawNotices, dropNotice, notice } from "./notices.js";
import { createPanel } from "./panel.js";
import { captionOf } from "./picture.js";
import { createPick } from "./pick.js";
import { dayMoved, daysMoved, shared } from "./permalink.js";
import { createPlayer } from "./play.js";
import { indexPath } from "./question.js";
import { remember } from "./remember.js";
import { createSearch } from "./search.js";
import { createSpot } from "./spot.js";
import { createTimeline } from "./timeline.js";
import { createTip } from "./tip.js";
import { createTools } from "./tools.js";
import { t } from "./words.js";

const NEAR = 8.5;
const TOWN = 9;

/** Puts the page together around the map; load(): ask the server for the rest. */
export function startPage(about, state, usual, screen) {
  const { values } = state;
  const { map, source } = screen;
  const deposits = [];

  const placeOf = (id) => deposits.find((entry) => entry.id === id)?.at ?? null;

  function show(id, { go = false } = {}) {
    const at = placeOf(id);
    state.step({ deposit: id, spot: null }, go && at !== null);
    if (go && at) screen.go(at, NEAR);
    if (go) card.focus();
  }
  const land = ({ lng, lat }) => (pick.close() ? null : state.step({ deposit: null, spot: { lon: Number(lng.toFixed(5)), lat: Number(lat.toFixed(5)) } }));
  const view = () => shared(values, about, usual);
  const visit = (id) => show(id, { go: true });

  function visitTown(entry) {
    const [lon, lat] = entry.at;
    state.step({ deposit: null, spot: { lon, lat } }, true);
    screen.go(entry.at, TOWN);
  }

  /** The card beside the map: of a deposit, of land, or none. */
  function showCard() {
    if (values.deposit !== null) detail.show();
    else if (values.spot !== null) spot.show();
    else card.shut();
  }

  /** What the card is of stays in sight beside it. */
  function reveal() {
    const at = values.deposit !== null ? placeOf(values.deposit) : values.spot && [values.spot.lon, values.spot.lat];
    if (at) screen.reveal(at);
  }

  const close = () => state.step({ deposit: null, spot: null });
  const card = createCard(close, reveal);
  const pick = createPick(show);
  createChoices(about, state, (wanted, day) => choose(about, day, wanted));
  const panel = createPanel(about, state, { source, choose: visit, answered: () => (compareSources(), compareDays()) });
  const detail = createDetail(about, state, () => deposits, card);
  const spot = createSpot(about, state, card);
  const changes = createChanges(about, state, () => timeline.redraw());
  const timeline = createTimeline(about, state, changes.marks);
  const dock = createDock(about, state, changes.days, (text) => sayMoved(dayMoved(text, about)));
  const player = createPlayer(about, state, screen);
  const releases = followReleases(about);
  createDivider(about, state);
  createTools(about, state, map, { source, whole: screen.whole, compared: () => map && dividerOverFront(about, map, state, screen, true) });
  createSearch(about, () => deposits, (entry) => (entry.found === "deposit" ? visit(entry.id) : visitTown(entry)));
  createDownload(about, state, map, source, () => captionOf(about, screen, panel.answer, view()));
  createCite(() => panel.answer, view);
  createKeys({ " ": player.toggle, n: dock.next, p: dock.previous, "/": () => byId("search").focus(), Escape: () => pick.close() || close() });
  screen.each((one) => createTip(one, about, state, { choose: show, pick: pick.offer, land }));
  screen.choose?.(show);
  map?.on("movestart", pick.close);
  map?.getCanvas().addEventListener("keydown", (event) => event.key === "Enter" && land(map.getCenter()));

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

  /** Days asked for that are not shown as they stand. */
  function sayMoved(moved) {
    if (!moved.length) return dropNotice("day");
    const { text, day } = moved[0];
    const words = (one) => inWords(one, values.lang);
    notice("day", () => (day === null ? t("day_none", { text, date: words(values.day) }) : t("day_moved", { text, date: words(day), from: words(about.firstDay), to: words(about.lastDay) })));
  }

  function entitle() {
    document.title = `${t("title")}, ${inWords(values.day, values.lang)} · Lodeline`;
  }

  state.on(["differ"], compareSources);
  createDispute(about, state, screen);
  state.on(["compare"], settled(compareDays, 300));
  state.on(["differ", "lang", "source", "day"], () => drawLegend(about, values));
  state.on(["deposit", "spot", "day", "source", "lang"], showCard);
  state.on(["day", "compare"], () => dropNotice("day"));
  state.on(["lang"], drawNotices);
  state.on(["day", "lang"], entitle);
  addEventListener("resize", settled(reveal, 200));
  remember(about, state, usual, { ...screen, restored: (hash) => sayMoved(daysMoved(hash, about)) });
  map?.on("moveend", () => state.set({ camera: screen.camera() }));
  entitle();
  panel.show();
  if (values.spot) spot.show();
  sayMoved(daysMoved(location.hash, about));
  const split = new URLSearchParams(location.hash.slice(1)).has("split");
  return {
    async load() {
      if (values.compare !== null) screen.pair();
      if (values.compare !== null && map && !split) dividerOverFront(about, map, state, screen, values.camera === null);
      await Promise.allSettled([panel.start(), changes.load(), loadDeposits()]);
      releases.look();
    },
  };
}
