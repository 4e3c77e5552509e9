// Where on the screen does occupied land meet free land, and where does the divider stand best?
import { freeArea } from "./frame.js";

const ROWS = 30;
/** Rows the front must cross at least: of less, too little is in sight to compare days by. */
const FEW = 5;
const STEP = 14;
const MARGIN = 56;

/** Whether a ring goes round a place, by how often it crosses the parallel to the east of it. */
function inside(ring, { lng, lat }) {
  let odd = false;
  for (let n = 1; n < ring.length; n += 1) {
    const [[x, y], [a, b]] = [ring[n - 1], ring[n]];
    if (y > lat !== b > lat && lng < x + ((lat - y) / (b - y)) * (a - x)) odd = !odd;
  }
  return odd;
}

/** Points of the stage, in the part free of cards, between which occupied land turns into free land of the country; coasts and the state border do not count. */
function frontOf(map, outline) {
  const { left, top, right, bottom } = freeArea();
  const layers = ["control-fill", "land"].filter((id) => map.getLayer(id));
  const ground = (x, y) => {
    const drawn = map.queryRenderedFeatures([x, y], { layers }).map((feature) => feature.layer.id);
    return drawn.includes("control-fill") ? "held" : drawn.includes("land") ? "free" : "water";
  };
  const points = [];
  for (let row = 0; row < ROWS; row += 1) {
    const y = top + ((row + 0.5) * (bottom - top)) / ROWS;
    for (let x = left, before = ground(x, y); x + STEP < right; x += STEP) {
      const here = ground(x + STEP, y);
      if (here !== before && here !== "water" && before !== "water") {
        const free = here === "free" ? x + 2 * STEP : x - STEP;
        if (outline.some((ring) => inside(ring, map.unproject([free, y])))) points.push({ x: x + STEP / 2, y });
      }
      before = here;
    }
  }
  return points;
}

const idle = (map) => new Promise((done) => (map.once("idle", done), map.triggerRepaint()));

/** Puts the divider over the front; may move the map where the front is out of sight, if it may. */
export async function dividerOverFront(about, map, state, screen, mayMove) {
  if (!map.areTilesLoaded()) await idle(map);
  let points = frontOf(map, about.outline);
  if (new Set(points.map(({ y }) => y)).size < FEW && mayMove) {
    screen.whole();
    await idle(map);
    points = frontOf(map, about.outline);
  }
  if (!points.length) return;
  const middle = points.sort((a, b) => a.x - b.x)[points.length >> 1];
  const { left, right } = freeArea();
  const x = Math.min(Math.max(middle.x, left + MARGIN), right - MARGIN);
  if (mayMove && x !== middle.x) map.panBy([middle.x - x, 0], { duration: 0 });
  state.set({ split: (x / map.getContainer().clientWidth) * 100 });
}
