// How does time pass by itself: as fast as asked, never faster than the map can follow.
import { addMonths } from "./days.js";
import { byId } from "./dom.js";
import { firstOf } from "./timeline.js";
import { t } from "./words.js";

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** ready(): whether the map shows the day it was given. */
export function createPlayer(about, state, ready) {
  const button = byId("play");
  const speed = byId("speed");
  let running = false;
  let last = 0;
  let gone = 0;

  function show() {
    button.setAttribute("aria-pressed", String(running));
    button.setAttribute("aria-label", t(running ? "pause" : "play"));
    button.title = t(running ? "pause" : "play");
    document.body.classList.toggle("playing", running);
  }

  function stop() {
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

  function step(now) {
    if (!running) return;
    gone += Math.min(((now - last) / 1000) * Number(speed.value), 3 * Number(speed.value));
    last = now;
    if (gone >= 1 && ready()) {
      const day = Math.min(state.values.day + Math.min(Math.floor(gone), Number(speed.value)), about.lastDay);
      gone = 0;
      state.set({ day });
      if (day >= about.lastDay) return stop();
    }
    requestAnimationFrame(step);
  }

  button.addEventListener("click", toggle);
  state.on(["lang"], show);
  show();
  return { toggle, stop, get running() { return running; } };
}
