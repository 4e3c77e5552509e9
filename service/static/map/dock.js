// How is the day set beside the slider: by date, by step, by the next change of hands, by span?
import { clamp, isDay, toDay, toText } from "./days.js";
import { byId } from "./dom.js";

/** days(): days on which deposits changed hands, ascending. */
export function createDock(about, state, days) {
  const within = (day) => clamp(day, about.firstDay, about.lastDay);
  const press = (id, call) => byId(id).addEventListener("click", call);

  for (const [id, key] of [["day-input", "day"], ["day-input-b", "compare"]]) {
    byId(id).min = toText(about.firstDay);
    byId(id).max = toText(about.lastDay);
    byId(id).addEventListener("change", ({ target }) => isDay(target.value) && state.set({ [key]: within(toDay(target.value)) }));
  }
  press("earlier", () => state.set({ day: within(state.values.day - 1) }));
  press("later", () => state.set({ day: within(state.values.day + 1) }));

  function next() {
    const found = days().find((day) => day > state.values.day);
    if (found !== undefined) state.set({ day: found });
  }

  function previous() {
    const found = days().findLast((day) => day < state.values.day);
    if (found !== undefined) state.set({ day: found });
  }

  press("next-change", next);
  press("previous-change", previous);
  for (const radio of document.querySelectorAll("input[name=range]")) {
    radio.addEventListener("change", () => state.set({ range: radio.value }));
  }

  function show() {
    byId("day-input").value = toText(state.values.day);
    for (const radio of document.querySelectorAll("input[name=range]")) radio.checked = radio.value === state.values.range;
  }

  state.on(["day", "range"], show);
  show();
  return { next, previous };
}
