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
  const subtitle = wrapped(pen, caption.subtitle, width - 2 * MARGIN);
  pen.font = TITLE;
  const title = wrapped(pen, caption.title, width - 2 * MARGIN);
  const above = 16 + title.length * 27 + subtitle.length * 18 + 8;
  const below = 34 + lines.length * 17 + MARGIN;
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
  legend(pen, caption, above + source.clientHeight + 22);
  pen.font = "13px system-ui, sans-serif";
  lines.forEach((line, n) => pen.fillText(line, MARGIN, above + source.clientHeight + 46 + n * 17));
  return canvas;
}

function legend(pen, { legend: entries, ink }, y) {
  let x = MARGIN;
  pen.font = "13px system-ui, sans-serif";
  for (const [colour, text] of entries) {
    pen.fillStyle = colour;
    pen.fillRect(x, y - 11, 14, 12);
    pen.fillStyle = ink;
    pen.fillText(text, x + 20, y);
    x += 20 + pen.measureText(text).width + 18;
  }
}

/** The drawing buffer holds the map only while it is being drawn. */
function onceDrawn(map, call) {
  return new Promise((done) => {
    map.once("render", () => done(call()));
    map.triggerRepaint();
  });
}

function wrapped(pen, text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (pen.measureText(longer).width <= width || lines[lines.length - 1] === "") lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
