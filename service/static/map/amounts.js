// How is a published amount said, with its unit and what it is?
import { number, t } from "./words.js";

/** "13,800,000 t ore", "10 to 12 t", or null where nothing is published. */
export function quantity({ low, best, high, unit }) {
  const digits = (value) => number(value, Math.abs(value) < 10 ? 3 : 0);
  if (best !== null && best !== undefined && (low === null || low === high || high === null)) return `${digits(best)} ${unit}`;
  if (low !== null && high !== null && low !== high) return `${t("range", { low: digits(low), high: digits(high) })} ${unit}`;
  const one = best ?? low ?? high;
  return one === null || one === undefined ? null : `${digits(one)} ${unit}`;
}

/** The sum for occupied deposits beside that for all; a sum without any figure is missing, not zero. */
export function occupiedOf({ occupied_low: low, occupied_high: high, total, unit }) {
  const all = quantity({ low: null, best: total, high: null, unit });
  if (low === null && high === null) return t("amount_of_unpublished", { all });
  const most = quantity({ low: null, best: high, high: null, unit });
  const inside = low === null ? t("up_to", { high: most }) : quantity({ low, best: low === high ? low : null, high, unit });
  return t("amount_of", { inside, all });
}

/** What an amount measures: ore or contained, reserves or resources, in which scheme. */
export const sort = ({ measure, kind, category, category_scheme }) =>
  [t(`measure_${measure}`), t(`kind_${kind}`), category, category_scheme === "unstated" ? null : category_scheme].filter(Boolean).join(" · ");
