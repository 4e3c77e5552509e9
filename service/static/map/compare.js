// How do two days stand side by side: a second map under a divider that can be dragged.
import { clamp, inWords, toText } from "./days.js";
import { byId, el, verdictMark } from "./dom.js";
import { named, t } from "./words.js";

const STEP = 2;

/** Moves the divider; the earlier day is on its left. */
export function createDivider(state) {
  const stage = byId("stage");
  const divider = byId("divider");

  function show() {
    const { compare, day, split, lang } = state.values;
    document.body.classList.toggle("comparing", compare !== null);
    divider.hidden = compare === null;
    stage.style.setProperty("--split", `${split}%`);
    if (compare === null) return;
    divider.setAttribute("aria-valuenow", String(Math.round(split)));
    divider.setAttribute("aria-label", t("divider", { a: inWords(compare, lang), b: inWords(day, lang) }));
    byId("day-left").textContent = inWords(compare, lang);
    byId("day-right").textContent = inWords(day, lang);
  }

  const to = (value) => state.set({ split: clamp(value, 0, 100) });
  divider.addEventListener("pointerdown", (event) => {
    divider.setPointerCapture(event.pointerId);
    const follow = (e) => {
      const box = stage.getBoundingClientRect();
      to(((e.clientX - box.left) / box.width) * 100);
    };
    divider.addEventListener("pointermove", follow);
    divider.addEventListener("pointerup", () => divider.removeEventListener("pointermove", follow), { once: true });
  });
  divider.addEventListener("keydown", (event) => {
    const { split } = state.values;
    const value = { ArrowLeft: split - STEP, ArrowRight: split + STEP, PageDown: split - 10, PageUp: split + 10, Home: 0, End: 100 }[event.key];
    if (value === undefined) return;
    event.preventDefault();
    to(value);
  });
  state.on(["compare", "day", "split", "lang"], show);
  show();
}

/** Deposits with another verdict on the second day. before, after: answers of the server. */
export function turned(before, after) {
  const then = new Map(before.features.map((feature) => [feature.properties.id, feature.properties.control]));
  return after.features
    .map((feature) => ({ entry: feature.properties, before: then.get(feature.properties.id), after: feature.properties.control }))
    .filter((found) => found.before !== undefined && found.before !== found.after);
}

/** The list of what changed between the days. */
export function drawTurned(state, list, choose) {
  const { compare, day, lang } = state.values;
  byId("turned").hidden = compare === null;
  if (compare === null) return;
  byId("turned-title").textContent = t("compare_lead", { a: inWords(compare, lang, "short"), b: inWords(day, lang, "short") });
  byId("turned-count").textContent = list ? t(list.length ? "compare_changed" : "compare_none", { n: list.length }) : t("loading");
  byId("turned-list").replaceChildren(...(list ?? []).map(({ entry, before, after }) =>
    el("li", {}, el("button", { type: "button", class: "plain", onclick: () => choose(entry.id) }, named(entry)),
      el("span", { class: "turn" }, verdictMark(before, t(before)), el("span", { "aria-hidden": "true" }, "→"), verdictMark(after, t(after))))));
  const second = byId("day-input-b");
  second.value = toText(compare);
}
