// How does time pass by itself: as fast as asked, never faster than the map can be drawn.
import { addMonths } from "./days.js";
import { byId } from "./dom.js";
import { firstOf } from "./timeline.js";
import { t } from "./words.js";

/** Days that pass in a second. */
const SPEEDS = [7, 30, 90];
const USUAL = 30;

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** screen: lead(day) draws a day before the page shows it, shows(day) says when it stands. */
export function createPlayer(about, state, screen) {
  const button = byId("play");
  const speed = byId("speed");
  let running = false;
  let last = 0;
  let gone = 0;
  let next = null;

  function show() {
    button.setAttribute("aria-pressed", String(running));
    button.setAttribute("aria-label", t(running ? "pause" : "play"));
    button.title = t(running ? "pause" : "play");
    document.body.classList.toggle("playing", running);
  }

  function offer() {
    const chosen = Number(speed.value) || USUAL;
    speed.replaceChildren(...SPEEDS.map((n) => new Option(t("speed_days", { n }), n, n === USUAL, n === chosen)));
  }

  function stop() {
    if (next !== null) screen.lead(null);
    next = null;
    running = false;
    show();
  }

  function toggle() {
    if (running) return stop();
    const { day, range } = state.values;
    const from = day >= about.lastDay ? firstOf(range, about) : day;
    if (still()) return state.set({ day: Math.min(addMonths(from, 1), about.lastDay) });
    state.set({ day: from });
    running = true;
    last = performance.now();
    gone = 0;
    show();
    requestAnimationFrame(step);
  }

  /** The page takes a day only once its picture stands: date, counts and map turn together. */
  function arrive() {
    if (next === null || !screen.shows(next.day)) return;
    const { from, day } = next;
    next = null;
    screen.lead(null);
    if (state.values.day === from) state.set({ day });
    if (day >= about.lastDay) stop();
  }

  function step(now) {
    if (!running) return;
    arrive();
    gone += Math.min(((now - last) / 1000) * Number(speed.value), 3 * Number(speed.value));
    last = now;
    if (gone >= 1 && next === null && running && screen.shows(state.values.day)) {
      const from = state.values.day;
      next = { from, day: Math.min(from + Math.min(Math.floor(gone), Number(speed.value)), about.lastDay) };
      gone = 0;
      screen.lead(next.day);
    }
    requestAnimationFrame(step);
  }

  button.addEventListener("click", toggle);
  state.on(["lang"], () => (show(), offer()));
  show();
  offer();
  return { toggle, stop, get running() { return running; } };
}
