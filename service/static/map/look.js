// How is the map painted: the server's base map, and between its land and its labels who holds what.
import { toText } from "./days.js";
import * as filters from "./filters.js";

const FRESH = 30;
/** Days for which land just taken or left is told apart. */
export const FRESH_DAYS = FRESH;
const NOTHING = ["boolean", false];

/** The style of a day. base: the server's style. day, source: whose map of when. */
export function compose(base, paint, about, state, moment) {
  const ground = base.layers.filter((layer) => layer.type === "background" || layer.source === "basemap");
  const cut = ground.findIndex((layer) => layer.type === "line");
  const land = cut < 0 ? ground.length : cut;
  const own = layers(paint, about, state, moment);
  return {
    ...base,
    metadata: { day: toText(moment.day) },
    transition: { duration: 0, delay: 0 },
    sources: { ...sources(about, moment, state.spot), ...tiled(base.sources) },
    layers: [...ground.slice(0, land), ...own.land, ...ground.slice(land).map(aside), ...own.deposits],
  };
}

/** Names of places stand beside their place, and elsewhere where a deposit's sign is: signs have the first choice. */
function aside(layer) {
  if (layer.id !== "place-names") return layer;
  return { ...layer, layout: { ...layer.layout, "text-variable-anchor": ["center", "bottom", "top", "left", "right"], "text-radial-offset": 0.75, "text-justify": "auto", "text-padding": 3 } };
}

/** The sources of tiles the server's style names, which know where their tiles end. */
function tiled(given) {
  const names = ["basemap", "control", "contact-line", "timelines"].filter((name) => name in given);
  return Object.fromEntries(names.map((name) => [name, given[name]]));
}

function sources(about, moment, spot) {
  const tiles = (url) => ({ type: "vector", tiles: [url], minzoom: 0, maxzoom: 10 });
  const empty = { type: "FeatureCollection", features: [] };
  return {
    control: tiles(about.tiles.control),
    ...(about.tiles["contact-line"] ? { "contact-line": tiles(about.tiles["contact-line"]) } : {}),
    differ: { type: "geojson", data: moment.differ ?? empty },
    timelines: tiles(about.tiles.timelines),
    deposits: { type: "geojson", data: about.discs ?? empty },
    spot: { type: "geojson", data: spot ? { type: "Point", coordinates: [spot.lon, spot.lat] } : empty },
  };
}

function layers(paint, about, state, moment) {
  const { source, day, other } = moment;
  const held = { source: "control", "source-layer": "control", type: "fill" };
  const edge = { source: "control", "source-layer": "control", type: "line", filter: filters.land(source.id, day, "occupied") };
  // A release of before draws the whole edge of occupied land, of which fills leave the outer half.
  const front = about.tiles["contact-line"] ? { source: "contact-line", "source-layer": "contact-line", type: "line", filter: filters.line(source.id, day) } : edge;
  const wide = (scale) => ["interpolate", ["exponential", 1.5], ["zoom"], 4, 0.9 * scale, 7, 1.7 * scale, 11, 3.4 * scale];
  const round = { "line-join": "round", "line-cap": "round" };
  return {
    land: [
      { ...edge, id: "control-edge", layout: round, paint: { "line-color": paint.held, "line-width": 1 } },
      { ...held, id: "control-left", filter: filters.left(source.id, day, FRESH), paint: { "fill-color": paint.left, "fill-antialias": false } },
      { ...held, id: "control-fill", filter: filters.land(source.id, day, "occupied"), paint: { "fill-color": heldColour(paint, source, day), "fill-antialias": false } },
      { ...held, id: "control-contested", filter: filters.land(source.id, day, "contested"), paint: { "fill-color": paint.fought, "fill-antialias": false } },
      { ...held, id: "control-contested-hatch", filter: filters.land(source.id, day, "contested"), paint: { "fill-pattern": `hatch-fought-${paint.theme}` } },
      { ...front, id: "control-line-casing", layout: round, paint: { "line-color": paint.casing, "line-width": wide(2), "line-opacity": 0.65 } },
      { ...front, id: "control-line", layout: round, paint: { "line-color": paint.line, "line-width": wide(1.1) } },
      { id: "differ-fill", type: "fill", source: "differ", filter: other ? filters.between(source.id, other.id, day) : NOTHING, paint: { "fill-pattern": `hatch-other-${paint.theme}` } },
      { id: "differ-edge", type: "line", source: "differ", filter: other ? filters.between(source.id, other.id, day) : NOTHING, paint: { "line-color": paint.other, "line-width": 0.8 } },
    ],
    deposits: marks(paint, about, state, moment),
  };
}

/** Land taken lately is brighter; what a source's first map shows is not news. */
function heldColour(paint, source, day) {
  const age = ["-", day, ["get", "valid_from"]];
  const fading = ["interpolate", ["linear"], age, 0, paint.fresh, FRESH, paint.held];
  return ["case", ["==", ["get", "valid_from"], source.firstDay], paint.held, fading];
}

function marks(paint, about, state, moment) {
  const shown = filters.deposits(moment.source.id, moment.day, state, about);
  const spots = { source: "timelines", "source-layer": "standings" };
  const size = ["interpolate", ["linear"], ["zoom"], 4, 0.62, 6, 0.86, 9, 1.12];
  // Always drawn, and in the way of names: a town under a sign cannot be read.
  const above = { "icon-allow-overlap": true, "icon-ignore-placement": false, "icon-padding": 0 };
  const ring = { "circle-radius": ["interpolate", ["linear"], ["zoom"], 4, 9, 9, 15], "circle-opacity": 0, "circle-stroke-width": 2.5 };
  const name = state.lang === "uk" ? ["coalesce", ["get", "name_uk"], ["get", "name_en"]] : ["get", "name_en"];
  const chosen = (one, rest) => ["case", ["==", ["get", "id"], state.deposit ?? ""], one, rest];
  const grows = (most) => ["interpolate", ["linear"], ["zoom"], 7.5, 0, 8.5, most];
  const disc = ["all", filters.ofMinerals(state, about.commodities), filters.among("id", state, about)];
  return [
    { id: "deposits-disc", type: "fill", source: "deposits", minzoom: 7.5, filter: disc, paint: { "fill-color": paint.ink, "fill-opacity": grows(chosen(0.1, 0.03)) } },
    { id: "deposits-disc-edge", type: "line", source: "deposits", minzoom: 7.5, filter: disc, paint: { "line-color": paint.ink, "line-width": chosen(1.8, 1), "line-dasharray": [3, 2], "line-opacity": grows(chosen(1, 0.4)) } },
    { id: "spot", type: "circle", source: "spot", paint: { "circle-radius": 7, "circle-color": paint.ink, "circle-opacity": 0.12, "circle-stroke-color": paint.ink, "circle-stroke-width": 2.5 } },
    { ...spots, id: "deposits-differ", type: "circle", filter: filters.only(shown, moment.differing), paint: { ...ring, "circle-stroke-color": paint.other } },
    { ...spots, id: "deposits-chosen", type: "circle", filter: filters.only(shown, state.deposit ? [state.deposit] : []), paint: { ...ring, "circle-stroke-color": paint.ink, "circle-stroke-width": 3 } },
    // Placed after the signs, which stand above them: no name lies on another deposit's sign.
    { ...spots, id: "deposits-name", type: "symbol", minzoom: 7, filter: shown, layout: { "text-field": name, "text-font": ["Lodeline Bold"], "text-size": 12.5, "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 1, "text-max-width": 11, "text-justify": "auto" }, paint: { "text-color": paint.ink, "text-halo-color": paint.basemap.halo, "text-halo-width": 1.6 } },
    { ...spots, id: "deposits", type: "symbol", filter: shown, layout: { ...above, "icon-image": ["concat", "v-", ["get", "verdict"], `-${paint.theme}`], "icon-size": size, "symbol-sort-key": ["case", ["==", ["get", "deposit_id"], state.deposit ?? ""], 3, ["match", ["get", "verdict"], "government", 0, "unknown", 0, "occupied", 2, 1]] } },
  ];
}
