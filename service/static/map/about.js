// What was the page told by the server, and what is on the screen before anything is chosen?
import { paints } from "./colours.js";
import { toDay } from "./days.js";
import { language } from "./words.js";

/** The page's block of data, its days as numbers. */
export function readAbout(text) {
  const about = JSON.parse(text);
  about.sources = about.sources.map(source);
  about.stretches = about.stretches.map((entry) => ({ ...entry, firstDay: toDay(entry.first_day) }));
  about.firstDay = toDay(about.first);
  about.lastDay = toDay(about.last);
  about.paints = { light: paints(about.palette, "light"), dark: paints(about.palette, "dark") };
  return about;
}

/** A source with its days as numbers, and its title in the language of the moment. */
function source(entry) {
  const days = { firstDay: toDay(entry.first_day), lastDay: toDay(entry.last_day) };
  return Object.defineProperty({ ...entry, ...days }, "title", { get: () => entry.titles[language()] ?? entry.titles.en });
}

/** The state of a page opened without a hash: the last day of its data, everything, the language of the page. */
export const usualState = (about) => ({
  day: about.lastDay,
  compare: null,
  split: 50,
  source: null,
  differ: null,
  territory: "ukraine",
  role: "main",
  rank: "deposit",
  deposit: null,
  spot: null,
  commodities: [],
  verdicts: [...about.verdicts],
  lang: about.lang,
  theme: null,
  range: "all",
  camera: null,
});
