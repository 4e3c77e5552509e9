// Where do two sources disagree on the day: which deposits get different verdicts?
import { byId } from "./dom.js";
import { t } from "./words.js";

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
