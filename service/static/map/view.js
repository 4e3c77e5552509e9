// How does one map follow the screen: which layers change, and when is it ready for the next day?
import { hatchPicture, signPicture } from "./signs.js";

const PATIENCE = 1500;
const COUNTRY = [[21.6, 44.1], [40.6, 52.5]];

/** A map in a container. given: style, camera or padding around the country, label. */
export function createView(container, about, given) {
  const { maplibregl } = globalThis;
  const map = new maplibregl.Map({
    container,
    style: given.style,
    ...start(given.camera, given.padding),
    minZoom: 3.2,
    maxZoom: 14,
    maxBounds: [[-12, 26], [76, 66]],
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    cooperativeGestures: given.cooperative ?? false,
    locale: { "Map.Title": given.label, ...given.locale },
    validateStyle: false,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.on("styleimagemissing", ({ id }) => addPicture(map, id, about));
  const painter = createPainter(map, given.style);
  return { map, apply: painter.apply };
}

function start(camera, padding) {
  if (camera) return { center: [camera.lon, camera.lat], zoom: camera.zoom };
  return { bounds: COUNTRY, fitBoundsOptions: { padding } };
}

/** Bring a map to the whole country. */
export const showCountry = (map, padding) => map.fitBounds(COUNTRY, { padding, duration: 600 });

/** Changes a map by what differs between styles; while its tiles are at work only the latest waits. */
function createPainter(map, begun) {
  let waiting = null;
  let shown = begun;
  let busy = true;
  let since = 0;
  const look = () => busy && map.isStyleLoaded() && map.areTilesLoaded() && next();
  map.on("render", look);
  map.on("idle", () => busy && next());

  function next() {
    busy = waiting !== null;
    const { dataset } = map.getContainer();
    dataset.day = shown.metadata.day;
    dataset.drawn = String(!busy);
    if (!busy) return;
    shown = waiting;
    waiting = null;
    since = performance.now();
    map.setStyle(shown, { diff: true });
    map.triggerRepaint();
  }

  /** A tile that cannot be had must not hold up time. */
  const free = () => !busy || performance.now() - since > PATIENCE;

  return {
    apply(style) {
      waiting = style;
      if (free()) next();
    },
  };
}

const HATCHES = { "hatch-fought": "fought_line", "hatch-other": "other" };

function addPicture(map, id, about) {
  const cut = id.lastIndexOf("-");
  const [name, theme] = [id.slice(0, cut), id.slice(cut + 1)];
  const paint = about.paints?.[theme];
  if (!paint || map.hasImage(id)) return;
  const verdict = name.replace(/^v-/, "");
  if (verdict in paint.verdict) put(map, id, signPicture(verdict, paint.verdict[verdict], paint.basemap.halo));
  else if (name in HATCHES) put(map, id, hatchPicture(paint[HATCHES[name]], 8, 1.5, name === "hatch-other"));
}

const put = (map, id, picture) => map.addImage(id, picture.data, { pixelRatio: picture.ratio });
