// When did deposits change hands, after the source chosen or the ones that answer for each day?
import { ask } from "./ask.js";
import { toDay } from "./days.js";
import { counts } from "./filters.js";
import { changesPath } from "./question.js";
import { named, t } from "./words.js";

/** Follows the minerals and the source; found(): marks by day, told(): called when they are here. */
export function createChanges(about, state, told) {
  let events = [];
  let round = 0;

  async function load() {
    const own = (round += 1);
    const answer = await ask(changesPath(about, state.values));
    if (own !== round) return;
    events = answer.features.map((feature) => feature.properties);
    told();
  }

  state.on(["commodities", "source"], () => load().catch(told));
  state.on(["role", "rank"], told);
  /** Of what is counted; of everything until the list of deposits is here. */
  const counted = (entry) => !entry || (!entry.part_of && counts(entry, state.values, about.commodities));
  const shown = () => events.filter((event) => counted(names.get(event.deposit_id)));
  return { load, marks: () => marks(shown()), days: () => [...new Set(shown().map((event) => toDay(event.day)))].sort((a, b) => a - b) };
}

/** One mark a day: how many turned, whether more were gained by the occupier than lost. */
function marks(events) {
  const byDay = new Map();
  for (const event of events) {
    const day = toDay(event.day);
    byDay.set(day, [...(byDay.get(day) ?? []), event]);
  }
  const weight = { occupied: 2, contested: 1, uncertain: 1, government: 0, unknown: 0 };
  return [...byDay].map(([day, some]) => ({
    day,
    count: some.length,
    gained: some.reduce((sum, event) => sum + weight[event.after] - weight[event.before], 0) > 0,
    lines: some.map((event) => t("change_line", { name: named(names.get(event.deposit_id) ?? event), before: t(event.before), after: t(event.after) })),
  }));
}

const names = new Map();
/** Names in both languages, once the list of deposits is here. */
export const learnNames = (deposits) => deposits.forEach((entry) => names.set(entry.id, entry));
