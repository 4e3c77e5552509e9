// Which part of the stage do cards leave free, and how is a place brought into it; how long is a kilometre there?
import { byId } from "./dom.js";
import { number, t } from "./words.js";

const WIDE = 900;
const ROOM = 36;
/** Width of the zoom buttons and the room beside them. */
const ZOOM = 48;
const LONGEST = 110;

/** The part of the stage no card covers, in its pixels: {left, top, right, bottom}. */
export function freeArea() {
  const stage = byId("stage").getBoundingClientRect();
  const [panel, dock, card, legend] = ["panel", "dock", "detail", "legend"].map((id) => byId(id).getBoundingClientRect());
  const wide = innerWidth >= WIDE;
  const dates = ["day-left", "day-right"].map((id) => byId(id).getBoundingClientRect().bottom - stage.top);
  const low = wide ? Math.min(dock.top, legend.height ? legend.top : dock.top) : Math.min(panel.top, card.height ? card.top : panel.top);
  return {
    left: wide ? panel.right - stage.left : 0,
    top: Math.max(0, ...dates),
    right: wide && card.width ? card.left - stage.left : stage.width - ZOOM,
    bottom: low - stage.top,
  };
}

/** Room around the country that cards leave free, in pixels. */
export function padding() {
  const stage = byId("stage").getBoundingClientRect();
  const { left, top, right, bottom } = freeArea();
  const wide = innerWidth >= WIDE;
  return { left: left + (wide ? 20 : 8), top: top + (wide ? 16 : 48), right: wide ? stage.width - right + 8 : 8, bottom: stage.height - bottom + 8 };
}

/** From the middle of the map to the middle of what is free of cards. */
export function offset() {
  const stage = byId("stage").getBoundingClientRect();
  const { left, top, right, bottom } = freeArea();
  return [(left + right - stage.width) / 2, (top + bottom - stage.height) / 2];
}

/** How far a map must move, in pixels, so that a point of it is clear of cards; null where it is. */
export function wayClear({ x, y }) {
  const { left, top, right, bottom } = freeArea();
  const shift = (value, low, high) => {
    const room = Math.min(ROOM, (high - low) / 2);
    return value < low + room ? value - low - room : value > high - room ? value - high + room : 0;
  };
  const way = [shift(x, left, right), shift(y, top, bottom)];
  return way.some(Boolean) ? way : null;
}

/** The longest round length, km, that fits into so many pixels, and its pixels. */
export function scaleOf(metresPerPixel, room = LONGEST) {
  const most = (metresPerPixel * room) / 1000;
  const power = 10 ** Math.floor(Math.log10(most));
  const km = power * [5, 2, 1].find((digit) => digit * power <= most);
  return { km, width: (km * 1000) / metresPerPixel };
}

/** Keeps a scale bar at the foot of the free area, true at the middle of it. */
export function createScale(map, state) {
  const bar = byId("scale");

  function draw() {
    const { left, bottom } = freeArea();
    const [x, y] = offset();
    const box = map.getContainer();
    const middle = map.unproject([box.clientWidth / 2 + x, box.clientHeight / 2 + y]);
    const metres = (40075016.7 * Math.cos((middle.lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom());
    const { km, width } = scaleOf(metres);
    bar.style.setProperty("--length", `${width.toFixed(1)}px`);
    bar.style.setProperty("--left", `${left}px`);
    bar.style.setProperty("--base", `${bottom}px`);
    bar.textContent = km < 1 ? `${number(km * 1000)}\u00a0${t("m")}` : `${number(km)}\u00a0${t("km")}`;
    bar.hidden = false;
  }

  map.on("move", draw);
  map.on("resize", draw);
  state.on(["lang"], draw);
  const boxes = new ResizeObserver(draw);
  for (const id of ["legend", "panel", "detail", "dock"]) boxes.observe(byId(id));
  draw();
}
