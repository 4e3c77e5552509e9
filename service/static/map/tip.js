// What is under the pointer: name, verdict and minerals of a deposit, in a few words.
import { inWords, toDay } from "./days.js";
import { byId, el, verdictMark } from "./dom.js";
import { named, percent, t } from "./words.js";

/** Names of minerals in the reader's language, from ids. */
export function mineralNames(ids, about, lang) {
  const known = new Map(about.commodities.map((entry) => [entry.id, entry[lang] ?? entry.en]));
  return ids.filter(Boolean).map((id) => known.get(id) ?? id);
}

/** The first day of a verdict; where the record of its source, or of all, begins it may be older. */
export function sinceText(about, { control_since, control_source }, lang, form = "long") {
  const date = inWords(toDay(control_since), lang, form);
  const begins = about.sources.find((entry) => entry.id === control_source)?.first_day;
  return [begins, about.stretches[0].first_day].includes(control_since) ? t("since_record", { date }) : date;
}

/** Why control of a deposit is not known, where no source maps its country; else null. */
export function unmapped(about, { country }) {
  if (!country || country === about.country) return null;
  const name = t(`country_${country}`);
  return t("unmapped", { country: name.startsWith("country_") ? country : name });
}

/** The verdict on a deposit, as far as the territory goes; one not tested has none. */
export function standing({ territory_control, control, tested }) {
  const verdict = territory_control ?? control;
  return verdict === "unknown" && tested === false ? "not_tested" : verdict;
}

/** Shows a tip over a map while the pointer is on a deposit; choose(id) on a click. */
export function createTip(map, about, state, choose) {
  const tip = byId("tip");
  const layers = { layers: ["deposits"] };

  function at(point) {
    if (!map.getLayer("deposits")) return null;
    const near = [[point.x - 6, point.y - 6], [point.x + 6, point.y + 6]];
    return map.queryRenderedFeatures(point, layers)[0] ?? map.queryRenderedFeatures(near, layers)[0] ?? null;
  }

  function show(event) {
    const found = at(event.point);
    map.getCanvas().style.cursor = found ? "pointer" : "";
    tip.hidden = !found;
    if (!found) return;
    const { properties } = found;
    const id = properties.deposit_id;
    const verdict = standing({ control: properties.verdict, tested: about.index?.get(id)?.tested });
    const minerals = mineralNames(properties.commodities.split(","), about, state.values.lang);
    tip.replaceChildren(
      el("b", {}, named({ ...properties, id: properties.deposit_id })),
      verdictMark(verdict, t(verdict)),
      about.index?.has(id) && unmapped(about, about.index.get(id)) ? el("span", {}, unmapped(about, about.index.get(id))) : "",
      properties.occupied > 0 && properties.occupied < 1 ? el("span", {}, `${t("share")}: ${percent(properties.occupied)}`) : "",
      el("small", {}, minerals.slice(0, 4).join(", ") + (minerals.length > 4 ? ` ${t("and_more", { n: minerals.length - 4 })}` : "")),
    );
    const box = byId("stage").getBoundingClientRect();
    const { clientX: x, clientY: y } = event.originalEvent;
    tip.classList.toggle("west", x - box.left > box.width - 260);
    tip.style.setProperty("--x", `${x - box.left}px`);
    tip.style.setProperty("--y", `${y - box.top}px`);
  }

  map.on("mousemove", show);
  map.on("mouseout", () => (tip.hidden = true));
  map.on("movestart", () => (tip.hidden = true));
  map.on("click", (event) => choose(at(event.point)?.properties ?? null));
}
