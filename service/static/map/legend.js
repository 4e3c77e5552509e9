// What do the colours and signs on the map mean?
import { byId, el } from "./dom.js";
import { FRESH_DAYS } from "./look.js";
import { t } from "./words.js";

/** The legend of what is on the screen. */
export function drawLegend(about, state) {
  const other = state.differ === null ? null : about.sources.find((entry) => entry.id === state.differ);
  const rows = [
    ["held", t("land_occupied")],
    ["fresh", t("land_fresh", { n: FRESH_DAYS })],
    ["left", t("land_left", { n: FRESH_DAYS })],
    ["fought", t("land_contested")],
    other ? ["other", t("differ_only", { source: other.title })] : null,
    ["disc", t("disc")],
  ];
  byId("legend-list").replaceChildren(...rows.filter(Boolean).map(([kind, text]) => el("li", {}, el("i", { class: `swatch ${kind}` }), text)));
}
