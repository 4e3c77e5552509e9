// Where is the place or deposit the reader types: names in both scripts, at their start or inside.
import { ask, pathOf } from "./ask.js";
import { byId, el, settled } from "./dom.js";
import { fit, fold, loose } from "./fold.js";
import { language, named, t } from "./words.js";

const SHOWN = 8;
const SAME_DEGREES = 0.06;

/** What a city is called elsewhere, or was called before; as readers of other languages type it. */
const CALLED = {
  Kyiv: ["Kiev", "Київ", "Киев"], Kharkiv: ["Kharkov", "Харьков"], Odesa: ["Odessa", "Одесса"], Lviv: ["Lvov", "Lemberg", "Львов"],
  Dnipro: ["Dnepr", "Dnipropetrovsk", "Dnepropetrovsk", "Днепр", "Дніпропетровськ"], Zaporizhzhia: ["Zaporozhye", "Zaporizhia", "Zaporizhzhya", "Запорожье"],
  Mykolaiv: ["Nikolaev", "Nikolayev", "Mykolayiv", "Николаев"], Luhansk: ["Lugansk", "Луганск"], Chernihiv: ["Chernigov", "Чернигов"],
  "Kryvyi Rih": ["Krivoy Rog", "Kryvyy Rih", "Кривой Рог"], Rivne: ["Rovno", "Ровно"], Vinnytsia: ["Vinnitsa", "Vinnytsya", "Винница"],
  Ternopil: ["Tarnopol", "Тернополь"], Khmelnytskyi: ["Khmelnitsky", "Хмельницкий"], Kropyvnytskyi: ["Kirovohrad", "Kirovograd", "Кіровоград"],
  Zhytomyr: ["Zhitomir", "Житомир"], Chernivtsi: ["Chernovtsy", "Czernowitz", "Черновцы"], "Ivano-Frankivsk": ["Ivano-Frankovsk", "Stanislav"],
  Bakhmut: ["Artemivsk", "Artyomovsk", "Артемівськ"], Mariupol: ["Zhdanov", "Мариуполь"], Donetsk: ["Stalino", "Донецк"], Pokrovsk: ["Krasnoarmiysk", "Krasnoarmeysk"],
  Sievierodonetsk: ["Severodonetsk", "Северодонецк"], Kamianske: ["Dniprodzerzhynsk"], Toretsk: ["Dzerzhynsk"], Sevastopol: ["Sebastopol"],
};

/** Deposits that fit, best first. */
const findDeposits = (deposits, typed) =>
  ranked(deposits, typed, (entry) => [entry.name_en, entry.name_uk, entry.id.replaceAll("_", " "), ...(entry.alt_names ?? [])]).map(({ entry }) => entry);

/** Entries one of whose names fits, with how well it does, best first. */
function ranked(entries, typed, names) {
  const rank = (entry) => Math.min(...names(entry).filter(Boolean).map((name) => fit(name, typed) ?? Infinity));
  return entries.map((entry) => ({ entry, rank: rank(entry) })).filter((found) => found.rank < Infinity).sort((a, b) => a.rank - b.rank);
}

/** Towns the base map names, larger before smaller: {first: those whose name begins so, rest}. */
function findTowns(towns, typed) {
  const all = ranked(towns, typed, (entry) => [entry.name_en, entry.name_uk, ...(CALLED[entry.name_en] ?? [])]).slice(0, 4);
  const begins = (yes) => all.filter(({ rank }) => (rank === 0) === yes).map(({ entry }) => entry);
  return { first: begins(true), rest: begins(false) };
}

/** The filter for settlements: case, accents, apostrophes and the ways to write й and я in Latin letters do not count. */
export function placeFilter(typed) {
  const pattern = loose(typed.replace(/[\\%_]/g, "\\$&"));
  return ["name_uk", "name_en"].map((column) => `ACCENTI(CASEI(${column})) LIKE ACCENTI(CASEI('%${pattern}%'))`).join(" OR ");
}

async function findPlaces(about, typed) {
  const words = { filter: placeFilter(typed), properties: "place_id,name_en,name_uk,oblast,raion", limit: 1000 };
  const { features } = await ask(pathOf(about, "/collections/settlements/items", words));
  const byPlace = new Map(features.map((feature) => [feature.properties.place_id, { ...feature.properties, at: feature.geometry.coordinates }]));
  const brief = [...byPlace.values()].sort((a, b) => fold(a.name_en).length - fold(b.name_en).length);
  return ranked(brief, typed, (entry) => [entry.name_en, entry.name_uk]).map(({ entry }) => entry);
}

/** Villages that are none of the towns already listed. */
const besides = (towns, villages) => villages.filter(({ at }) => !towns.some((town) => town.at.every((value, n) => Math.abs(value - at[n]) < SAME_DEGREES)));

/** deposits(): the list; go(entry): the reader chose one. */
export function createSearch(about, deposits, go) {
  const box = byId("search");
  const list = byId("search-list");
  let options = [];
  let active = -1;
  let round = 0;
  let chosen = null;

  /** Close the list; what was asked for it and comes later is dropped. */
  function close() {
    round += 1;
    list.hidden = true;
    active = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function show(found, typed) {
    options = found;
    active = -1;
    const kind = (entry) => (entry.found === "deposit" ? t("search_deposit") : [language() === "uk" ? about.oblasts[entry.oblast] : entry.oblast, entry.raion].filter(Boolean).join(", "));
    const rows = found.map((entry, n) => el("li", { role: "option", id: `option-${n}`, "aria-selected": "false", onpointerdown: (event) => (event.preventDefault(), choose(n)) },
      el("span", {}, named(entry)), el("small", {}, kind(entry))));
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
    chosen = box.value = named(entry);
    close();
    go(entry);
  }

  const look = settled(async () => {
    const typed = box.value.trim();
    const own = (round += 1);
    if (typed.length < 2 || box.value === chosen) return close();
    const sites = findDeposits(deposits(), typed).slice(0, SHOWN).map((entry) => ({ ...entry, found: "deposit" }));
    // A town whose name begins so is more likely meant than a deposit that has it somewhere.
    const { first, rest } = findTowns(about.places, typed);
    const here = [...first, ...sites, ...rest].slice(0, SHOWN + 2);
    if (here.length) show(here, typed);
    const villages = besides([...first, ...rest], await findPlaces(about, typed).catch(() => []));
    if (own === round && document.activeElement === box) show([...first, ...sites.slice(0, SHOWN - 2), ...rest, ...villages].slice(0, SHOWN + 2), typed);
  }, 160);

  box.addEventListener("input", () => {
    chosen = null;
    look();
  });
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
