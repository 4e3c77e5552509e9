// How is a published amount said, with its unit, its bounds and what it is?
import { number, t } from "./words.js";

const given = (value) => value !== null && value !== undefined;
const digits = (value) => number(value, Math.abs(value) < 10 ? 3 : 0);

/** "13,800,000 t ore", "10 to 12 t", "up to 12 t", or null where nothing is published. */
export function quantity({ low, best, high, unit }) {
  const range = (from, to) => t("range", { low: digits(from), high: digits(to) });
  if (given(best)) {
    if (low === best && !given(high)) return `${t("at_least", { low: digits(best) })} ${unit}`;
    const ends = [low, high].filter((value) => given(value) && value !== best);
    const spread = ends.length === 2 ? ` (${range(...ends)})` : ends.length ? ` (${digits(ends[0])})` : "";
    return `${digits(best)}${spread} ${unit}`;
  }
  if (given(low) && given(high)) return low === high ? `${digits(low)} ${unit}` : `${range(low, high)} ${unit}`;
  if (given(low)) return `${t("at_least", { low: digits(low) })} ${unit}`;
  return given(high) ? `${t("up_to", { high: digits(high) })} ${unit}` : null;
}

/** The sum over all that count, with what it is where figures in it are bounds, and their doubts. */
export function totalOf({ total, total_low: low, total_bound: bound, figures_in_doubt: doubted, unit }) {
  const most = total ?? low;
  const parts = { "at least": { low: low ?? total }, "up to": { high: most }, "from bounds": { low, high: most } }[bound];
  const text = parts && !(bound === "from bounds" && low === most) ? quantity({ low: null, best: null, high: null, ...parts, unit }) : `${digits(most)} ${unit}`;
  return doubted ? `${text} (${t("in_doubt", { n: doubted })})` : text;
}

/** The sum for occupied deposits beside that for all; what is missing or not known is no zero. */
export function occupiedOf(row, { occupied, unknown }) {
  const { occupied_low: low, occupied_high: high, unit } = row;
  const all = totalOf(row);
  if (!given(low) && !given(high)) {
    if (occupied) return t("amount_of_unpublished", { n: number(occupied), all });
    return t(unknown ? "amount_of_unknown" : "amount_of_maybe", { all });
  }
  const [least, most] = [low, high].map((value) => (given(value) ? `${digits(value)} ${unit}` : null));
  if (most === null) return t("amount_of", { inside: t("at_least", { low: least }), all });
  if (least === null) {
    const amount = t("up_to", { high: most });
    return t("amount_of", { inside: occupied ? t("amount_missing", { amount, n: number(occupied) }) : amount, all });
  }
  const inside = low === high ? least : `${t("range", { low: digits(low), high: digits(high) })} ${unit}`;
  return t("amount_of", { inside, all });
}

/** What an amount measures: ore or contained, reserves or resources, in which scheme. */
export const sort = ({ measure, kind, category, category_scheme, unfc }) =>
  [t(`measure_${measure}`), t(`kind_${kind}`), category, category_scheme === "unstated" ? null : category_scheme, unfc ? `UNFC ${unfc}` : null].filter(Boolean).join(" · ");
