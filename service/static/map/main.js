// What comes first: the map itself; the rest of the page follows while it is being drawn.
import { readAbout, usualState } from "./about.js";
import { byId } from "./dom.js";
import { drawLegend } from "./legend.js";
import { opened } from "./permalink.js";
import { createScreen } from "./screen.js";
import { createState } from "./state.js";
import { fill, speak } from "./words.js";

const about = readAbout(byId("about").textContent);
const usual = usualState(about);
const state = createState(opened(about, usual));
const root = document.documentElement;
const say = () => (speak(state.values.lang), fill());
state.on(["lang"], say);
say();
byId("legend").open = innerWidth >= 900;
drawLegend(about, state.values);

try {
  if (!about.tiles.control) throw new Error(`release ${about.release} was built without tiles`);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const screen = await createScreen(about, state, still);
  globalThis.map = screen.map;
  const drawn = new Promise((done) => screen.map.once("idle", done));
  const { startPage } = await import("./page.js");
  const page = startPage(about, state, usual, screen);
  await drawn;
  performance.mark("map-idle");
  root.dataset.map = "idle";
  await page.load();
} catch (error) {
  const { withoutMap } = await import("./bare.js");
  withoutMap(about, error);
}
root.dataset.page = "ready";
