// How is a thing said in the reader's language?
import english from "./words-en.js";
import ukrainian from "./words-uk.js";

export const LANGUAGES = { en: english, uk: ukrainian };
let lang = "en";
let plural = new Intl.PluralRules("en");

export const language = () => lang;

/** Speak another language from now on. */
export function speak(wanted) {
  lang = Object.hasOwn(LANGUAGES, wanted) ? wanted : "en";
  plural = new Intl.PluralRules(lang);
  document.documentElement.lang = lang;
}

/** A text by its key; {name} stands for a value, and `n` picks the form where there are several. */
export function t(key, values = {}) {
  let text = LANGUAGES[lang][key] ?? english[key] ?? key;
  if (typeof text === "object") text = text[plural.select(values.n ?? 0)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** A number, grouped as the language does. */
export const number = (value, digits = 0) =>
  new Intl.NumberFormat(lang === "uk" ? "uk-UA" : "en-GB", { maximumFractionDigits: digits }).format(value);

export function percent(share) {
  if (share === null || share === undefined) return "–";
  const value = share * 100;
  if (value > 0 && value < 0.1) return "<\u00a00.1\u00a0%";
  if (value > 99.9 && value < 100) return ">\u00a099.9\u00a0%";
  return `${number(value, 1)}\u00a0%`;
}

export function kilometres(value) {
  const size = Math.abs(value);
  return size < 1 ? `${number(size * 1000)}\u00a0${t("m")}` : `${number(size, size < 100 ? 1 : 0)}\u00a0${t("km")}`;
}

/** A name of something that has one in each language. */
export const named = (thing) => (lang === "uk" && thing.name_uk ? thing.name_uk : (thing.name_en ?? thing.id));

/** Put the words of the language into every place of the page that asks for them. */
export function fill(root = document) {
  for (const place of root.querySelectorAll("[data-t]")) place.textContent = t(place.dataset.t);
  for (const place of root.querySelectorAll("[data-t-label]")) place.setAttribute("aria-label", t(place.dataset.tLabel));
  for (const place of root.querySelectorAll("[data-t-title]")) place.title = t(place.dataset.tTitle);
  for (const place of root.querySelectorAll("[data-t-hint]")) place.placeholder = t(place.dataset.tHint);
}
