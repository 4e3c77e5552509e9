// How many deposits had which verdict through time: a stacked chart, drawn here.
import { inWords, starts, toDay } from "./days.js";
import { el, svg } from "./dom.js";
import { number, t } from "./words.js";

const STACK = ["occupied", "contested", "uncertain"];
const HEIGHT = 92;
const WIDTH = 320;

/** Draw the series into a place. choose(day): the reader chose a day on it. */
export function drawChart(place, series, { lang, choose }) {
  const days = series.map((point) => toDay(point.date));
  const [first, last] = [days[0], days[days.length - 1]];
  const most = Math.max(1, ...series.map((point) => STACK.reduce((sum, name) => sum + point[name], 0)));
  const x = (day) => ((day - first) / Math.max(last - first, 1)) * WIDTH;
  const y = (count) => HEIGHT - (count / (most * 1.08)) * HEIGHT;
  const base = series.map(() => 0);
  const areas = STACK.map((name) => {
    const lower = [...base];
    series.forEach((point, n) => (base[n] += point[name]));
    return svg("path", { class: `area-${name}`, d: band(days, lower, base, x, y) });
  });
  const grid = rounds(most).flatMap((count) => [
    svg("line", { class: "grid", x1: 0, x2: WIDTH, y1: y(count), y2: y(count) }),
    svg("text", { class: "grid", x: 0, y: y(count) - 3 }, number(count)),
  ]);
  const years = starts(first, last).filter((_, n, all) => all.length < 8 || n % 2 === 0).map((day) =>
    svg("text", { class: "year", x: x(day), y: HEIGHT + 13, "text-anchor": "middle" }, inWords(day, lang, "year")));
  const now = svg("line", { class: "now", y1: -2, y2: HEIGHT + 2 });
  const then = svg("line", { class: "now then", y1: -2, y2: HEIGHT + 2 });
  const image = svg("svg", { viewBox: `0 -4 ${WIDTH} ${HEIGHT + 22}`, role: "img", "aria-label": t("chart_about", { from: inWords(first, lang, "short"), to: inWords(last, lang, "short") }) },
    ...areas, ...grid, ...years, svg("line", { class: "floor", x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT }), then, now);
  image.addEventListener("click", (event) => {
    const box = image.getBoundingClientRect();
    choose(Math.round(first + ((event.clientX - box.left) / box.width) * (last - first)));
  });
  place.replaceChildren(image, key(), el("p", { class: "faint", id: "data-end" }, t("data_end", { date: inWords(last, lang) })));
  return (day, compare) => {
    mark(now, x, day === null ? null : Math.min(day, last));
    mark(then, x, compare === null ? null : Math.min(compare, last));
  };
}

function mark(line, x, day) {
  line.style.display = day === null ? "none" : "";
  if (day !== null) for (const name of ["x1", "x2"]) line.setAttribute(name, x(day));
}

/** The outline of a band of steps: a count holds until the day of the next. */
function band(days, lower, upper, x, y) {
  const edge = (values) => {
    const points = [];
    values.forEach((value, n) => {
      const turns = n === 0 || n === values.length - 1 || value !== values[n - 1];
      if (!turns) return;
      if (n > 0) points.push([x(days[n]), y(values[n - 1])]);
      points.push([x(days[n]), y(value)]);
    });
    return points.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`);
  };
  return `M${edge(upper).join("L")}L${edge(lower).reverse().join("L")}Z`;
}

function rounds(most) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((size) => most / size <= 3.2) ?? most;
  return [1, 2, 3].map((n) => n * step).filter((count) => count <= most);
}

const key = () => el("ul", { class: "key", "aria-hidden": "true" }, STACK.map((name) => el("li", {}, el("i", { class: `area-${name}` }), t(name))));
