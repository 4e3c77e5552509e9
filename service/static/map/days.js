// Which day is that: whole days since 1970-01-01, as the tiles count them.
const LENGTH = 86400000;

export const toDay = (text) => Math.round(Date.parse(`${text}T00:00:00Z`) / LENGTH);
export const toText = (day) => new Date(day * LENGTH).toISOString().slice(0, 10);
/** Whether a text is a day of the calendar; 30 February is none, though it can be parsed. */
export const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(toDay(text)) && toText(toDay(text)) === text;
export const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/** The same day some months on; the 31st becomes the last day of a short month. */
export function addMonths(day, months) {
  const from = new Date(day * LENGTH);
  const first = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1);
  const length = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months + 1, 0)).getUTCDate();
  return first / LENGTH + Math.min(from.getUTCDate(), length) - 1;
}

/** First days of the years (or months) from one day to another, both in. */
export function starts(first, last, months = 12) {
  const from = new Date(first * LENGTH);
  const month = months === 12 ? 0 : from.getUTCMonth();
  const found = [];
  for (let n = 0; ; n += months) {
    const day = Date.UTC(from.getUTCFullYear(), month + n, 1) / LENGTH;
    if (day > last) return found;
    if (day >= first) found.push(day);
  }
}

const FORMS = {
  long: { day: "numeric", month: "long", year: "numeric" },
  short: { day: "numeric", month: "short", year: "numeric" },
  month: { month: "short" },
  year: { year: "numeric" },
};

/** A day in words of a language. */
export function inWords(day, lang, form = "long") {
  const locale = lang === "uk" ? "uk-UA" : "en-GB";
  const words = new Intl.DateTimeFormat(locale, { ...FORMS[form], timeZone: "UTC" });
  return words.format(new Date(day * LENGTH)).replace(/\s*р\.$/u, "");
}
