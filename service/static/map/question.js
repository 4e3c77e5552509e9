// Which questions does the screen ask of the server?
import { pathOf } from "./ask.js";
import { toText } from "./days.js";

const wanted = (state) => (state.commodities.length ? state.commodities.join(",") : "all");

/** The question of a day: counts, amounts, every deposit with what each source says. */
export const answerPath = (about, state, day = state.day) =>
  pathOf(about, "/reserves", {
    commodity: wanted(state),
    date: toText(day),
    territory: state.territory,
    include: "all",
    source: state.source,
  });

/** Counts on every day; by weeks once the days are more than the server gives at a time. */
export const seriesPath = (about, state) =>
  pathOf(about, "/reserves/series", {
    commodity: wanted(state),
    territory: state.territory,
    from: toText(about.firstDay),
    to: toText(about.lastDay),
    step: about.lastDay - about.firstDay < 4990 ? "day" : "week",
    source: state.source,
  });

/** What changed hands. */
export const changesPath = (about, state) =>
  pathOf(about, "/changes", {
    commodity: wanted(state),
    from: toText(about.firstDay),
    to: toText(about.lastDay),
    source: state.source,
  });

/** Everything of the deposits of one mineral on a day, wherever they lie. */
export const depositsPath = (about, state, commodity) =>
  pathOf(about, "/reserves", {
    commodity,
    date: toText(state.day),
    territory: "ukraine",
    include: "all",
    source: state.source,
  });

/** All deposits by name and place. */
export const indexPath = (about) =>
  pathOf(about, "/collections/deposits/items", {
    limit: 10000,
    datetime: toText(about.lastDay),
    properties: "id,name_en,name_uk,alt_names,commodity,commodities,position_uncertainty_m,overlay_basis",
  });

/** The question as a page to read, and as tables. */
export const answerForm = (about, state, form) =>
  pathOf(about, "/reserves", {
    commodity: wanted(state),
    date: toText(state.day),
    territory: state.territory,
    source: state.source,
    f: form,
  });
