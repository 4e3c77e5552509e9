// When is which question asked for the panel: counts at once from the series, the rest once settled.
import { announce } from "./announce.js";
import { behindOf, drawAnswer, drawCounts, sentence } from "./answer.js";
import { ask, known, lane } from "./ask.js";
import { drawChart } from "./chart.js";
import { inWords, toDay } from "./days.js";
import { byId, settled } from "./dom.js";
import { answerPath, seriesPath } from "./question.js";
import { t } from "./words.js";

/** source(): who answers for the day. choose(id): a deposit. answered(answer): the answer is here. */
export function createPanel(about, state, { source, choose, answered }) {
  const asking = lane();
  const counting = lane();
  let series = null;
  let point = () => undefined;
  let answer = null;

  /** The counts of a day: what holds since the last day of the series that is not after it. */
  function counts(day) {
    if (!series) return null;
    let [low, high] = [0, series.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (series[middle].at <= day) low = middle;
      else high = middle - 1;
    }
    return series[low];
  }

  function show() {
    const { values } = state;
    const now = counts(values.day);
    if (about.pinned) byId("pinned").textContent = t("pinned", { release: about.release });
    drawCounts(about, values, source(), now, answer);
    point(values.day, values.compare);
    const behind = behindOf(source(), values.day, values.lang, answer?.question);
    const who = behind ? `${source().title} (${behind})` : source().title;
    if (now) announce(t("said", { date: inWords(values.day, values.lang), counts: sentence(about, values, now), source: who }));
  }

  async function load() {
    const path = answerPath(about, state.values);
    if (!known(path)) byId("panel").setAttribute("aria-busy", "true");
    try {
      const found = await asking(path);
      if (found === undefined) return;
      answer = found;
      byId("problem").hidden = true;
      drawAnswer(about, state.values, found, { choose, change: state.step });
      drawCounts(about, state.values, source(), counts(state.values.day), found);
      answered(found);
    } catch (error) {
      byId("problem").hidden = false;
      byId("problem").textContent = t("failed", { detail: error.message });
    } finally {
      byId("panel").removeAttribute("aria-busy");
    }
  }

  async function count() {
    const found = await counting(seriesPath(about, state.values));
    if (found === undefined) return;
    series = found.series.map((entry) => ({ ...entry, not_tested: found.not_tested, at: toDay(entry.date) }));
    draw();
    show();
  }

  /** The chart ends where the data do: later counts stand for what nobody looked at. */
  function covered() {
    const last = new Map(about.sources.map((entry) => [entry.id, entry.lastDay]));
    const end = series.findLastIndex((entry) => entry.at <= (last.get(entry.source) ?? about.lastDay));
    return series.slice(0, Math.max(end, 0) + 1);
  }

  function draw() {
    if (series) point = drawChart(byId("chart"), covered(), { lang: state.values.lang, choose: (day) => state.step({ day }) });
  }

  const soon = settled(load, 260);
  const questions = ["commodities", "role", "rank", "source", "territory"];
  state.on(["day", "compare", ...questions], show);
  state.on(["day", ...questions], soon);
  state.on(questions, () => count().catch(() => undefined));
  state.on(["verdicts", "lang"], () => answer && drawAnswer(about, state.values, answer, { choose, change: state.step }));
  state.on(["lang", "verdicts"], () => (draw(), show()));
  return {
    start: () => Promise.all([count(), load()]).catch(() => undefined),
    show,
    counts,
    get answer() { return answer; },
    other: (day) => ask(answerPath(about, state.values, day)),
  };
}
