// What is known of the deposit that was chosen: who says what of it, how much, how sure.
import { lane } from "./ask.js";
import { quantity, sort } from "./amounts.js";
import { behindOf } from "./answer.js";
import { inWords, toDay, toText } from "./days.js";
import { el, verdictMark } from "./dom.js";
import { depositsPath } from "./question.js";
import { mineralNames, sinceText, standing, unmapped } from "./tip.js";
import { kilometres, named, percent, t } from "./words.js";

/** card: where it is shown; deposits(): the list of all. */
export function createDetail(about, state, deposits, card) {
  const asking = lane();

  async function show() {
    const { deposit, lang } = state.values;
    const entry = deposits().find((one) => one.id === deposit);
    if (!entry) {
      if (deposits().length) card.open(`deposit ${deposit}`, deposit), card.fill(el("p", {}, t("deposit_unknown")));
      return;
    }
    const other = lang === "uk" ? entry.name_en : entry.name_uk;
    const also = other && other !== named(entry) ? el("p", { class: "also", lang: lang === "uk" ? "en" : "uk" }, other) : null;
    card.open(`deposit ${deposit} ${lang}`, named(entry), also);
    if (unmapped(about, entry)) return card.fill(...abroad(entry));
    try {
      const answer = await asking(depositsPath(about, state.values, entry.commodity));
      if (answer === undefined || state.values.deposit !== deposit) return;
      const found = answer.features.find((feature) => feature.properties.id === deposit);
      card.fill(...(found ? body(found.properties) : [el("p", {}, t("not_found"))]));
    } catch (error) {
      card.fill(el("p", { role: "alert" }, t("failed", { detail: error.message })));
    }
  }

  function body(entry) {
    const { lang, day } = state.values;
    const side = entry.line_distance_km < 0 ? "line_inside" : "line_outside";
    const verdict = standing(entry);
    const spoken = about.sources.find((one) => one.id === entry.control_source);
    const behind = spoken ? behindOf(spoken, day, lang, { date: toText(day), source: spoken.id, control_asof: entry.control_asof }) : null;
    return [
      el("p", { class: "big" }, verdictMark(verdict, t(verdict))),
      el("p", { class: "faint" }, t(`${verdict}_is`)),
      el("p", { class: "faint", id: "detail-day" }, [t("on", { date: inWords(day, lang) }), behind].filter(Boolean).join(" – ")),
      el("dl", { class: "rows" },
        row(t("share"), meter(entry.control === "unknown" ? null : entry.control_share)),
        row(t("since"), entry.control === "unknown" ? "–" : entry.control_since ? sinceText(about, entry, lang) : entry.control_asof ? t("since_unknown") : "–"),
        ...kinds(entry, lang),
        entry.position_uncertainty_m ? row(t("position_head"), t("position", { km: kilometres(entry.position_uncertainty_m / 1000) })) : "",
        entry.line_distance_km === null ? "" : row(t("line"), t(side, { km: kilometres(entry.line_distance_km) })),
        entry.flips_if_line_moves_km === null ? "" : row(t("sensitivity"), t("flips", { km: kilometres(entry.flips_if_line_moves_km) }))),
      el("h3", {}, t("who_says")),
      el("ul", { class: "says" }, entry.by_source.map((one) => says({ ...one, tested: entry.tested }, lang))),
      el("h3", {}, t("estimates")),
      entry.estimates.length ? el("ul", { class: "estimates" }, entry.estimates.map((one) => estimate(one, lang))) : el("p", { class: "faint" }, t("no_figure")),
      page(entry),
    ];
  }

  /** A deposit of a country no source maps: what it is, and that nobody here says who controls it. */
  const abroad = (entry) => [
    el("p", { class: "big" }, verdictMark("unknown", t("unknown"))),
    el("p", {}, unmapped(about, entry)),
    el("dl", { class: "rows" }, ...kinds(entry, state.values.lang)),
    page(entry),
  ];

  /** Rank and minerals by role; what rests on memory is said to. */
  function kinds(entry, lang) {
    const name = (id) => (entry.recalled?.includes(id) ? t("not_confirmed", { name: mineralNames([id], about, lang)[0] }) : mineralNames([id], about, lang)[0]);
    const others = entry.commodities.filter((id) => id !== entry.commodity);
    return [
      row(t("mineral"), name(entry.commodity)),
      others.length ? row(t("by_products"), others.map(name).join(", ")) : "",
      entry.rank ? row(t("kind"), t(`rank_is_${entry.rank}`)) : "",
    ];
  }

  const page = (entry) => el("p", {}, el("a", { href: `${about.root}/collections/deposits/items/${encodeURIComponent(entry.id)}?f=html&lang=${state.values.lang}&datetime=${toText(state.values.day)}${about.pinned ? `&release=${about.release}` : ""}` }, t("deposit_page")));

  function says(one, lang) {
    const source = about.sources.find((entry) => entry.id === one.source);
    const asof = one.asof ? inWords(toDay(one.asof), lang, "short") : t("says_nothing");
    return el("li", {}, el("span", {}, source?.title ?? one.source), verdictMark(standing(one), t(standing(one))),
      el("small", {}, [one.share === null || one.control === "unknown" ? null : percent(one.share), asof].filter(Boolean).join(" · ")));
  }

  function estimate(one, lang) {
    const found = quantity({ low: one.amount_low, best: one.amount, high: one.amount_high, unit: one.unit });
    const [name] = mineralNames([one.commodity], about, lang);
    return el("li", {}, el("b", {}, found ?? t("none_published")), el("span", {}, [name, sort(one)].join(" · ")),
      one.doubt ? el("span", { lang: "en" }, t("doubt", { why: one.doubt })) : "",
      el("small", {}, [one.asof, one.source].filter(Boolean).join(" · ")));
  }

  const row = (name, value) => el("div", {}, el("dt", {}, name), el("dd", {}, value));
  return { show };
}

/** A share as a bar with its figure. */
export function meter(share) {
  if (share === null || share === undefined) return "–";
  return el("span", { class: "meter" }, el("i", { style: { "--share": `${share * 100}%` } }), percent(share));
}
