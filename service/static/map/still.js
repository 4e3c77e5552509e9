// What stands where no map can be drawn: the server's drawing of the same day, commodities and territory, and why.
import { otherOf, sourceOf } from "./choice.js";
import { dress, themeOf } from "./colours.js";
import { toText } from "./days.js";
import { byId, el, settled } from "./dom.js";
import { counts } from "./filters.js";
import { freeArea } from "./frame.js";
import { answerForm, drawingPath } from "./question.js";
import { named, t } from "./words.js";

/** The same as createScreen's, for a browser without WebGL, or a page without its library. error: why. */
export async function createStill(about, state, error) {
  const { values } = state;
  const theme = () => themeOf(values.theme);
  const stage = byId("stage");
  let choose = () => undefined;
  console.warn(error);
  document.body.classList.add("still");
  stage.append(el("div", { id: "still-why", class: "bare", role: "alert" }));

  function why() {
    const reason = t(!about.tiles.control ? "no_tiles" : globalThis.maplibregl ? "no_webgl" : "no_engine");
    const again = globalThis.maplibregl ? "" : el("button", { type: "button", class: "plain", onclick: () => location.reload() }, t("again"));
    byId("still-why").replaceChildren(el("p", {}, reason, " ", t("still_instead")), again, " ",
      el("a", { href: answerForm(about, values, "html") }, t("reserves_page")));
  }

  /** Draws a day into a container, unless another is wanted by then. */
  async function draw(id, day) {
    const place = byId(id);
    const own = toText(day);
    Object.assign(place.dataset, { wanted: own, drawn: "false" });
    const answer = await fetch(drawingPath(about, { ...values, day }), { headers: { Accept: "text/html" } }).catch(() => null);
    const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    if (place.dataset.wanted !== own) return;
    const drawing = page?.querySelector("figure.map > svg");
    place.replaceChildren(drawing ? furnished(document.importNode(drawing, true)) : el("p", { class: "bare", role: "alert" }, t("failed", { detail: answer?.status ?? "" })));
    Object.assign(place.dataset, { day: own, drawn: "true" });
    mark();
  }

  /** The drawing with the reader's words, and its signs leading to the card instead of another page. */
  function furnished(drawing) {
    drawing.querySelectorAll(":scope > title, :scope > desc").forEach((words) => words.remove());
    drawing.removeAttribute("aria-labelledby");
    drawing.setAttribute("aria-label", t("map_label"));
    for (const link of drawing.querySelectorAll("a[href*='/deposits/items/']")) {
      link.dataset.deposit = decodeURIComponent(new URL(link.getAttribute("href"), location.href).pathname.split("/").at(-1));
      link.dataset.standing = link.querySelector("use").getAttribute("href").slice(3);
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        choose(link.dataset.deposit);
      });
    }
    return drawing;
  }

  /** Who is shown, named and chosen: what a new drawing is not needed for. */
  function mark() {
    for (const link of stage.querySelectorAll("a[data-deposit]")) {
      const { deposit, standing: verdict } = link.dataset;
      const entry = about.index?.get(deposit);
      link.classList.toggle("chosen", deposit === values.deposit);
      const wanted = values.verdicts.includes(verdict === "not_tested" ? "unknown" : verdict) && (!entry || counts(entry, values, about.commodities));
      link.toggleAttribute("hidden", !wanted && deposit !== values.deposit);
      if (entry) link.querySelector("title").textContent = `${named(entry)}, ${t(verdict)}`;
    }
  }

  function place() {
    const { left, right, bottom } = freeArea();
    stage.style.setProperty("--why", `${Math.max(0, byId("still-why").getBoundingClientRect().bottom - stage.getBoundingClientRect().top + 4)}px`);
    for (const [name, value] of Object.entries({ left, right, bottom })) stage.style.setProperty(`--free-${name}`, `${value}px`);
  }

  function pair() {
    byId("map-b").hidden = values.compare === null;
    if (values.compare !== null) draw("map-b", values.compare);
  }

  const paint = settled(() => (draw("map", values.day), pair()), 200);
  const dressed = () => dress(about.palette, theme());
  state.on(["day", "source", "commodities", "role", "rank", "territory", "compare"], () => (["map", "map-b"].forEach((id) => (byId(id).dataset.drawn = "false")), paint()));
  state.on(["verdicts", "deposit", "lang"], mark);
  state.on(["lang", "day", "commodities", "territory"], why);
  state.on(["theme"], dressed);
  const boxes = new ResizeObserver(place);
  for (const id of ["stage", "panel", "legend", "dock", "detail", "still-why"]) boxes.observe(byId(id));
  dressed();
  why();
  place();
  return {
    map: null,
    drawn: "still",
    first: draw("map", values.day),
    theme,
    source: (day) => sourceOf(about, values, day),
    other: () => otherOf(about, values),
    paint: mark,
    pair,
    lead: (day) => day !== null && draw("map", day),
    shows: (day) => byId("map").dataset.day === toText(day) && byId("map").dataset.drawn === "true",
    whole() {},
    each() {},
    choose: (call) => (choose = call),
    differ() {},
    dispute() {},
    camera: () => null,
    jump() {},
    go() {},
    reveal() {},
  };
}
