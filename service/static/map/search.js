// Where is the place or deposit the reader types: names in both scripts, at their start or inside.
import { ask, pathOf } from "./ask.js";
import { byId, el, settled } from "./dom.js";
import { fit, fold } from "./fold.js";
import { named, t } from "./words.js";

const SHOWN = 8;

/** Deposits that fit, best first. */
export function findDeposits(deposits, typed) {
  const ranked = deposits.map((entry) => {
    const names = [entry.name_en, entry.name_uk, entry.id.replaceAll("_", " "), ...(entry.alt_names ?? [])].filter(Boolean);
    const fits = names.map((name) => fit(name, typed)).filter((rank) => rank !== null);
    return { entry, rank: fits.length ? Math.min(...fits) : null };
  });
  return ranked.filter((found) => found.rank !== null).sort((a, b) => a.rank - b.rank).map((found) => found.entry);
}

/** The filter for settlements: case-blind, an apostrophe of any kind or none. */
export function placeFilter(typed) {
  const text = typed.replace(/[\\%_]/g, "\\$&").replaceAll(/['’ʼ`´"]/g, "_");
  const like = (column, pattern) => `CASEI(${column}) LIKE CASEI('${pattern}')`;
  return ["name_uk", "name_en"].map((column) => like(column, `%${text}%`)).join(" OR ");
}

async function findPlaces(about, typed) {
  const words = { filter: placeFilter(typed), properties: "place_id,name_en,name_uk,oblast,raion", limit: 200 };
  const { features } = await ask(pathOf(about, "/collections/settlements/items", words));
  const byPlace = new Map(features.map((feature) => [feature.properties.place_id, { ...feature.properties, at: feature.geometry.coordinates }]));
  const rank = (entry) => Math.min(...[entry.name_en, entry.name_uk].map((name) => fit(name ?? "", typed) ?? 3));
  return [...byPlace.values()].sort((a, b) => rank(a) - rank(b) || fold(a.name_en).length - fold(b.name_en).length);
}

/** deposits(): the list; go(entry): the reader chose one. */
export function createSearch(about, deposits, go) {
  const box = byId("search");
  const list = byId("search-list");
  let options = [];
  let active = -1;
  let round = 0;

  function close() {
    list.hidden = true;
    active = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function show(found, typed) {
    options = found;
    active = -1;
    const rows = found.map((entry, n) => el("li", { role: "option", id: `option-${n}`, "aria-selected": "false", onpointerdown: (event) => (event.preventDefault(), choose(n)) },
      el("span", {}, named(entry)), el("small", {}, entry.found === "deposit" ? t("search_deposit") : [entry.oblast, entry.raion].filter(Boolean).join(", "))));
    list.replaceChildren(...(rows.length ? rows : [el("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, t("search_none", { text: typed }))]));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    byId("search-said").textContent = rows.length ? t("search_count", { n: rows.length }) : t("search_none", { text: typed });
  }

  function activate(n) {
    active = (n + options.length) % options.length;
    for (const [at, row] of [...list.children].entries()) row.setAttribute("aria-selected", String(at === active));
    box.setAttribute("aria-activedescendant", `option-${active}`);
    list.children[active].scrollIntoView({ block: "nearest" });
  }

  function choose(n) {
    const entry = options[n];
    if (!entry) return;
    box.value = named(entry);
    close();
    go(entry);
  }

  const look = settled(async () => {
    const typed = box.value.trim();
    const own = (round += 1);
    if (typed.length < 2) return close();
    const own_found = findDeposits(deposits(), typed).slice(0, SHOWN).map((entry) => ({ ...entry, found: "deposit" }));
    if (own_found.length) show(own_found, typed);
    const places = await findPlaces(about, typed).catch(() => []);
    if (own === round && document.activeElement === box) show([...own_found.slice(0, 6), ...places].slice(0, SHOWN + 2), typed);
  }, 160);

  box.addEventListener("input", look);
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return list.hidden ? (box.value = "") : close();
    if (list.hidden || !options.length) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      activate(active < 0 && step < 0 ? options.length - 1 : active + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(Math.max(active, 0));
    }
  });
}
