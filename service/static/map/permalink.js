// How does the address say what is on the screen, so that it can be sent and opened again?
import { clamp, isDay, toDay, toText } from "./days.js";
import { LANGUAGES } from "./words.js";

const THEMES = ["light", "dark"];
/** Which pairings with a mineral count, and which records; the first is as it is by itself. */
export const ROLES = ["main", "any"];
export const RANKS = ["deposit", "any"];

/** The state a hash names; what it does not name, or names wrongly, stays as given. */
export function read(hash, about, given) {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const known = (list) => (text) => list.includes(text);
  const sources = about.sources.map((source) => source.id);
  const found = { ...given };
  const take = (name, key, fits, value = (text) => text) => {
    const text = words.get(name);
    if (text !== null && fits(text)) found[key] = value(text);
  };
  const day = (text) => clamp(toDay(text), about.firstDay, about.lastDay);
  take("day", "day", isDay, day);
  take("with", "compare", isDay, day);
  take("source", "source", known(sources));
  take("differ", "differ", known(sources));
  take("territory", "territory", known(about.territories.map((entry) => entry.id)));
  take("role", "role", known(ROLES));
  take("rank", "rank", known(RANKS));
  take("lang", "lang", (text) => Object.hasOwn(LANGUAGES, text));
  take("theme", "theme", known(THEMES));
  take("range", "range", known(["all", "war", "year"]));
  take("deposit", "deposit", (text) => /^[\w.-]{1,120}$/.test(text));
  take("spot", "spot", (text) => spot(text) !== null, spot);
  if (found.deposit !== null) found.spot = null;
  take("split", "split", (text) => Number(text) >= 0 && Number(text) <= 100, Number);
  take("minerals", "commodities", Boolean, (text) => some(text, about.commodities.map((entry) => entry.id)));
  take("verdicts", "verdicts", Boolean, (text) => some(text, about.verdicts));
  take("at", "camera", (text) => camera(text) !== null, camera);
  return found;
}

const some = (text, known) => [...new Set(text.split(","))].filter((word) => known.includes(word));

/** Zoom/latitude/longitude as three numbers, null where they are not. */
function camera(text) {
  const [zoom, lat, lon] = text.split("/").map(Number);
  const fits = zoom >= 0 && zoom <= 22 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return fits ? { zoom, lat, lon } : null;
}

/** A place clicked, latitude/longitude, null where it is none. */
function spot(text) {
  const [lat, lon] = text.split("/").map(Number);
  return Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { lon, lat } : null;
}

/** Days a hash names that are not shown as they stand: {text, day}; day: what is shown instead, null where the text is no day. */
export function daysMoved(hash, about) {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  return ["day", "with"].map((name) => words.get(name)).filter((text) => text !== null).flatMap((text) => dayMoved(text, about));
}

/** The same of one text, as it is typed or stands in an address. */
export function dayMoved(text, about) {
  if (!isDay(text)) return [{ text, day: null }];
  const day = clamp(toDay(text), about.firstDay, about.lastDay);
  return day === toDay(text) ? [] : [{ text, day }];
}

/** The hash of a state; what is as it is by itself is left out, but for the day. */
export function write(state, about, usual) {
  const words = new URLSearchParams();
  words.set("day", toText(state.day));
  if (state.compare !== null) words.set("with", toText(state.compare));
  if (state.compare !== null && state.split !== usual.split) words.set("split", String(Math.round(state.split)));
  for (const [name, key] of [["source", "source"], ["differ", "differ"], ["deposit", "deposit"]]) {
    if (state[key] !== null) words.set(name, state[key]);
  }
  if (state.spot) words.set("spot", `${state.spot.lat.toFixed(5)}/${state.spot.lon.toFixed(5)}`);
  if (state.commodities.length) words.set("minerals", state.commodities.join(","));
  if (state.verdicts.length !== about.verdicts.length) words.set("verdicts", state.verdicts.join(","));
  for (const key of ["territory", "role", "rank", "lang", "theme", "range"]) {
    if (state[key] !== usual[key]) words.set(key, state[key]);
  }
  const { zoom, lat, lon } = state.camera ?? {};
  if (state.camera) words.set("at", `${zoom.toFixed(2)}/${lat.toFixed(4)}/${lon.toFixed(4)}`);
  return `#${words.toString().replaceAll("%2C", ",").replaceAll("%2F", "/")}`;
}

/** The address of a view that is the same whenever and wherever it is opened: of its release, in its language. */
export function shared(state, about, usual, place = location) {
  const words = new URLSearchParams(place.search);
  words.set("release", about.release);
  return `${place.origin}${place.pathname}?${words}${write(state, about, { ...usual, lang: null })}`;
}

/** The state a page opens with: what its query names, and over it the hash. A state in the query moves into the hash, which follows the screen. */
export function opened(about, usual, place = location) {
  const words = new URLSearchParams(place.search);
  const values = read(place.hash, about, read(place.search.slice(1), about, usual));
  const release = words.get("release");
  if ([...words.keys()].some((name) => name !== "release")) {
    const pinned = release === null ? "" : `?release=${encodeURIComponent(release)}`;
    history.replaceState(null, "", `${place.pathname}${pinned}${write(values, about, usual)}`);
  }
  return values;
}
