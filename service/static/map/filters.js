// Which features of the tiles hold on a day? Filters only: no day needs a request of its own.
import { toText } from "./days.js";

const holds = (day) => [
  ["<=", ["get", "valid_from"], day],
  [">", ["get", "valid_to"], day],
];
const says = (source) => ["==", ["get", "source"], source];

/** Land of a status on a day, by one source. */
export const land = (source, day, status) => ["all", says(source), ["==", ["get", "status"], status], ...holds(day)];

/** The line of contact on a day, by one source. */
export const line = (source, day) => ["all", says(source), ...holds(day)];

/** Land on which two sources differ on a day, but for strips that two drawings leave. */
export const between = (one, other, day) => [
  "all",
  ["==", ["get", "narrow"], false],
  ["==", ["get", "day"], toText(day)],
  ["in", ["get", "source"], ["literal", [one, other]]],
  ["in", ["get", "other_source"], ["literal", [one, other]]],
];

/** Land that was left in the days before, by one source. */
export const left = (source, day, span) => [
  "all",
  says(source),
  ["==", ["get", "status"], "occupied"],
  ["<=", ["get", "valid_to"], day],
  [">", ["get", "valid_to"], day - span],
];

/** Deposits with their verdict on a day, by one source: those counted, of the verdicts wanted. */
export function deposits(source, day, state, about) {
  const verdict = ["in", ["get", "verdict"], ["literal", state.verdicts]];
  return ["all", says(source), ...holds(day), ofMinerals(state, about.commodities), among("deposit_id", state, about), verdict];
}

/** Whether a deposit counts for role and rank; entry: of the list of all. */
export function counts(entry, state, commodities) {
  if (state.rank !== "any" && entry.rank !== state.rank) return false;
  return state.role === "any" || !state.commodities.length || membersOf(state, commodities).has(entry.commodity);
}

/** Features of deposits that count, and of the one chosen; all of them until the list of all is here. */
export function among(id, state, about) {
  if (!about.index || (state.role === "any" && state.rank === "any")) return ["boolean", true];
  const ids = [...about.index.values()].filter((entry) => counts(entry, state, about.commodities)).map((entry) => entry.id);
  return ["in", ["get", id], ["literal", state.deposit ? [...ids, state.deposit] : ids]];
}

const membersOf = (state, commodities) => new Set(commodities.filter((entry) => state.commodities.includes(entry.id)).flatMap((entry) => entry.members));

/** Features with one of the minerals wanted, or all. */
export const ofMinerals = (state, commodities) =>
  state.commodities.length ? ["any", ...words(state, commodities)] : ["boolean", true];

function words(state, commodities) {
  return [...membersOf(state, commodities)].map((word) => ["in", `,${word},`, ["get", "commodities"]]);
}

/** The same, but only those with one of the ids. */
export const only = (filter, ids) => [...filter, ["in", ["get", "deposit_id"], ["literal", ids]]];
