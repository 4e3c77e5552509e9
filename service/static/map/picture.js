// How does the map become a picture that says of itself what it shows and where it is from?
import { byId } from "./dom.js";
import { FRESH_DAYS } from "./look.js";
import { t } from "./words.js";

const MARGIN = 16;
const TITLE = "600 21px Georgia, 'DejaVu Serif', serif";

/** What a picture says of itself: the answer in a sentence, the day, the source, how to cite it. */
export function captionOf(about, screen, answer, view) {
  const paint = about.paints[screen.theme()];
  return {
    title: byId("headline").textContent,
    subtitle: `${byId("when").textContent}, ${byId("who").textContent}`,
    lines: [answer?.citation.text ?? view, `${screen.source().attribution}. Natural Earth.`],
    legend: [
      [paint.held, t("land_occupied")],
      [paint.fresh, t("land_fresh", { n: FRESH_DAYS })],
      ...about.verdicts.map((name) => [paint.verdict[name], t(name)]),
    ],
    ink: paint.ink,
    ground: paint.theme === "dark" ? "#14181c" : "#fcfbf8",
  };
}

/** Save the map as PNG. caption: {title, lines, legend: [[colour, text]], ink, ground}. */
export async function takePicture(map, caption, name) {
  const canvas = await drawn(map, caption);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** The map as it is with title above and citation below, as a canvas. */
async function drawn(map, caption) {
  const source = map.getCanvas();
  const ratio = source.width / source.clientWidth;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  const width = source.clientWidth;
  pen.font = "13px system-ui, sans-serif";
  const lines = caption.lines.flatMap((line) => wrapped(pen, line, width - 2 * MARGIN));
  const rows = legendRows(pen, caption.legend, width);
  const subtitle = wrapped(pen, caption.subtitle, width - 2 * MARGIN);
  pen.font = TITLE;
  const title = wrapped(pen, caption.title, width - 2 * MARGIN);
  const above = 16 + title.length * 27 + subtitle.length * 18 + 8;
  const below = 16 + rows.length * 18 + lines.length * 17 + MARGIN;
  canvas.width = width * ratio;
  canvas.height = (source.clientHeight + above + below) * ratio;
  pen.scale(ratio, ratio);
  pen.fillStyle = caption.ground;
  pen.fillRect(0, 0, width, canvas.height);
  await onceDrawn(map, () => pen.drawImage(source, 0, above, width, source.clientHeight));
  pen.fillStyle = caption.ink;
  pen.textBaseline = "alphabetic";
  pen.font = TITLE;
  title.forEach((line, n) => pen.fillText(line, MARGIN, 34 + n * 27));
  pen.font = "13px system-ui, sans-serif";
  subtitle.forEach((line, n) => pen.fillText(line, MARGIN, 28 + title.length * 27 + n * 18));
  drawLegend(pen, rows, caption.ink, above + source.clientHeight + 22);
  const first = above + source.clientHeight + 28 + rows.length * 18;
  lines.forEach((line, n) => pen.fillText(line, MARGIN, first + n * 17));
  return canvas;
}

/** The entries of the legend in rows that fit, each with its place from the left. */
function legendRows(pen, entries, width) {
  const rows = [[]];
  let x = MARGIN;
  for (const [colour, text] of entries) {
    const size = 20 + pen.measureText(text).width;
    if (x + size > width - MARGIN && x > MARGIN) {
      rows.push([]);
      x = MARGIN;
    }
    rows.at(-1).push({ colour, text, x });
    x += size + 18;
  }
  return rows;
}

function drawLegend(pen, rows, ink, y) {
  rows.forEach((row, n) => row.forEach(({ colour, text, x }) => {
    pen.fillStyle = colour;
    pen.fillRect(x, y - 11 + n * 18, 14, 12);
    pen.fillStyle = ink;
    pen.fillText(text, x + 20, y + n * 18);
  }));
}

/** The drawing buffer holds the map only while it is being drawn. */
function onceDrawn(map, call) {
  return new Promise((done) => {
    map.once("render", () => done(call()));
    map.triggerRepaint();
  });
}

/** Lines that fit; an address longer than a line is broken where the line ends. */
function wrapped(pen, text, width) {
  const lines = [""];
  const fits = (line) => pen.measureText(line).width <= width;
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (fits(longer)) lines[lines.length - 1] = longer;
    else if (fits(word)) lines.push(word);
    else for (const letter of lines.push("") && word) {
      if (fits(lines.at(-1) + letter)) lines[lines.length - 1] += letter;
      else lines.push(letter);
    }
  }
  return lines.filter(Boolean);
}
