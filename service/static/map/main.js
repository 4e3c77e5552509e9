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

/** The map, or what stands for it where it cannot be drawn. */
async function openScreen() {
  try {
    if (!about.tiles.control) throw new Error(`release ${about.release} was built without tiles`);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    return await createScreen(about, state, still);
  } catch (error) {
    byId("map").replaceChildren();
    const { createStill } = await import("./still.js");
    return createStill(about, state, error);
  }
}

const screen = await openScreen();
globalThis.map = screen.map;
const { startPage } = await import("./page.js");
const page = startPage(about, state, usual, screen);
await screen.first;
performance.mark("map-idle");
root.dataset.map = screen.drawn;
await page.load();
root.dataset.page = "ready";
