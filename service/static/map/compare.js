// How do two days stand side by side: a second map under a divider that can be dragged.
import { behindOf } from "./answer.js";
import { choose } from "./choice.js";
import { clamp, inWords, toText } from "./days.js";
import { byId, el, verdictMark } from "./dom.js";
import { freeArea } from "./frame.js";
import { standing } from "./tip.js";
import { named, t } from "./words.js";

const STEP = 2;

/** Moves the divider; the earlier day is on its left. */
export function createDivider(about, state) {
  const stage = byId("stage");
  const divider = byId("divider");

  function show() {
    const { compare, day, split, lang, source } = state.values;
    document.body.classList.toggle("comparing", compare !== null);
    divider.hidden = compare === null;
    stage.style.setProperty("--split", `${split}%`);
    if (compare === null) return;
    divider.setAttribute("aria-valuenow", String(Math.round(split)));
    divider.setAttribute("aria-label", t("divider", { a: inWords(compare, lang), b: inWords(day, lang) }));
    for (const [id, at] of [["day-left", compare], ["day-right", day]]) {
      const behind = behindOf(choose(about, at, source), at, lang);
      byId(id).textContent = behind ? `${inWords(at, lang)} (${behind})` : inWords(at, lang);
    }
    keepIn();
  }

  /** A date that has no room beside the divider moves over it, and a line lower, rather than off the stage. */
  function keepIn() {
    const { left, right } = freeArea();
    const x = (state.values.split / 100) * stage.clientWidth;
    const rooms = { "day-left": x - left, "day-right": right - x };
    for (const [id, room] of Object.entries(rooms)) {
      const badge = byId(id);
      const lacking = Math.max(0, badge.offsetWidth + 32 - room);
      badge.style.setProperty("--shift", `${id === "day-left" ? lacking : -lacking}px`);
      badge.classList.toggle("low", lacking > 0);
    }
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
  addEventListener("resize", keepIn);
  state.on(["compare", "day", "source", "split", "lang"], show);
  show();
}

/** Deposits with another verdict on the second day; components do not count. before, after: answers of the server. */
export function turned(before, after) {
  const then = new Map(before.features.map((feature) => [feature.properties.id, standing(feature.properties)]));
  return after.features
    .filter((feature) => !feature.properties.part_of)
    .map((feature) => ({ entry: feature.properties, before: then.get(feature.properties.id), after: standing(feature.properties) }))
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
