// What is the answer for the day on the screen: the sentence, the counts, the amounts, what is missing.
import { occupiedOf } from "./amounts.js";
import { inWords, toDay, toText } from "./days.js";
import { byId, el, verdictMark } from "./dom.js";
import { mineralNames, sinceText, standing } from "./tip.js";
import { named, number, percent, t } from "./words.js";

const STATES = ["occupied", "contested", "uncertain", "government", "unknown", "not_tested"];
const FEW = 6;

/** The sentence and the counts of a day; counts: deposits by verdict, or null while unknown. */
export function drawCounts(about, state, source, counts, answer) {
  byId("when").textContent = t("on", { date: inWords(state.day, state.lang) });
  const behind = behindOf(source, state.day, state.lang, answer?.question);
  byId("who").textContent = `${t("according", { source: source.title })}${behind ? ` (${behind})` : ""}`;
  byId("headline").textContent = counts ? sentence(about, state, counts) : t("loading");
  const tally = byId("tally");
  const total = counts ? about.verdicts.reduce((sum, name) => sum + counts[name], 0) : 0;
  tally.replaceChildren(...about.verdicts.map((name) => el("span", { class: `bar ${name}`, style: { "flex-grow": String(counts?.[name] ?? 0) } })));
  tally.hidden = !total;
  const dark = counts && total === counts.unknown;
  for (const name of about.verdicts) {
    const place = byId(`count-${name}`);
    if (place) place.textContent = counts && !(dark && name !== "unknown") ? number(counts[name]) : "–";
  }
}

/** "map of 30 April 2026, 209 days earlier", where the map behind a day is of another; else null. */
export function behindOf(source, day, lang, question = null) {
  const told = question?.date === toText(day) && question.source === source.id ? question : null;
  const asof = told?.control_asof ? toDay(told.control_asof) : Math.min(day, source.lastDay);
  if (asof >= day || day < source.firstDay) return null;
  return t(source.record === "events" ? "behind_events" : "behind_map", { date: inWords(asof, lang), n: day - asof });
}

/** "3 of the 8 deposits on record in Ukraine (main commodity: lithium) lie in occupied land." */
export function sentence(about, state, counts) {
  const total = about.verdicts.reduce((sum, name) => sum + counts[name], 0);
  const what = whatCounts(about, state);
  if (!total) return `${t("headline_empty", { what })}.`;
  const untested = counts.not_tested ?? 0;
  const split = { ...counts, unknown: counts.unknown - untested, not_tested: untested };
  const words = { total: number(total), what };
  const key = counts.occupied ? "headline" : counts.unknown ? "headline_unknown" : "headline_none";
  const n = counts.occupied || counts.unknown;
  const rest = STATES.filter((name) => split[name] && name !== "occupied" && (name !== "government" || key === "headline_unknown") && !(key === "headline_unknown" && name === "unknown"));
  return `${[t(key, { ...words, n }), ...rest.map((name) => t(`place_${name}`, { n: split[name] }))].join("; ")}.`;
}

/** What is counted, and where: deposits or records, of which minerals, in which role. */
function whatCounts(about, state) {
  const territory = about.territories.find((entry) => entry.id === state.territory);
  const where = territory?.[`where_${state.lang}`] ?? (territory ? t("where_territory", { territory: territory[state.lang] ?? territory.en }) : t("where_ukraine"));
  if (!state.commodities.length) return t(`counted_${state.rank}_all`, { where });
  const names = mineralNames(state.commodities, about, state.lang).map((name) => name.toLowerCase());
  const what = names.length > 1 ? `${names.slice(0, -1).join(", ")} ${t("or")} ${names.at(-1)}` : names[0];
  return t(`counted_${state.rank}_${state.role}`, { where, what });
}

/** What stands beside the count: by-products, other ranks, components, what is not confirmed. */
function beside(about, state, summary, change) {
  const more = (text, patch) => el("li", {}, text, " ", el("button", { type: "button", class: "plain", onclick: () => change(patch) }, t("count_too")));
  if (!state.commodities.length || summary.length > FEW) return state.rank === "any" ? [] : [more(t("beside_all"), { rank: "any" })];
  return summary.flatMap((one) => {
    const [what] = mineralNames([one.commodity], about, state.lang).map((name) => name.toLowerCase());
    const group = (key, patch) => {
      const counts = one.also[key];
      const n = about.verdicts.reduce((sum, name) => sum + counts[name], 0);
      const places = STATES.filter((name) => counts[name]).map((name) => t(`place_${name}`, { n: counts[name] }));
      return n ? more(`${t("beside")}: ${t(`beside_${key}`, { n, what })} (${places.join(", ")}).`, patch) : null;
    };
    return [
      group("by_products", { role: "any", rank: "any" }),
      group("other_ranks", { rank: "any" }),
      one.components_left_aside ? el("li", {}, t("components", { n: one.components_left_aside })) : null,
      one.unconfirmed ? el("li", {}, t("unconfirmed", { n: one.unconfirmed, what })) : null,
    ].filter(Boolean);
  });
}

/** What the server says of the day: age of the map, amounts, caveats, the table of deposits. */
export function drawAnswer(about, state, answer, { choose, change }) {
  const why = state.source === null && about.sources.length > 1 ? [" ", el("small", { lang: "en" }, `(${answer.question.source_reason})`)] : [];
  byId("beside").replaceChildren(...beside(about, state, answer.summary, change));
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
  const rows = summary.flatMap((one) => one.amounts.map((entry) => ({ ...entry, counts: one.deposits })));
  const seen = rows.filter((row) => (row.total ?? row.total_low) !== null);
  const without = summary.filter((one) => !one.amounts.some((row) => (row.total ?? row.total_low) !== null));
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
    row.occupied_low === null ? "" : el("span", { class: "meter wide", "aria-hidden": "true" }, el("i", { style: { "--share": `${share * 100}%` } })),
    el("span", { class: "figures" }, occupiedOf(row, row.counts)),
    el("small", { class: "missing" }, t(row.deposits_without ? "amount_gap" : "amount_no_gap", { n: row.deposits_without || row.deposits_with_figure, known: row.deposits_with_figure })));
}

function claimRow(state, claim) {
  const date = inWords(toDay(claim.about_day), state.lang, "short");
  return el("li", {}, `${date}, ${claim.by}: `, el("a", { href: claim.link, lang: "en" }, claim.statement), ` – ${t(`claim_${claim.agrees.replace("-", "_")}`)}`);
}

const list = (names) => (names.length > 6 ? `${names.slice(0, 6).join(", ")} ${t("and_more", { n: names.length - 6 })}` : names.join(", "));

function drawTable(state, answer, about, choose) {
  const cells = ({ properties }) => el("tr", {},
    el("th", { scope: "row" }, el("button", { type: "button", class: "plain", onclick: () => choose(properties.id) }, named(properties))),
    el("td", {}, verdictMark(standing(properties), t(standing(properties)))),
    el("td", { class: "n" }, properties.control === "unknown" ? "–" : percent(properties.control_share)),
    el("td", {}, properties.control_since ? el("time", { datetime: properties.control_since }, sinceText(about, properties, state.lang, "short")) : "–"));
  const shown = answer.features.filter((feature) => state.verdicts.includes(feature.properties.territory_control));
  const head = ["name", "verdict", "share", "since"].map((key) => el("th", { scope: "col" }, t(key)));
  byId("table").replaceChildren(
    el("caption", {}, t("table_caption", { date: inWords(state.day, state.lang) })),
    el("thead", {}, el("tr", {}, head)), el("tbody", {}, shown.map(cells)));
}
