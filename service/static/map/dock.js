// How is the day set beside the slider: by date, by step, by the next change of hands, by span?
import { clamp, isDay, toDay, toText } from "./days.js";
import { byId } from "./dom.js";

const ONE_STEP = 2500;

/** days(): days on which deposits changed hands, ascending. typed(text): a date was typed, or taken from the calendar. */
export function createDock(about, state, days, typed) {
  const within = (day) => clamp(day, about.firstDay, about.lastDay);
  let last = -Infinity;
  const press = (id, call) => byId(id).addEventListener("click", call);

  for (const [id, key] of [["day-input", "day"], ["day-input-b", "compare"]]) {
    byId(id).min = toText(about.firstDay);
    byId(id).max = toText(about.lastDay);
    byId(id).addEventListener("change", ({ target }) => {
      // A year that is being typed is 0002, 0020 and 0202 before it is 2025.
      const text = target.value;
      if (!isDay(text) || text < "1000") return;
      const patch = { [key]: within(toDay(text)) };
      // A date typed figure by figure is one step.
      if (performance.now() - last < ONE_STEP) state.set(patch);
      else state.step(patch);
      last = performance.now();
      typed(text);
      target.value = toText(state.values[key]);
    });
  }
  press("earlier", () => state.set({ day: within(state.values.day - 1) }));
  press("later", () => state.set({ day: within(state.values.day + 1) }));

  function next() {
    const found = days().find((day) => day > state.values.day);
    if (found !== undefined) state.step({ day: found });
  }

  function previous() {
    const found = days().findLast((day) => day < state.values.day);
    if (found !== undefined) state.step({ day: found });
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
