// What may the reader choose: minerals, verdicts, the source, the territory.
import { inWords } from "./days.js";
import { byId, el, sign } from "./dom.js";
import { RANKS, ROLES } from "./permalink.js";
import { number, t } from "./words.js";

const FIRST = ["lithium", "titanium", "rare-earths", "graphite", "uranium", "manganese"];

/** Fills the controls of the panel and keeps them in step with the state. */
export function createChoices(about, state, chosen_source) {
  let all = false;
  /** The numbers on the chips are of deposits whose main mineral it is. */
  const usual = () => state.values.role === ROLES[0] && state.values.rank === RANKS[0];

  function minerals() {
    const { commodities: chosen, lang } = state.values;
    const first = FIRST.filter((id) => about.commodities.some((entry) => entry.id === id));
    const shown = about.commodities.filter((entry) => all || first.includes(entry.id) || chosen.includes(entry.id));
    const order = (entry) => (first.includes(entry.id) ? first.indexOf(entry.id) : first.length);
    shown.sort((a, b) => order(a) - order(b) || a[lang].localeCompare(b[lang], lang));
    const held = document.activeElement?.dataset?.mineral;
    byId("minerals").replaceChildren(
      chip("", t("all_minerals"), null, !chosen.length, () => state.step({ commodities: [] })),
      ...shown.map((entry) => chip(entry.id, short(entry[lang]), usual() ? entry.deposits : null, chosen.includes(entry.id), () => toggle(entry.id))),
      el("button", { type: "button", class: "chip more", "aria-expanded": String(all), onclick: () => ((all = !all), minerals()) }, t(all ? "fewer_minerals" : "more_minerals")));
    if (held !== undefined) document.querySelector(`[data-mineral="${CSS.escape(held)}"]`)?.focus();
  }

  const short = (name) => name.replace(/\s*\(.*\)$/, "").replace(/, not specified$/, " (other)");

  function toggle(id) {
    const { commodities } = state.values;
    const kept = commodities.includes(id) ? commodities.filter((one) => one !== id) : [...commodities, id];
    state.step({ commodities: kept });
  }

  function verdicts() {
    byId("verdicts").replaceChildren(...about.verdicts.map((name) => {
      const on = state.values.verdicts.includes(name);
      const flip = () => state.set({ verdicts: about.verdicts.filter((one) => (one === name ? !on : state.values.verdicts.includes(one))) });
      return el("label", { class: "count", title: t(`${name}_is`) }, el("input", { type: "checkbox", checked: on, onchange: flip, data: { verdict: name } }),
        sign(name), el("b", { id: `count-${name}` }, "–"), el("span", {}, t(name)));
    }));
  }

  function sources() {
    const { source, lang, day } = state.values;
    const options = about.sources.map((entry) => el("option", { value: entry.id }, `${entry.title} (${inWords(entry.firstDay, lang, "year")}–${inWords(Math.min(entry.lastDay, about.lastDay), lang, "year")})`));
    fill(byId("source"), [el("option", { value: "" }, t("source_auto_now", { source: chosen_source(null, day).title })), ...options], source ?? "");
    const others = about.sources.filter((entry) => entry.id !== chosen_source(source, day).id);
    fill(byId("differ-source"), others.map((entry) => el("option", { value: entry.id }, entry.title)), state.values.differ ?? "");
  }

  function territories() {
    const { territory, lang } = state.values;
    fill(byId("territory"), about.territories.map((entry) => el("option", { value: entry.id }, entry[lang] ?? entry.en)), territory);
  }

  function counted() {
    const offer = (name, values) => fill(byId(name), values.map((value) => el("option", { value }, t(`${name}_${value}`))), state.values[name]);
    offer("role", ROLES);
    offer("rank", RANKS);
  }

  function fill(select, options, value) {
    const same = select.options.length === options.length && options.every((option, n) => option.value === select.options[n].value && option.text === select.options[n].text);
    if (!same) select.replaceChildren(...options);
    select.value = value;
  }

  byId("source").addEventListener("change", (event) => state.step({ source: event.target.value || null }));
  byId("differ-source").addEventListener("change", (event) => state.step({ differ: event.target.value }));
  byId("territory").addEventListener("change", (event) => state.step({ territory: event.target.value }));
  for (const name of ["role", "rank"]) byId(name).addEventListener("change", (event) => state.step({ [name]: event.target.value }));
  state.on(["role", "rank", "lang"], counted);
  state.on(["commodities", "role", "rank", "lang"], minerals);
  state.on(["lang"], verdicts);
  state.on(["verdicts"], ({ verdicts: shown }) => {
    for (const name of about.verdicts) document.querySelector(`[data-verdict="${name}"]`).checked = shown.includes(name);
  });
  state.on(["source", "lang", "day", "differ"], sources);
  state.on(["territory", "lang"], territories);
  for (const draw of [minerals, verdicts, sources, territories, counted]) draw();
}

function chip(id, name, count, on, press) {
  return el("button", { type: "button", class: "chip", "aria-pressed": String(on), onclick: press, data: { mineral: id } }, name, count === null ? "" : el("small", {}, number(count)));
}
