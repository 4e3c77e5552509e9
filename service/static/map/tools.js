// What do the buttons of the top bar do: compare, disagree, language, theme, zoom, sheet?
import { themeOf } from "./colours.js";
import { addMonths } from "./days.js";
import { byId } from "./dom.js";
import { t } from "./words.js";

/** map: the first map, null where there is none; whole(): bring it to the whole country; compared(): two days were asked for. */
export function createTools(about, state, map, { source, whole, compared }) {
  const press = (id, call) => byId(id).addEventListener("click", call);

  press("toggle-compare", () => {
    const { compare, day } = state.values;
    state.step({ compare: compare === null ? Math.max(about.firstDay, addMonths(day, -12)) : null });
    if (compare === null) compared();
  });
  press("toggle-differ", () => {
    const other = about.sources.find((entry) => entry.id !== source().id);
    state.step({ differ: state.values.differ === null ? (other?.id ?? source().id) : null });
  });
  press("toggle-lang", () => state.set({ lang: state.values.lang === "uk" ? "en" : "uk" }));
  press("toggle-theme", () => state.set({ theme: themeOf(state.values.theme) === "dark" ? "light" : "dark" }));
  press("zoom-in", () => map?.zoomIn());
  press("zoom-out", () => map?.zoomOut());
  press("whole", whole);
  press("sheet", () => sheet(document.body.classList.toggle("sheet-open")));

  function sheet(open) {
    byId("sheet").setAttribute("aria-expanded", String(open));
  }

  function show() {
    const { compare, differ, theme, lang } = state.values;
    byId("toggle-compare").setAttribute("aria-pressed", String(compare !== null));
    byId("toggle-differ").setAttribute("aria-pressed", String(differ !== null));
    const next = t(themeOf(theme) === "dark" ? "theme_light" : "theme_dark");
    for (const name of ["aria-label", "title"]) byId("toggle-theme").setAttribute(name, next);
    byId("toggle-lang").textContent = lang === "uk" ? "English" : "Українська";
    byId("toggle-lang").lang = lang === "uk" ? "en" : "uk";
  }

  state.on(["compare", "differ", "theme", "lang"], show);
  show();
}
