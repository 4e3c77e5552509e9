// Which day is chosen on the slider: by pointer, by key, by the marks where deposits changed hands.
import { addMonths, clamp, inWords, starts, toDay } from "./days.js";
import { byId, el, svg } from "./dom.js";
import { t } from "./words.js";

const WAR = toDay("2022-02-01");
const YEAR = 365;

/** The first day of a span of the slider. */
export function firstOf(range, about) {
  if (range === "war") return Math.max(about.firstDay, WAR);
  return range === "year" ? Math.max(about.firstDay, about.lastDay - 2 * YEAR) : about.firstDay;
}

/** changes(): what changed hands, [{day, count, gained, text}] in order of days. */
export function createTimeline(about, state, changes) {
  const track = byId("track");
  const scale = svg("svg", { class: "scale", "aria-hidden": "true" });
  const thumb = handle(track, "day", () => t("day"));
  const second = handle(track, "compare", () => t("day_b"));
  track.prepend(scale);
  const span = () => [firstOf(state.values.range, about), about.lastDay];
  const share = (day) => {
    const [first, last] = span();
    return clamp((day - first) / Math.max(last - first, 1), 0, 1) * 100;
  };

  function handle(parent, key, label) {
    const node = el("div", { class: `thumb ${key}`, role: "slider", tabindex: 0, id: `thumb-${key}`, "aria-describedby": "slider-keys" });
    node.addEventListener("keydown", (event) => onKey(event, key));
    parent.append(node);
    return { node, key, label };
  }

  function place({ node, key, label }) {
    const day = state.values[key];
    node.hidden = day === null;
    if (day === null) return;
    const [first, last] = span();
    const words = { "aria-valuemin": first, "aria-valuemax": last, "aria-valuenow": day, "aria-label": label() };
    for (const [name, value] of Object.entries(words)) node.setAttribute(name, value);
    node.setAttribute("aria-valuetext", inWords(day, state.values.lang));
    node.style.setProperty("--at", `${share(day)}%`);
  }

  function move(key, day) {
    state.set({ [key]: clamp(Math.round(day), about.firstDay, about.lastDay) });
  }

  function onKey(event, key) {
    const day = state.values[key];
    const [first, last] = span();
    const to = {
      ArrowLeft: day - 1, ArrowDown: day - 1, ArrowRight: day + 1, ArrowUp: day + 1,
      PageUp: addMonths(day, 1), PageDown: addMonths(day, -1), Home: first, End: last,
    }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move(key, to);
  }

  function onPointer(event) {
    if (event.button > 0) return;
    const at = (e) => {
      const box = track.getBoundingClientRect();
      const [first, last] = span();
      return first + clamp((e.clientX - box.left) / box.width, 0, 1) * (last - first);
    };
    const { day, compare } = state.values;
    const nearer = compare !== null && Math.abs(at(event) - compare) < Math.abs(at(event) - day);
    const key = event.target.closest?.(".thumb.compare") || nearer ? "compare" : "day";
    const follow = (e) => move(key, at(e));
    track.setPointerCapture(event.pointerId);
    track.addEventListener("pointermove", follow);
    const stop = () => track.removeEventListener("pointermove", follow);
    track.addEventListener("pointerup", stop, { once: true });
    track.addEventListener("pointercancel", stop, { once: true });
    follow(event);
    (key === "compare" ? second : thumb).node.focus({ preventScroll: true });
    event.preventDefault();
  }

  function drawScale() {
    const [first, last] = span();
    const x = (day) => `${share(day)}%`;
    const months = last - first < 3 * YEAR ? 1 : 3;
    const ticks = starts(first, last, months).map((day) => svg("line", { class: "month", x1: x(day), x2: x(day), y1: 34, y2: 38 }));
    const years = starts(first, last).flatMap((day) => [
      svg("line", { class: "year", x1: x(day), x2: x(day), y1: 34, y2: 44 }),
      svg("text", { x: x(day), y: 56, dx: 3 }, inWords(day, state.values.lang, "year")),
    ]);
    const marks = changes().filter((mark) => mark.day >= first).map((mark) => {
      const height = Math.min(4 + 4 * Math.sqrt(mark.count), 22);
      return svg("rect", { class: mark.gained ? "mark gained" : "mark lost", x: x(mark.day), width: 2, y: 31 - height, height });
    });
    scale.replaceChildren(svg("line", { class: "rail", x1: 0, x2: "100%", y1: 34, y2: 34 }), ...ticks, ...years, ...marks);
  }

  const update = () => [thumb, second].forEach(place);
  const redraw = () => (drawScale(), update());
  track.addEventListener("pointerdown", onPointer);
  track.addEventListener("pointermove", (event) => hint(event, track, span, changes, state));
  track.addEventListener("pointerleave", () => (byId("track-hint").hidden = true));
  state.on(["day", "compare"], update);
  state.on(["range", "lang"], redraw);
  redraw();
  return { redraw, move };
}

/** What changed hands near the pointer. */
function hint(event, track, span, changes, state) {
  const note = byId("track-hint");
  const box = track.getBoundingClientRect();
  const [first, last] = span();
  const days = (last - first) / box.width;
  const day = first + (event.clientX - box.left) * days;
  const near = changes().filter((mark) => Math.abs(mark.day - day) <= 3 * days + 0.5);
  const mark = near.sort((a, b) => Math.abs(a.day - day) - Math.abs(b.day - day))[0];
  note.hidden = !mark;
  if (!mark) return;
  note.replaceChildren(el("b", {}, inWords(mark.day, state.values.lang, "short")), ...mark.lines.slice(0, 5).map((text) => el("div", {}, text)));
  if (mark.lines.length > 5) note.append(el("div", {}, t("and_more", { n: mark.lines.length - 5 })));
  note.style.setProperty("--at", `${clamp(event.clientX - box.left, 90, box.width - 90)}px`);
}
