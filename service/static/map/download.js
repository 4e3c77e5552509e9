// How is what is on the screen taken away: the data of this day and place, and a picture.
import { pathOf } from "./ask.js";
import { toText } from "./days.js";
import { opens } from "./dialogs.js";
import { byId, el } from "./dom.js";
import { takePicture } from "./picture.js";
import { answerForm } from "./question.js";
import { t } from "./words.js";

const FORMS = [["GeoJSON", "geojson"], ["GeoPackage", "gpkg"], ["GeoParquet", "parquet"], ["CSV", "csv"]];
const TABLES = [["CSV", "csv"], ["XLSX", "xlsx"], ["Parquet", "parquet"]];

/** The box of the map, west,south,east,north. */
export function boxOf(map) {
  const bounds = map.getBounds();
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((value) => value.toFixed(4)).join(",");
}

const texts = (list) => list.map((text) => `'${text.replaceAll("'", "''")}'`).join(",");

/** The filter of the deposits shown, CQL2; null where all are. */
export function depositFilter(about, state) {
  const parts = [];
  const members = about.commodities.filter((entry) => state.commodities.includes(entry.id)).flatMap((entry) => entry.members);
  const names = texts([...new Set(members)]);
  if (members.length) parts.push(state.role === "any" ? `A_OVERLAPS(commodities,(${names}))` : `commodity IN (${names})`);
  if (state.rank !== "any") parts.push(`rank='${state.rank}'`);
  if (state.verdicts.length && state.verdicts.length < about.verdicts.length) parts.push(`control IN (${texts(state.verdicts)})`);
  return parts.length ? parts.join(" AND ") : null;
}

export function createDownload(about, state, map, source, caption) {
  function links(title, path, words, forms) {
    const found = forms.map(([name, f]) => el("li", {}, el("a", { href: pathOf(about, path, { ...words, f }), download: true }, name)));
    return [el("h3", {}, title), el("ul", { class: "forms" }, found)];
  }

  opens("open-download", "download", () => {
    const bbox = map ? boxOf(map) : null;
    const { values } = state;
    const datetime = toText(values.day);
    const deposits = { datetime, bbox, source: values.source, filter: depositFilter(about, values) };
    const tables = TABLES.map(([name, f]) => el("li", {}, el("a", { href: answerForm(about, values, f), download: true }, name)));
    byId("download-body").replaceChildren(
      ...links(t("download_deposits"), "/collections/deposits/items", deposits, FORMS),
      ...links(t("download_control"), "/collections/control/items", { datetime, bbox, filter: `source='${source().id}'` }, FORMS),
      el("h3", {}, t("download_table")), el("ul", { class: "forms" }, tables),
      ...(map ? [
        el("h3", {}, t("download_picture")), el("p", { class: "faint" }, t("picture_note")),
        el("button", { type: "button", id: "take-picture", onclick: () => takePicture(map, caption(), `lodeline-${datetime}.png`) }, "PNG"),
      ] : []),
    );
  });
}
