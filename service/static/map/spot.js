// Who holds the land at a place the reader chose, since when, after whom, and what was there before?
import { ask, lane, pathOf } from "./ask.js";
import { behindOf } from "./answer.js";
import { inWords, toDay, toText } from "./days.js";
import { el, verdictMark } from "./dom.js";
import { kilometres, named, number, t } from "./words.js";

const NEAR_DEGREES = 0.16;
const NEAR_KM = 15;
/** Up to so far off a village and a city, km, a place is in it rather than near it. */
const VILLAGE = 2;
const CITY = 5;
const KM_A_DEGREE = 111.2;

/** card: where it is shown. */
export function createSpot(about, state, card) {
  const asking = lane();

  async function show() {
    const { spot, day, lang } = state.values;
    const key = `spot ${spot.lon} ${spot.lat} ${lang}`;
    card.open(key, coordinates(spot), el("p", { class: "also" }, "\u00a0"));
    name(spot, lang, key);
    const place = { lon: spot.lon.toFixed(5), lat: spot.lat.toFixed(5) };
    try {
      const answer = await asking(pathOf(about, "/control/at", { ...place, date: toText(day) }));
      if (answer === undefined || state.values.spot !== spot) return;
      card.fill(...body(answer, place));
    } catch (error) {
      card.fill(el("p", { role: "alert" }, t("failed", { detail: error.message })));
    }
  }

  /** The nearest place with a name stands above the coordinates. */
  async function name(spot, lang, key) {
    const near = await nearest(about, spot).catch(() => null);
    if (!near || state.values.spot !== spot || state.values.lang !== lang) return;
    const title = near.km < near.size ? named(near) : t("spot_near", { name: named(near), km: kilometres(near.km) });
    card.rename(key, title, coordinates(spot));
  }

  function body(answer, place) {
    const { source, day, lang } = state.values;
    const wanted = source ?? answer.control_source;
    const report = answer.by_source.find((one) => one.source === wanted);
    const others = answer.by_source.filter((one) => one !== report && one.history.length);
    return [
      ...(report?.history.length ? head(report, day, lang) : nobody(answer, source, day, lang)),
      report?.history.length ? history(report, day, lang) : "",
      others.length ? el("h3", {}, t("spot_others")) : "",
      ...others.map((one) => el("details", { class: "other-source" },
        el("summary", {}, titleOf(one), " ", verdictMark(one.status, t(one.status))), el("p", { class: "faint" }, sinceOf(one, day, lang)), history(one, day, lang))),
      el("p", {}, el("a", { href: `${about.root}/control/at?${new URLSearchParams({ ...place, date: toText(day), f: "html", ...(about.pinned ? { release: about.release } : {}) })}` }, t("spot_page"))),
    ];
  }

  /** "occupied, by Russia; since 7 April 2014; according to …". */
  const head = (report, day, lang) => [
    el("p", { class: "big" }, verdictMark(report.status, t(report.status))),
    el("p", { class: "faint", id: "spot-says" }, [t("on", { date: inWords(day, lang) }), party(report), sinceOf(report, day, lang)].filter(Boolean).join(" – ")),
    el("p", { class: "faint", id: "spot-source" }, [t("according", { source: titleOf(report) }), behind(report, day, lang)].filter(Boolean).join(" – ")),
  ];

  /** Nobody says who holds it: abroad, at sea, before a record begins, or by the one source asked. */
  function nobody(answer, source, day, lang) {
    const covered = answer.by_source.filter((one) => one.history.length);
    const named_source = source === null ? null : answer.by_source.find((one) => one.source === source);
    const text = named_source ? t("spot_not_by", { source: titleOf(named_source) }) : t(covered.length ? "spot_too_early" : "spot_uncovered");
    return [
      el("p", { class: "big" }, verdictMark("unknown", t("unknown"))),
      el("p", { id: "spot-says" }, `${t("on", { date: inWords(day, lang) })}: ${text}`),
    ];
  }

  function sinceOf(report, day, lang) {
    if (!report.since) return "";
    const begins = sourceOf(report)?.first_day === report.since;
    const date = inWords(toDay(report.since), lang);
    return t("spot_since", { date: begins ? t("since_record", { date }) : date });
  }

  /** The stretches of one source, the one of the day marked. */
  function history(report, day, lang) {
    const rows = report.history.map((row) => {
      const [from, to] = [toDay(row.valid_from), row.valid_to === null ? null : toDay(row.valid_to)];
      const now = from <= day && (to === null || day < to);
      return el("tr", { "aria-current": now ? "true" : null },
        el("td", {}, inWords(from, lang, "short")), el("td", {}, to === null ? "…" : inWords(to - 1, lang, "short")), el("td", {}, verdictMark(row.status, t(row.status))));
    });
    const columns = ["spot_from", "spot_to", "spot_status"].map((key) => el("th", { scope: "col" }, t(key)));
    return el("table", { class: "history" }, el("caption", {}, t("spot_history", { source: titleOf(report) })), el("thead", {}, el("tr", {}, columns)), el("tbody", {}, rows));
  }

  const sourceOf = (report) => about.sources.find((entry) => entry.id === report.source);
  const titleOf = (report) => sourceOf(report)?.title ?? report.source;
  const party = ({ party: code, status }) => (code && ["occupied", "government"].includes(status) ? t("spot_party", { country: t(`country_${code}`) }) : null);
  const behind = (report, day, lang) => (sourceOf(report) ? behindOf(sourceOf(report), day, lang, { date: toText(day), source: report.source, control_asof: report.asof }) : null);
  return { show };
}

/** "48.0231° N, 37.8022° E", in the marks of the language. */
export const coordinates = ({ lon, lat }) =>
  [[lat, lat < 0 ? "south" : "north"], [lon, lon < 0 ? "west" : "east"]].map(([value, side]) => `${number(Math.abs(value), 4)}°\u00a0${t(side)}`).join(", ");

const apart = (one, [lon, lat]) => Math.hypot(one.lat - lat, (one.lon - lon) * Math.cos((lat * Math.PI) / 180)) * KM_A_DEGREE;

/** The nearest place with a name, and how far off it is; null where none is near. */
async function nearest(about, spot) {
  const wide = NEAR_DEGREES / Math.cos((spot.lat * Math.PI) / 180);
  const bbox = [spot.lon - wide, spot.lat - NEAR_DEGREES, spot.lon + wide, spot.lat + NEAR_DEGREES].map((value) => value.toFixed(3)).join(",");
  const words = { bbox, datetime: about.last, properties: "place_id,name_en,name_uk", limit: 500 };
  const { features } = await ask(pathOf(about, "/collections/settlements/items", words)).catch(() => ({ features: [] }));
  const villages = features.map(({ properties, geometry }) => ({ ...properties, at: geometry.coordinates, size: VILLAGE }));
  const all = [...about.places.map((entry) => ({ ...entry, size: CITY })), ...villages].map((entry) => ({ ...entry, km: apart(spot, entry.at) }));
  const best = all.reduce((one, entry) => (one === null || entry.km - entry.size < one.km - one.size ? entry : one), null);
  return best && best.km < NEAR_KM ? best : null;
}
