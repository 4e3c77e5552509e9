// Which features of the tiles hold on a day? Filters only: no day needs a request of its own.

const holds = (day) => [
  ["<=", ["get", "valid_from"], day],
  [">", ["get", "valid_to"], day],
];
const says = (source) => ["==", ["get", "source"], source];

/** Land of a status on a day, by one source. */
export const land = (source, day, status) => ["all", says(source), ["==", ["get", "status"], status], ...holds(day)];

/** Land that was left in the days before, by one source. */
export const left = (source, day, span) => [
  "all",
  says(source),
  ["==", ["get", "status"], "occupied"],
  ["<=", ["get", "valid_to"], day],
  [">", ["get", "valid_to"], day - span],
];

/** Deposits with their verdict on a day, by one source: those of the minerals and verdicts wanted. */
export function deposits(source, day, state, commodities) {
  const verdict = ["in", ["get", "verdict"], ["literal", state.verdicts]];
  return ["all", says(source), ...holds(day), ofMinerals(state, commodities), verdict];
}

/** Features with one of the minerals wanted, or all. */
export const ofMinerals = (state, commodities) =>
  state.commodities.length ? ["any", ...words(state.commodities, commodities)] : ["boolean", true];

function words(chosen, commodities) {
  const members = commodities.filter((entry) => chosen.includes(entry.id)).flatMap((entry) => entry.members);
  return [...new Set(members)].map((word) => ["in", `,${word},`, ["get", "commodities"]]);
}

/** The same, but only those with one of the ids. */
export const only = (filter, ids) => [...filter, ["in", ["get", "deposit_id"], ["literal", ids]]];
