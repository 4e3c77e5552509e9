// How is a piece of the page made? Text only ever goes in as text.
const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/** An element; properties starting with `on` listen, children are nodes or text. */
export function el(tag, given = {}, ...children) {
  return furnished(document.createElement(tag), given, children);
}

export function svg(tag, given = {}, ...children) {
  return furnished(document.createElementNS(SVG, tag), given, children);
}

function furnished(node, given, children) {
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, what] of Object.entries(value)) node.style.setProperty(key, what);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** The sign of a verdict, as on every page of the site. */
export function sign(verdict) {
  const image = svg("svg", { class: "sym", viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" });
  image.append(svg("use", { href: `#v-${verdict}` }));
  return image;
}

/** A verdict in sign and word. */
export const verdictMark = (verdict, word) => el("span", { class: `verdict ${verdict}` }, sign(verdict), word);

/** Call at the end of a quiet while. */
export function settled(call, wait) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...given), wait);
  };
}

/** Call at most once a frame, with the latest. */
export function framed(call) {
  let asked = 0;
  return () => {
    if (!asked) asked = requestAnimationFrame(() => ((asked = 0), call()));
  };
}
