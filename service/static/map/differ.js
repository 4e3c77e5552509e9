// Where do two sources disagree on the day: on which land, and which deposits get different verdicts?
import { lane, pathOf } from "./ask.js";
import { toText } from "./days.js";
import { byId, settled } from "./dom.js";
import { number, t } from "./words.js";

const WAIT = 120;
const MOST = 1000;

/** Ids of the deposits counted on which two sources that both reach the day give different verdicts. */
export function differing(counted, one, other) {
  const verdict = (says, source) => says.find((entry) => entry.source === source)?.control ?? "unknown";
  return counted
    .filter((entry) => {
      const pair = [verdict(entry.by_source, one), verdict(entry.by_source, other)];
      return !pair.includes("unknown") && pair[0] !== pair[1];
    })
    .map((entry) => entry.id);
}

/** What the panel says of it. */
export function drawDiffering(about, state, ids, total) {
  const on = state.differ !== null;
  byId("differing").hidden = !on;
  if (!on) return;
  byId("differ-pair").hidden = about.sources.length < 2;
  byId("differ-said").textContent =
    about.sources.length < 2 ? t("differ_none") : t(ids.length ? "differ_count" : "differ_zero", { n: ids.length, total });
}

/** Keeps the land on which the two sources chosen differ on the map, and its size in the panel. */
export function createDispute(about, state, screen) {
  const { values } = state;
  const [ofLand, ofSizes] = [lane(), lane()];

  async function show() {
    const pair = screen.other();
    const one = screen.source();
    say("");
    if (!pair || pair.id === one.id) return screen.dispute(null);
    const day = values.day;
    const words = { datetime: toText(day), limit: MOST, filter: between(one.id, pair.id) };
    const path = (more) => pathOf(about, "/collections/disagreements/items", { ...words, ...more });
    try {
      const [land, sizes] = await Promise.all([ofLand(path({ narrow: "false" })), ofSizes(path({ skipGeometry: "true" }))]);
      if (!land || !sizes || day !== values.day) return undefined;
      screen.dispute(land);
      return say(sizesText(sizes.features.map((feature) => feature.properties)));
    } catch (error) {
      return say(error.message);
    }
  }

  state.on(["differ", "day", "source"], settled(show, WAIT));
  state.on(["lang"], show);
  return show();
}

const say = (text) => {
  byId("differ-land").textContent = text;
};

/** CQL2: rows of two sources, whichever of them is first in priority. */
const between = (one, other) => `source IN ('${one}','${other}') AND other_source IN ('${one}','${other}')`;

/** Square kilometres on which they differ, and those in strips that two drawings of one line leave. */
function sizesText(rows) {
  const sum = (narrow) => rows.filter((row) => row.narrow === narrow).reduce((total, row) => total + row.area_km2, 0);
  if (!rows.length) return t("differ_land_none");
  return t("differ_land", { area: number(sum(false)), strips: number(sum(true)) });
}
