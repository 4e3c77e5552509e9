// Which questions does the screen ask of the server?
import { pathOf } from "./ask.js";
import { toText } from "./days.js";
import { RANKS, ROLES } from "./permalink.js";

const wanted = (state) => (state.commodities.length ? state.commodities.join(",") : "all");

/** What counts, where that is not as it is by itself: role and rank. */
const counted = ({ role, rank }) => ({ role: role === ROLES[0] ? null : role, rank: rank === RANKS[0] ? null : rank });

/** The question of a day: counts, amounts, every deposit with what each source says. */
export const answerPath = (about, state, day = state.day) =>
  pathOf(about, "/reserves", {
    commodity: wanted(state),
    date: toText(day),
    territory: state.territory,
    include: "all",
    source: state.source,
    ...counted(state),
  });

/** Counts on every day up to where the data of the source end; by weeks once the days are more than the server gives at a time. */
export const seriesPath = (about, state) =>
  pathOf(about, "/reserves/series", {
    commodity: wanted(state),
    territory: state.territory,
    from: toText(about.firstDay),
    to: toText(Math.max(about.firstDay, about.sources.find((entry) => entry.id === state.source)?.lastDay ?? about.lastDay)),
    step: about.lastDay - about.firstDay < 4990 ? "day" : "week",
    source: state.source,
    ...counted(state),
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
    role: "any",
    rank: "any",
  });

/** All deposits by name and place. */
export const indexPath = (about) =>
  pathOf(about, "/collections/deposits/items", {
    limit: 10000,
    datetime: toText(about.lastDay),
    properties: "id,name_en,name_uk,alt_names,commodity,commodities,position_uncertainty_m,overlay_basis,country,rank,part_of,recalled,tested",
  });

/** The page of a day whose drawing has every deposit. */
export const drawingPath = (about, state) => `${answerForm(about, state, "html")}&include=all`;

/** The question as a page to read, and as tables. */
export const answerForm = (about, state, form) =>
  pathOf(about, "/reserves", {
    commodity: wanted(state),
    date: toText(state.day),
    territory: state.territory,
    source: state.source,
    ...counted(state),
    f: form,
  });
