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

const REACH = 5;
const FINGER = 12;

/** Shows a tip over a map while the pointer is on a deposit. on a click: choose(id), pick(entries, point), or land(place). */
export function createTip(map, about, state, { choose, pick, land }) {
  const tip = byId("tip");
  const layers = { layers: ["deposits"] };

  /** The deposits whose signs are at a point, or else near it, the uppermost first. */
  function at(point, reach = REACH) {
    if (!map.getLayer("deposits")) return [];
    const near = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
    const hit = map.queryRenderedFeatures(point, layers);
    const features = hit.length ? hit : map.queryRenderedFeatures(near, layers);
    return [...new Map(features.map(({ properties }) => [properties.deposit_id, properties])).values()];
  }

  const verdictOf = (properties) => standing({ control: properties.verdict, tested: about.index?.get(properties.deposit_id)?.tested });
  const nameOf = (properties) => named({ ...properties, id: properties.deposit_id });

  function show(event) {
    const found = at(event.point);
    map.getCanvas().style.cursor = found.length ? "pointer" : "";
    tip.hidden = !found.length;
    if (!found.length) return;
    tip.replaceChildren(...(found.length > 1 ? several(found) : single(found[0])));
    const box = byId("stage").getBoundingClientRect();
    const { clientX: x, clientY: y } = event.originalEvent;
    tip.classList.toggle("west", x - box.left > box.width - 260);
    tip.style.setProperty("--x", `${x - box.left}px`);
    tip.style.setProperty("--y", `${y - box.top}px`);
  }

  function single(properties) {
    const id = properties.deposit_id;
    const minerals = mineralNames(properties.commodities.split(","), about, state.values.lang);
    return [
      el("b", {}, nameOf(properties)),
      verdictMark(verdictOf(properties), t(verdictOf(properties))),
      about.index?.has(id) && unmapped(about, about.index.get(id)) ? el("span", {}, unmapped(about, about.index.get(id))) : "",
      properties.occupied > 0 && properties.occupied < 1 ? el("span", {}, `${t("share")}: ${percent(properties.occupied)}`) : "",
      el("small", {}, minerals.slice(0, 4).join(", ") + (minerals.length > 4 ? ` ${t("and_more", { n: minerals.length - 4 })}` : "")),
    ];
  }

  /** Signs that lie on one another: their names, to be picked from on a click. */
  const several = (found) => [
    el("b", {}, t("pick_here", { n: found.length })),
    ...found.slice(0, 5).map((properties) => verdictMark(verdictOf(properties), nameOf(properties))),
    found.length > 5 ? el("small", {}, t("and_more", { n: found.length - 5 })) : "",
  ];

  function press(event) {
    const found = at(event.point, event.originalEvent.pointerType === "touch" ? FINGER : REACH);
    tip.hidden = true;
    if (found.length > 1) pick(found.map((properties) => ({ ...properties, id: properties.deposit_id, verdict: verdictOf(properties) })), event.point);
    else if (found.length) choose(found[0].deposit_id);
    else land(event.lngLat);
  }

  map.on("mousemove", show);
  map.on("mouseout", () => (tip.hidden = true));
  map.on("movestart", () => (tip.hidden = true));
  map.on("click", press);
}
