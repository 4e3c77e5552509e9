// What is left where no map can be drawn: why, and the way to the answers.
import { byId, el } from "./dom.js";
import { t } from "./words.js";

/** Says why there is no map; the answers are pages of their own. */
export function withoutMap(about, error) {
  console.error(error);
  const reason = t(!about.tiles.control ? "no_tiles" : globalThis.maplibregl ? "no_webgl" : "no_engine");
  byId("stage").append(el("p", { class: "bare", role: "alert" }, reason, " ", el("a", { href: byId("reserves-link").href }, t("reserves_page"))));
  byId("headline").textContent = "";
}
