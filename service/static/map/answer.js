// What is the answer for the day on the screen: the sentence, the counts, the amounts, what is missing.
import { occupiedOf } from "./amounts.js";
import { inWords, toDay } from "./days.js";
import { byId, el, verdictMark } from "./dom.js";
import { mineralNames, sinceText } from "./tip.js";
import { named, number, percent, t } from "./words.js";

/** The sentence and the counts of a day; counts: deposits by verdict, or null while unknown. */
export function drawCounts(about, state, source, counts) {
  byId("when").textContent = t("on", { date: inWords(state.day, state.lang) });
  byId("who").textContent = t("according", { source: source.title });
  byId("headline").textContent = counts ? sentence(about, state, counts) : t("loading");
  const tally = byId("tally");
  const total = counts ? about.verdicts.reduce((sum, name) => sum + counts[name], 0) : 0;
  tally.replaceChildren(...about.verdicts.map((name) => el("span", { class: `bar ${name}`, style: { "flex-grow": String(counts?.[name] ?? 0) } })));
  tally.hidden = !total;
  for (const name of about.verdicts) {
    const place = byId(`count-${name}`);
    if (place) place.textContent = counts ? number(counts[name]) : "–";
  }
}

/** "3 of 8 deposits (lithium) lie in occupied land." */
export function sentence(about, state, counts) {
  const total = about.verdicts.reduce((sum, name) => sum + counts[name], 0);
  const what = what_of(about, state);
  const first = t(counts.occupied ? "headline" : "headline_none", { n: counts.occupied, total: number(total), what });
  const rest = ["contested", "uncertain", "unknown"].filter((name) => counts[name]).map((name) => t(`also_${name}`, { n: counts[name] }));
  return `${[first, ...rest].join("; ")}.`;
}

function what_of(about, state) {
  if (!state.commodities.length) return t("deposits_all");
  const names = mineralNames(state.commodities, about, state.lang).map((name) => name.toLowerCase());
  return t("deposits_of", { what: names.join(", ") });
}

/** What the server says of the day: age of the map, amounts, caveats, the table of deposits. */
export function drawAnswer(about, state, answer, choose) {
  const why = state.source === null && about.sources.length > 1 ? [" ", el("small", { lang: "en" }, `(${answer.question.source_reason})`)] : [];
  byId("asof").replaceChildren(age(about, state, answer.question), ...why);
  byId("amounts").replaceChildren(...amounts(about, state, answer.summary));
  byId("claims-block").hidden = !answer.claims?.length;
  byId("claims").replaceChildren(...(answer.claims ?? []).map((claim) => claimRow(state, claim)));
  byId("caveats").replaceChildren(...answer.caveats.map((text) => el("li", { lang: "en" }, text)));
  drawTable(state, answer, about, choose);
}

function age(about, state, { source, control_asof, stale_days }) {
  const spoken = about.sources.find((entry) => entry.id === source);
  if (!control_asof) return t("not_reached", { source: spoken?.title ?? source });
  const words = { date: inWords(toDay(control_asof), state.lang, "short") };
  if (spoken?.record === "events") return t("events", { date: inWords(spoken.lastDay, state.lang, "short") });
  return stale_days ? `${t("asof", words)} – ${t("stale", { n: stale_days })}` : t("asof_same");
}

function amounts(about, state, summary) {
  const rows = summary.flatMap((one) => one.amounts.map((entry) => ({ ...entry, commodity: one.commodity })));
  const seen = rows.filter((row) => row.total !== null);
  const without = summary.filter((one) => !one.amounts.some((row) => row.total !== null));
  const left = without.length ? [el("p", { class: "faint" }, t("amounts_without", { n: without.length, what: list(mineralNames(without.map((one) => one.commodity), about, state.lang)) }))] : [];
  if (!seen.length) return [el("p", { class: "faint" }, t("amounts_none"))];
  return [el("ul", { class: "amounts" }, seen.map((row) => amountRow(about, state, row))), ...left];
}

function amountRow(about, state, row) {
  const [name] = mineralNames([row.commodity], about, state.lang);
  const share = row.total ? Math.min((row.occupied_low ?? 0) / row.total, 1) : 0;
  const scheme = row.category_scheme === "unstated" ? null : row.category_scheme;
  return el("li", {},
    el("b", {}, name), el("small", {}, [t(`measure_${row.measure}`), t(`kind_${row.kind}`), scheme].filter(Boolean).join(" · ")),
    el("span", { class: "meter wide", "aria-hidden": "true" }, el("i", { style: { "--share": `${share * 100}%` } })),
    el("span", { class: "figures" }, occupiedOf(row)),
    el("small", { class: "missing" }, t("amount_gap", { n: row.deposits_without, known: row.deposits_with_figure })));
}

function claimRow(state, claim) {
  const date = inWords(toDay(claim.about_day), state.lang, "short");
  return el("li", {}, `${date}, ${claim.by}: `, el("a", { href: claim.link, lang: "en" }, claim.statement), ` – ${t(`claim_${claim.agrees.replace("-", "_")}`)}`);
}

const list = (names) => (names.length > 6 ? `${names.slice(0, 6).join(", ")} ${t("and_more", { n: names.length - 6 })}` : names.join(", "));

function drawTable(state, answer, about, choose) {
  const cells = ({ properties }) => el("tr", {},
    el("th", { scope: "row" }, el("button", { type: "button", class: "plain", onclick: () => choose(properties.id) }, named(properties))),
    el("td", {}, verdictMark(properties.control, t(properties.control))),
    el("td", { class: "n" }, percent(properties.control_share)),
    el("td", {}, properties.control_since ? el("time", { datetime: properties.control_since }, sinceText(about, properties, state.lang, "short")) : "–"));
  const shown = answer.features.filter((feature) => state.verdicts.includes(feature.properties.control));
  const head = ["name", "verdict", "share", "since"].map((key) => el("th", { scope: "col" }, t(key)));
  byId("table").replaceChildren(
    el("caption", {}, t("table_caption", { date: inWords(state.day, state.lang) })),
    el("thead", {}, el("tr", {}, head)), el("tbody", {}, shown.map(cells)));
}
